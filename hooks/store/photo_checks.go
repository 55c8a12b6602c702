package store

// What the checks found: kept with the row, with the picture's hash, and which other photos
// are to be checked again.

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/evidence/check"
	"xuncha/evidence/likeness"
)

func unmarshal(text string, into any) error { return json.Unmarshal([]byte(text), into) }

const (
	putHash = `INSERT INTO photo_hash (sha256, low, high) VALUES ({:sum}, {:low}, {:high}) ON CONFLICT (sha256) DO NOTHING`
	// unhashed are files of stored photos that nobody looked at yet.
	unhashed = `SELECT DISTINCT e.sha256 FROM evidence e WHERE +e.state <> 'pending' AND e.sha256 > {:after}
		AND NOT EXISTS (SELECT 1 FROM photo_hash h WHERE h.sha256 = e.sha256) ORDER BY e.sha256 LIMIT {:limit}`

	// Also a photo that waits for its bytes is listed: it may be checked at this moment.
	listAgain     = `INSERT INTO photo_recheck (evidence, n) SELECT id, 1 FROM evidence WHERE `
	oncemore      = ` ON CONFLICT (evidence) DO UPDATE SET n = n + 1`
	againLater    = listAgain + `id IN (SELECT value FROM json_each({:later}))` + oncemore
	againPrevious = listAgain + `previous = {:sum} AND id <> {:id}` + oncemore
	againSiblings = listAgain + `previous = {:previous} AND id <> {:id}` + oncemore
	againPartners = listAgain + `pair_of = {:id}` + oncemore
	againPartner  = listAgain + `id = {:partner}` + oncemore
	againItem     = listAgain + "`case` = {:case} AND item = {:item} AND purpose = 'after' AND id <> {:id}" + oncemore
	againDevice   = listAgain + `id IN (SELECT id FROM evidence WHERE device = {:device} AND taken_at >= {:at} AND id <> {:id}
		ORDER BY taken_at LIMIT 10)` + oncemore
	againVisit  = listAgain + `inspection = {:inspection}` + oncemore
	againCase   = listAgain + `"case" = {:case}` + oncemore
	againItself = listAgain + `id = {:id}` + oncemore
	recheckList = `SELECT r.evidence AS id, r.n AS n, coalesce(e.sha256, '') AS sum FROM photo_recheck r LEFT JOIN evidence e ON e.id = r.evidence
		WHERE r.evidence > {:after} ORDER BY r.evidence LIMIT {:limit}`
	recheckDone = `DELETE FROM photo_recheck WHERE evidence = {:id} AND n = {:n}`
)

// hash is that of a file, if it has one.
func (s *Photos) hash(sum string) (*likeness.Hash, error) {
	var row hashRow
	err := s.App.DB().NewQuery(hashOfFile).Bind(dbx.Params{"sum": sum}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &likeness.Hash{uint64(row.Low), uint64(row.High)}, err //nolint:gosec // the same 64 bits
}

type hashRow struct {
	N    int64 `db:"n"`
	Low  int64 `db:"low"`
	High int64 `db:"high"`
}

// catchUp brings the index to where the database is. Hashes are never changed.
func (s *Photos) catchUp() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var rows []struct {
			N    int64         `db:"n"`
			Low  sql.NullInt64 `db:"low"`
			High sql.NullInt64 `db:"high"`
		}
		if err := s.App.DB().NewQuery(hashesSince).Bind(dbx.Params{"n": s.last}).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			if s.last = r.N; r.Low.Valid {
				s.index.Add(r.N, likeness.Hash{uint64(r.Low.Int64), uint64(r.High.Int64)}) //nolint:gosec // the same 64 bits
			}
		}
		if len(rows) == 0 {
			return nil
		}
	}
}

// keepHash writes a picture's hash beside its file, or that it has none.
func keepHash(tx core.App, sum string, h *likeness.Hash) error {
	params := dbx.Params{"sum": sum, "low": nil, "high": nil}
	if h != nil {
		params["low"], params["high"] = int64(h[0]), int64(h[1]) //nolint:gosec // the same 64 bits
	}
	return Feed{App: tx}.exec(putHash, params)
}

// Load reads the hashes there are, and makes those that are lacking from the small
// derivatives, a hundred at a time.
func (s *Photos) Load(ctx context.Context, shelf evidence.Shelf) error {
	if err := s.catchUp(); err != nil {
		return err
	}
	const some = 100
	for after := ""; ctx.Err() == nil; {
		var sums []string
		if err := s.App.DB().NewQuery(unhashed).Bind(dbx.Params{"after": after, "limit": some}).Column(&sums); err != nil {
			return err
		}
		made := map[string]*likeness.Hash{}
		for _, sum := range sums {
			after = sum
			if data, err := os.ReadFile(shelf.Derivative(sum, evidence.Small)); err == nil { // else there is none, or none yet
				made[sum] = evidence.Picture(data)
			}
		}
		err := s.App.RunInTransaction(func(tx core.App) error {
			for sum, h := range made {
				if err := keepHash(tx, sum, h); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(sums) < some {
			return err
		}
	}
	return nil
}

// Touched lists what is to be checked again because a photo's row came, was stored, or says
// something else of its item and its partner. It runs in the transaction of that.
func Touched(tx core.App, r *core.Record, later []string) error {
	if err := againAll(tx, later); err != nil {
		return err
	}
	params := dbx.Params{
		"id": r.Id, "sum": r.GetString("sha256"), "previous": r.GetString("previous"), "partner": r.GetString("pair_of"), "case": r.GetString("case"),
		"item": r.GetString("item"), "device": r.GetString("device"), "at": r.GetString("taken_at"),
	}
	for _, ask := range []struct {
		query string
		about bool // there is something to ask about
	}{
		{againPrevious, true},
		{againPartners, true},
		{againSiblings, r.GetString("previous") != ""},
		{againPartner, r.GetString("pair_of") != ""},
		{againItem, r.GetString("item") != ""},
		{againDevice, r.GetString("device") != "" && r.GetString("taken_at") != ""},
	} {
		if !ask.about {
			continue
		}
		if err := (Feed{App: tx}).exec(ask.query, boundOf(ask.query, params)); err != nil {
			return err
		}
	}
	return nil
}

// againAll lists photos to be checked again.
func againAll(tx core.App, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return Feed{App: tx}.exec(againLater, dbx.Params{"later": string(list)})
}

// boundOf are those of the values that a query names.
func boundOf(query string, all dbx.Params) dbx.Params {
	out := dbx.Params{}
	for name, value := range all {
		if strings.Contains(query, "{:"+name+"}") {
			out[name] = value
		}
	}
	return out
}

// AgainItself lists a photo to be checked again.
func AgainItself(tx core.App, id string) error {
	return Feed{App: tx}.exec(againItself, dbx.Params{"id": id})
}

// AgainVisit lists the photos of an inspection to be checked again.
func AgainVisit(tx core.App, inspection string) error {
	return Feed{App: tx}.exec(againVisit, dbx.Params{"inspection": inspection})
}

// AgainCase lists the photos of a case to be checked again.
func AgainCase(tx core.App, caseID string) error {
	return Feed{App: tx}.exec(againCase, dbx.Params{"case": caseID})
}

// Again returns photos to be checked again.
func (s *Photos) Again(after string, limit int) ([]evidence.Item, error) {
	var rows []struct {
		ID  string `db:"id"`
		N   int64  `db:"n"`
		Sum string `db:"sum"`
	}
	err := s.App.DB().NewQuery(recheckList).Bind(dbx.Params{"after": after, "limit": limit}).All(&rows)
	items := make([]evidence.Item, len(rows))
	for i, r := range rows {
		items[i] = evidence.Item{ID: r.ID, Sum: r.Sum, Listed: r.N}
	}
	return items, err
}

// Review keeps what a later check found. It touches nothing else, so checks cannot go round.
func (s *Photos) Review(item evidence.Item, results []check.Result) error {
	return s.App.RunInTransaction(func(tx core.App) error {
		if err := (Feed{App: tx}).exec(recheckDone, dbx.Params{"id": item.ID, "n": item.Listed}); err != nil {
			return err
		}
		r, err := tx.FindRecordById("evidence", item.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil || r.GetString("state") == "pending" || sameChecks(r, results) {
			return err
		}
		if err := checked(r, results); err != nil {
			return err
		}
		return tx.SaveWithContext(ByCasework(context.Background()), r) // a doubt that is over is no decision
	})
}

func sameChecks(r *core.Record, results []check.Result) bool {
	var old, is any
	data, err := json.Marshal(results)
	if err != nil {
		return false
	}
	return json.Unmarshal([]byte(r.GetString("checks")), &old) == nil && json.Unmarshal(data, &is) == nil && reflect.DeepEqual(old, is)
}

// keepChecks adds to a row that is being stored what the checks found, keeps the picture's
// hash, and lists what is to be checked again.
func keepChecks(tx core.App, r *core.Record, f evidence.Finding) error {
	if err := checked(r, f.Checks); err != nil {
		return err
	}
	if f.Picture != nil || !evidence.Slow(f.Mime) { // else it is seen when its copies are made
		if err := keepHash(tx, r.GetString("sha256"), f.Picture); err != nil {
			return err
		}
	}
	return Touched(tx, r, f.Later)
}

// checked writes results into a row: its checks, and the flags and the state that follow. What
// a person has decided stays as it was decided: flags are added then, none is taken back, and
// the state stays.
func checked(r *core.Record, results []check.Result) error {
	var flags []string
	_ = r.UnmarshalJSONField("flags", &flags) // an empty column has none
	if verdictOn(r) == nil {
		flags = slices.DeleteFunc(flags, func(f string) bool { return slices.Contains(check.Names, check.Name(f)) })
	}
	flags = unique(append(flags, check.Flags(results)...))
	return Load(r, map[string]any{"checks": results, "flags": flags, "state": stateOf(flags, verdictOn(r))})
}

// sayChecks puts the sentences beside the codes, for whoever sits at a desk.
func sayChecks(r *core.Record, fields map[string]any) error {
	var results []check.Result
	if err := r.UnmarshalJSONField("checks", &results); err != nil || results == nil {
		return nil //nolint:nilerr // it was not checked: the field stays as it is
	}
	said := make([]map[string]any, len(results))
	for i, c := range results {
		said[i] = map[string]any{
			"check": c.Check, "score": math.Round(c.Score*100) / 100, "code": c.Code, "values": c.Values, "doubtful": c.Score >= check.Doubtful,
			"text": c.Say("en"), "text_zh": c.Say("zh-CN"),
		}
	}
	fields["checks"] = said
	return nil
}

package store

// Photos: whose uploads there are, which rows wait for their bytes, and who may look.

import (
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/evidence"
	"xuncha/evidence/custody"
)

const depotKey = "xunchaDepot"

// UseDepot says where photos rest, for all who ask ShelfOf; nil is the disk of the house.
func UseDepot(app core.App, d evidence.Depot) { app.Store().Set(depotKey, d) }

// ShelfOf is where the photos of a house lie.
func ShelfOf(app core.App) evidence.Shelf {
	d, _ := app.Store().Get(depotKey).(evidence.Depot)
	return evidence.Shelf{Dir: filepath.Join(app.DataDir(), "evidence"), Depot: d}
}

// Uploads is the memory of the tus endpoint.
type Uploads struct {
	App core.App
	Now func() time.Time
}

var _ evidence.Owners = Uploads{}

const (
	putUpload = `INSERT INTO uploads (id, owner, sha256, size, done, begun_at) VALUES ({:id}, {:owner}, {:sum}, {:size}, 0, {:at})
		ON CONFLICT (owner, sha256) DO UPDATE SET id = excluded.id, size = excluded.size, done = 0, begun_at = excluded.begun_at`
	ofUpload     = `SELECT id, owner, sha256, size, done, EXISTS (SELECT 1 FROM evidence e WHERE e.sha256 = uploads.sha256 AND e.state != 'pending') AS rests FROM uploads`
	uploadBySum  = ofUpload + ` WHERE owner = {:owner} AND sha256 = {:sum}`
	uploadByID   = ofUpload + ` WHERE id = {:id}`
	finishUpload = `UPDATE uploads SET done = 1 WHERE id = {:id}`
	forgetUpload = `DELETE FROM uploads WHERE id = {:id} AND done = 0`
	unfinished   = ofUpload + ` WHERE done = 0 AND begun_at < {:before}`
)

func (s Uploads) exec(sql string, params dbx.Params) error {
	return Feed{App: s.App}.exec(sql, params)
}

type uploadRow struct {
	ID    string `db:"id"`
	Owner string `db:"owner"`
	Sum   string `db:"sha256"`
	Size  int64  `db:"size"`
	Done  bool   `db:"done"`
	Rests bool   `db:"rests"`
}

func (s Uploads) one(query string, params dbx.Params) (evidence.Upload, error) {
	var row uploadRow
	err := s.App.DB().NewQuery(query).Bind(params).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return evidence.Upload{}, nil
	}
	return evidence.Upload(row), err
}

// Begin remembers a new upload.
func (s Uploads) Begin(u evidence.Upload) error {
	return s.exec(putUpload, dbx.Params{"id": u.ID, "owner": u.Owner, "sum": u.Sum, "size": u.Size, "at": s.Now().UTC().Format(stampLayout)})
}

// BySum finds an owner's upload of these bytes.
func (s Uploads) BySum(owner, sum string) (evidence.Upload, error) {
	return s.one(uploadBySum, dbx.Params{"owner": owner, "sum": sum})
}

// ByID finds an upload.
func (s Uploads) ByID(id string) (evidence.Upload, error) {
	return s.one(uploadByID, dbx.Params{"id": id})
}

// Finish says that the bytes are on the shelf.
func (s Uploads) Finish(id string) error { return s.exec(finishUpload, dbx.Params{"id": id}) }

// Forget drops an unfinished upload.
func (s Uploads) Forget(id string) error { return s.exec(forgetUpload, dbx.Params{"id": id}) }

// Unfinished returns the unfinished uploads begun before a time.
func (s Uploads) Unfinished(before time.Time) ([]evidence.Upload, error) {
	var rows []uploadRow
	err := s.App.DB().NewQuery(unfinished).Bind(dbx.Params{"before": before.UTC().Format(stampLayout)}).All(&rows)
	out := make([]evidence.Upload, len(rows))
	for i, r := range rows {
		out[i] = evidence.Upload(r)
	}
	return out, err
}

const (
	openUploads  = `SELECT count(*) FROM uploads WHERE owner = {:owner} AND done = 0`
	uploadsSince = `SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = {:owner} AND begun_at >= {:since}`
)

// Used is what an owner has unfinished, and began since a time.
func (s Uploads) Used(owner string, since time.Time) (used evidence.Used, err error) {
	params := dbx.Params{"owner": owner, "since": since.UTC().Format(stampLayout)}
	err = s.App.DB().NewQuery(openUploads).Bind(params).Row(&used.Unfinished)
	return used, errors.Join(err, s.App.DB().NewQuery(uploadsSince).Bind(params).Row(&used.Bytes))
}

const (
	// sumsOfRows and sumsOfUploads are those of the sums that a row names. The second reads
	// the whole table: it is asked for the few that the first does not know.
	sumsOfRows    = `SELECT DISTINCT sha256 FROM evidence WHERE sha256 IN (SELECT value FROM json_each({:sums}))`
	sumsOfUploads = `SELECT DISTINCT sha256 FROM uploads WHERE sha256 IN (SELECT value FROM json_each({:sums}))`
)

// Known returns those of the sums that a photo's row or an upload names.
func (s Uploads) Known(sums []string) ([]string, error) {
	known, err := s.sums(sumsOfRows, sums)
	if err != nil {
		return nil, err
	}
	sums = slices.DeleteFunc(slices.Clone(sums), func(sum string) bool { return slices.Contains(known, sum) })
	if len(sums) == 0 {
		return known, nil
	}
	more, err := s.sums(sumsOfUploads, sums)
	return append(known, more...), err
}

func (s Uploads) sums(query string, sums []string) ([]string, error) {
	list, err := json.Marshal(sums)
	if err != nil {
		return nil, err
	}
	var out []string
	err = s.App.DB().NewQuery(query).Bind(dbx.Params{"sums": string(list)}).Column(&out)
	return out, err
}

// Evidence is the worker's desk and the door to the shelf.
type Evidence struct{ App core.App }

var _ evidence.Desk = Evidence{}

// waiting: rows whose author has brought the bytes, which are not stored yet.
const waiting = `SELECT e.id AS id, e.sha256 AS sum, e.size AS size FROM evidence e
	JOIN uploads u ON u.sha256 = e.sha256 AND u.owner = e.author AND u.done = 1
	WHERE e.state = 'pending' AND e.id > {:after} ORDER BY e.id LIMIT {:limit}`

// Waiting returns rows whose bytes are there.
func (s Evidence) Waiting(after string, limit int) ([]evidence.Item, error) {
	return s.items(waiting, dbx.Params{"after": after, "limit": limit})
}

func (s Evidence) items(query string, params dbx.Params) ([]evidence.Item, error) {
	var rows []struct {
		ID   string `db:"id"`
		Sum  string `db:"sum"`
		Size int64  `db:"size"`
	}
	if err := s.App.DB().NewQuery(query).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	items := make([]evidence.Item, len(rows))
	for i, r := range rows {
		items[i] = evidence.Item{ID: r.ID, Sum: r.Sum, Size: r.Size}
	}
	return items, nil
}

// settledSums: what a row says is stored, and no row waits for.
const settledSums = `SELECT sha256 FROM evidence WHERE sha256 IN (SELECT value FROM json_each({:sums}))
	GROUP BY sha256 HAVING min(state != 'pending') = 1`

// Settled returns those of the sums whose rows all have their receipts.
func (s Evidence) Settled(sums []string) ([]string, error) {
	return Uploads{App: s.App}.sums(settledSums, sums)
}

// Store writes what the worker found into the row, whose receipt reaches the phone by sync.
func (s Evidence) Store(item evidence.Item, f evidence.Finding) error {
	return s.App.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById("evidence", item.ID)
		if err != nil {
			return err
		}
		var flags []string
		_ = r.UnmarshalJSONField("flags", &flags) // an empty column has none
		flags = unique(append(flags, f.Flags...))
		state := stateOf(flags, verdictOn(r))
		if err := Load(r, map[string]any{"state": state, "flags": flags, "receipt": f.Receipt, "exif": f.Meta}); err != nil {
			return err
		}
		r.Set("mime", f.Mime) // what the bytes are, not what the phone said
		if err := keepChecks(tx, r, f); err != nil {
			return err
		}
		return tx.Save(r)
	})
}

// doubts are the flags that a person decides about: those that only inform are not among them.
func doubts(flags []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(flag string) bool { return flag == "late" || flag == evidence.FlagNoTags })
}

// stateOf is the state of a photo whose bytes are here. Who accepts it decides about the
// doubts that he saw, not about those that come later.
func stateOf(flags []string, d *casework.FlagDecision) string {
	open := doubts(flags)
	if d != nil && d.Verdict == casework.FlagAccepted {
		open = slices.DeleteFunc(open, func(flag string) bool { return slices.Contains(d.Flags, flag) })
	}
	if len(open) > 0 || d != nil && d.Verdict == casework.FlagRejected {
		return "flagged"
	}
	return "stored"
}

// View is what a user may see of a photo.
type View struct {
	ID        string
	Sum       string
	Mime      string // as the worker found it
	Original  bool   // the file itself, not only its derivatives
	Bare      bool   // there are no small copies of it, and will be none
	AsksFirst bool   // it says where a complainant stood, which this user sees for a reason only
	Pending   bool   // the worker has not seen the bytes: nothing is shown yet
	Preview   bool   // but for a first preview, where there is one: its author has brought the bytes
}

// Bytes are the sum and the type of a photo.
func (s Evidence) Bytes(id string) (sum, mime string, err error) {
	r, err := s.App.FindRecordById("evidence", id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", ErrEvidenceUnknown
	}
	if err != nil {
		return "", "", err
	}
	return r.GetString("sha256"), r.GetString("mime"), nil
}

// ErrEvidenceUnknown: there is no such photo in the user's scope.
var ErrEvidenceUnknown = errors.New("evidence unknown")

// See finds a photo in a user's scope. Desks see the original; an officer sees his own,
// which is one whose bytes he brought: a sum can be copied.
func (s Evidence) See(user *core.Record, id string) (View, error) {
	records, err := s.App.FindRecordsByIds("evidence", []string{id})
	if err != nil {
		return View{}, err
	}
	if len(records) == 0 {
		return View{}, ErrEvidenceUnknown
	}
	r := records[0]
	root, err := CaseUsers(s).Root(r.GetString("case"))
	if err != nil {
		return View{}, err
	}
	for _, caseID := range unique([]string{root, r.GetString("case")}) {
		ok, err := Cases(s).MaySee(user, caseID)
		if err != nil {
			return View{}, err
		}
		if ok {
			return s.viewOf(user, r)
		}
	}
	return View{}, ErrEvidenceUnknown
}

func (s Evidence) viewOf(user, r *core.Record) (View, error) {
	v := View{
		ID: r.Id, Sum: r.GetString("sha256"), Mime: r.GetString("mime"), Pending: r.GetString("state") == "pending", Bare: !shown(r), Original: true,
	}
	if v.Pending {
		upload, err := Uploads{App: s.App}.BySum(r.GetString("author"), v.Sum)
		if err != nil {
			return v, err
		}
		v.Preview = upload.Done
	}
	role := casework.Role(user.GetString("role"))
	v.AsksFirst = r.GetString("complaint") != "" && asksFirst(role)
	if role != casework.Inspector {
		return v, nil
	}
	brought, err := Uploads{App: s.App}.BySum(user.Id, v.Sum)
	v.Original = r.GetString("author") == user.Id && brought.Done
	return v, err
}

// captured are the facts of a capture: they are written when the row is, and never again.
var captured = []string{
	"case", "complaint", "inspection", "rectification", "sha256", "size", "taken_at", "position", "heading", "mock_location",
	"device", "previous", "author", "received_at",
}

// Frozen tells whether a change of a photo's row touches what is never replaced. The
// worker says once what type the bytes are, and gives the receipt.
func Frozen(r *core.Record) bool {
	old := r.Original()
	for _, field := range captured {
		if !same(old, r, field) {
			return true
		}
	}
	var was custody.Receipt
	_ = json.Unmarshal([]byte(old.GetString("receipt")), &was) // none yet
	return was.SHA256 != "" && !(same(old, r, "receipt") && same(old, r, "mime"))
}

// Decides tells whether a change of a photo's row is a person's to decide: it writes a
// decision, or calls off the doubt.
func Decides(r *core.Record) bool {
	old := r.Original()
	none := isNothing(old, "decision") && isNothing(r, "decision")
	return !none && !same(old, r, "decision") || old.GetString("state") == "flagged" && r.GetString("state") != "flagged"
}

// isNothing tells whether a JSON field was never written.
func isNothing(r *core.Record, field string) bool {
	text := r.GetString(field)
	return text == "" || text == "null"
}

// same compares a field by what it says: JSON may be written in another order.
func same(old, r *core.Record, field string) bool {
	was, is := old.GetString(field), r.GetString(field)
	if was == is {
		return true
	}
	var a, b any
	return json.Unmarshal([]byte(was), &a) == nil && json.Unmarshal([]byte(is), &b) == nil && reflect.DeepEqual(a, b)
}

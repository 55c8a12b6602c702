package storm

// The directory that every schedule begins with: agencies, people and cases, made once.

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
)

// The people and cases of every schedule. Ann, Bob and Cy are inspectors.
const (
	city, east, west           = "agencycity00000", "agencyeast00000", "agencywest00000"
	ann, bob, cy               = "userann00000000", "userbob00000000", "usercy000000000"
	dispatcher, reviewer       = "userdispatcher0", "userreviewer000"
	first, second, third, last = "case00000000001", "case00000000002", "case00000000003", "case00000000004"
)

var (
	inspectors = []string{ann, bob, cy}
	allCases   = []string{first, second, third, last}
	names      = map[string]string{ann: "ann", bob: "bob", cy: "cy", first: "case1", second: "case2", third: "case3", last: "case4"}
)

// begin is when every schedule begins.
var begin = time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// template is a directory, and the log-ins of its people.
type template struct {
	dir    string
	tokens map[string]string
}

var house template

func TestMain(m *testing.M) {
	flag.Parse()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	root, err := os.MkdirTemp("", "xuncha-storm-*")
	if err != nil {
		panic(err)
	}
	if house, err = build(filepath.Join(root, "template")); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(root)
	os.Exit(code)
}

func build(dir string) (template, error) {
	t := template{dir: dir, tokens: map[string]string{}}
	ids := rand.New(rand.NewPCG(0, 0))
	s := &server{root: filepath.Dir(dir), dir: dir, now: func() time.Time { return begin.AddDate(0, 0, -1) }, newID: func() string { return recordID(ids) }}
	if err := s.open(); err != nil {
		return t, err
	}
	for _, row := range furniture() {
		r, err := s.put(row.collection, row.id, row.fields)
		if err != nil {
			return t, fmt.Errorf("%s %s: %w", row.collection, row.id, err)
		}
		if row.collection == "users" {
			if t.tokens[row.id], err = r.NewAuthToken(); err != nil {
				return t, err
			}
		}
	}
	d := desk{s, t.tokens}
	for _, step := range []struct {
		user, caseID, name string
		args               map[string]any
	}{
		{dispatcher, first, "accept", accepted},
		{dispatcher, second, "accept", accepted},
		{dispatcher, third, "accept", accepted},
		{dispatcher, first, "assign", d.crew(ann, bob)},
		{dispatcher, second, "assign", d.crew(bob, cy)},
	} {
		if status, body := d.act(step.user, step.caseID, step.name, step.args); status != http.StatusOK {
			return t, fmt.Errorf("%s %s: %d %s", step.name, step.caseID, status, body)
		}
	}
	if err := d.order(second); err != nil {
		return t, err
	}
	return t, s.close()
}

type furnishing struct {
	collection, id string
	fields         map[string]any
}

func furniture() []furnishing {
	out := []furnishing{
		{"agencies", city, map[string]any{"name": "市局", "division_code": "990100", "level": "city"}},
		{"agencies", east, map[string]any{"name": "东县分局", "division_code": "990101", "level": "county"}},
		{"agencies", west, map[string]any{"name": "西县分局", "division_code": "990102", "level": "county"}},
	}
	for _, u := range []struct{ id, role, agency string }{
		{ann, "inspector", east}, {bob, "inspector", east}, {cy, "inspector", east}, {dispatcher, "dispatcher", city}, {reviewer, "reviewer", city},
	} {
		out = append(out, furnishing{"users", u.id, map[string]any{
			"name": u.id, "role": u.role, "agency": u.agency, "on_duty": true, "certificate_no": "ZF-" + u.id,
			"certificate_until": "2099-12-31", "email": u.id + "@example.test", "password": "Test-pass-2026",
		}})
	}
	for i, id := range allCases {
		out = append(out, furnishing{"cases", id, map[string]any{
			"number": fmt.Sprintf("2026-%06d", i+1), "status": "registered", "round": 1, "source": "web", "agency": city,
			"division_code": "990101", "pollution_types": []string{"air"}, "title": "恶臭", "text": secret(id), "text_length": 10,
			"address": secret(id), "location": map[string]any{"lon": 116.4, "lat": 39.9}, "identity_mode": "anonymous",
			"received_at": "2026-11-20T01:00:00.000Z", "due_strict": "2026-12-05", "supervision_level": "none",
		}})
	}
	return out
}

// secret is what a case says and nobody else may read.
func secret(caseID string) string { return "secret of " + caseID }

// put saves a record as the server itself.
func (s *server) put(collection, id string, fields map[string]any) (*core.Record, error) {
	col, err := s.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	r.Load(fields)
	r.Id = id
	return r, s.app.SaveWithContext(hooks.Seeding(context.Background()), r)
}

// recordID makes an id like PocketBase's own, from a seed.
func recordID(from *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, 15)
	for i := range out {
		out[i] = letters[from.IntN(len(letters))]
	}
	return string(out)
}

// desk does what people at desks do, over HTTP and without faults.
type desk struct {
	*server
	tokens map[string]string
}

func (d desk) call(user, method, path string, body any) (int, []byte) {
	var data []byte
	if body != nil {
		data = encoded(body)
	}
	header := http.Header{"Authorization": {d.tokens[user]}, "Content-Type": {"application/json"}}
	a := d.handle(method, path, header, data, len(data))
	return a.status, a.Bytes()
}

func (d desk) act(user, caseID, name string, args map[string]any) (int, []byte) {
	return d.call(user, http.MethodPost, "/api/collections/actions/records", map[string]any{
		"case": caseID, "name": name, "args": args, "position": place,
	})
}

var (
	accepted = map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false}
	place    = map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8}
)

// crew are the arguments of an assignment.
func (d desk) crew(users ...string) map[string]any {
	return map[string]any{"inspectors": users, "lead": users[0], "due": d.now().AddDate(0, 0, 2).Format(time.DateOnly), "reason": "工作安排"}
}

// standing is what of a case the desks go by.
type standing struct {
	ID         string `db:"id"`
	Status     string `db:"status"`
	Primary    string `db:"primary"`
	Inspection string `db:"inspection"`
	Officers   string `db:"inspectors"`
}

func (c standing) officers() []string {
	var out []string
	_ = json.Unmarshal([]byte(c.Officers), &out) // an empty column is nobody
	return out
}

func (d desk) caseOf(id string) (standing, error) {
	all, err := d.cases()
	i := slices.IndexFunc(all, func(c standing) bool { return c.ID == id })
	if err != nil || i < 0 {
		return standing{}, errors.Join(err, fmt.Errorf("there is no case %s", id))
	}
	return all[i], nil
}

func (s *server) cases() (out []standing, err error) {
	err = s.app.DB().NewQuery("SELECT id, status, `primary`, inspection, coalesce(inspectors, '[]') AS inspectors FROM cases ORDER BY id").All(&out)
	return out, err
}

// visit is two arrivals, as far as they are still wanted.
func (d desk) visit(caseID string) (standing, error) {
	c, err := d.caseOf(caseID)
	if err != nil || len(c.officers()) == 0 {
		return c, err
	}
	d.act(c.officers()[0], caseID, "arrive", map[string]any{"inspection": c.Inspection, "officers": c.officers(), "certificate_shown": true})
	return d.caseOf(caseID)
}

// order leads a case to a rectification, from wherever that is admitted.
func (d desk) order(caseID string) error {
	c, err := d.visit(caseID)
	if err != nil || len(c.officers()) == 0 {
		return err
	}
	d.act(c.officers()[0], caseID, "conclude", map[string]any{"inspection": c.Inspection, "outcome": "substantiated", "order": map[string]any{
		"rectification": d.newID(), "no": "责改1号", "served_at": d.now().Format(time.RFC3339), "deadline": d.now().AddDate(0, 0, 20).Format(time.DateOnly),
		"measures": "停止排放", "responsible": "王经理", "items": []map[string]any{{"id": "i1", "text": "加盖"}},
	}})
	return nil
}

// finish leads a case to its end by the shortest way.
func (d desk) finish(caseID string) error {
	c, err := d.visit(caseID)
	if err != nil || len(c.officers()) == 0 {
		return err
	}
	d.act(c.officers()[0], caseID, "conclude", map[string]any{"inspection": c.Inspection, "outcome": "unsubstantiated"})
	d.act(dispatcher, caseID, "reply", map[string]any{
		"handling_result": "未发现异味。", "complainant_reply": "经查未发现异味。", "legal_basis": "大气污染防治法第九十九条",
	})
	d.act(reviewer, caseID, "approve", map[string]any{"delivered": true})
	return nil
}

package rxdb_test

// A case in the field, for tests: a running house, a dispatcher, two inspectors, and
// RxDB's requests as they go over the wire.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

type doc = map[string]any

type field struct {
	*house.House
	agency     string
	dispatcher house.User
	a, b       house.User
	caseID     string
	visit      string // the inspection of its round
}

func inField(t *testing.T) *field {
	t.Helper()
	f := &field{House: house.New(t)}
	f.agency = f.Agency("甲县分局", "990101")
	f.dispatcher, f.a, f.b = f.User("dispatcher", f.agency, "王丽"), f.User("inspector", f.agency, "李强"), f.User("inspector", f.agency, "周芳")
	f.caseID = f.Case(f.agency, "990101", "2026-000001")
	f.act("accept", doc{"types": []string{"air"}, "division_code": "990101", "urgent": false})
	f.assign(f.a.ID, f.b.ID)
	f.visit = f.text("cases", f.caseID, "inspection")
	return f
}

// act is an action of the dispatcher that must be applied.
func (f *field) act(name string, args doc) {
	f.T.Helper()
	status, body := f.Do("POST", "/api/collections/actions/records", f.dispatcher.Token, doc{"case": f.caseID, "name": name, "args": args})
	if status != http.StatusOK || body["outcome"] != "applied" {
		f.T.Fatalf("%s: %d %v", name, status, body)
	}
}

func (f *field) assign(inspectors ...string) {
	f.T.Helper()
	f.act("assign", doc{
		"inspectors": inspectors, "lead": inspectors[0], "due": time.Now().AddDate(0, 0, 10).Format(time.DateOnly), "reason": "人员调整",
	})
}

// text is a field of a record as it is stored.
func (f *field) text(collection, id, name string) string {
	f.T.Helper()
	r, err := f.App.FindRecordById(collection, id)
	if err != nil {
		f.T.Fatal(err)
	}
	return r.GetString(name)
}

// clean: what phones hold is what the records say.
func (f *field) clean() {
	f.T.Helper()
	report, err := store.Fsck{App: f.App}.Run()
	if err != nil {
		f.T.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Check == "documents" || d.Check == "access" {
			f.T.Errorf("fsck %s: %s %s %s", d.Check, d.Collection, d.Record, d.What)
		}
	}
}

// head is the highest seq that the house has given.
func (f *field) head() (head int64) {
	f.T.Helper()
	if err := store.InRead(f.App, func(r store.Reader) error {
		state, err := r.State()
		head = state.Head
		return err
	}); err != nil {
		f.T.Fatal(err)
	}
	return head
}

// run executes SQL, as a hand at the database would.
func (f *field) run(sql string) {
	f.T.Helper()
	if _, err := f.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		f.T.Fatal(err)
	}
}

// isKept tells whether a value of a record is in the held work, and in which state.
func (f *field) isKept(record, column, want string) (code, state string) {
	f.T.Helper()
	rows, err := f.App.FindRecordsByFilter("held_edits", "record = '"+record+"'", "-seq", 0, 0)
	if err != nil {
		f.T.Fatal(err)
	}
	for _, r := range rows {
		if strings.Contains(r.GetString("ours"), want) && (column == "" || r.GetString("field") == column) {
			return r.GetString("code"), r.GetString("state")
		}
	}
	return "", ""
}

// get pulls a page and returns status, documents and the checkpoint's text.
func (f *field) get(u house.User, collection, checkpoint string, limit int) (status int, docs []doc, next, code string) {
	f.T.Helper()
	path := fmt.Sprintf("/api/sync/rxdb/%s?limit=%d&checkpoint=%s", collection, limit, url.QueryEscape(checkpoint))
	status, data := f.Raw("GET", path, map[string]string{"Authorization": u.Token}, nil)
	var page struct {
		Documents  []doc             `json:"documents"`
		Checkpoint map[string]string `json:"checkpoint"`
		Code       string            `json:"code"`
	}
	if err := json.Unmarshal(data, &page); err != nil {
		f.T.Fatalf("%s: %d %s", path, status, data)
	}
	return status, page.Documents, page.Checkpoint["c"], page.Code
}

// pull pulls as RxDB does, page by page until one is short, and applies the documents.
func (f *field) pull(u house.User, collection, checkpoint string, limit int, into map[string]doc) (next string, pages int) {
	f.T.Helper()
	for {
		status, docs, c, code := f.get(u, collection, checkpoint, limit)
		if status != http.StatusOK {
			f.T.Fatalf("pull of %s: %d %s", collection, status, code)
		}
		pages++
		for _, d := range docs {
			if id := d["id"].(string); d["_deleted"] == true {
				delete(into, id)
			} else {
				into[id] = d
			}
		}
		if len(docs) == 0 {
			return checkpoint, pages // RxDB does not store it
		}
		if checkpoint = c; len(docs) < limit {
			return checkpoint, pages
		}
	}
}

// doc pulls one document.
func (f *field) doc(u house.User, collection, id string) doc {
	f.T.Helper()
	all := map[string]doc{}
	f.pull(u, collection, "", 500, all)
	return all[id]
}

// post pushes rows and returns what is answered.
func (f *field) post(u house.User, path string, rows any) (status int, answer []doc, code string) {
	f.T.Helper()
	data, err := json.Marshal(rows)
	if err != nil {
		f.T.Fatal(err)
	}
	return f.postRaw(u, path, string(data))
}

func (f *field) postRaw(u house.User, path, body string) (status int, answer []doc, code string) {
	f.T.Helper()
	status, data := f.Raw("POST", "/api/sync/rxdb/"+path, map[string]string{"Authorization": u.Token, "Content-Type": "application/json"}, strings.NewReader(body))
	if status != http.StatusOK {
		var p struct {
			Code string `json:"code"`
		}
		_ = json.Unmarshal(data, &p)
		return status, nil, p.Code
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		f.T.Fatalf("the answer of a push is no array: %s", data)
	}
	return status, answer, ""
}

// push pushes one row and returns the document that comes back, nil if none does.
func (f *field) push(u house.User, collection string, assumed, next doc) doc {
	f.T.Helper()
	row := doc{"newDocumentState": next}
	if assumed != nil {
		row["assumedMasterState"] = assumed
	}
	status, answer, code := f.post(u, collection, []doc{row})
	if status != http.StatusOK || len(answer) > 1 {
		f.T.Fatalf("push: %d %s %v", status, code, answer)
	}
	if len(answer) == 0 {
		return nil
	}
	return answer[0]
}

// with is a document with some fields changed.
func with(d doc, set doc) doc {
	out := maps.Clone(d)
	maps.Copy(out, set)
	return out
}

// without is a document without some fields.
func without(d doc, names ...string) doc {
	out := maps.Clone(d)
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// native is a phone of ours that has synced.
func (f *field) native(u house.User) *phone.Phone {
	f.T.Helper()
	p := phone.New(f.URL, u.Token)
	f.sync(p)
	return p
}

func (f *field) sync(p *phone.Phone) {
	f.T.Helper()
	if err := p.Sync(f.T.Context()); err != nil {
		f.T.Fatal(err)
	}
}

// says edits the inspection as a user with a phone of ours who has seen what stands.
func (f *field) says(u house.User, set doc) {
	f.T.Helper()
	p := f.native(u)
	id := p.Edit("inspections", f.visit, set)
	f.sync(p)
	if r := p.Result(id); r == nil || r.Outcome != sync.OK && r.Outcome != sync.Merged {
		f.T.Fatalf("%v: %+v", set, r)
	}
}

// shows checks a field of the inspection as it stands.
func (f *field) shows(name string, want any) {
	f.T.Helper()
	if got := f.doc(f.a, "inspections", f.visit)[name]; fmt.Sprint(got) != fmt.Sprint(want) {
		f.T.Errorf("%s is %v, want %v", name, got, want)
	}
}

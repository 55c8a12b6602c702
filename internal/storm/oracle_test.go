package storm

// What each author had before his eyes, and what the server did with it: every value of a
// schedule is unique within its field, and every save is watched.

import (
	"encoding/json"
	"strings"
	stdsync "sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/sync"
)

type key struct{ collection, id string }

// oracle knows what was seen by whoever wrote a value.
type oracle struct {
	saw map[string][]string // value: the values its authors saw
}

// name is a value of a field of a record; no value has none.
func name(k key, field string, value json.RawMessage) string {
	if absent(value) {
		return ""
	}
	return k.collection + "/" + k.id + "/" + field + "=" + string(plain(value))
}

// plain is a value in the one form that all of one meaning have.
func plain(value json.RawMessage) json.RawMessage {
	out, err := sync.Canonical(value)
	if err != nil {
		return value
	}
	return out
}

func absent(value json.RawMessage) bool {
	switch string(value) {
	case "", `""`, "null", "0", "[]", "{}":
		return true
	}
	return false
}

func (o oracle) learn(k key, field string, value, seen json.RawMessage) {
	if v, s := name(k, field, value), name(k, field, seen); v != s {
		o.saw[v] = append(o.saw[v], s)
	}
}

// knew tells whether who wrote value had seen old, himself or through those he saw.
func (o oracle) knew(value, old string) bool {
	seen, next := map[string]bool{}, []string{value}
	for len(next) > 0 {
		v := next[0]
		next = next[1:]
		if v == old {
			return true
		}
		if v != "" && !seen[v] {
			seen[v] = true
			next = append(next, o.saw[v]...)
		}
	}
	return false
}

// grows tells of a field that nothing is ever taken from.
func grows(k key, field string) bool {
	policy := sync.Writable[k.collection].Fields[field].Policy
	return policy == sync.Append || policy == sync.Union
}

// elements are the texts of a list, or the ids of its entries.
func elements(list json.RawMessage) []string {
	var entries []struct{ ID string }
	if json.Unmarshal(list, &entries) == nil {
		out := make([]string, len(entries))
		for i, e := range entries {
			out[i] = e.ID
		}
		return out
	}
	var texts []string
	_ = json.Unmarshal(list, &texts) // nothing yet
	return texts
}

// within tells whether every element of a list stands in another text.
func within(list json.RawMessage, in string) bool {
	for _, e := range elements(list) {
		if !strings.Contains(in, `"`+e+`"`) {
			return false
		}
	}
	return true
}

// change is one field that a committed save changed.
type change struct {
	key
	field    string
	old, now json.RawMessage
}

// kept is one committed row of held_edits.
type kept struct {
	key
	field, code, mutation string
	ours, theirs          json.RawMessage
	knew                  bool // whoever wrote ours had seen theirs by then
	lostBefore            bool // it is a replay of what had lost
}

// watch sees every save of what phones write, once it is committed.
type watch struct {
	mu      stdsync.Mutex
	changes []change
	kept    []kept
	newID   func() string
}

// edited are the collections whose fields phones edit.
var edited = []string{"inspections", "rectifications", "evidence"}

// innermost: nothing of the house runs between this and the row.
const innermost = 1000

func (w *watch) bind(app core.App) {
	app.OnRecordUpdateExecute(edited...).Bind(&hook.Handler[*core.RecordEvent]{Func: w.update, Priority: innermost})
	app.OnRecordCreateExecute("held_edits").Bind(&hook.Handler[*core.RecordEvent]{Func: w.hold, Priority: innermost})
	app.OnRecordCreate("held_edits").Bind(&hook.Handler[*core.RecordEvent]{Priority: -2000, Func: func(e *core.RecordEvent) error {
		if e.Record.Id == "" && w.newID != nil {
			e.Record.Id = w.newID()
		}
		return e.Next()
	}})
}

func (w *watch) update(e *core.RecordEvent) error {
	var all []change
	k := key{e.Record.Collection().Name, e.Record.Id}
	for field, f := range sync.Writable[k.collection].Fields {
		old, now := valueOf(e.Record.Original(), field), valueOf(e.Record, field)
		if f.Policy != sync.Once && string(old) != string(now) {
			all = append(all, change{k, field, old, now})
		}
	}
	return w.committed(e, func() { w.changes = append(w.changes, all...) })
}

func (w *watch) hold(e *core.RecordEvent) error {
	r := e.Record
	row := kept{
		key:   key{r.GetString("collection"), r.GetString("record")},
		field: r.GetString("field"), code: r.GetString("code"), mutation: r.GetString("mutation"),
		ours: valueOf(r, "ours"), theirs: valueOf(r, "theirs"),
	}
	return w.committed(e, func() { w.kept = append(w.kept, row) })
}

// committed does something once the transaction stands.
func (w *watch) committed(e *core.RecordEvent, then func()) error {
	if err := e.Next(); err != nil {
		return err
	}
	done := func(err error) error {
		if err == nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			then()
		}
		return nil
	}
	if info := e.App.TxInfo(); info != nil {
		info.OnComplete(done)
		return nil
	}
	return done(nil)
}

func valueOf(r *core.Record, field string) json.RawMessage { return plain(encoded(r.Get(field))) }

// take hands over what was seen since the last time.
func (w *watch) take() ([]change, []kept) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changes, rows := w.changes, w.kept
	w.changes, w.kept = nil, nil
	return changes, rows
}

func encoded(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	return data
}

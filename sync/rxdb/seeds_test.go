package rxdb_test

// Two officers with stock RxDB and one with a phone of ours on the same inspection,
// offline and online in random order, a restore in the middle. At quiet all show what the
// server has, and nothing that was not sent before the restore is lost.

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// fewSeeds run with every change; RXDB_SEEDS asks for more.
const fewSeeds = 4

// foundSeeds once showed a fault.
var foundSeeds = []uint64{}

func TestStockClientsAndAPhoneAgreeInTheEnd(t *testing.T) {
	t.Parallel()
	seeds := slices.Clone(foundSeeds)
	n := fewSeeds
	if more, err := strconv.Atoi(os.Getenv("RXDB_SEEDS")); err == nil {
		n = more
	}
	first, _ := strconv.ParseUint(os.Getenv("RXDB_FIRST"), 10, 64)
	for i := range n {
		seeds = append(seeds, first+uint64(i))
	}
	one, two := node(t), node(t)
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			one.t, two.t = t, t
			play(t, seed, one, two)
		})
		if t.Failed() {
			return
		}
	}
}

// shown are the collections that the clients replicate.
var shown = []string{"cases", "inspections", "rectifications", "evidence", "held", "actions"}

// edit is one value that somebody wrote.
type edit struct {
	who, collection, record, field string
	value, before                  json.RawMessage // before is what his screen showed
	list                           bool            // value is an element that was added
	acked                          bool            // the server said that it has it
	saved                          bool            // before the backup
	lost                           bool            // after the backup and before the restore: it may be lost
}

// game is one schedule.
type game struct {
	*field
	t      *testing.T
	seed   uint64
	rnd    *rand.Rand
	line   *line
	stock  []*officer
	phone  *phone.Phone
	native house.User
	spare  house.User
	away   bool // the second officer is off the case
	edits  []*edit
	n      int
	backup string // a copy of the database
	saved  int64  // the head in it
}

// officer is an inspector with stock RxDB.
type officer struct {
	*client
	user   house.User
	online bool
}

func play(t *testing.T, seed uint64, one, two *client) {
	g := &game{field: inField(t), t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 17))}
	g.line = newLine(t, g.field)
	g.spare = g.User("inspector", g.agency, "秦川")
	g.native = g.spare
	if g.rnd.IntN(4) == 0 {
		g.native = g.a // the same officer with two devices
	}
	g.everybody()
	g.phone = phone.New(g.line.URL, g.native.Token)
	for i, c := range []*client{one, two} {
		o := &officer{client: c, user: []house.User{g.a, g.b}[i], online: true}
		o.do("open", doc{"url": g.line.URL, "token": o.user.Token, "name": fmt.Sprintf("s%d-%d", seed, i), "collections": shown})
		o.do("sync", nil)
		g.stock = append(g.stock, o)
	}
	g.sync(g.phone)
	steps := 20 + g.rnd.IntN(20)
	saves, restores := g.rnd.IntN(steps/2), steps/2+g.rnd.IntN(steps/2)
	withRestore := seed%2 == 1
	for i := range steps {
		if withRestore && i == saves {
			g.save()
		}
		if withRestore && i == restores {
			g.restore()
		}
		g.step()
	}
	g.quiet()
	g.compare()
	g.account()
	for _, o := range g.stock {
		o.do("close", nil)
	}
}

func (g *game) everybody() {
	g.away = false
	g.assign(g.a.ID, g.b.ID, g.spare.ID)
}

func (g *game) step() {
	o := g.stock[g.rnd.IntN(len(g.stock))]
	kind := g.rnd.IntN(12)
	defer func() {
		g.trace("step %d of %s (online %v), away %v, %d edits, head %d", kind, o.user.ID, o.online, g.away, len(g.edits), g.head())
	}()
	switch kind {
	case 0, 1, 2, 3:
		g.editStock(o)
	case 4, 5:
		g.editNative()
	case 6:
		if o.online = !o.online; o.online {
			o.do("online", nil)
		} else {
			o.do("offline", nil)
		}
	case 7:
		if o.online {
			o.do("sync", nil)
		}
	case 8:
		g.sync(g.phone)
	case 9:
		g.create(o)
	case 10:
		if g.rnd.IntN(2) == 0 {
			return
		}
		if g.away = !g.away; g.away {
			g.assign(g.a.ID, g.spare.ID)
		} else {
			g.everybody()
		}
	case 11:
		g.act("note", doc{"text": fmt.Sprint("第", g.n, "条")})
	}
}

// draw is a new value for a field of some record that somebody shows.
func (g *game) draw(ids map[string][]string) (e edit, set, more doc) {
	g.n++
	e.collection = "inspections"
	if len(ids["evidence"]) > 0 && g.rnd.IntN(4) == 0 {
		e.collection = "evidence"
	}
	if len(ids[e.collection]) == 0 {
		return e, nil, nil
	}
	e.record = ids[e.collection][g.rnd.IntN(len(ids[e.collection]))]
	fields := map[string][]string{
		"inspections": {"findings", "statement", "weather", "finished_at", "max_noise_db", "samples", "notes"}, "evidence": {"caption", "item"},
	}[e.collection]
	e.field = fields[g.rnd.IntN(len(fields))]
	word := fmt.Sprintf("%s%d", e.field, g.n)
	var value any = word
	switch e.field {
	case "max_noise_db":
		value = 40 + float64(g.rnd.IntN(50)) + float64(g.n)/1000
	case "samples":
		e.list, more = true, doc{e.field: []string{word}}
	case "notes":
		e.list = true
		value = doc{"id": word, "at": "2026-11-24T09:00:00+08:00", "text": word}
		more = doc{e.field: []any{value}}
	}
	if !e.list {
		set = doc{e.field: value}
	}
	e.value = g.encode(value)
	return e, set, more
}

func (g *game) encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		g.t.Fatal(err)
	}
	return data
}

func (g *game) editStock(o *officer) {
	docs := o.do("dump", nil).Docs
	ids := map[string][]string{}
	for _, c := range []string{"inspections", "evidence"} {
		ids[c] = slices.Sorted(maps.Keys(docs[c]))
	}
	e, set, more := g.draw(ids)
	if e.record == "" {
		return
	}
	said := o.do("patch", doc{"collection": e.collection, "id": e.record, "set": set, "append": more})
	if said.Missing {
		return
	}
	e.who, e.before = o.user.ID, g.encode(said.Before[e.field])
	g.edits = append(g.edits, &e)
}

func (g *game) editNative() {
	ids := map[string][]string{}
	for _, c := range []string{"inspections", "evidence"} {
		ids[c] = slices.Sorted(maps.Keys(g.phone.Rows(c)))
	}
	e, set, more := g.draw(ids)
	if e.record == "" {
		return
	}
	e.who, e.before = "native", g.phone.View(e.collection, e.record)[e.field]
	if e.list {
		set = more
	}
	g.phone.Edit(e.collection, e.record, set)
	g.edits = append(g.edits, &e)
}

// create makes a record on a stock client or the phone.
func (g *game) create(o *officer) {
	g.n++
	id := fmt.Sprintf("01JD%020dXX", g.n)
	collection, set := "inspections", doc{"case": g.caseID, "round": 1, "findings": fmt.Sprint("findings", g.n)}
	if g.rnd.IntN(2) == 0 {
		collection = "evidence"
		set = doc{"case": g.caseID, "sha256": fmt.Sprintf("%064x", g.n), "size": 9, "mime": "image/jpeg", "purpose": "scene", "caption": fmt.Sprint("caption", g.n)}
	}
	e := &edit{collection: collection, record: id, field: "case", value: g.encode(g.caseID), who: o.user.ID}
	if g.rnd.IntN(3) == 0 {
		e.who = "native"
		g.phone.CreateAs(collection, id, set)
	} else {
		set["id"] = id
		o.do("insert", doc{"collection": collection, "doc": set})
	}
	g.edits = append(g.edits, e)
	g.trace("%s creates %s %s", e.who, collection, id)
}

// acked marks what the server has said that it has.
func (g *game) acked() {
	for _, o := range g.stock {
		for _, d := range o.do("sent", nil).Sent {
			for _, e := range g.edits {
				if e.who == o.user.ID && d["id"] == e.record && (sync.Same(g.encode(d[e.field]), e.value) || e.list && strings.Contains(string(g.encode(d[e.field])), strings.Trim(string(e.value), "{}"))) {
					e.acked = true
				}
			}
		}
	}
}

// save copies the database.
func (g *game) save() {
	g.acked()
	g.trace("save")
	g.saved = g.head()
	g.backup = g.t.TempDir() + "/data.db"
	g.run("VACUUM INTO '" + g.backup + "'")
	for _, e := range g.edits {
		e.saved = e.acked
	}
}

// restore puts the copy back by hand; the house notices, and begins a new epoch, unless nothing
// happened meanwhile.
func (g *game) restore() {
	for _, o := range g.stock {
		o.do("offline", nil) // what is under way is not answered any more
	}
	g.acked()
	for _, e := range g.edits {
		e.lost = e.acked && !e.saved
	}
	before := g.head()
	g.trace("restore")
	g.Stop()
	for _, name := range []string{"data.db-wal", "data.db-shm"} {
		if err := os.RemoveAll(g.Dir + "/" + name); err != nil {
			g.t.Fatal(err)
		}
	}
	data, err := os.ReadFile(g.backup)
	if err == nil {
		err = os.WriteFile(g.Dir+"/data.db", data, 0o600)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	g.House = house.With(g.t, g.Dir, hooks.Config{Now: time.Now})
	if after := g.head(); before > g.saved && after < before+1<<20 {
		g.t.Fatalf("no new epoch began: the head went from %d to %d", before, after)
	}
	g.line.to(g.t, g.field)
	for _, o := range g.stock {
		if o.online {
			o.do("online", nil)
		}
	}
	g.away = !strings.Contains(g.text("cases", g.caseID, "inspectors"), g.b.ID)
}

// quiet lets everybody sync until nothing moves.
func (g *game) quiet() {
	if g.away {
		g.everybody()
	}
	for _, o := range g.stock {
		o.do("online", nil)
		o.online = true
	}
	for range 20 {
		before := g.head()
		for _, o := range g.stock {
			o.do("sync", nil)
		}
		g.sync(g.phone)
		if g.head() == before {
			for _, o := range g.stock {
				o.do("sync", nil)
			}
			if g.head() == before {
				return
			}
		}
	}
	g.t.Errorf("seed %d: the clients never came to rest", g.seed)
}

// compare: everybody shows the server's view.
func (g *game) compare() {
	for _, o := range g.stock {
		view := g.field.native(o.user)
		for name, docs := range o.do("dump", nil).Docs {
			agree(g.t, view, name, named(docs))
		}
	}
	view := g.field.native(g.native)
	if view.Digest() != g.phone.Digest() {
		g.t.Errorf("seed %d: the phone shows something else than a new one", g.seed)
	}
	if g.clean(); g.t.Failed() {
		g.t.Errorf("seed %d", g.seed)
	}
}

// account finds every value that was written.
func (g *game) account() {
	view := g.field.native(g.a)
	kept, err := g.App.FindRecordsByFilter("held_edits", "id != ''", "seq", 0, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	recovered, lost := 0, 0
	for _, e := range g.edits {
		stands := view.Rows(e.collection)[e.record].Doc[e.field]
		found := sync.Same(stands, e.value) || e.list && strings.Contains(string(stands), g.mark(e))
		for _, r := range kept {
			found = found || r.GetString("record") == e.record && strings.Contains(r.GetString("ours"), g.mark(e))
		}
		for _, other := range g.edits {
			found = found || !e.list && other != e && other.record == e.record && other.field == e.field && sync.Same(other.before, e.value)
		}
		switch {
		case found && e.lost:
			recovered++
		case e.lost:
			lost++
		case !found:
			g.t.Errorf("seed %d: %s of %s %s by %s is nowhere: %s; %s stands", g.seed, e.field, e.collection, e.record, e.who, e.value, stands)
		}
	}
	if recovered+lost > 0 {
		g.t.Logf("of %d values that the server had said it has and a restore took, %d came back", recovered+lost, recovered)
	}
}

// mark is what of a value is found in any form of it.
func (g *game) mark(e *edit) string {
	if e.field == "notes" {
		var note struct{ ID string }
		if err := json.Unmarshal(e.value, &note); err != nil {
			g.t.Fatal(err)
		}
		return `"` + note.ID + `"`
	}
	return string(e.value)
}

func (g *game) trace(format string, args ...any) {
	if os.Getenv("RXDB_TRACE") != "" {
		g.t.Logf(format, args...)
	}
}

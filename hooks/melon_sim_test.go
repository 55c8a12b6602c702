package hooks_test

// Two apps on WatermelonDB and a phone of ours at one inspection, on and off the network in
// random order: at the end all show what the server has, and nothing that was not sent is
// lost.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// seeds are those that once were red, and a few; WATERMELON_SEEDS asks for more.
func melonSeeds() []uint64 {
	seeds := []uint64{1, 2, 3, 1022, 1050}
	if n, err := strconv.Atoi(os.Getenv("WATERMELON_SEEDS")); err == nil {
		for seed := range uint64(n) {
			seeds = append(seeds, 2000+seed)
		}
	}
	return seeds
}

func TestAppsAndAPhoneAtOneInspection(t *testing.T) {
	for _, seed := range melonSeeds() {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			newVisit(t, seed).run()
		})
	}
}

// spot is a field of a record.
type spot struct{ table, id, field string }

// work is an edit that somebody made.
type work struct {
	spot
	value   json.RawMessage // of a list the element
	by      int             // the client
	seen    map[string]bool // what the field had shown him
	dropped bool            // its author took it back, or a restore lost what was sent
}

// visit is one run.
type visit struct {
	t       *testing.T
	r       *rand.Rand
	f       field
	apps    []*melon
	phone   *phone.Phone
	users   []house.User // of the apps, then of the phone
	others  []string     // who may be on the case beside them
	on      []bool       // who is on the case
	decided map[string]bool
	spots   []spot
	works   []*work
	made    map[string]int // created evidence: by whom
	shown   []map[spot]map[string]bool
	stands  map[spot]string
	step    int
	backup  string
	counter int
	log     []string
}

func newVisit(t *testing.T, seed uint64) *visit {
	v := &visit{t: t, r: rand.New(rand.NewPCG(seed, 7)), f: inField(t), made: map[string]int{}, decided: map[string]bool{}, stands: map[spot]string{}}
	c := v.f.h.User("inspector", v.f.here, "吴敏")
	v.users = []house.User{v.f.a, v.f.b, c}
	v.others = []string{v.f.h.User("inspector", v.f.here, "郑洁").ID, v.f.h.User("inspector", v.f.here, "钱进").ID}
	v.on = []bool{true, true, true}
	v.assign()
	order := v.f.h.Record("rectifications", map[string]any{"case": v.f.mine, "inspection": v.f.visit, "round": 1}).Id
	shot := v.f.h.Record("evidence", map[string]any{"case": v.f.mine, "inspection": v.f.visit, "sha256": strings.Repeat("ab", 32), "size": 1, "mime": "image/jpeg", "purpose": "scene"}).Id
	for _, p := range []string{"findings", "statement", "weather", "finished_at", "max_noise_db", "samples", "notes"} {
		v.spots = append(v.spots, spot{"inspections", v.f.visit, p})
	}
	v.spots = append(v.spots, spot{"rectifications", order, "progress"}, spot{"rectifications", order, "notes"}, spot{"evidence", shot, "caption"})
	v.phone = phone.New(v.f.h.URL, c.Token)
	for i := range 2 {
		v.apps = append(v.apps, newMelon(t, v.users[i]))
	}
	for range 3 {
		v.shown = append(v.shown, map[spot]map[string]bool{})
	}
	for i := range 3 {
		v.syncs(i, "")
	}
	return v
}

func (v *visit) run() {
	defer func() {
		if v.t.Failed() {
			v.t.Log(strings.Join(v.log, "\n"))
		}
	}()
	backup, restore := 8+v.r.IntN(10), 22+v.r.IntN(12)
	for v.step = range 45 {
		switch v.step {
		case backup:
			v.keepBackup()
		case restore:
			v.putBack()
		}
		v.one()
	}
	v.end()
}

func (v *visit) note(format string, args ...any) {
	v.log = append(v.log, fmt.Sprintf("%d ", v.step)+fmt.Sprintf(format, args...))
}

// one is a step of somebody.
func (v *visit) one() {
	who := v.r.IntN(3)
	switch n := v.r.IntN(100); {
	case n < 52:
		v.edit(who)
	case n < 58:
		v.create(who)
	case n < 61 && who < 2:
		v.remove(who)
	case n < 66:
		v.on[who] = !v.on[who]
		if slices.Index(v.on, true) < 0 {
			v.on[who] = true
		}
		v.assign()
		v.note("on the case: %v", v.on)
	case n < 70:
		v.settle()
	default:
		v.syncs(who, []string{"", "", "", "pull", "push", "pull answer", "push answer"}[v.r.IntN(7)])
	}
}

// assign puts those on the case who shall be, and somebody else beside them.
func (v *visit) assign() {
	team := []string{v.others[0]}
	for i, on := range v.on {
		if on {
			team = append(team, v.users[i].ID)
		}
	}
	if len(team) < 2 {
		team = append(team, v.others[1])
	}
	act(v.t, v.f.h, v.f.dispatcher, v.f.mine, "assign", map[string]any{"inspectors": team, "lead": team[0], "due": soon(), "reason": "调整"})
	v.look("the desk")
}

// fresh is a value of a field that nobody has written yet; grow says that it is an element
// of its list.
func (v *visit) fresh(p spot) (value any, grow bool) {
	v.counter++
	switch p.field {
	case "max_noise_db":
		return 40 + float64(v.r.IntN(40)) + float64(v.counter)/1000, false
	case "progress":
		return 1 + v.counter%99, false
	case "samples":
		return fmt.Sprintf("S%d", v.counter), true
	case "notes":
		return map[string]any{"id": fmt.Sprintf("n%d", v.counter), "text": fmt.Sprintf("记录%d", v.counter)}, true
	}
	return fmt.Sprintf("话%d", v.counter), false
}

func (v *visit) edit(who int) {
	p := v.spots[v.r.IntN(len(v.spots))]
	value, grow := v.fresh(p)
	if who == 2 {
		if v.phone.View(p.table, p.id) == nil {
			return
		}
		v.see(2)
		v.worked(2, p, value, nil)
		if grow {
			value = []any{value}
		}
		v.phone.Edit(p.table, p.id, map[string]any{p.field: value})
		return
	}
	s := v.apps[who].ask("edit", ask{"table": p.table, "id": p.id, "column": p.field, "value": value, "grow": grow})
	if s.Refused == "" {
		v.worked(who, p, value, s.Before)
	}
}

// worked remembers an edit and what its author had seen.
func (v *visit) worked(who int, p spot, value any, before json.RawMessage) {
	w := &work{spot: p, value: json.RawMessage(encoded(value)), by: who, seen: map[string]bool{}}
	for s := range v.shown[who][p] {
		w.seen[s] = true
	}
	w.seen[string(before)] = true
	v.works = append(v.works, w)
	v.note("%d writes %s %s = %s", who, p.table, p.field, w.value)
}

func (v *visit) create(who int) {
	v.counter++
	set := map[string]any{
		"case": v.f.mine, "inspection": v.f.visit, "sha256": fmt.Sprintf("%064x", v.counter), "size": 10, "mime": "image/jpeg", "purpose": "scene",
		"caption": fmt.Sprintf("图%d", v.counter),
	}
	id := fmt.Sprintf("Photo%011d", v.counter)
	if who == 2 {
		v.phone.CreateAs("evidence", id, set)
	} else {
		v.apps[who].ask("create", ask{"table": "evidence", "id": id, "set": set})
	}
	v.made[id] = who
	v.note("%d takes %s", who, id)
}

// remove deletes a record in an app, which is no right of its user; what he had not sent of
// it he took back.
func (v *visit) remove(who int) {
	p := v.spots[v.r.IntN(len(v.spots))]
	rows := v.apps[who].dump()
	if rows[p.table][p.id] == nil {
		return
	}
	v.apps[who].ask("remove", ask{"table": p.table, "id": p.id})
	for _, w := range v.works {
		if w.by == who && w.id == p.id && w.pending(rows) {
			w.dropped = true
		}
	}
	v.note("%d deletes %s", who, p.table)
}

// settle decides the oldest held edit.
func (v *visit) settle() {
	_, list := v.f.h.Do("GET", "/api/held?kind=edit", v.f.dispatcher.Token, nil)
	items, _ := list["items"].([]any)
	if len(items) == 0 {
		return
	}
	item := items[0].(map[string]any)
	take := []string{"ours", "theirs"}[v.r.IntN(2)]
	status, _ := v.f.h.Do("POST", "/api/held/"+item["id"].(string), v.f.dispatcher.Token, map[string]any{"take": take, "reason": "核对后裁定", "version": item["version"]})
	v.note("the desk takes %s of %v: %d", take, item["field"], status)
	v.look("the desk")
}

// syncs synchronizes one client, over a line that may be cut; an app's user may go on
// writing meanwhile.
func (v *visit) syncs(who int, cut string) {
	if who == 2 {
		v.phone.URL = v.f.h.URL
		switch cut {
		case "push", "pull":
			return
		case "push answer", "pull answer":
			if _, err := v.phone.Send(v.t.Context(), v.phone.Request()); err != nil {
				v.t.Fatal(err)
			}
		default:
			if err := v.phone.Sync(v.t.Context()); err != nil {
				v.t.Fatal(err)
			}
		}
		v.note("the phone syncs %s", cut)
		v.see(2)
		v.look("the phone")
		return
	}
	more := ask{"cut": cut}
	var during []spot
	var values []any
	if v.r.IntN(4) == 0 {
		p := v.spots[v.r.IntN(len(v.spots))]
		value, grow := v.fresh(p)
		during, values = append(during, p), append(values, value)
		more["meanwhile"] = []ask{{"table": p.table, "id": p.id, "column": p.field, "value": value, "grow": grow}}
	}
	v.note("%d syncs %s", who, cut)
	s := v.apps[who].sync(v.f.h, more)
	if (s.Failed != "") != (cut != "") && !(cut == "push" || cut == "push answer") {
		v.t.Fatalf("%s", s.Failed)
	}
	for i, d := range s.Done {
		if d.Refused == "" {
			v.worked(who, during[i], values[i], d.Before)
		}
	}
	v.see(who)
	v.look(fmt.Sprint(who))
}

// see notes what a client shows.
func (v *visit) see(who int) {
	var rows map[string]map[string]map[string]any
	if who < 2 {
		rows = v.apps[who].dump()
	}
	for _, p := range v.spots {
		if v.shown[who][p] == nil {
			v.shown[who][p] = map[string]bool{}
		}
		if who == 2 {
			if doc := v.phone.View(p.table, p.id); doc != nil {
				v.shown[who][p][string(doc[p.field])] = true
			}
			continue
		}
		row, there := rows[p.table][p.id]
		if there {
			v.shown[who][p][encoded(row[p.field])] = true
		}
	}
}

// look finds what a step displaced: who wrote what stands now must have seen it, or have
// written it himself, or it is kept.
func (v *visit) look(who string) {
	for _, p := range v.spots {
		now, was := v.now(p), v.stands[p]
		v.stands[p] = now
		if who == "the desk" && was != now {
			v.decided[was] = true
		}
		if was == now || was == "" || slices.Contains([]string{`""`, "0", "null", "[]"}, was) || p.field == "samples" || p.field == "notes" || who == "the desk" {
			continue
		}
		if v.writer(p, was) != v.writer(p, now) && !v.sawIt(p, was, now) && !v.kept(p, was) {
			v.t.Errorf("step %d, by %s: %s %s was %s and is %s; whoever wrote that had not seen it, and it is not kept", v.step, who, p.table, p.field, was, now)
		}
	}
}

func (v *visit) writer(p spot, value string) int {
	for _, w := range v.works {
		if w.spot == p && string(w.value) == value {
			return w.by
		}
	}
	return -1
}

func (v *visit) sawIt(p spot, was, now string) bool {
	for _, w := range v.works {
		if w.spot == p && string(w.value) == now && w.seen[was] {
			return true
		}
	}
	return false
}

// kept tells whether a value is among what is held.
func (v *visit) kept(p spot, value string) bool {
	var rows []struct {
		Kind string `db:"kind"`
		Ours string `db:"ours"`
	}
	err := v.f.h.App.DB().Select("kind", "ours").From("held_edits").Where(dbx.HashExp{"record": p.id}).All(&rows)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, row := range rows {
		if contains([]byte(row.Ours), value) || sync.Same(json.RawMessage(row.Ours), json.RawMessage(value)) || p.field == "notes" && contains([]byte(row.Ours), noteID(value)) {
			return true
		}
	}
	return false
}

// noteID is how a note is found, whatever else the server wrote into it.
func noteID(value string) string {
	var n struct{ ID string }
	_ = json.Unmarshal([]byte(value), &n) // it is one of ours
	return `"` + n.ID + `"`
}

func (v *visit) keepBackup() {
	v.backup = v.t.TempDir()
	v.restart(func(dir string) { keep(v.t, dir, v.backup, database...) })
	v.note("a backup")
}

// putBack puts the older database in the place of the newer, in a new epoch.
func (v *visit) putBack() {
	v.accounts(true)
	old := v.backup
	v.restart(func(dir string) { keep(v.t, old, dir, database...) }) // without its mark: it is noticed
	v.on = []bool{true, true, true}
	v.assign()
	v.stands = map[spot]string{}
	v.look("the restore")
	v.note("the backup is put back")
}

func (v *visit) restart(meanwhile func(dir string)) {
	v.f.h.Stop()
	meanwhile(v.f.h.Dir)
	v.f.h = house.With(v.t, v.f.h.Dir, hooksConfig())
}

// end lets everybody come to rest, and looks at all of it.
func (v *visit) end() {
	for round := range 4 {
		for who := range 3 {
			v.step = 100 + round
			v.syncs(who, "")
		}
	}
	for who, m := range v.apps {
		m.sync(v.f.h)
		if got := m.differs(v.f.h); len(got) > 0 {
			v.t.Errorf("app %d:\n%s", who, strings.Join(got, "\n"))
		}
	}
	req := v.phone.Request()
	req.Pull.Digest = true
	if a, err := v.phone.Send(v.t.Context(), req); err != nil || a.Digest == nil || *a.Digest != v.phone.Digest() {
		v.t.Errorf("the phone holds something else: %v", err)
	}
	v.accounts(false)
	clean(v.t, v.f.h)
}

// accounts: every edit stands, is kept, or was displaced by somebody who had seen it; or it
// is unsent yet, and only then. What an app has sent before a restore is not its to send again.
func (v *visit) accounts(beforeRestore bool) {
	unsent := []map[string]map[string]map[string]any{v.apps[0].dump(), v.apps[1].dump()}
	for _, w := range v.works {
		value := string(w.value)
		if w.dropped || w.by == 2 && beforeRestore {
			continue
		}
		if w.by < 2 {
			if w.pending(unsent[w.by]) {
				if !beforeRestore {
					v.t.Errorf("unsent: %s %s = %s by %d", w.table, w.field, value, w.by)
				}
				continue
			}
			w.dropped = beforeRestore
		}
		if !v.stand(w) && !v.kept(w.spot, value) && !v.decided[value] && !v.followed(w) {
			v.t.Errorf("lost: %s %s = %s by %d; %s stands", w.table, w.field, value, w.by, v.now(w.spot))
		}
	}
	for id, who := range v.made {
		var row map[string]any
		if who < 2 {
			row = unsent[who]["evidence"][id]
		}
		unsentYet := row != nil && row["_status"] != "synced" && row["revoked"] != true // else he was told that it came
		if unsentYet && beforeRestore || who == 2 && beforeRestore {
			continue
		}
		_, err := v.f.h.App.FindRecordById("evidence", id)
		if err != nil && !v.kept(spot{"evidence", id, "caption"}, "case") {
			v.t.Errorf("lost: %s, taken by %d", id, who)
		}
		if beforeRestore {
			delete(v.made, id)
		}
	}
}

// pending: an app holds the edit and has not sent it, as far as it knows.
func (w *work) pending(rows map[string]map[string]map[string]any) bool {
	row := rows[w.table][w.id]
	if row == nil || row["_status"] == "synced" {
		return false
	}
	if changed, _ := row["_changed"].(string); row["_status"] == "updated" && !slices.Contains(strings.Split(changed, ","), w.field) {
		return false
	}
	list, _ := row[w.field].(string)
	return encoded(row[w.field]) == string(w.value) || w.field == "samples" && strings.Contains(list, string(w.value)) ||
		w.field == "notes" && strings.Contains(list, noteID(string(w.value)))
}

// now is what stands in a field.
func (v *visit) now(p spot) string {
	r, err := v.f.h.App.FindRecordById(p.table, p.id)
	if err != nil {
		v.t.Fatal(err)
	}
	return encoded(r.Get(p.field))
}

func (v *visit) stand(w *work) bool {
	now := v.now(w.spot)
	return now == string(w.value) || w.field == "samples" && strings.Contains(now, string(w.value)) || w.field == "notes" && strings.Contains(now, noteID(string(w.value)))
}

// followed: somebody who had seen it wrote something else.
func (v *visit) followed(w *work) bool {
	for _, later := range v.works {
		if later != w && later.spot == w.spot && later.seen[string(w.value)] {
			return true
		}
	}
	return false
}

package storm

// What happens in a schedule: users edit, phones find a network or not, desks decide, the
// power fails, a backup is put back.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// editable are the fields that schedules edit; progress ends at 100, too few for values
// that come once.
var editable = map[string][]string{
	"inspections":    {"findings", "statement", "weather", "max_noise_db", "samples", "notes", "finished_at"},
	"rectifications": {"item_remarks", "notes"},
	"evidence":       {"caption", "item"},
}

// fresh is a value that nobody wrote before.
func (s *storm) fresh(field string) any {
	s.n++
	switch field {
	case "max_noise_db":
		return float64(s.IntN(9)*1_000_000 + s.n)
	case "samples":
		return []string{"s" + strconv.Itoa(s.n)}
	case "notes":
		return []map[string]any{{"id": "note" + strconv.Itoa(s.n), "at": "2026-11-24T09:00:00+08:00", "text": "记"}}
	case "item_remarks":
		return map[string]any{"i1": s.n}
	}
	return "v" + strconv.Itoa(s.n)
}

// did remembers what the user did last.
func (s *storm) did(d *device) sync.Mutation {
	m := d.Outbox[len(d.Outbox)-1].Mutation
	d.made = append(d.made, made{Mutation: m})
	return m
}

// shows are the records of a collection that a phone shows, in order.
func shows(d *device, collection string) []string {
	var out []string
	for id := range d.Snapshot[collection] {
		out = append(out, id)
	}
	for _, m := range d.made {
		if m.Collection == collection && !slices.Contains(out, m.Record) && d.View(collection, m.Record) != nil {
			out = append(out, m.Record)
		}
	}
	slices.Sort(out)
	return out
}

func (s *storm) edit() {
	d := pick(s, s.devices)
	collection := pick(s, []string{"inspections", "inspections", "inspections", "rectifications", "evidence"})
	ids := shows(d, collection)
	if len(ids) == 0 {
		return
	}
	fields := editable[collection]
	if collection == "inspections" && s.IntN(2) == 0 {
		fields = disputed
	}
	s.edits(d, key{collection, pick(s, ids)}, some(s, fields))
}

// disputed are fields that one value only can have: half of all edits meet there.
var disputed = []string{"findings", "weather", "max_noise_db"}

// some are one to three of the fields.
func some(s *storm, fields []string) []string {
	out := slices.Clone(fields)
	s.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:1+s.IntN(min(3, len(out)))]
}

// edits writes fields of a record that the phone shows.
func (s *storm) edits(d *device, k key, fields []string) string {
	set, view := map[string]any{}, d.View(k.collection, k.id)
	for _, field := range fields {
		set[field] = s.fresh(field)
		s.oracle.learn(k, field, encoded(set[field]), view[field])
	}
	d.Edit(k.collection, k.id, set)
	m := s.did(d)
	s.logf("%s edits %s %s: %s of %s", d.name, k.collection, k.id, m.ID, encoded(m.Set))
	return m.ID
}

// caseShown is a case that a phone shows, or none.
func (s *storm) caseShown(d *device) string {
	if ids := shows(d, "cases"); len(ids) > 0 {
		return pick(s, ids)
	}
	return ""
}

func (s *storm) creates(d *device, collection string, set map[string]any) {
	k := key{collection, s.id("R")}
	for field, value := range set {
		if f := sync.Writable[collection].Fields[field]; f.Policy != sync.Once {
			s.oracle.learn(k, field, encoded(value), nil)
		}
	}
	d.CreateAs(collection, k.id, set)
	m := s.did(d)
	s.logf("%s creates %s %s: %s", d.name, collection, k.id, m.ID)
}

func (s *storm) create() {
	d := pick(s, s.devices)
	if id := s.caseShown(d); id != "" {
		s.creates(d, "inspections", map[string]any{"case": id, "round": 1, "findings": s.fresh("findings"), "notes": s.fresh("notes")})
	}
}

func (s *storm) photograph() {
	d := pick(s, s.devices)
	if id := s.caseShown(d); id != "" {
		s.n++
		s.creates(d, "evidence", map[string]any{
			"case": id, "sha256": fmt.Sprintf("%064x", s.n), "size": 1000, "mime": "image/jpeg", "purpose": "scene", "caption": s.fresh("caption"),
			"taken_at": d.Now().Format(time.RFC3339),
		})
	}
}

func (s *storm) actOnSite() {
	d := pick(s, s.devices)
	id := s.caseShown(d)
	if id == "" {
		return
	}
	var c struct {
		Inspection string   `json:"inspection"`
		Inspectors []string `json:"inspectors"`
	}
	if err := d.Read("cases", id, &c); err != nil {
		s.fail("harness", "%v", err)
	}
	name, args := "note", map[string]any{"text": "已电话联系。"}
	switch s.IntN(4) {
	case 0:
		name, args = "arrive", map[string]any{"inspection": c.Inspection, "officers": c.Inspectors, "certificate_shown": true}
	case 1:
		name, args = "conclude", map[string]any{"inspection": c.Inspection, "outcome": "unsubstantiated"}
	}
	d.Create("actions", map[string]any{"case": id, "name": name, "args": args, "position": place, "device_at": d.Now().Format(time.RFC3339)})
	m := s.did(d)
	s.logf("%s does %s on %s: %s", d.name, name, names[id], m.ID)
}

// roundTrip is one request with whatever the line does to it.
func (s *storm) roundTrip() {
	d := pick(s, s.devices)
	s.fault = pick(s, faults)
	defer func() { s.fault = none }()
	req := d.Request()
	s.logf("a request of %s (%d mutations) %s", d.name, len(req.Push), s.fault)
	s.met[string(s.fault)]++
	a, err := d.Send(context.Background(), req)
	if err != nil {
		return
	}
	if s.IntN(4) == 0 {
		s.logf("its answer is late")
		d.late = append(d.late, late{req, a})
		return
	}
	s.take(d, req, a)
}

func (s *storm) goodLine() {
	d := pick(s, s.devices)
	s.logf("%s has a good line", d.name)
	s.converge(d)
}

// lateAnswer delivers an answer that was given long ago, in any order.
func (s *storm) lateAnswer() {
	waiting := slices.DeleteFunc(slices.Clone(s.devices), func(d *device) bool { return len(d.late) == 0 })
	if len(waiting) == 0 {
		return
	}
	d := pick(s, waiting)
	i := s.IntN(len(d.late))
	l := d.late[i]
	d.late = slices.Delete(d.late, i, i+1)
	s.logf("%s gets a late answer", d.name)
	s.take(d, l.req, l.answer)
}

// straggler delivers a request that was sent long ago, in any order; nobody waits for it.
func (s *storm) straggler() {
	if len(s.stragglers) == 0 {
		return
	}
	i := s.IntN(len(s.stragglers))
	q := s.stragglers[i]
	s.stragglers = slices.Delete(s.stragglers, i, i+1)
	s.logf("a request of %s arrives long after it was sent", names[q.user])
	s.ask(q, len(q.body))
}

// deskEdits is an edit by the server itself, which sees what stands.
func (s *storm) deskEdits() {
	records, err := s.app.FindAllRecords("inspections")
	if err != nil || len(records) == 0 {
		return
	}
	slices.SortFunc(records, func(a, b *core.Record) int { return slices.Compare([]string{a.Id}, []string{b.Id}) })
	r, field := pick(s, records), pick(s, []string{"findings", "statement", "weather"})
	value := s.fresh(field)
	s.oracle.learn(key{"inspections", r.Id}, field, encoded(value), valueOf(r, field))
	r.Set(field, value)
	s.logf("a desk writes %s of %s: %v", field, r.Id, value)
	if err := s.app.Save(r); err != nil {
		s.fail("harness", "%v", err)
	}
	s.judge(nil)
}

// told logs what a desk did, and looks at what it caused.
func (s *storm) told(what string, status int, body []byte) {
	s.logf("%s: %d", what, status)
	if status >= http.StatusInternalServerError {
		s.fail("harness", "%s: %d %s", what, status, body)
	}
	s.scopes()
	s.judge(nil)
}

func (s *storm) reassign() {
	crews := [][]string{{ann, bob}, {bob, cy}, {ann, cy}, {cy, ann, bob}}
	id, crew := pick(s, allCases), pick(s, crews)
	status, body := s.act(dispatcher, id, "assign", s.crew(crew...))
	s.told(fmt.Sprintf("%s goes to %v", names[id], crew), status, body)
}

func (s *storm) close1() {
	id := pick(s, allCases)
	if err := s.finish(id); err != nil {
		s.fail("harness", "%v", err)
	}
	s.told(names[id]+" is closed", 0, nil)
}

func (s *storm) reopen() {
	id := pick(s, allCases)
	status, body := s.act(reviewer, id, "reopen", map[string]any{"reason": "举报人不满意。"})
	s.told(names[id]+" is reopened", status, body)
}

func (s *storm) mergeOrNot() {
	id, into := pick(s, []string{third, last}), pick(s, allCases)
	status, body := s.act(dispatcher, id, "merge", map[string]any{"primary": into})
	s.told(fmt.Sprintf("%s is merged into %s", names[id], names[into]), status, body)
	if status != http.StatusOK {
		status, body = s.act(dispatcher, id, "unmerge", map[string]any{})
		s.told(names[id]+" is un-merged", status, body)
		s.act(dispatcher, id, "accept", accepted)
	}
}

// setUser changes a user as an administrator does.
func (s *storm) setUser(id, field, value string) {
	r, err := s.app.FindRecordById("users", id)
	if err == nil {
		r.Set(field, value)
		err = s.app.Save(r)
	}
	if err != nil {
		s.fail("harness", "%s of %s: %v", field, id, err)
	}
	s.told(fmt.Sprintf("%s: %s = %q", names[id], field, value), 0, nil)
}

func (s *storm) disable() {
	r, err := s.app.FindRecordById("users", pick(s, inspectors))
	if err != nil {
		s.fail("harness", "%v", err)
		return
	}
	at := ""
	if r.GetString("disabled_at") == "" {
		at = s.at.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	s.setUser(r.Id, "disabled_at", at)
}

func (s *storm) move() { s.setUser(pick(s, inspectors), "agency", pick(s, []string{east, west})) }

// remove deletes a record that nothing points to.
func (s *storm) remove() {
	var ids []string
	err := s.app.DB().NewQuery("SELECT id FROM inspections WHERE id NOT IN (SELECT inspection FROM cases) " +
		"AND id NOT IN (SELECT inspection FROM rectifications) ORDER BY id").Column(&ids)
	if err != nil || len(ids) == 0 {
		return
	}
	k := key{"inspections", pick(s, ids)}
	r, err := s.app.FindRecordById(k.collection, k.id)
	if err == nil {
		err = s.app.Delete(r)
	}
	if err != nil {
		s.fail("harness", "%v", err)
	}
	s.deleted[k] = true
	s.told(k.id+" is deleted", 0, nil)
}

// settleHeld is a dispatcher's decision about something that waits.
func (s *storm) settleHeld() {
	_, data := s.call(dispatcher, http.MethodGet, "/api/held", nil)
	var page struct {
		Items []struct {
			ID, Kind, Collection, Record, Field string
			Ours, Now                           json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &page); err != nil || len(page.Items) == 0 {
		return
	}
	item, take := pick(s, page.Items), pick(s, []string{"ours", "theirs"})
	status, body := s.call(dispatcher, http.MethodPost, "/api/held/"+item.ID, map[string]any{"take": take, "reason": "断网时所做"})
	if take == "ours" && item.Kind == "edit" && status == http.StatusOK { // the dispatcher saw both
		k := key{item.Collection, item.Record}
		s.oracle.learn(k, item.Field, item.Ours, item.Now)
		s.taken[name(k, item.Field, item.Ours)] = true
	}
	s.told(fmt.Sprintf("the dispatcher takes %s of %s %s %s", take, item.Kind, item.Record, item.Field), status, body)
}

// cloneOne copies a phone's storage to a second phone.
func (s *storm) cloneOne() {
	if len(s.devices) <= 5 {
		s.copyOf(pick(s, s.devices))
	}
}

func (s *storm) copyOf(d *device) *device {
	twin := s.device(d.name+"'s copy", d.user)
	var disk phone.Disk
	if err := json.Unmarshal(encoded(d.Disk), &disk); err != nil {
		s.fail("harness", "%v", err)
	}
	twin.Disk, twin.made, twin.head, twin.looked = disk, slices.Clone(d.made), d.head, maps.Clone(d.looked)
	s.devices = append(s.devices, twin)
	s.logf("%s is copied to a second phone", d.name)
	return twin
}

// jump: a phone's clock is set wrong, or days go by.
func (s *storm) jump() {
	if s.IntN(2) == 0 {
		d := pick(s, s.devices)
		d.skew = time.Duration(s.IntN(800)-400) * 24 * time.Hour
		s.logf("the clock of %s is off by %v", d.name, d.skew)
		return
	}
	days := 1 + s.IntN(9)
	s.at = s.at.AddDate(0, 0, days)
	s.logf("%d days go by", days)
}

// blackout is a power cut while nothing happens.
func (s *storm) blackout() {
	s.logf("the power fails")
	if err := s.crash(); err != nil {
		s.fail("harness", "%v", err)
	}
	s.judge(nil)
}

// backup is a copy of the whole directory at one moment. Where durable means backup, phones
// are told that they need not keep any longer what it holds.
func (s *storm) backup() {
	dir, err := s.snapshot(s.app)
	if err == nil {
		err = s.backed()
	}
	if err != nil {
		s.fail("harness", "%v", err)
		return
	}
	s.backups = append(s.backups, dir)
	s.logf("backup %d", len(s.backups))
}

func (s *storm) backed() error {
	if s.durable != hooks.DurableBackup {
		return nil
	}
	var state sync.State
	if err := store.InRead(s.app, func(r store.Reader) (err error) {
		state, err = r.State()
		return err
	}); err != nil {
		return err
	}
	return store.Backed(s.dir, sync.Witness{Epoch: state.Epoch, Seq: state.Head, Run: state.Run})
}

// putBack says what of a directory is replaced by a backup's.
var putBack = []struct {
	how   string
	files []string // are the backup's; what it has not is removed
	ours  bool     // the directory is still the present one
}{
	{"is put back", database, true},
	{"is put back, and no mark is beside it", append([]string{store.MarkFile}, database...), true},
	{"is put back with all that lay beside it", nil, false},
}

var database = []string{"data.db", "data.db-wal"}

// restore puts an older database in place of the present one.
func (s *storm) restore() {
	if len(s.backups) == 0 {
		return
	}
	i := s.IntN(len(s.backups))
	if s.durable == hooks.DurableBackup {
		i = len(s.backups) - 1 // what a backup holds is never lost
	}
	way := pick(s, putBack)
	s.logf("backup %d %s", i+1, way.how)
	s.met[way.how]++
	if err := s.replace(s.backups[i], way.files, way.ours); err != nil {
		s.fail("harness", "%v", err)
		return
	}
	s.life, s.backups = s.life+1, s.backups[:0] // of lost epochs nothing is kept
	s.scopes()
	s.judge(nil)
	if s.durable != hooks.DurableBackup {
		for _, d := range s.devices {
			d.forget()
		}
	}
	if way.ours {
		return
	}
	// Nothing on the machine tells of it, but phones that know more do.
	head, err := s.head()
	if err != nil {
		s.fail("harness", "%v", err)
	}
	s.newest = head
	for _, d := range s.devices {
		if d.Head > head && d.Cursor != "" {
			s.logf("%s tells of it", d.name)
			s.converge(d)
			return
		}
	}
}

// replace ends the process, puts files of a backup in place, and starts it again.
func (s *storm) replace(backup string, files []string, ours bool) error {
	dir := s.newDir()
	if !ours {
		return errors.Join(copyDir(backup, dir), s.moveTo(dir))
	}
	old := s.dir
	if err := errors.Join(s.close(), copyDir(old, dir)); err != nil {
		return err
	}
	for _, name := range files {
		err := os.RemoveAll(filepath.Join(dir, name))
		if _, missing := os.Stat(filepath.Join(backup, name)); missing == nil && name != store.MarkFile {
			err = copyFile(filepath.Join(backup, name), filepath.Join(dir, name))
		}
		if err != nil {
			return err
		}
	}
	s.dir = dir
	return errors.Join(os.RemoveAll(old), s.open())
}

// night is what the house forgets at night, a day or two later.
func (s *storm) night() {
	s.at = s.at.Add(time.Duration(24+s.IntN(48)) * time.Hour)
	s.logf("night")
	if err := (store.Night{App: s.app, Now: s.now, Away: 1}).Run(context.Background()); err != nil {
		s.fail("I11", "%v", err)
	}
}

// forget: what a phone dropped, because it was on disk for long, it cannot bring back.
func (d *device) forget() {
	for i, m := range d.made {
		holds := func(k phone.Kept) bool { return k.Mutation.ID == m.ID }
		if !slices.ContainsFunc(d.Outbox, holds) && !slices.ContainsFunc(d.Answered, holds) {
			d.made[i].forgotten = true
		}
	}
}

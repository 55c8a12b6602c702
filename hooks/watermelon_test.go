package hooks_test

// The page for WatermelonDB sentence by sentence, over raw HTTP.

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/sync"
	"xuncha/sync/watermelon"
)

// seed is a bare client: what it sends and gets, and its number.
type seed struct {
	t     *testing.T
	h     *house.House
	user  house.User
	since int64
	again bool // the last answer asked for one more
}

// pulled is the answer to a pull.
type pulled struct {
	Changes map[string]struct {
		Created []map[string]any `json:"created"`
		Updated []map[string]any `json:"updated"`
		Deleted []string         `json:"deleted"`
	} `json:"changes"`
	Timestamp int64 `json:"timestamp"`
	Strategy  any   `json:"experimentalStrategy"`
}

func (s *seed) raw(method, query string, body io.Reader) []byte {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.h.URL+"/api/sync/watermelon?"+query, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", s.user.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s %v", query, res.StatusCode, data, err)
	}
	s.again = res.Header.Get("X-Sync-Again") == "1"
	return data
}

// ask pulls without taking the answer.
func (s *seed) ask(query string) pulled {
	s.t.Helper()
	var p pulled
	if err := json.Unmarshal(s.raw("GET", query, nil), &p); err != nil {
		s.t.Fatal(err)
	}
	for table, c := range p.Changes {
		if len(c.Created) > 0 {
			s.t.Errorf("%s: created is filled", table)
		}
	}
	return p
}

// pull takes the answer, as after a push of which all stands.
func (s *seed) pull() pulled {
	s.t.Helper()
	p := s.ask(fmt.Sprintf("last_pulled_at=%d&schema_version=1&migration=null", s.since))
	s.since = p.Timestamp
	return p
}

// row is a raw row of the answer; nil if it is not there.
func (p pulled) row(table, id string) map[string]any {
	for _, r := range p.Changes[table].Updated {
		if r["id"] == id {
			return r
		}
	}
	return nil
}

func (p pulled) rows() (n int) {
	for _, c := range p.Changes {
		n += len(c.Updated)
	}
	return n
}

// push sends rows of one table; since is the client's number, or "none".
func (s *seed) push(table, kind, since string, rows ...any) {
	s.t.Helper()
	query := fmt.Sprintf("last_pulled_at=%d&since=%s", s.since, since)
	if since == "none" {
		query = fmt.Sprintf("last_pulled_at=%d", s.since)
	}
	body := map[string]any{"created": []any{}, "updated": []any{}, "deleted": []any{}}
	body[kind] = rows
	var answer struct {
		Rejected map[string][]string `json:"experimentalRejectedIds"`
	}
	data := s.raw("POST", query, strings.NewReader(encoded(map[string]any{"changes": map[string]any{table: body}})))
	if err := json.Unmarshal(data, &answer); err != nil || answer.Rejected == nil {
		s.t.Errorf("%s %v", data, err)
	}
}

// edit sends columns of the inspection.
func (s *seed) edit(f field, since string, set map[string]any) {
	s.t.Helper()
	row := map[string]any{"id": f.visit, "_status": "updated"}
	var names []string
	for name, value := range set {
		row[name] = value
		names = append(names, name)
	}
	slices.Sort(names)
	row["_changed"] = strings.Join(names, ",")
	s.push("inspections", "updated", since, row)
}

func (s *seed) now() string { return strconv.FormatInt(s.since, 10) }

// inBeds is an inspected case on two bare clients that have pulled.
func inBeds(t *testing.T) (f field, a, b *seed) {
	f = inField(t)
	a, b = &seed{t: t, h: f.h, user: f.a}, &seed{t: t, h: f.h, user: f.b}
	a.pull()
	b.pull()
	return f, a, b
}

// stands checks a field of the inspection, as JSON.
func (f field) stands(t *testing.T, name, want string) {
	t.Helper()
	r, err := f.h.App.FindRecordById("inspections", f.visit)
	if err != nil {
		t.Fatal(err)
	}
	if got := encoded(r.Get(name)); got != want {
		t.Errorf("%s is %s, want %s", name, got, want)
	}
}

// keeps checks what is held of the inspection: "code state value".
func (f field) keeps(t *testing.T, want ...string) {
	t.Helper()
	var rows []struct{ Code, State, Ours string }
	if err := f.h.App.DB().Select("code", "state", "ours").From("held_edits").OrderBy("rowid").All(&rows); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.Code+" "+r.State+" "+r.Ours)
	}
	if !slices.Equal(got, want) {
		t.Errorf("kept: %q, want %q", got, want)
	}
}

func TestMelonThePullHoldsEveryTableAndTheNumberIsTheHeadAndOne(t *testing.T) {
	f, a, _ := inBeds(t)
	a.since = 0
	p := a.pull()
	if len(p.Changes) != len(watermelon.Tables()) || p.Strategy != nil {
		t.Errorf("%v %v", p.Changes, p.Strategy)
	}
	if head := headOf(t, f.h); p.Timestamp != head+1 {
		t.Errorf("timestamp %d, head %d", p.Timestamp, head)
	}
	row := p.row("inspections", f.visit)
	if row["revoked"] != false || row["case"] != f.mine || row["round"] != 1.0 || row["findings"] != "" ||
		row["inspectors"] != encoded([]string{f.a.ID, f.b.ID}) {
		t.Errorf("%v", row)
	}
	if again := a.pull(); again.rows() > 0 || a.again {
		t.Errorf("nothing changed: %v", again)
	}
	f.pb.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pb)
	if p = a.pull(); p.rows() != 1 || p.row("inspections", f.visit)["weather"] != "晴" {
		t.Errorf("%v", p)
	}
	clean(t, f.h)
}

func headOf(t *testing.T, h *house.House) (head int64) {
	t.Helper()
	if err := h.App.DB().NewQuery("SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'").Row(&head); err != nil {
		t.Fatal(err)
	}
	return head
}

func TestMelonAnEditorWhoHadSeenWhatStandsWins(t *testing.T) {
	f, a, b := inBeds(t)
	a.edit(f, a.now(), map[string]any{"findings": "有异味"})
	f.stands(t, "findings", `"有异味"`)
	if a.again {
		t.Error("all stands, and still once more")
	}
	b.pull()
	b.edit(f, b.now(), map[string]any{"findings": "异味轻微"})
	f.stands(t, "findings", `"异味轻微"`)
	f.keeps(t)
	clean(t, f.h)
}

func TestMelonThePullRightBeforeThePushIsNoKnowledge(t *testing.T) {
	f, a, b := inBeds(t)
	before := b.now()
	a.edit(f, a.now(), map[string]any{"findings": "有异味", "weather": "晴", "max_noise_db": 60})
	b.pull()
	b.edit(f, before, map[string]any{"findings": "无异味", "weather": "阴", "max_noise_db": 55})
	f.stands(t, "findings", `"有异味"`)
	f.stands(t, "weather", `"阴"`)
	f.stands(t, "max_noise_db", `60`)
	if !b.again {
		t.Error("not asked to sync again")
	}
	rows := heldOf(t, f.h)
	for _, want := range []string{`review open "无异味"`, `displaced dismissed "晴"`, `displaced dismissed 55`} {
		if !slices.Contains(rows, want) {
			t.Errorf("%s is not among %q", want, rows)
		}
	}
	if p := b.pull(); p.row("inspections", f.visit)["findings"] != "有异味" {
		t.Error("the row did not come back")
	}
	clean(t, f.h)
}

func heldOf(t *testing.T, h *house.House) (out []string) {
	t.Helper()
	var rows []struct{ Code, State, Ours string }
	if err := h.App.DB().Select("code", "state", "ours").From("held_edits").OrderBy("rowid").All(&rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, r.Code+" "+r.State+" "+r.Ours)
	}
	return out
}

func TestMelonWithoutSinceEveryDisplacedValueOfAnotherIsKept(t *testing.T) {
	f, a, b := inBeds(t)
	a.edit(f, a.now(), map[string]any{"weather": "晴"})
	b.pull()
	b.edit(f, "none", map[string]any{"weather": "阴"})
	f.stands(t, "weather", `"阴"`)
	f.keeps(t, `displaced dismissed "晴"`)
	b.edit(f, "none", map[string]any{"weather": "雨"}) // his own counts as seen
	f.stands(t, "weather", `"雨"`)
	f.keeps(t, `displaced dismissed "晴"`)
	a.edit(f, "none", map[string]any{"findings": "有异味"})
	b.edit(f, "rubbish", map[string]any{"findings": "无异味"})
	f.keeps(t, `displaced dismissed "晴"`, `review open "无异味"`)
	clean(t, f.h)
}

func TestMelonEqualValuesAreNoEdit(t *testing.T) {
	f, a, b := inBeds(t)
	a.edit(f, a.now(), map[string]any{"findings": "有异味", "samples": `["S1","S2"]`})
	head := headOf(t, f.h)
	b.edit(f, b.now(), map[string]any{"findings": "有异味", "samples": `["S1","S2"]`, "updated_at": 1795000000000, "revoked": true})
	if now := headOf(t, f.h); now != head || b.again {
		t.Errorf("the head went from %d to %d, again %v", head, now, b.again)
	}
	f.keeps(t)
}

func TestMelonListsGrowWhateverComes(t *testing.T) {
	f, a, b := inBeds(t)
	a.edit(f, a.now(), map[string]any{"notes": `[{"id":"n1","text":"甲"}]`, "samples": `["S2"]`})
	b.edit(f, b.now(), map[string]any{"notes": `[{"id":"n2","text":"乙"}]`, "samples": `["S1"]`})
	if !b.again {
		t.Error("what is merged does not stand as it was sent")
	}
	f.stands(t, "samples", `["S1","S2"]`)
	p := a.pull()
	var notes []map[string]any
	if err := json.Unmarshal([]byte(p.row("inspections", f.visit)["notes"].(string)), &notes); err != nil || len(notes) != 2 || notes[1]["by"] != f.b.ID {
		t.Errorf("%v %v", notes, err)
	}
	a.edit(f, a.now(), map[string]any{"samples": `["S1"]`}) // nothing is removed
	f.stands(t, "samples", `["S1","S2"]`)
	if !a.again || a.pull().row("inspections", f.visit)["samples"] != `["S1","S2"]` {
		t.Error("the whole list did not come back")
	}
	a.edit(f, a.now(), map[string]any{"samples": `no list`})
	f.keeps(t, `wrong_type refused {"samples":"no list"}`)
	clean(t, f.h)
}

func TestMelonTheSameAgainChangesNothing(t *testing.T) {
	f, a, b := inBeds(t)
	before := b.now()
	a.edit(f, a.now(), map[string]any{"findings": "有异味"})
	b.pull()
	for range 3 {
		b.edit(f, before, map[string]any{"findings": "无异味", "case": "x"})
	}
	f.keeps(t, `field_not_writable refused {"case":"x"}`, `review open "无异味"`)
	set(t, f.h, "held_edits", f.firstHeld(t), map[string]any{})
	clean(t, f.h)
}

func (f field) firstHeld(t *testing.T) (id string) {
	t.Helper()
	if err := f.h.App.DB().Select("id").From("held_edits").OrderBy("rowid").Limit(1).Row(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestMelonWhatIsSaidAgainLaterIsNoRepeat(t *testing.T) {
	f, a, _ := inBeds(t)
	for _, w := range []string{"晴", "阴", "晴", "阴", "晴"} {
		a.edit(f, a.now(), map[string]any{"weather": w}) // the client has not pulled between
		f.stands(t, "weather", `"`+w+`"`)
	}
	f.keeps(t)
}

func TestMelonADeletionDeletesNothing(t *testing.T) {
	f, a, _ := inBeds(t)
	a.push("inspections", "deleted", a.now(), f.visit, "never-was-there1", 7)
	if !a.again {
		t.Error("not asked to sync again")
	}
	if p := a.pull(); p.row("inspections", f.visit) == nil || slices.Contains(p.Changes["inspections"].Deleted, "never-was-there1") {
		t.Errorf("%v", p.Changes["inspections"])
	}
	colleague := f.b.ID
	a.push("colleagues", "deleted", a.now(), colleague)
	if p := a.pull(); p.row("colleagues", colleague) == nil {
		t.Error("the colleague did not come back")
	}
	f.sync(t, f.pa)
	if f.pa.View("colleagues", colleague) == nil {
		t.Error("the user's phone lost the colleague")
	}
	f.keeps(t)
	clean(t, f.h)
}

func TestMelonWhatIsCreatedTwiceIsAnEdit(t *testing.T) {
	f, a, b := inBeds(t)
	photo := map[string]any{
		"id": "PhotoOfAMelon0001", "_status": "created", "_changed": "", "case": f.mine, "inspection": f.visit, "sha256": strings.Repeat("ab", 32),
		"size": 9, "mime": "image/jpeg", "purpose": "scene", "caption": "排气筒", "item": "", "heading": nil, "position": "", "mock_location": false,
	}
	a.push("evidence", "created", a.now(), photo)
	if a.again {
		t.Error("all stands")
	}
	a.push("evidence", "created", a.now(), photo)
	photo["caption"] = "东侧排气筒"
	a.push("evidence", "created", a.now(), photo)
	r, err := f.h.App.FindRecordById("evidence", "PhotoOfAMelon0001")
	if err != nil || r.GetString("caption") != "东侧排气筒" || r.GetString("author") != f.a.ID {
		t.Errorf("%v %v", r, err)
	}
	b.push("evidence", "created", b.now(), photo) // another's with the same id: nothing of it is new
	f.keeps(t)
	photo["purpose"], photo["sha256"] = "after", strings.Repeat("cd", 32)
	b.pull()
	b.push("evidence", "created", b.now(), photo)
	f.keeps(t, `field_not_writable refused {"sha256":"`+strings.Repeat("cd", 32)+`"}`)
	clean(t, f.h)
}

func TestMelonANewRowThatWasHeldAndEmptiedIsNotSentForNew(t *testing.T) {
	f, a, _ := inBeds(t)
	photo := map[string]any{
		"id": "PhotoOfAMelon0001", "_status": "created", "_changed": "", "case": f.yours, "sha256": strings.Repeat("ab", 32),
		"size": 9, "mime": "image/jpeg", "purpose": "scene", "caption": "排气筒", "revoked": false,
	}
	a.push("evidence", "created", a.now(), photo)
	p := a.ask("last_pulled_at=" + a.now()) // the answer to the push was lost
	row := p.row("evidence", "PhotoOfAMelon0001")
	if row["revoked"] != true || !a.again {
		t.Fatalf("%v", row)
	}
	row["_status"], row["_changed"], row["caption"] = "created", "caption", "东侧排气筒"
	a.push("evidence", "created", a.now(), row)
	f.keeps(t, `not_in_scope open {"caption":"排气筒","case":"`+f.yours+`","mime":"image/jpeg","purpose":"scene","sha256":"`+strings.Repeat("ab", 32)+`","size":9}`,
		`not_in_scope open "东侧排气筒"`)
	clean(t, f.h)
}

func TestMelonOneBadRowCostsNoOther(t *testing.T) {
	f, a, _ := inBeds(t)
	long := strings.Repeat("长", 5001)
	a.push("inspections", "updated", a.now(), 5, nil, map[string]any{"_changed": "findings"}, map[string]any{"id": "short", "_changed": "findings", "findings": "x"},
		map[string]any{"id": f.visit, "_changed": "round,colour,max_noise_db,weather,findings", "round": 7, "colour": "red", "max_noise_db": "loud", "weather": long, "findings": "有异味"})
	f.stands(t, "findings", `"有异味"`)
	if !a.again {
		t.Error("not asked to sync again")
	}
	var codes []string
	for _, h := range heldOf(t, f.h) {
		codes = append(codes, strings.Join(strings.Fields(h)[:2], " "))
	}
	slices.Sort(codes)
	want := []string{
		"field_not_writable refused", "field_not_writable refused", "record_id_invalid refused", "record_id_invalid refused", "record_id_invalid refused",
		"record_id_invalid refused", "too_large open", "wrong_type refused",
	}
	if !slices.Equal(codes, want) {
		t.Errorf("%q", codes)
	}
	a.push("settings", "updated", a.now(), map[string]any{"id": "theme", "_changed": "dark", "dark": true})
	if a.again {
		t.Error("a table of the app's own is none of ours")
	}
	p := a.pull()
	if p.row("inspections", f.visit)["weather"] != "" || !slices.Contains(a.pull().Changes["inspections"].Deleted, "short") {
		t.Errorf("%v", p.Changes["inspections"])
	}
	clean(t, f.h)
}

func TestMelonActionsApplyInTheirOrder(t *testing.T) {
	f, a, _ := inBeds(t)
	action := func(id, name, at string, args map[string]any) map[string]any {
		return map[string]any{"id": id, "_status": "created", "case": f.mine, "name": name, "device_at": at, "args": encoded(args), "base": 0, "evidence": "", "position": `{"lon":116.4,"lat":39.9,"accuracy_m":8}`}
	}
	a.push("actions", "created", a.now(),
		action("ActionOfAMelon002", "note", "2026-11-24T09:10:00+08:00", map[string]any{"text": "到场后"}),
		action("ActionOfAMelon001", "arrive", "2026-11-24T09:00:00+08:00", map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true}),
		action("ActionOfAMelon003", "approve", "2026-11-24T09:20:00+08:00", map[string]any{"delivered": true}))
	if !a.again {
		t.Error("the verdicts are not asked for")
	}
	p := a.pull()
	for id, want := range map[string]string{"ActionOfAMelon001": "applied", "ActionOfAMelon002": "applied", "ActionOfAMelon003": "needs_review"} {
		if row := p.row("actions", id); row["outcome"] != want {
			t.Errorf("%s: %v", id, row)
		}
	}
	var seqs []int64
	if err := f.h.App.DB().NewQuery("SELECT seq FROM actions WHERE id LIKE 'ActionOfAMelon%' ORDER BY id").Column(&seqs); err != nil || !slices.IsSorted(seqs) {
		t.Errorf("%v %v", seqs, err)
	}
	a.push("actions", "created", a.now(), map[string]any{"id": "ActionOfAMelon004", "case": f.yours, "name": "note", "args": `{"text":"x"}`, "device_at": "2026-11-24T09:00:00+08:00"})
	f.keeps(t, `not_in_scope open {"args":{"text":"x"},"case":"`+f.yours+`","device_at":"2026-11-24T09:00:00+08:00","name":"note"}`)
	clean(t, f.h)
}

func TestMelonEvictionTakesTwoPulls(t *testing.T) {
	f, a, _ := inBeds(t)
	other := f.h.User("inspector", f.here, "吴敏")
	before := a.since
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{other.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	for range 2 { // a pull whose push did not arrive is made once more
		p := a.ask(fmt.Sprintf("last_pulled_at=%d", before))
		row := p.row("inspections", f.visit)
		if row["revoked"] != true || !a.again || len(p.Changes["inspections"].Deleted) > 0 {
			t.Fatalf("%v", row)
		}
		for _, c := range watermelon.Columns("inspections") {
			if value, there := row[c.Name]; !there || value != nil {
				t.Errorf("%s is %v", c.Name, value)
			}
		}
		if p.row("cases", f.mine)["revoked"] != true || strings.Contains(encoded(p), "恶臭") {
			t.Error("something of the case went out")
		}
	}
	a.pull()
	a.edit(f, strconv.FormatInt(before, 10), map[string]any{"findings": "断网时所写"})
	f.keeps(t, `not_in_scope open "断网时所写"`)
	if !a.again {
		t.Error("not asked to sync again")
	}
	if p := a.pull(); p.row("inspections", f.visit)["revoked"] != true || p.row("held", f.firstHeld(t))["value"] != `"断网时所写"` {
		t.Errorf("%v", p)
	}
	for range 3 {
		if p := a.pull(); !slices.Contains(p.Changes["inspections"].Deleted, f.visit) || p.row("inspections", f.visit) != nil || a.again {
			t.Errorf("%v again %v", p.Changes["inspections"], a.again)
		}
	}
	fresh := &seed{t: t, h: f.h, user: f.a}
	if p := fresh.pull(); len(p.Changes["inspections"].Deleted)+len(p.Changes["inspections"].Updated) > 0 {
		t.Errorf("a new client is told of %v", p.Changes["inspections"])
	}
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{f.a.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "恢复"})
	if p := a.pull(); p.row("inspections", f.visit)["revoked"] != false || slices.Contains(p.Changes["inspections"].Deleted, f.visit) {
		t.Error("the case did not come back")
	}
	clean(t, f.h)
}

func TestMelonAMarkThatAnswersAClientGivesNoRight(t *testing.T) {
	f, a, _ := inBeds(t)
	a.push("cases", "updated", a.now(), map[string]any{"id": f.yours, "_changed": "title", "title": "x"})
	a.push("actions", "created", a.now(), map[string]any{"id": "ActionOfAMelon001", "case": f.yours, "name": "note", "args": `{"text":"x"}`, "device_at": "2026-11-24T09:00:00+08:00"})
	if _, err := f.h.App.FindRecordById("actions", "ActionOfAMelon001"); err == nil {
		t.Error("an action on a foreign case was stored as such")
	}
	if p := a.pull(); strings.Contains(encoded(p), "2026-000002") {
		t.Error("something of the foreign case went out")
	}
	clean(t, f.h)
}

func TestMelonAChangeOfAgencyExchangesColleagues(t *testing.T) {
	f, a, _ := inBeds(t)
	newcomer := f.h.User("inspector", f.there, "陈静")
	set(t, f.h, "users", f.a.ID, map[string]any{"agency": f.there})
	p := a.pull()
	strategy := fmt.Sprint(p.Strategy)
	if !strings.Contains(strategy, "colleagues:replacement") || !strings.Contains(strategy, "default:incremental") || strings.Contains(strategy, "inspections") {
		t.Errorf("%v", p.Strategy)
	}
	if p.row("colleagues", newcomer.ID) == nil || p.row("colleagues", f.b.ID) != nil || p.row("inspections", f.visit) != nil {
		t.Errorf("%v", p.Changes["colleagues"])
	}
	if p = a.pull(); p.Strategy != nil || p.rows() > 0 {
		t.Errorf("%v", p)
	}
}

func TestMelonMigrationsBringWholeTables(t *testing.T) {
	f, a, _ := inBeds(t)
	for migration, want := range map[string][]string{
		`null`: nil,
		`{"from":1,"tables":["inspections"],"columns":[]}`:                               {"inspections"},
		`{"from":1,"tables":[],"columns":[{"table":"cases","columns":["title"]}]}`:       {"cases"},
		`{"from":1,"tables":["of the app"],"columns":[{"table":"cases"},{"table":"x"}]}`: {"cases"},
		`{"from"`: watermelon.Tables(),
	} {
		p := a.ask("last_pulled_at=" + a.now() + "&migration=" + strings.ReplaceAll(strings.ReplaceAll(migration, `"`, "%22"), " ", "%20"))
		for _, table := range []string{"inspections", "cases", "agencies"} {
			if got := len(p.Changes[table].Updated) > 0; got != slices.Contains(want, table) {
				t.Errorf("%s: %s %v", migration, table, got)
			}
		}
		if p.Strategy != nil {
			t.Errorf("%v", p.Strategy)
		}
	}
	clean(t, f.h)
}

func TestMelonANumberOfALostEpochGetsEverythingAnew(t *testing.T) {
	f, a, b := inBeds(t)
	stale := b.now()
	a.edit(f, a.now(), map[string]any{"findings": "有异味"})
	a.pull()
	head := headOf(t, f.h)
	for key, value := range map[string]int64{"epoch_base": head + 1000, "head": head + 1000} {
		if _, err := f.h.App.DB().NewQuery("INSERT INTO sync_meta (key, value) VALUES ({:k}, {:v}) ON CONFLICT (key) DO UPDATE SET value = excluded.value").
			Bind(dbx.Params{"k": key, "v": value}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	f.pb.Cursor, f.pb.Epoch = "", ""
	f.pb.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pb)
	for _, number := range []string{a.now(), stale, "1", "-4", "abc", "9007199254740993", strconv.FormatInt(headOf(t, f.h)+2, 10)} {
		p := a.ask("last_pulled_at=" + number)
		if p.Strategy != "replacement" || p.row("inspections", f.visit)["findings"] != "有异味" || p.row("cases", f.mine) == nil || len(p.Changes["inspections"].Deleted) > 0 {
			t.Errorf("%s: %v %v", number, p.Strategy, p.Changes["inspections"])
		}
	}
	for _, number := range []string{"0", "", "null", strconv.FormatInt(headOf(t, f.h)+1, 10)} {
		if p := a.ask("last_pulled_at=" + number); p.Strategy != nil {
			t.Errorf("%s: %v", number, p.Strategy)
		}
	}
	b.edit(f, stale, map[string]any{"findings": "无异味"}) // it may have seen anything: what it displaces is kept
	f.stands(t, "findings", `"有异味"`)
	b.edit(f, strconv.FormatInt(head+9, 10), map[string]any{"findings": "异味轻微"})
	f.stands(t, "findings", `"异味轻微"`)
	f.keeps(t, `review open "无异味"`, `displaced dismissed "有异味"`)
	lost := map[string]any{
		"id": "InspectionThatWas1", "_status": "updated", "_changed": "findings", "case": f.mine, "round": 1, "findings": "恢复前所写", "weather": "雪", "created_by": f.a.ID,
	}
	a.push("inspections", "updated", a.now(), lost)
	if rows := heldOf(t, f.h); rows[len(rows)-1] != `recovered_copy open {"case":"`+f.mine+`","findings":"恢复前所写","round":1,"weather":"雪"}` || !a.again {
		t.Errorf("%q", rows)
	}
	clean(t, f.h)
}

func TestMelonWhoWasAwayLongerThanMarksAreKeptBeginsAnew(t *testing.T) {
	f, a, _ := inBeds(t)
	before := a.since
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{f.b.ID, f.h.User("inspector", f.here, "吴敏").ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	if _, err := f.h.App.DB().NewQuery("INSERT INTO sync_meta (key, value) VALUES ('compacted', {:seq})").Bind(dbx.Params{"seq": headOf(t, f.h)}).Execute(); err != nil {
		t.Fatal(err)
	}
	p := a.ask(fmt.Sprintf("last_pulled_at=%d", before))
	if p.Strategy != "replacement" || p.row("inspections", f.visit)["revoked"] != true { // a mark that is kept still gives unsent work its time
		t.Errorf("%v", p)
	}
	if p = a.ask(fmt.Sprintf("last_pulled_at=%d", p.Timestamp)); p.Strategy != nil || len(p.Changes["cases"].Deleted) > 0 {
		t.Errorf("%v", p)
	}
	clean(t, f.h)
}

func TestMelonADisabledUserIsWipedAndHisWorkIsKept(t *testing.T) {
	f, a, _ := inBeds(t)
	before := a.now()
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	p := a.pull()
	if p.Timestamp != 1 || p.row("inspections", f.visit)["revoked"] != true || strings.Contains(encoded(p), "恶臭") || strings.Contains(encoded(p), "甲县分局") || a.again {
		t.Errorf("%v", p)
	}
	a.edit(f, before, map[string]any{"findings": "有异味"})
	f.keeps(t, `disabled open "有异味"`)
	a.pull()
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": ""})
	if p = a.pull(); p.Strategy != "replacement" || p.row("inspections", f.visit)["revoked"] != false || p.Timestamp < 2 {
		t.Errorf("%v", p)
	}
	clean(t, f.h)
}

func TestMelonBeyondTheLimitIsWorthSendingAgain(t *testing.T) {
	f, a, _ := inBeds(t)
	var rows []any
	for i := range sync.MaxMutations + 3 {
		rows = append(rows, map[string]any{"id": fmt.Sprintf("InspectionNo%08d", i), "_changed": "", "findings": "x"})
	}
	data := a.raw("POST", "since="+a.now(), strings.NewReader(encoded(map[string]any{"changes": map[string]any{"inspections": map[string]any{"updated": rows}}})))
	if !a.again || string(data) != `{"experimentalRejectedIds":{"inspections":["InspectionNo00001000","InspectionNo00001001","InspectionNo00001002"]}}`+"\n" {
		t.Errorf("%s", data)
	}
	clean(t, f.h)
}

// An answer of many pages is of one moment, each record once, in whatever coding.
func TestMelonALargeAnswerIsWhole(t *testing.T) {
	f, a, _ := inBeds(t)
	const photos = 1203
	if err := f.h.App.RunInTransaction(func(tx core.App) error {
		col, err := tx.FindCollectionByNameOrId("evidence")
		for i := range photos {
			r := core.NewRecord(col)
			r.Load(map[string]any{"case": f.mine, "sha256": fmt.Sprintf("%064x", i), "size": 1, "mime": "image/jpeg", "purpose": "scene", "caption": strings.Repeat("排气筒", 150)})
			err = errors.Join(err, tx.Save(r))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var first []byte
	for _, coding := range []string{"identity", "gzip", "zstd"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.h.URL+"/api/sync/watermelon?last_pulled_at="+a.now(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", f.a.Token)
		req.Header.Set("Accept-Encoding", coding)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data := uncoded(t, res)
		if first == nil {
			first = data
		}
		var p pulled
		if err := json.Unmarshal(data, &p); err != nil || !bytes.Equal(data, first) || len(data) < 1<<20 {
			t.Errorf("%s: %d bytes, first %d: %v", coding, len(data), len(first), err)
		}
		ids := map[any]bool{}
		for _, r := range p.Changes["evidence"].Updated {
			ids[r["id"]] = true
		}
		if len(ids) != photos || len(p.Changes["evidence"].Updated) != photos {
			t.Errorf("%s: %d photos in %d rows", coding, len(ids), len(p.Changes["evidence"].Updated))
		}
	}
}

// uncoded reads an answer in the coding that it names.
func uncoded(t *testing.T, res *http.Response) []byte {
	t.Helper()
	defer func() { _ = res.Body.Close() }()
	in := io.Reader(res.Body)
	switch coding := res.Header.Get("Content-Encoding"); coding {
	case "gzip":
		zip, err := gzip.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		in = zip
	case "zstd":
		zip, err := zstd.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		defer zip.Close()
		in = zip
	}
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMelonRefusesOnlyWhatIsNoPush(t *testing.T) {
	f, a, _ := inBeds(t)
	head := map[string]string{"Authorization": f.a.Token, "Content-Type": "application/json"}
	for body, want := range map[string]string{"{": "bad_json", `{"changes":[]}`: "bad_json", `{"x":"` + spaces(sync.MaxBody) + `"}`: "push_too_large"} {
		if status, data := f.h.Raw("POST", "/api/sync/watermelon", head, reader(body)); status < 400 || status >= 500 || !contains(data, `"code":"`+want+`"`) {
			t.Errorf("%.20s: %d %.200s", body, status, data)
		}
	}
	for _, method := range []string{"GET", "POST"} {
		if status, data := f.h.Raw(method, "/api/sync/watermelon", map[string]string{"Content-Type": "application/json"}, reader("{}")); status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d %s", method, status, data)
		}
	}
	a.raw("POST", "", strings.NewReader(`{}`))
	if report, err := (store.Fsck{App: f.h.App}).Run(); err != nil || report.Records == 0 {
		t.Errorf("%v %v", report, err)
	}
}

package hooks_test

// What an app on WatermelonDB sees of a day's work.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xuncha/internal/house"
)

// equal: the app shows what the server has.
func (m *melon) equal(h *house.House) {
	m.t.Helper()
	if got := m.differs(h); len(got) > 0 {
		m.t.Errorf("the app differs:\n%s", strings.Join(got, "\n"))
	}
}

func (f field) reassign(t *testing.T, inspectors ...string) {
	t.Helper()
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": inspectors, "lead": inspectors[0], "due": soon(), "reason": "调整"})
}

func TestAnAppShowsWhatTheServerHas(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.equal(f.h)
	m.edit("inspections", f.visit, "findings", "有异味")
	m.sync(f.h)
	f.sync(t, f.pb)
	if v := f.view(t, f.pb); v["findings"] != "有异味" {
		t.Errorf("%v", v["findings"])
	}
	m.equal(f.h)
	head := headOf(t, f.h)
	for range 3 {
		m.sync(f.h)
	}
	if now := headOf(t, f.h); now != head {
		t.Errorf("an idle app moved the head from %d to %d", head, now)
	}
	f.keeps(t)
}

func TestAnAppsValueThatDoesNotStandGivesWayAtOnce(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味", "notes": []map[string]any{{"id": "n1", "text": "乙"}}})
	f.sync(t, f.pb)
	m.edit("inspections", f.visit, "findings", "有异味")
	m.ask("edit", ask{"table": "inspections", "id": f.visit, "column": "notes", "value": map[string]any{"id": "n2", "text": "甲"}, "grow": true})
	m.sync(f.h)
	m.equal(f.h)
	f.keeps(t, `review open "有异味"`)
	if row := m.dump()["inspections"][f.visit]; row["findings"] != "无异味" || !strings.Contains(row["notes"].(string), "n1") || !strings.Contains(row["notes"].(string), "n2") {
		t.Errorf("%v", row)
	}
	for _, held := range m.dump()["held"] {
		if held["value"] != `"有异味"` || held["state"] != "open" {
			t.Errorf("%v", held)
		}
	}
	m.edit("inspections", f.visit, "findings", "异味轻微") // he has seen what stands now
	m.sync(f.h)
	f.stands(t, "findings", `"异味轻微"`)
	clean(t, f.h)
}

// The user goes on writing in the same record while his push is on its way: WatermelonDB
// sends all of it once more, also what did not stand.
func TestAnAppThatSendsALostValueOnceMoreDisplacesNothing(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(t, f.pb)
	m.edit("inspections", f.visit, "findings", "有异味")
	m.sync(f.h, ask{"meanwhile": []ask{{"table": "inspections", "id": f.visit, "column": "weather", "value": "晴"}}})
	m.sync(f.h)
	f.stands(t, "findings", `"无异味"`)
	f.stands(t, "weather", `"晴"`)
	f.keeps(t, `review open "有异味"`)
	m.equal(f.h)
}

func TestAnAppGivesADeadLineUp(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.edit("inspections", f.visit, "findings", "有异味")
	for _, cut := range []string{"pull dead", "push dead"} {
		if s := m.sync(f.h, ask{"cut": cut, "patience": 200}); !strings.Contains(s.Failed, "nothing came") {
			t.Errorf("%s: %q", cut, s.Failed)
		}
	}
	m.sync(f.h)
	f.stands(t, "findings", `"有异味"`)
	m.equal(f.h)
}

func TestAnAppsUnsentEditOutlivesAnEviction(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.edit("inspections", f.visit, "findings", "断网时所写")
	f.reassign(t, f.b.ID, f.h.User("inspector", f.here, "吴敏").ID)
	for range 3 { // the pull arrives, the push does not
		if s := m.sync(f.h, ask{"cut": "push"}); s.Failed == "" {
			t.Error("the push arrived")
		}
	}
	row := m.dump()["inspections"][f.visit]
	if row["revoked"] != true || row["case"] != "" || row["findings"] != "断网时所写" {
		t.Errorf("%v", row)
	}
	if s := m.edit("inspections", f.visit, "weather", "晴"); s.Refused == "" {
		t.Error("a revoked record was edited")
	}
	m.sync(f.h)
	f.keeps(t, `not_in_scope open "断网时所写"`)
	m.equal(f.h)
	if left := m.dump(); len(left["inspections"])+len(left["cases"])+len(left["actions"]) > 0 {
		t.Errorf("%v", left)
	}
	f.reassign(t, f.a.ID, f.b.ID)
	m.sync(f.h)
	m.equal(f.h)
	clean(t, f.h)
}

// loses tells whether an edit that was not sent is gone once its case was taken away and the
// app has synchronized; plain: the app is told of that as of any deletion.
func loses(t *testing.T, f field, m *melon, plain bool, said string) bool {
	t.Helper()
	f.reassign(t, f.a.ID, f.b.ID)
	m.sync(f.h)
	m.edit("inspections", f.visit, "findings", said)
	f.reassign(t, f.b.ID, f.h.User("inspector", f.here, "吴敏").ID)
	if s := m.sync(f.h, ask{"plain": plain}); s.Failed != "" {
		t.Fatal(s.Failed)
	}
	m.sync(f.h)
	m.equal(f.h)
	return !slices.ContainsFunc(heldOf(t, f.h), func(row string) bool { return strings.Contains(row, said) })
}

// Why a case that is taken away leaves in two pulls.
func TestAPlainDeleteOnEvictionWouldLoseAnUnsentEditAndTwoPullsKeepIt(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	for i := range 3 {
		if !loses(t, f, m, true, fmt.Sprint("删", i)) {
			t.Error("a plain delete did no harm: is the test still one of stock WatermelonDB?")
		}
		if loses(t, f, m, false, fmt.Sprint("两次", i)) {
			t.Error("the edit is gone")
		}
	}
	clean(t, f.h)
}

func TestAnAppsUnsentWorkOutlivesARestore(t *testing.T) {
	f := inField(t)
	m, old := newMelon(t, f.a), t.TempDir()
	m.sync(f.h)
	f.restart(t, func(dir string) { keep(t, dir, old, database...) })
	photo := map[string]any{"case": f.mine, "sha256": strings.Repeat("ab", 32), "size": 9, "mime": "image/jpeg", "purpose": "scene", "caption": "甲"}
	m.ask("create", ask{"table": "evidence", "id": "PhotoOfAnApp00001", "set": photo})
	m.sync(f.h)
	m.edit("evidence", "PhotoOfAnApp00001", "caption", "东侧排气筒")
	m.edit("inspections", f.visit, "findings", "有异味")
	m.ask("create", ask{"table": "evidence", "id": "PhotoOfAnApp00002", "set": photo})
	f.restart(t, func(dir string) { keep(t, old, dir, database...) })
	for range 2 {
		m.sync(f.h, ask{"cut": "push"})
	}
	if m.dump()["evidence"]["PhotoOfAnApp00001"]["caption"] != "东侧排气筒" {
		t.Error("the unsent edit is gone")
	}
	m.sync(f.h)
	m.equal(f.h)
	f.stands(t, "findings", `"有异味"`)
	if rows := heldOf(t, f.h); len(rows) != 1 || !strings.HasPrefix(rows[0], "recovered_copy open") || !strings.Contains(rows[0], "东侧排气筒") {
		t.Errorf("%q", rows)
	}
	if _, err := f.h.App.FindRecordById("evidence", "PhotoOfAnApp00002"); err != nil {
		t.Error(err)
	}
	status, body := f.h.Do("POST", "/api/held/"+f.firstHeld(t), f.dispatcher.Token, map[string]any{"take": "ours"})
	if status != 200 {
		t.Errorf("%d %v", status, body)
	}
	m.sync(f.h)
	m.equal(f.h)
	if m.dump()["evidence"]["PhotoOfAnApp00001"]["caption"] != "东侧排气筒" {
		t.Error("the recovered photo did not come back")
	}
	clean(t, f.h)
}

func TestAnAppsDeletionIsUndone(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.ask("remove", ask{"table": "inspections", "id": f.visit})
	m.ask("remove", ask{"table": "colleagues", "id": f.b.ID})
	m.sync(f.h)
	m.equal(f.h)
	f.sync(t, f.pa, f.pb)
	if f.pa.View("colleagues", f.b.ID) == nil || f.pb.View("inspections", f.visit) == nil {
		t.Error("a phone lost a record")
	}
	clean(t, f.h)
}

func TestADisabledUsersAppIsEmptiedAndComesBackWhole(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.edit("inspections", f.visit, "findings", "有异味")
	m.ask("create", ask{"table": "evidence", "id": "PhotoOfAnApp00001", "set": map[string]any{"case": f.mine, "sha256": strings.Repeat("ab", 32), "size": 9, "mime": "image/jpeg", "purpose": "scene"}})
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	m.sync(f.h)
	m.sync(f.h)
	for table, rows := range m.dump() {
		for id, row := range rows {
			if row["revoked"] != true || strings.Contains(encoded(row), f.mine) && id != f.mine {
				t.Errorf("%s %v", table, row)
			}
		}
	}
	codes := heldOf(t, f.h)
	if len(codes) != 2 || slices.ContainsFunc(codes, func(c string) bool { return !strings.HasPrefix(c, "disabled open") }) {
		t.Errorf("%q", codes)
	}
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": ""})
	m.sync(f.h)
	m.equal(f.h)
	clean(t, f.h)
}

func TestAnAppsColleaguesChangeWithItsUsersAgency(t *testing.T) {
	f := inField(t)
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.edit("inspections", f.visit, "findings", "有异味")
	set(t, f.h, "users", f.a.ID, map[string]any{"agency": f.there})
	m.sync(f.h)
	m.equal(f.h)
	f.stands(t, "findings", `"有异味"`)
	clean(t, f.h)
}

package rxdb_test

// Pushes, as they go over the wire.

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xuncha/internal/house"
	"xuncha/sync"
)

// equalDocs compares two documents but for the names that are left out.
func equalDocs(a, b doc, but ...string) bool {
	return fmt.Sprint(without(a, but...)) == fmt.Sprint(without(b, but...))
}

func TestWhatStandsAsItWasPushedIsNotAnswered(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	if back := f.push(f.a, "inspections", old, with(old, doc{"weather": "晴"})); back != nil {
		t.Errorf("%v came back", back)
	}
	now := f.doc(f.a, "inspections", f.visit)
	if now["weather"] != "晴" || fmt.Sprint(now["_v"]) == fmt.Sprint(old["_v"]) || now["seq"] == old["seq"] {
		t.Errorf("%v", now)
	}
	f.clean()
}

func TestWhoSawTheValueThatStandsIsNoConflict(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	for _, text := range []string{"一", "二", "三", "二"} { // the versions of the first pull, all the time
		next := with(old, doc{"findings": text})
		if back := f.push(f.a, "inspections", old, next); back != nil {
			t.Errorf("%s: %v", text, back)
		}
		old = next
	}
	f.shows("findings", "二")
	if code, _ := f.isKept(f.visit, "findings", ""); code != "" {
		t.Errorf("a conflict with the editor himself: %s", code)
	}
}

// No pull will bring the new versions of a record that the push did not move.
func TestWhatStoodAlreadyComesBackWithItsVersions(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	f.says(f.b, doc{"weather": "晴"})
	back := f.push(f.a, "inspections", old, with(old, doc{"weather": "晴"}))
	if !equalDocs(back, f.doc(f.a, "inspections", f.visit)) {
		t.Errorf("%v", back)
	}
	if again := f.push(f.a, "inspections", back, back); again != nil {
		t.Errorf("%v", again)
	}
}

func TestACleanMergeComesBack(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	f.says(f.b, doc{"statement": "已停产"})
	back := f.push(f.a, "inspections", old, with(old, doc{"weather": "晴"}))
	if !equalDocs(back, f.doc(f.a, "inspections", f.visit)) || back["weather"] != "晴" || back["statement"] != "已停产" {
		t.Errorf("%v", back)
	}
	if again := f.push(f.a, "inspections", back, back); again != nil { // as RxDB does with what came back
		t.Errorf("%v came back again", again)
	}
	f.clean()
}

func TestOneFieldIsDecidedByItsPolicy(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	f.says(f.b, doc{"findings": "有异味", "weather": "阴", "max_noise_db": 60})
	back := f.push(f.a, "inspections", old, with(old, doc{"findings": "无异味", "weather": "晴", "max_noise_db": 70}))
	if back["findings"] != "有异味" || back["weather"] != "晴" || back["max_noise_db"] != 70.0 {
		t.Errorf("%v", back)
	}
	for column, want := range map[string][2]string{"findings": {"无异味", "review open"}, "weather": {"阴", "displaced dismissed"}, "max_noise_db": {"60", "displaced dismissed"}} {
		if code, state := f.isKept(f.visit, column, want[0]); code+" "+state != want[1] {
			t.Errorf("%s: %s %s, want %s", column, code, state, want[1])
		}
	}
	f.clean()
}

func TestTheAuthorLearnsTheDecisionByTheCollectionHeld(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	f.says(f.b, doc{"findings": "有异味"})
	f.push(f.a, "inspections", old, with(old, doc{"findings": "无异味"}))
	mine := map[string]doc{}
	checkpoint, _ := f.pull(f.a, "held", "", 100, mine)
	if len(mine) != 1 {
		t.Fatalf("%v", mine)
	}
	for id, d := range mine {
		if d["state"] != "open" || d["value"] != "无异味" || d["record"] != f.visit || d["field"] != "findings" || d["code"] != "review" {
			t.Errorf("%v", d)
		}
		if status, body := f.Do("POST", "/api/held/"+id, f.dispatcher.Token, doc{"take": "ours", "reason": "当场核实"}); status != http.StatusOK {
			t.Fatalf("%d %v", status, body)
		}
	}
	f.pull(f.a, "held", checkpoint, 100, mine)
	for _, d := range mine {
		if d["state"] != "taken" || d["by"] != f.dispatcher.ID || d["decided_at"] == "" {
			t.Errorf("%v", d)
		}
	}
	f.shows("findings", "无异味")
}

func TestListsGrowAndComeBackWhole(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	f.says(f.b, doc{"samples": []string{"S2"}, "notes": []doc{{"id": "n2", "at": "", "text": "乙"}}})
	back := f.push(f.a, "inspections", old, with(old, doc{"samples": []string{"S1"}, "notes": []doc{{"id": "n1", "text": "甲"}}}))
	if fmt.Sprint(back["samples"]) != "[S1 S2]" || len(back["notes"].([]any)) != 2 || back["notes"].([]any)[1].(doc)["by"] != f.a.ID {
		t.Errorf("%v", back)
	}
	again := f.push(f.a, "inspections", back, with(back, doc{"samples": []string{"S2"}, "notes": []doc{}})) // nothing is removed
	if !equalDocs(again, back) {
		t.Errorf("%v", again)
	}
	if code, _ := f.isKept(f.visit, "", ""); code != "" {
		t.Errorf("held: %s", code)
	}
	f.clean()
}

func TestAFieldOfTheServerRefusesTheRowAndKeepsIt(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	for name, value := range map[string]any{"round": 7, "created_by": f.a.ID, "colour": "red"} {
		back := f.push(f.a, "inspections", old, with(old, doc{name: value, "weather": "雪" + name}))
		if !equalDocs(back, old) {
			t.Errorf("%s: %v", name, back)
		}
		if code, state := f.isKept(f.visit, "", "雪"+name); code != "field_not_writable" || state != "refused" {
			t.Errorf("%s: %s %s", name, code, state)
		}
	}
	for name, value := range map[string]any{"_rev": "1-x", "_meta": doc{"lwt": 1}, "_attachments": doc{}, "seq": 3, "_v": doc{"weather": "9.x"}} {
		if back := f.push(f.a, "inspections", old, with(old, doc{name: value})); back != nil && !equalDocs(back, old) {
			t.Errorf("%s: %v", name, back)
		}
	}
	if code, _ := f.isKept(f.visit, "", "1-x"); code != "" {
		t.Errorf("the protocol's own fields are edits: %s", code)
	}
}

func TestWhatIsOutOfScopeIsHeldAndTellsNothing(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.b, "inspections", f.visit)
	f.assign(f.a.ID, f.User("inspector", f.agency, "秦川").ID)
	back := f.push(f.b, "inspections", old, with(old, doc{"findings": "刚写的"}))
	if len(back) != 2 || back["id"] != f.visit || back["_deleted"] != true {
		t.Errorf("%v", back)
	}
	if code, state := f.isKept(f.visit, "findings", "刚写的"); code != "not_in_scope" || state != "open" {
		t.Errorf("%s %s", code, state)
	}
	head := f.head()
	if again := f.push(f.b, "inspections", back, back); again != nil || f.head() != head { // as RxDB does with what came back
		t.Errorf("%v came back again, or something was written", again)
	}
	unknown := f.push(f.b, "inspections", nil, with(without(old, "_v"), doc{"id": "aaaaaaaaaaaaaaaaa", "findings": "别处的"}))
	if len(unknown) != 2 || unknown["_deleted"] != true {
		t.Errorf("%v", unknown)
	}
}

func TestNothingIsDeleted(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	back := f.push(f.a, "inspections", old, with(old, doc{"_deleted": true}))
	if !equalDocs(back, old) {
		t.Errorf("%v", back)
	}
	if back = f.push(f.a, "inspections", old, doc{"id": f.visit, "_deleted": true}); !equalDocs(back, old) {
		t.Errorf("%v", back)
	}
	back = f.push(f.a, "inspections", old, with(old, doc{"_deleted": true, "weather": "晴"})) // edited, then deleted
	if back["weather"] != "晴" {
		t.Errorf("%v", back)
	}
	if back = f.push(f.a, "inspections", nil, doc{"id": "aaaaaaaaaaaaaaaaa", "case": f.caseID, "round": 1, "_deleted": true}); back != nil {
		t.Errorf("%v", back)
	}
}

func TestAReadOnlyCollectionGivesBackWhatStands(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "cases", f.caseID)
	if back := f.push(f.a, "cases", old, with(old, doc{"title": "别的"})); !equalDocs(back, old) {
		t.Errorf("%v", back)
	}
	if code, state := f.isKept(f.caseID, "", "别的"); code != "field_not_writable" || state != "refused" {
		t.Errorf("%s %s", code, state)
	}
	head := f.head()
	if back := f.push(f.a, "cases", nil, old); back != nil { // as after a new start
		t.Errorf("%v", back)
	}
	if back := f.push(f.a, "cases", nil, with(old, doc{"title": "旧的", "_v": doc{"title": "1"}})); !equalDocs(back, old) {
		t.Errorf("%v", back)
	}
	if back := f.push(f.a, "cases", nil, with(old, doc{"id": "aaaaaaaaaaaaaaaaa"})); back["_deleted"] != true {
		t.Errorf("%v", back)
	}
	if f.head() != head {
		t.Error("old copies of what nobody may write were written down")
	}
}

func TestARecordIsMadeOnceAndComesBackWhole(t *testing.T) {
	t.Parallel()
	f := inField(t)
	mine := doc{"id": "01JD0000000000000000000R01", "case": f.caseID, "round": 1, "findings": "另查一处", "notes": []doc{{"id": "n1", "text": "甲"}}}
	back := f.push(f.a, "inspections", nil, mine)
	if back["findings"] != "另查一处" || back["created_by"] != f.a.ID || back["_v"] == nil {
		t.Fatalf("%v", back)
	}
	head := f.head()
	if again := f.push(f.a, "inspections", nil, mine); !equalDocs(again, back) || f.head() != head { // the answer was lost
		t.Errorf("%v, the head went from %d to %d", again, head, f.head())
	}
	action := f.push(f.a, "actions", nil, doc{"id": "01JD0000000000000000000R02", "case": f.caseID, "name": "note", "args": doc{"text": "到场"}})
	if action["outcome"] != "applied" || action["actor"] != f.a.ID {
		t.Errorf("%v", action)
	}
	early := f.push(f.a, "actions", nil, doc{"id": "01JD0000000000000000000R07", "case": f.caseID, "name": "approve", "args": doc{"delivered": true}})
	if early["outcome"] != "needs_review" || early["code"] != "role_not_allowed" {
		t.Errorf("what the process does not admit: %v", early)
	}
	refused := f.push(f.a, "rectifications", nil, doc{"id": "01JD0000000000000000000R03", "case": f.caseID, "progress": 30})
	if code, _ := f.isKept("01JD0000000000000000000R03", "", "30"); refused["_deleted"] != true || code != "not_creatable" {
		t.Errorf("%v %s", refused, code)
	}
	f.clean()
}

func TestAClientThatDoesNotSayWhatItHadIsJudgedByItsVersions(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.b, doc{"findings": "有异味", "weather": "阴", "statement": "在产"})
	old := f.doc(f.a, "inspections", f.visit)
	if back := f.push(f.a, "inspections", nil, with(old, doc{"findings": "气味强烈"})); back != nil { // it had seen what stands
		t.Errorf("%v", back)
	}
	f.shows("findings", "气味强烈")
	f.says(f.b, doc{"weather": "晴", "statement": "停产"})
	back := f.push(f.a, "inspections", nil, with(old, doc{"findings": "气味强烈", "statement": "限产"})) // an older copy, with an edit
	if back["weather"] != "晴" || back["statement"] != "停产" {
		t.Errorf("%v", back)
	}
	for column, want := range map[string][2]string{"weather": {"阴", "unknown_base"}, "statement": {"限产", "review"}} {
		if code, _ := f.isKept(f.visit, column, want[0]); code != want[1] {
			t.Errorf("%s: %s, want %s", column, code, want[1])
		}
	}
	ahead := with(back, doc{"weather": "雨", "_v": with(back["_v"].(doc), doc{"weather": "999999999.x"})}) // of a lost epoch
	if back := f.push(f.a, "inspections", nil, ahead); back != nil {
		t.Errorf("%v", back)
	}
	if code, state := f.isKept(f.visit, "weather", "晴"); code != "displaced" || state != "dismissed" {
		t.Errorf("what was displaced: %s %s", code, state)
	}
	f.clean()
}

func TestACopyOfALostRecordIsHeld(t *testing.T) {
	t.Parallel()
	f := inField(t)
	note := f.push(f.b, "actions", nil, doc{"id": "01JD0000000000000000000R05", "case": f.caseID, "name": "note", "args": doc{"text": "到场了"}})
	old := f.doc(f.a, "inspections", f.visit)
	lost := with(old, doc{"id": "01JD0000000000000000000R04", "findings": "备份之后写的", "created_by": f.b.ID})
	if back := f.push(f.a, "inspections", nil, lost); len(back) != 2 || back["_deleted"] != true {
		t.Errorf("%v", back)
	}
	if code, state := f.isKept("01JD0000000000000000000R04", "", "备份之后写的"); code != sync.CodeRecoveredCopy || state != sync.StateOpen {
		t.Errorf("%s %s", code, state)
	}
	actions := map[string]doc{}
	f.pull(f.a, "actions", "", 100, actions)
	if back := f.push(f.a, "actions", nil, with(note, doc{"id": "01JD0000000000000000000R06"})); back["_deleted"] != true { // a colleague's action
		t.Errorf("%v", back)
	}
	if code, _ := f.isKept("01JD0000000000000000000R06", "", "到场了"); code != sync.CodeRecoveredCopy {
		t.Errorf("%s", code)
	}
	after := map[string]doc{}
	if f.pull(f.a, "actions", "", 100, after); len(after) != len(actions) {
		t.Error("the copy of an action went into the history of the case")
	}
	f.clean()
}

func TestAPushOfALostEpochIsRefused(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	_, _, mine, _ := f.get(f.a, "inspections", "", 100)
	_, _, theirs, _ := f.get(f.b, "inspections", "", 100)
	row := []doc{{"newDocumentState": with(old, doc{"weather": "晴"}), "assumedMasterState": old}}
	refused := func(checkpoint string) {
		t.Helper()
		if status, _, code := f.post(f.a, "inspections?checkpoint="+checkpoint, row); status != http.StatusConflict || code != "reset" {
			t.Errorf("%d %s", status, code)
		}
		f.shows("weather", "")
	}
	refused(theirs)
	refused("rubbish")
	f.run("UPDATE sync_meta SET value = 'another' WHERE key = 'epoch'")
	refused(mine)
	f.run("UPDATE sync_grant_gen SET gen = gen + 1") // other grants do not forbid a push
	_, _, mine, _ = f.get(f.a, "inspections", "", 100)
	f.run("UPDATE sync_grant_gen SET gen = gen + 1")
	if status, _, code := f.post(f.a, "inspections?checkpoint="+mine, row); status != http.StatusOK {
		t.Errorf("%d %s", status, code)
	}
	f.shows("weather", "晴")
}

func TestADisabledUserPushesAndPullsNothing(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.b, "inspections", f.visit)
	r, err := f.App.FindRecordById("users", f.b.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("disabled_at", "2026-11-01T00:00:00.000Z")
	if err := f.App.Save(r); err != nil {
		t.Fatal(err)
	}
	if status, _, _, code := f.get(f.b, "inspections", "", 100); status != http.StatusUnauthorized || code != "disabled" {
		t.Errorf("%d %s", status, code)
	}
	back := f.push(f.b, "inspections", old, with(old, doc{"findings": "停用前写的"}))
	if len(back) != 2 || back["_deleted"] != true {
		t.Errorf("%v", back)
	}
	if code, _ := f.isKept(f.visit, "findings", "停用前写的"); code != "disabled" {
		t.Errorf("%s", code)
	}
	f.shows("findings", "")
}

func TestAPushHasLimitsAndABadRowBlocksNothing(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	many := make([]doc, sync.MaxMutations+1)
	for i := range many {
		many[i] = doc{"newDocumentState": doc{"id": f.visit}}
	}
	if status, _, code := f.post(f.a, "inspections", many); status != http.StatusRequestEntityTooLarge || code != "push_too_large" {
		t.Errorf("%d %s", status, code)
	}
	for body, want := range map[string]string{`{}`: "bad_json", `[`: "bad_json", ``: "bad_json", `7`: "bad_json", `[],{}`: "bad_json", `[1 2]`: "bad_json", `[nul]`: "bad_json"} {
		status, data := f.Raw("POST", "/api/sync/rxdb/inspections", map[string]string{"Authorization": f.a.Token}, strings.NewReader(body))
		if status != http.StatusBadRequest || !bytes.Contains(data, []byte(want)) {
			t.Errorf("%q: %d %s", body, status, data)
		}
	}
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	for range 64 {
		if _, err := zip.Write(bytes.Repeat([]byte("["), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	if status, data := f.Raw("POST", "/api/sync/rxdb/inspections", map[string]string{"Authorization": f.a.Token, "Content-Encoding": "gzip"}, &bomb); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, data)
	}
	rows := []any{
		nil, "text",
		doc{},
		doc{"newDocumentState": 7},
		doc{"newDocumentState": doc{"findings": "没有编号"}},
		doc{"newDocumentState": doc{"id": "../x", "findings": "坏编号"}},
		doc{"newDocumentState": with(old, doc{"weather": 7, "statement": "型别不对"}), "assumedMasterState": old},
		doc{"newDocumentState": with(old, doc{"weather": "晴"}), "assumedMasterState": old},
	}
	body, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	deep := `,{"newDocumentState":{"id":"` + f.visit + `","item":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}}]`
	status, answer, code := f.postRaw(f.a, "inspections", string(body[:len(body)-1])+deep)
	if status != http.StatusOK || len(answer) != 1 || answer[0]["id"] != "../x" {
		t.Errorf("%d %s %v", status, code, answer)
	}
	f.shows("weather", "晴")
	for record, want := range map[string]string{"../x": "坏编号", "": "没有编号", f.visit: "型别不对"} {
		if code, state := f.isKept(record, "", want); state != "refused" {
			t.Errorf("%s: %s %s", want, code, state)
		}
	}
}

func TestALongRecordIsEditedByWhatChanged(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.a, doc{"findings": strings.Repeat("气", 60_000), "statement": strings.Repeat("厂", 20_000)}) // 240 KB
	old := f.doc(f.a, "inspections", f.visit)
	long := make([]doc, 40)
	for i := range long {
		long[i] = doc{"id": fmt.Sprint("n", i), "text": strings.Repeat("记", 1_500)}
	}
	old = f.push(f.a, "inspections", old, with(old, doc{"notes": long})) // more than 256 KiB with the rest
	if back := f.push(f.a, "inspections", old, with(old, doc{"weather": "晴"})); back != nil {
		t.Errorf("%v", back["weather"])
	}
	f.shows("weather", "晴")
}

// A device that begins again sends all that it has, also what nobody edited and what has left
// its user's scope meanwhile. Only what differs is work.
func TestACleanCopyOutOfScopeIsNobodysWork(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.a, doc{"findings": "有异味", "weather": "晴", "notes": []doc{{"id": "n1", "at": "", "text": "甲记"}}})
	old := f.doc(f.b, "inspections", f.visit)
	f.push(f.b, "inspections", old, with(old, doc{"round": 7})) // is refused, and told in held
	f.push(f.b, "actions", nil, doc{"id": "01JD0000000000000000000R07", "case": f.caseID, "name": "note", "args": doc{"text": "到场了"}})
	held := map[string][]doc{}
	for _, collection := range collections {
		all := map[string]doc{}
		f.pull(f.b, collection, "", 500, all)
		for _, d := range all {
			held[collection] = append(held[collection], d)
		}
	}
	if len(held["inspections"]) == 0 || len(held["actions"]) < 3 || len(held["held"]) == 0 {
		t.Fatalf("%v", held)
	}
	f.assign(f.a.ID, f.User("inspector", f.agency, "秦川").ID)
	f.says(f.a, doc{"weather": "雨", "notes": []doc{{"id": "n2", "at": "", "text": "乙记"}}})
	head := f.head()
	for _, collection := range []string{"rectifications", "evidence", "actions", "cases"} {
		for _, d := range held[collection] {
			if back := f.push(f.b, collection, nil, d); len(back) != 2 || back["_deleted"] != true {
				t.Errorf("%s: %v", collection, back)
			}
		}
	}
	if now := f.head(); now != head {
		t.Errorf("the head went from %d to %d: something was written", head, now)
	}
	for _, collection := range []string{"held", "agencies", "colleagues", "dictionaries"} { // what a restore took, and no client writes
		lost := with(held[collection][0], doc{"id": "01JD0000000000000000000R08"})
		if back := f.push(f.b, collection, nil, lost); len(back) != 2 || back["_deleted"] != true {
			t.Errorf("%s: %v", collection, back)
		}
	}
	visit := with(held["inspections"][0], doc{"statement": "断网时写的"})
	if back := f.push(f.b, "inspections", nil, visit); len(back) != 2 || back["_deleted"] != true {
		t.Errorf("%v", back)
	}
	if code, state := f.isKept(f.visit, "statement", "断网时写的"); code != "not_in_scope" || state != "open" {
		t.Errorf("%s %s", code, state)
	}
	for field, value := range map[string]string{"findings": "有异味", "notes": "甲记"} {
		if code, _ := f.isKept(f.visit, field, value); code != "" {
			t.Errorf("%s stands, and was kept as work: %s", field, code)
		}
	}
	f.clean()
}

func TestAnothersEntryThatTheServerLostIsKeptUnderHisName(t *testing.T) {
	t.Parallel()
	f := inField(t)
	old := f.doc(f.a, "inspections", f.visit)
	entry := func(id string, by house.User) doc { return doc{"id": id, "at": "", "text": "记" + id, "by": by.ID} }
	back := f.push(f.a, "inspections", nil, with(old, doc{"notes": []doc{entry("n1", f.b), entry("n2", f.a)}, "_v": doc{"notes": "999999999.x"}}))
	if notes := back["notes"].([]any); len(notes) != 1 || notes[0].(doc)["id"] != "n2" || notes[0].(doc)["by"] != f.a.ID {
		t.Errorf("%v", back["notes"])
	}
	if code, state := f.isKept(f.visit, "notes", `"by":"`+f.b.ID+`","id":"n1"`); code != sync.CodeRecoveredCopy || state != sync.StateOpen {
		t.Errorf("%s %s", code, state)
	}
}

// A client may leave out what is the same in both states: it is what the document's version
// of it says.
func TestWhatIsInNeitherStateIsAsItsVersionSays(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.b, doc{"statement": "在产", "findings": "有异味"})
	old := f.doc(f.a, "inspections", f.visit)
	brief := func(set doc) doc {
		return with(doc{"id": f.visit, "seq": old["seq"], "_v": old["_v"], "_deleted": false}, set)
	}
	if back := f.push(f.a, "inspections", brief(doc{"weather": ""}), brief(doc{"weather": "晴"})); back != nil {
		t.Errorf("%v", back)
	}
	if back := f.push(f.a, "inspections", brief(doc{"weather": "晴"}), brief(doc{"weather": "雨"})); back != nil { // no pull between
		t.Errorf("%v", back)
	}
	f.says(f.b, doc{"statement": "停产"})
	back := f.push(f.a, "inspections", brief(doc{"weather": "雨"}), brief(doc{"weather": "雪"}))
	if back["weather"] != "雪" || back["statement"] != "停产" || back["findings"] != "有异味" {
		t.Errorf("what a colleague changed did not come: %v", back)
	}
	old = back
	if back = f.push(f.a, "inspections", old, without(old, "findings")); back["findings"] != "有异味" {
		t.Errorf("what the client has no more did not come: %v", back)
	}
	if back = f.push(f.a, "inspections", without(brief(doc{"weather": "雪"}), "_v"), without(brief(doc{"weather": "雾"}), "_v")); back["findings"] != "有异味" {
		t.Errorf("without versions nothing is known: %v", back)
	}
	if code, _ := f.isKept(f.visit, "", ""); code != "" {
		t.Errorf("held: %s", code)
	}
	f.clean()
}

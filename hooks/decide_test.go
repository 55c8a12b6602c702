package hooks_test

// Doubted photos over HTTP: checks flag, a person decides with a reason, and the log keeps it.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// doubted takes a photo whose row says another size than its bytes have.
func (s *scene) doubted(p *phone.Phone, caseID string) string {
	s.T.Helper()
	s.photos++
	data := snapAt(s.photos, s.clock.now(), 116.3915, 39.9073)
	id := p.Create("evidence", map[string]any{
		"case": caseID, "purpose": "scene", "sha256": sumOf(data), "size": len(data) + 1, "mime": "image/jpeg",
		"taken_at": s.clock.now().Format(time.RFC3339), "position": here["position"],
	})
	s.sync(p)
	upload(s.T, s.House, s.inspectors[0].Token, data)
	if row := stored(s.T, s.House, id); row["state"] != "flagged" || encoded(row["flags"]) != `["size_differs"]` {
		s.T.Fatalf("%v", row)
	}
	return id
}

func verdictOf(verdict, reason string, photos ...string) map[string]any {
	return map[string]any{"photos": photos, "verdict": verdict, "reason": reason}
}

// photo wants a photo's row in a state, with a decision.
func (s *scene) photo(id, state, verdict, reason string, by house.User) {
	s.T.Helper()
	row := stored(s.T, s.House, id)
	d, _ := row["decision"].(map[string]any)
	if row["state"] != state || d["verdict"] != verdict || d["reason"] != reason || d["by"] != by.ID || d["at"] == "" || encoded(d["flags"]) != `["size_differs"]` {
		s.T.Errorf("%s: %s %v, want %s %s by %s", id, row["state"], d, state, verdict, by.ID)
	}
}

// audited wants the log, the rows and the files to agree.
func audited(t *testing.T, h *house.House) {
	t.Helper()
	beside, err := store.HeadBeside(h.Dir)
	if err != nil {
		t.Fatal(err)
	}
	audit := custody.Audit{
		Files: evidence.Reading{Shelf: store.ShelfOf(h.App)}, Beside: beside, Key: publicKey(t, h),
	}
	if err := h.App.RunInTransaction(func(tx core.App) error {
		audit.Archive = store.Audited{App: tx}
		report, err := audit.Run(t.Context())
		if err == nil && (len(report.Findings) > 0 || report.Photos == 0) {
			t.Errorf("%d photos, findings %+v", report.Photos, report.Findings)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestChecksInformAndAPersonDecides(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	id := r.caseID
	s.accept(id)
	s.assign(id)
	s.arrive(id)
	shot, sound := s.doubted(s.pa, id), s.shoot(s.pa, id, "scene")
	s.unfounded(id, shot)
	s.draft(s.dispatcher, id, "经核查不属实。")

	accept := verdictOf("accepted", "手机上报的大小有误，内容与现场一致。", shot)
	for _, who := range []house.User{s.inspectors[0], s.intake} {
		s.refused(who, id, "flag_decided", accept, "role_not_allowed")
	}
	s.refused(s.theirs, id, "flag_decided", accept, "case_unknown")
	s.refused(s.dispatcher, id, "flag_decided", map[string]any{"photos": []string{shot}, "verdict": "accepted"}, "bad_args")
	s.refused(s.dispatcher, id, "flag_decided", verdictOf("accepted", "无", sound), "photo_not_doubted")
	s.refused(s.dispatcher, id, "flag_decided", verdictOf("accepted", "无", "PhotoOfNobody00001"), "evidence_unknown")
	kept := s.pa.Act(id, "flag_decided", accept, nil)
	s.sync(s.pa)
	if row, err := s.App.FindRecordById("actions", kept); err != nil || row.GetString("outcome") != "needs_review" || row.GetString("code") != "role_not_allowed" {
		t.Errorf("what an inspector's phone decides: %v %v", row, err)
	}
	if row := stored(t, s.House, shot); row["state"] != "flagged" || row["decision"] != nil {
		t.Errorf("before anybody decided: %v", row)
	}

	s.do(s.dispatcher, id, "flag_decided", accept)
	s.photo(shot, "stored", "accepted", "手机上报的大小有误，内容与现场一致。", s.dispatcher)
	s.stands(id, "replying")
	s.do(s.reviewer, id, "flag_decided", verdictOf("rejected", "拍摄地点不符。", shot))
	s.photo(shot, "flagged", "rejected", "拍摄地点不符。", s.reviewer)
	s.refused(s.reviewer, id, "approve", map[string]any{"delivered": true}, "photo_rejected")
	s.shows(shot, "rejected", "拍摄地点不符。")

	s.do(s.supervisor, id, "flag_decided", verdictOf("accepted", "核对原图，地点无误。", shot))
	s.do(s.reviewer, id, "approve", map[string]any{"delivered": true})
	s.do(s.cityDesk, id, "flag_decided", verdictOf("rejected", "复查发现系翻拍。", shot)) // a closed case is looked at again
	s.sees(r, "done [registered accepted assigned inspected closed] [rate]")

	s.decided(shot, s.dispatcher, s.reviewer, s.supervisor, s.cityDesk)
	audited(t, s.House)
	s.agree(s.pa, s.pb)
}

// shows wants the phone of who took a photo to say what became of it.
func (s *scene) shows(id, verdict, reason string) {
	s.T.Helper()
	s.sync(s.pa)
	var shown struct {
		State    string
		Decision struct{ Verdict, Reason string }
	}
	if err := s.pa.Read("evidence", id, &shown); err != nil || shown.Decision.Verdict != verdict || shown.Decision.Reason != reason {
		s.T.Errorf("the phone shows %+v %v", shown, err)
	}
}

// decided wants a leaf for each decision about a photo, with who decided.
func (s *scene) decided(id string, by ...house.User) {
	s.T.Helper()
	proven, err := proofOf(s.T, s.House, s.dispatcher.Token, id).Check([]custody.PublicKey{publicKey(s.T, s.House)})
	if err != nil {
		s.T.Fatal(err)
	}
	var actors []string
	for i, leaf := range proven.Leaves {
		if leaf.Event != custody.Decided {
			continue
		}
		actors = append(actors, leaf.Actor)
		if proven.Facts[i]["reason"] == "" || proven.Facts[i]["by"] != leaf.Actor {
			s.T.Errorf("leaf %d says %v", leaf.N, proven.Facts[i])
		}
	}
	var want []string
	for _, u := range by {
		want = append(want, u.ID)
	}
	if !slices.Equal(actors, want) {
		s.T.Errorf("decided by %v, want %v", actors, want)
	}
}

func TestADecisionIsMadeByAnActionOnly(t *testing.T) {
	s := openScene(t)
	id := s.file(s.intake.Token, complaint()).caseID
	s.accept(id)
	s.assign(id)
	shot := s.doubted(s.pa, id)
	root, path := s.Root(), "/api/collections/evidence/records"
	decision := map[string]any{"verdict": "accepted", "reason": "无", "by": s.dispatcher.ID}
	for name, body := range map[string]map[string]any{
		"a decision": {"decision": decision}, "another form of one": {"decision": "accepted"}, "the doubt called off": {"state": "stored"},
	} {
		if status, answer := s.Do("PATCH", path+"/"+shot, root, body); status != http.StatusConflict || answer["code"] != "evidence_locked" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		if status, answer := s.Do("PATCH", path+"/"+shot, s.dispatcher.Token, body); status/100 != 4 {
			t.Errorf("%s by a dispatcher: %d %v", name, status, answer)
		}
	}
	row := map[string]any{"id": "PhotoOfTheAdmin001", "case": id, "sha256": sumOf(nil), "state": "pending", "decision": decision}
	if status, answer := s.Do("POST", path, root, row); status != http.StatusConflict || answer["code"] != "evidence_locked" {
		t.Errorf("a photo that comes decided: %d %v", status, answer)
	}
	edit := s.pa.Edit("evidence", shot, map[string]any{"decision": decision})
	s.sync(s.pa)
	outcome(t, s.pa, edit, sync.Rejected, sync.CodeNotWritable)
	if status, answer := s.Do("PATCH", path+"/"+shot, root, map[string]any{"caption": "大门"}); status != http.StatusOK {
		t.Errorf("a caption: %d %v", status, answer)
	}
	s.do(s.dispatcher, id, "flag_decided", verdictOf("accepted", "无误。", shot))
	if status, answer := s.Do("PATCH", path+"/"+shot, root, map[string]any{"decision": nil}); status != http.StatusConflict || answer["code"] != "evidence_locked" {
		t.Errorf("a decision that is taken away: %d %v", status, answer)
	}
	s.photo(shot, "stored", "accepted", "无误。", s.dispatcher)

	s.do(s.reviewer, id, "flag_decided", verdictOf("rejected", "翻拍。", shot))
	s.arrive(id)
	visit := map[string]any{"inspection": s.text(id, "inspection"), "outcome": "unsubstantiated"}
	kept := s.pa.Act(id, "conclude", visit, map[string]any{"evidence": []string{shot}})
	s.sync(s.pa)
	if row, err := s.App.FindRecordById("actions", kept); err != nil || row.GetString("outcome") != "needs_review" || row.GetString("code") != "photo_rejected" {
		t.Errorf("a conclusion from a phone on a rejected photo: %v %v", row, err)
	}
	s.stands(id, "inspecting")
	audited(t, s.House)
}

// Who accepts a photo before its bytes came has not seen what they tell.
func TestADecisionAboutAPhotoThatIsStillOnItsWay(t *testing.T) {
	f := inField(t)
	shot, late := snap(31), snap(32)
	first := f.capture(f.pa, shot)
	second := f.pa.Create("evidence", map[string]any{
		"case": f.mine, "purpose": "scene", "sha256": sumOf(late), "size": 1, "mime": "image/jpeg", "taken_at": "2026-11-24T09:30:00+08:00",
	})
	f.sync(t, f.pa)
	for _, id := range []string{first, second} {
		set(t, f.h, "evidence", id, map[string]any{"flags": []string{"impossible_speed", "late"}})
	}
	act(t, f.h, f.dispatcher, f.mine, "flag_decided", verdictOf("accepted", "乘坐高铁。", first, second, first))
	for _, id := range []string{first, second} {
		if r, err := f.h.App.FindRecordById("evidence", id); err != nil || r.GetString("state") != "pending" {
			t.Errorf("%v %v", r, err)
		}
	}
	upload(t, f.h, f.a.Token, shot)
	upload(t, f.h, f.a.Token, late)
	if row := stored(t, f.h, first); row["state"] != "stored" || encoded(row["decision"].(map[string]any)["flags"]) != `["impossible_speed"]` {
		t.Errorf("%v", row)
	}
	if row := stored(t, f.h, second); row["state"] != "flagged" {
		t.Errorf("a doubt that came after the decision: %v", row)
	}
	act(t, f.h, f.dispatcher, f.mine, "flag_decided", verdictOf("accepted", "大小字段有误。", second))
	if row := stored(t, f.h, second); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
	audited(t, f.h)
	clean(t, f.h)
}

func TestOfAComplainantsPhotoAnInspectorLearnsNoDecision(t *testing.T) {
	f := inField(t)
	sum := f.complainants(t, snap(33))
	r, err := f.h.App.FindFirstRecordByData("evidence", "sha256", sum)
	if err != nil {
		t.Fatal(err)
	}
	set(t, f.h, "evidence", r.Id, map[string]any{"flags": []string{"editing_software"}, "state": "flagged"})
	reason := "举报人在六楼阳台拍摄，经核对属实。"
	act(t, f.h, f.dispatcher, f.mine, "flag_decided", verdictOf("accepted", reason, r.Id))
	f.sync(t, f.pa)
	disk, err := json.Marshal(f.pa.Disk)
	if err != nil || bytes.Contains(disk, []byte("六楼")) || !bytes.Contains(disk, []byte("flag_decided")) {
		t.Errorf("on the phone: the reason %v, the action %v, %v", bytes.Contains(disk, []byte("六楼")), bytes.Contains(disk, []byte("flag_decided")), err)
	}
	reviewer := f.h.User("reviewer", f.here, "孙立")
	for token, want := range map[string]bool{f.a.Token: false, f.dispatcher.Token: true, reviewer.Token: true} {
		status, file := f.h.Do("GET", "/api/cases/"+f.mine, token, nil)
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, file)
		}
		told := false
		for _, row := range file["evidence"].([]any) {
			d, _ := row.(map[string]any)["decision"].(map[string]any)
			told = told || d["reason"] == reason
		}
		if told != want || bytes.Contains([]byte(encoded(file["actions"])), []byte("六楼")) != want {
			t.Errorf("the decision is told %v, want %v: %s", told, want, encoded(file["actions"]))
		}
	}
	clean(t, f.h)
}

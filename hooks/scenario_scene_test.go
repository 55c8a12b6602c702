package hooks_test

// The stage of the scenarios: three agencies, their people, two phones and a complainant, on
// a clock that the tests move. Each scenario tells one story from the complaint on.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"xuncha/casework"
	"xuncha/hooks"
	"xuncha/internal/fcmtest"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// scene is a county under a city and beside another county, behind a local FCM.
type scene struct {
	*hall
	fcm           *fcmtest.Server
	city, there   string
	cityDesk      house.User
	theirs        house.User // the dispatcher of the other county
	theirReviewer house.User
	pa, pb        *phone.Phone
	read          map[string]int // notifications that a recipient had when he was last asked
	photos        uint64
}

// begins is a Monday morning in Shanghai, four days before the mid-autumn holiday.
var begins = time.Date(2026, 9, 21, 1, 0, 0, 0, time.UTC)

func openScene(t *testing.T) *scene {
	t.Parallel()
	fcm := fcmtest.New(t)
	s := &scene{hall: &hall{clock: &clock{at: begins}}, fcm: fcm, read: map[string]int{}}
	s.House = house.With(t, t.TempDir(), hooks.Config{
		Now: s.clock.now, Intake: unlimited, FCMCredentials: fcm.Credentials(t), FCMEndpoint: fcm.Endpoint(),
	})
	s.agency, s.city, s.there = s.Agency("甲县分局", "990101"), s.Agency("云川市局", "990100"), s.Agency("乙县分局", "990102")
	s.intake, s.dispatcher = s.User("intake", s.agency, "赵敏"), s.User("dispatcher", s.agency, "王丽")
	s.reviewer, s.supervisor = s.User("reviewer", s.agency, "孙立"), s.User("supervisor", s.agency, "吴静")
	s.inspectors = [2]house.User{s.User("inspector", s.agency, "李强"), s.User("inspector", s.agency, "周敏")}
	s.cityDesk, s.theirs = s.User("dispatcher", s.city, "何安"), s.User("dispatcher", s.there, "郑重")
	s.theirReviewer = s.User("reviewer", s.there, "冯远")
	s.pa, s.pb = s.phone(s.inspectors[0]), s.phone(s.inspectors[1])
	return s
}

// phone is one that goes by the clock of the scene.
func (s *scene) phone(u house.User) *phone.Phone {
	p := phone.New(s.URL, u.Token)
	p.Now = s.clock.now
	return p
}

// wait lets an hour go by: what is done after it is later in every record.
func (s *scene) wait() { s.clock.forward(time.Hour) }

func (s *scene) days(n int) { s.clock.forward(time.Duration(n) * 24 * time.Hour) }

// in is the date some days from now.
func (s *scene) in(days int) string { return casework.Date(s.clock.now().AddDate(0, 0, days)) }

func (s *scene) sync(phones ...*phone.Phone) {
	s.T.Helper()
	for _, p := range phones {
		if err := p.Sync(s.T.Context()); err != nil {
			s.T.Fatal(err)
		}
	}
}

// do creates an action an hour later and wants it applied.
func (s *scene) do(u house.User, caseID, name string, args map[string]any, more ...map[string]any) {
	s.T.Helper()
	s.wait()
	status, answer := s.try(u, caseID, name, args, more...)
	if status != http.StatusOK || answer["outcome"] != "applied" {
		s.T.Fatalf("%s by %s: %d %v", name, u.Name, status, answer)
	}
}

// refused wants an action to be answered with a code, and nothing written.
func (s *scene) refused(u house.User, caseID, name string, args map[string]any, code string) {
	s.T.Helper()
	s.unchanged(name, func() {
		if status, answer := s.try(u, caseID, name, args); status/100 != 4 || answer["code"] != code {
			s.T.Errorf("%s by %s: %d %v, want %s", name, u.Name, status, answer, code)
		}
	})
}

func (s *scene) try(u house.User, caseID, name string, args map[string]any, more ...map[string]any) (int, map[string]any) {
	s.T.Helper()
	body := map[string]any{"case": caseID, "name": name, "args": args}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return s.Do("POST", actionsPath, u.Token, body)
}

func (s *scene) accept(caseID string) {
	s.T.Helper()
	s.do(s.dispatcher, caseID, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101"})
}

func (s *scene) crew() []string { return []string{s.inspectors[0].ID, s.inspectors[1].ID} }

// assign puts the case on both phones.
func (s *scene) assign(caseID string, crew ...string) {
	s.T.Helper()
	if len(crew) == 0 {
		crew = s.crew()
	}
	s.do(s.dispatcher, caseID, "assign", map[string]any{"inspectors": crew, "due": s.in(5), "reason": "工作安排"})
	s.sync(s.pa, s.pb)
}

// here is a position on site.
var here = map[string]any{"position": map[string]any{"lon": 116.3915, "lat": 39.9073, "accuracy_m": 8}}

func (s *scene) arrive(caseID string) {
	s.T.Helper()
	s.do(s.inspectors[0], caseID, "arrive", map[string]any{
		"inspection": s.text(caseID, "inspection"), "officers": s.crew(), "certificate_shown": true,
	}, here)
}

// order concludes with an order of one item and returns its id.
func (s *scene) order(caseID string, evidence ...string) string {
	s.T.Helper()
	id := phone.ULID(time.Now())
	s.do(s.inspectors[0], caseID, "conclude", map[string]any{
		"inspection": s.text(caseID, "inspection"), "outcome": "substantiated", "order": map[string]any{
			"rectification": id, "no": "责改〔2026〕1 号", "served_at": s.clock.now().Format(time.RFC3339), "deadline": s.in(10),
			"measures": "停止排放", "responsible": "王经理", "items": []map[string]any{{"id": "i1", "text": "封闭排放口"}},
		},
	}, map[string]any{"evidence": evidence})
	return id
}

// unfounded concludes that nothing was found.
func (s *scene) unfounded(caseID string, evidence ...string) {
	s.T.Helper()
	s.do(s.inspectors[0], caseID, "conclude", map[string]any{
		"inspection": s.text(caseID, "inspection"), "outcome": "unsubstantiated",
	}, map[string]any{"evidence": evidence})
}

// answer drafts the reply and approves it.
func (s *scene) answer(caseID, reply string) {
	s.T.Helper()
	s.draft(s.dispatcher, caseID, reply)
	s.do(s.reviewer, caseID, "approve", map[string]any{"delivered": true})
}

func (s *scene) draft(u house.User, caseID, reply string) {
	s.T.Helper()
	s.do(u, caseID, "reply", map[string]any{"handling_result": "已核查处理。", "complainant_reply": reply, "legal_basis": "大气污染防治法第九十九条"})
}

// rectify goes from the order to the verified case with photos of its own.
func (s *scene) rectify(caseID, order string, officers ...string) {
	s.T.Helper()
	s.submit(caseID, order)
	if len(officers) == 0 {
		officers = s.crew()
	}
	s.do(s.inspectors[0], caseID, "verify", s.passed(caseID, officers))
}

func (s *scene) submit(caseID, order string) {
	s.T.Helper()
	before, after := s.shoot(s.pa, caseID, "before"), s.shoot(s.pa, caseID, "after")
	s.do(s.inspectors[0], caseID, "submit", map[string]any{
		"rectification": order, "items": []map[string]any{{"id": "i1", "before": before, "after": after}},
	})
}

func (s *scene) passed(caseID string, officers []string) map[string]any {
	s.T.Helper()
	return map[string]any{"officers": officers, "items": []map[string]any{
		{"id": "i1", "passed": true, "evidence": []string{s.shoot(s.pa, caseID, "scene")}},
	}}
}

// shoot takes a photo with Li's phone, brings it and waits until it is stored.
func (s *scene) shoot(p *phone.Phone, caseID, purpose string) string {
	s.T.Helper()
	id, data := s.capture(p, caseID, purpose)
	s.sync(p)
	upload(s.T, s.House, s.inspectors[0].Token, data)
	stored(s.T, s.House, id)
	return id
}

// capture takes a photo that stays on the phone.
func (s *scene) capture(p *phone.Phone, caseID, purpose string) (id string, data []byte) {
	s.photos++
	data = snapAt(s.photos, s.clock.now(), 116.3915, 39.9073)
	id = p.Create("evidence", map[string]any{
		"case": caseID, "purpose": purpose, "sha256": sumOf(data), "size": len(data), "mime": "image/jpeg",
		"taken_at": s.clock.now().Format(time.RFC3339), "position": here["position"],
	})
	return id, data
}

// text is a field of the case as it is stored.
func (s *scene) text(caseID, field string) string {
	s.T.Helper()
	r, err := s.App.FindRecordById("cases", caseID)
	if err != nil {
		s.T.Fatal(err)
	}
	return r.GetString(field)
}

// stands wants the case in a state.
func (s *scene) stands(caseID, status string) {
	s.T.Helper()
	if got := s.text(caseID, "status"); got != status {
		s.T.Errorf("the case is %s, want %s", got, status)
	}
}

// sees is what the complainant reads: the public status, the steps, and what she can do.
func (s *scene) sees(r receipt, want string) map[string]any {
	s.T.Helper()
	status, p := s.as(r, "GET", "", nil)
	if status != http.StatusOK || p["number"] != r.number {
		s.T.Fatalf("%d %v", status, p)
	}
	got := fmt.Sprintf("%s %v %v", p["status"].(map[string]any)["code"], steps(p), p["can"])
	if got != want {
		s.T.Errorf("%s reads %s, want %s", r.number, got, want)
	}
	return p
}

// news is what somebody was told since he was last asked: kinds in the order of the outbox.
func (s *scene) news(recipient, want string) {
	s.T.Helper()
	var kinds []string
	err := s.App.DB().NewQuery("SELECT kind FROM notifications WHERE recipient = {:r} ORDER BY rowid").Bind(dbx.Params{"r": recipient}).Column(&kinds)
	if err != nil {
		s.T.Fatal(err)
	}
	fresh := kinds[s.read[recipient]:]
	s.read[recipient] = len(kinds)
	if got := strings.Join(fresh, " "); got != want {
		s.T.Errorf("%s was told %q, want %q", recipient, got, want)
	}
}

// her is the recipient of messages to the complainant of a receipt.
func (s *scene) her(r receipt) string {
	s.T.Helper()
	row, err := s.App.FindFirstRecordByData("complaints", "number", r.number)
	if err != nil {
		s.T.Fatal(err)
	}
	return row.Id
}

// device registers the complainant's phone for pushes; its token is her number.
func (s *scene) device(r receipt) {
	s.T.Helper()
	body, _ := json.Marshal(map[string]any{"number": r.number, "code": r.code, "channel": "fcm", "token": "phone-of-" + r.number, "language": "zh-CN"})
	status, answer := s.Raw("POST", "/api/devices", map[string]string{"X-Phrase": r.phrase, "Content-Type": "application/json"}, strings.NewReader(string(body)))
	if status != http.StatusCreated {
		s.T.Fatalf("%d %s", status, answer)
	}
	s.pushed(r, "received")
}

// pushed waits until the last of what she was told has really come to her phone. Of what went
// before, a message that waited may have given way to the next; what came is hers, and no more
// than want.
func (s *scene) pushed(r receipt, want string) {
	s.T.Helper()
	all := strings.Fields(want)
	must := all[len(all)-1:]
	if must[0] == "solved" { // it comes beside the answer, in either order
		must = all[len(all)-2:]
	}
	var kinds []string
	waitFor(s.T, "the pushes "+want, func() bool {
		kinds = nil
		for _, m := range told(s.fcm.Messages(), "phone-of-"+r.number) {
			kind, number, _ := strings.Cut(m, " ")
			if number != r.number {
				s.T.Errorf("%s was told of %s", r.number, number)
			}
			kinds = append(kinds, kind)
		}
		return !slices.ContainsFunc(must, func(kind string) bool { return !slices.Contains(kinds, kind) })
	})
	for _, kind := range kinds {
		if !slices.Contains(all, kind) {
			s.T.Errorf("pushed %v, want %q", kinds, want)
		}
	}
}

// agree syncs phones and compares each with a phone that starts anew, and with the server's
// own sum.
func (s *scene) agree(phones ...*phone.Phone) {
	s.T.Helper()
	s.sync(phones...)
	for _, p := range phones {
		alike(s.T, p)
	}
	whole(s.T, s.House)
}

// alike wants a phone to show what the server would send to a new one.
func alike(t *testing.T, p *phone.Phone) {
	t.Helper()
	fresh := phone.New(p.URL, p.Token)
	if err := fresh.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer, err := p.Send(t.Context(), sync.Request{
		Client: sync.Client{ID: p.Client, Schema: 1}, Epoch: p.Epoch, Cursor: p.Cursor, Pull: &sync.PullSpec{Digest: true},
	})
	if err != nil || answer.Digest == nil || *answer.Digest != p.Digest() || fresh.Digest() != p.Digest() {
		t.Errorf("the phone holds %+v, a new one %+v, the server says %+v %v", p.Digest(), fresh.Digest(), answer.Digest, err)
	}
	for collection, rows := range fresh.Snapshot {
		for id, row := range rows {
			if mine := p.Snapshot[collection][id]; encoded(mine.Doc) != encoded(row.Doc) {
				t.Errorf("%s %s: the phone shows %s, the server %s", collection, id, encoded(mine.Doc), encoded(row.Doc))
			}
		}
	}
}

// holds tells whether a phone shows a record.
func holds(p *phone.Phone, collection, id string) bool {
	_, ok := p.Rows(collection)[id]
	return ok
}

// dossier is the file of a case as a user reads it; nil where it is unknown to him.
func (s *scene) dossier(u house.User, caseID string) map[string]any {
	s.T.Helper()
	status, file := s.Do("GET", "/api/cases/"+caseID, u.Token, nil)
	if status == http.StatusNotFound {
		return nil
	}
	if status != http.StatusOK {
		s.T.Fatalf("%s: %d %v", u.Name, status, file)
	}
	return file
}

// has tells whether a part of a file holds a record.
func has(file map[string]any, part, id string) bool {
	list, _ := file[part].([]any)
	for _, row := range list {
		if row.(map[string]any)["id"] == id {
			return true
		}
	}
	return false
}

// mark is the hourly look at the days.
func (s *scene) mark() {
	s.T.Helper()
	for _, job := range s.App.Cron().Jobs() {
		if job.Id() == "xunchaDeadlines" {
			job.Run()
		}
	}
}

func (s *scene) bothPhones() []*phone.Phone { return []*phone.Phone{s.pa, s.pb} }

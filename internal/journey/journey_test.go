package journey

// The journey of one case, from the complaint to the rating, with the phones coming
// online in every order.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/geo"
	"xuncha/internal/phone"
	"xuncha/internal/photo"
)

// contact is planted: none of it may reach a phone, the public or a push.
var contact = map[string]any{
	"name": "赵玉兰珂", "phone": "13912345678", "email": "yulan.planted@mail.test", "id_number": "110101199003078515",
	"home": map[string]any{"lon": 116.654321, "lat": 39.123457, "crs": "wgs84"},
}

// plantedCamera stands in the tags of the complainant's photo: with it every byte of the
// tags would travel.
const plantedCamera = "planted-camera"

var planted = []string{plantedCamera, "赵玉兰珂", "13912345678", "yulan.planted", "110101199003078515", "116.654", "39.1234", "116.7123", "39.0456"}

// errand is one case on its way.
type errand struct {
	*city
	i                  int
	number, code, pass string
	push               string // the complainant's token at FCM
	id, visit, order   string
	pa, pb             *phone.Phone
	pictures           []picture
}

// orders is how many orders of coming online are tried; a soak tries more.
func orders(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("JOURNEY_ORDERS")); err == nil {
		return n
	}
	return 20
}

func TestJourneyEndsInTheSameCaseInEveryOrder(t *testing.T) {
	c := newCity(t, http.DefaultTransport)
	var first string
	seen := map[string]bool{}
	for i := 0; len(seen) < orders(t); i++ {
		r := rand.New(rand.NewPCG(2026, uint64(i)))
		order := r.Perm(6)
		if seen[fmt.Sprint(order)] {
			continue
		}
		seen[fmt.Sprint(order)] = true
		e := &errand{city: c, i: i}
		e.complain()
		e.dispatch()
		e.inspect(order)
		e.rectify()
		e.close()
		c.fsck()
		c.verify()
		summary := e.summary()
		if first == "" {
			first = summary
			t.Logf("the case at its end:\n%s", summary)
		}
		if summary != first {
			t.Fatalf("order %v (seed %d) ended in\n%s\nthe first order in\n%s", order, i, summary, first)
		}
	}
	c.nothingOf(planted)
}

// complain: a complaint comes in as WeChat would send it, in GCJ-02.
func (e *errand) complain() {
	at, err := geo.FromWGS84(e.place, geo.GCJ02)
	if err != nil {
		e.t.Fatal(err)
	}
	body := map[string]any{
		"text":   "我叫赵玉兰珂，电话13912345678，化工路3号的工厂每天夜里排放刺鼻气味，窗户不敢开。",
		"source": "wechat", "pollution_types": []string{"air"}, "address": "化工路3号", "respondent_name": "宏发化工厂",
		"location":      map[string]any{"lon": at[0], "lat": at[1], "accuracy_m": 15.0, "crs": "gcj02"},
		"identity_mode": "real_name", "contact": contact, "language": "zh-CN",
		"external_id": map[string]any{"system": "hotline", "id": fmt.Sprintf("HL-%d", e.i)},
	}
	who := e.people["intake"] // the desk is not rate limited
	if e.i == 0 {
		who = &person{name: "the complainant", wire: e.newRecorder()}
	}
	answer := e.file(who, body)
	e.number, e.code, e.pass = answer["number"].(string), answer["code"].(string), answer["phrase"].(string)
	if again := e.do(who, "POST", "/api/complaints", body, 200); again["number"] != e.number || again["phrase"] != nil {
		e.t.Fatalf("the same message again: %v", again)
	}
	e.push = "complainant-" + strconv.Itoa(e.i)
	req, err := http.NewRequest("POST", e.url+"/api/devices", strings.NewReader(fmt.Sprintf(
		`{"number":%q,"code":%q,"channel":"fcm","token":%q,"platform":"android","language":"zh-CN"}`, e.number, e.code, e.push)))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("X-Phrase", e.pass)
	req.Header.Set("Content-Type", "application/json")
	if status, answer := e.send(e.newRecorder(), req); status >= 300 {
		e.t.Fatalf("the complainant's device: %d %v", status, answer)
	}
	e.pushed(e.push, "received")
	e.id = e.find()
}

// file sends the complaint as a form, with a photo that says where its taker stood.
func (e *errand) file(who *person, body map[string]any) map[string]any {
	e.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("photos", "photo.jpg")
	if err != nil {
		e.t.Fatal(err)
	}
	shot := photo.JPEG(photo.Scene(uint64(e.i)*100+99, 640, 480), photo.Tags{ //nolint:gosec // a small number
		Lon: 116.7123, Lat: 39.0456, Taken: time.Now(), Camera: plantedCamera,
	})
	_, err = part.Write(shot)
	if err := errors.Join(err, w.WriteField("complaint", string(data)), w.Close()); err != nil {
		e.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", e.url+"/api/complaints", &form)
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", who.token)
	status, answer := e.send(who.wire, req)
	if status != http.StatusCreated {
		e.t.Fatalf("the complaint: %d %v", status, answer)
	}
	return answer
}

// find: the desk of the county finds the case in its list; the neighbour does not.
func (e *errand) find() string {
	list := e.do(e.people["dispatcher"], "GET", "/api/cases?q="+e.number, nil, 200)
	items := list["items"].([]any)
	if len(items) != 1 {
		e.t.Fatalf("%s is not in the county's list: %v", e.number, list)
	}
	c := items[0].(map[string]any)
	at := c["location"].(map[string]any)
	if c["status"] != "registered" || c["division_code"] != "990101" || at["lon"].(float64)-e.place[0] > 1e-6 || e.place[0]-at["lon"].(float64) > 1e-6 {
		e.t.Fatalf("%v", c)
	}
	if list := e.do(e.people["neighbour"], "GET", "/api/cases?q="+e.number, nil, 200); list["total"].(float64) != 0 {
		e.t.Fatalf("the neighbour sees it: %v", list)
	}
	e.do(e.people["neighbour"], "GET", "/api/cases/"+c["id"].(string), nil, 404)
	return c["id"].(string)
}

// dispatch: accepted, and assigned to two; the phones pull.
func (e *errand) dispatch() {
	two := []string{e.people["a"].id, e.people["b"].id}
	due := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	e.refused("dispatcher", e.id, "assign", map[string]any{"inspectors": two, "due": due}, "wrong_state")
	e.act("intake", e.id, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false})
	e.pushed(e.push, "accepted")
	e.refused("dispatcher", e.id, "assign", map[string]any{"inspectors": two[:1], "due": due}, "one_officer_only")
	e.act("dispatcher", e.id, "assign", map[string]any{"inspectors": two, "lead": two[0], "due": due})
	e.pushed(e.push, "assigned")
	e.pa, e.pb = phone.New(e.url, e.people["a"].token), phone.New(e.url, e.people["b"].token)
	e.pa.HTTP, e.pb.HTTP = e.people["a"].wire.client(), e.people["b"].wire.client()
	syncAll(e.t, e.pa, e.pb)
	var c struct {
		Inspection string `json:"inspection"`
	}
	if err := e.pa.Read("cases", e.id, &c); err != nil || c.Inspection == "" {
		e.t.Fatalf("%+v %v", c, err)
	}
	e.visit = c.Inspection
}

// inspect: both arrive without a network and edit one record; they come online in the
// given order of steps.
func (e *errand) inspect(order []int) {
	position := map[string]any{"position": map[string]any{"lon": e.place[0], "lat": e.place[1], "accuracy_m": 8.0}}
	officers := []string{e.people["a"].id, e.people["b"].id}
	for key, p := range map[string]*phone.Phone{"a": e.pa, "b": e.pb} {
		p.Act(e.id, "arrive", map[string]any{"inspection": e.visit, "officers": officers, "certificate_shown": true}, position)
		p.Edit("inspections", e.visit, map[string]any{"findings": "所见由" + e.people[key].name + "记录"})
		p.Edit("inspections", e.visit, map[string]any{
			"notes": []map[string]any{{"id": "note-" + key, "at": time.Now().Format(time.RFC3339), "text": "到场"}}, "samples": []string{"S-" + key},
		})
	}
	e.pa.Edit("inspections", e.visit, map[string]any{"weather": "晴"})
	e.pb.Edit("inspections", e.visit, map[string]any{"statement": "当事人称设备检修", "max_noise_db": 61.5})
	scene := map[string]any{"case": e.id, "inspection": e.visit, "purpose": "scene"}
	before := map[string]any{"case": e.id, "inspection": e.visit, "purpose": "before", "item": "i1"}
	seed := uint64(e.i) * 100 //nolint:gosec // a small number
	p1, p2, p3 := e.snap(e.pa, seed+1, scene), e.snap(e.pa, seed+2, before), e.snap(e.pb, seed+3, scene)
	e.pictures = []picture{p1, p2, p3}
	steps := []func(){
		func() { syncAll(e.t, e.pa) }, func() { syncAll(e.t, e.pb) },
		func() { e.upload(e.people["a"], p1) }, func() { e.upload(e.people["a"], p2) },
		func() { e.uploadThird(p3) }, func() { syncAll(e.t, e.pb, e.pa) },
	}
	for _, step := range order {
		steps[step]()
	}
	syncAll(e.t, e.pa, e.pb)
	e.stored(e.id, 4)
	syncAll(e.t, e.pa, e.pb)
	if n := len(e.heldRows()); n != 1 {
		e.t.Fatalf("%d edits are held, want the one of the field that both wrote", n)
	}
}

// uploadThird: in the first journeys the client from npm brings the third photo over a
// line that is cut; starting Node each time would only cost time.
func (e *errand) uploadThird(shot picture) {
	if e.i < 2 {
		e.uploadByJS(e.people["b"], shot)
		return
	}
	e.upload(e.people["b"], shot)
}

// heldRows are what the phones learn of edits of this inspection that do not stand.
func (e *errand) heldRows() []phone.Row {
	var out []phone.Row
	for _, p := range []*phone.Phone{e.pa, e.pb} {
		for _, row := range p.Rows("held") {
			if string(row.Doc["record"]) == strconv.Quote(e.visit) {
				out = append(out, row)
			}
		}
	}
	return out
}

// rectify: an order with two items; one fails at the first verification.
func (e *errand) rectify() {
	e.order = phone.ULID(time.Now())
	items := []map[string]any{{"id": "i1", "text": "修复废气处理设施"}, {"id": "i2", "text": "夜间停止排放"}}
	e.pa.Act(e.id, "conclude", map[string]any{
		"inspection": e.visit, "outcome": "substantiated", "order": map[string]any{
			"rectification": e.order, "no": "青环责改字〔2026〕1号", "served_at": time.Now().Format(time.RFC3339),
			"deadline": time.Now().AddDate(0, 0, 20).Format(time.DateOnly), "measures": "限期整改", "responsible": "厂长", "items": items,
		},
	}, nil)
	e.applied(e.pa)
	e.pushed(e.push, "rectifying")
	seed := uint64(e.i)*100 + 10 //nolint:gosec // a small number
	shots := map[string]picture{}
	for n, item := range []string{"i1", "i2"} {
		for m, purpose := range []string{"before", "after"} {
			set := map[string]any{"case": e.id, "rectification": e.order, "purpose": purpose, "item": item}
			if purpose == "after" {
				set["pair_of"] = shots[item+"before"].row
			}
			shot := e.snap(e.pa, seed+uint64(n*2+m), set) //nolint:gosec // a small number
			shots[item+purpose] = shot
			e.upload(e.people["a"], shot)
		}
	}
	e.applied(e.pa)
	pairs := []map[string]any{}
	for _, item := range []string{"i1", "i2"} {
		pairs = append(pairs, map[string]any{"id": item, "before": shots[item+"before"].row, "after": shots[item+"after"].row})
	}
	e.pa.Act(e.id, "submit", map[string]any{"rectification": e.order, "items": pairs}, nil)
	e.applied(e.pa)
	e.verify(e.pb, seed+20, []string{"i1"}, "i2")
	syncAll(e.t, e.pa)
	e.pa.Act(e.id, "submit", map[string]any{"rectification": e.order, "items": pairs[1:]}, nil)
	e.applied(e.pa)
	e.verify(e.pb, seed+30, []string{"i2"}, "")
	e.pushed(e.push, "verified")
}

// verify: two officers judge each open item on site.
func (e *errand) verify(p *phone.Phone, seed uint64, passed []string, failed string) {
	syncAll(e.t, p)
	items := []map[string]any{}
	for n, item := range passed {
		shot := e.snap(p, seed+uint64(n), map[string]any{"case": e.id, "rectification": e.order, "purpose": "scene", "item": item}) //nolint:gosec // a small number
		e.upload(e.people["b"], shot)
		items = append(items, map[string]any{"id": item, "passed": true, "evidence": []string{shot.row}})
	}
	if failed != "" {
		items = append(items, map[string]any{"id": failed, "passed": false, "reason": "夜间仍有排放"})
	}
	p.Act(e.id, "verify", map[string]any{"officers": []string{e.people["a"].id, e.people["b"].id}, "items": items}, nil)
	e.applied(p)
}

// applied syncs a phone and wants every action it sent to stand.
func (e *errand) applied(p *phone.Phone) {
	e.t.Helper()
	syncAll(e.t, p)
	for _, k := range p.Answered {
		if k.Mutation.Collection == "actions" && k.Result.Outcome != "ok" {
			e.t.Fatalf("%s: %+v", k.Mutation.Set["name"], *k.Result)
		}
	}
}

// close: the reply, a reviewer who was an officer, another who was not, and the rating.
func (e *errand) close() {
	e.stored(e.id, 10)
	e.look()
	e.act("dispatcher", e.id, "reply", map[string]any{
		"outcome": "substantiated", "handling_result": "责令改正，已核验", "complainant_reply": "您反映的问题属实，已整改并核验。",
		"legal_basis": "《大气污染防治法》第四十五条",
	})
	e.refused("dispatcher", e.id, "approve", map[string]any{"delivered": true}, "role_not_allowed")
	e.officerApproves()
	e.act("reviewer", e.id, "approve", map[string]any{"delivered": true})
	e.pushed(e.push, "answered")
	e.pushed(e.push, "solved")
	status, answer := e.query(e.public, e.number, e.code, e.pass) // complainants, each for all others
	if status != 200 || !strings.Contains(fmt.Sprint(answer), "已整改并核验") {
		e.t.Fatalf("the complainant reads: %d %v", status, answer)
	}
	if status, answer := e.query(e.public, e.number, e.code, "wrong-phrase"); status != 404 {
		e.t.Fatalf("a stranger reads: %d %v", status, answer)
	}
	e.rate()
	syncAll(e.t, e.pa, e.pb)
}

// look: every photo of the case that the phone knows is fetched as the phone may see it.
func (e *errand) look() {
	syncAll(e.t, e.pa)
	seen := 0
	for id, row := range e.pa.Rows("evidence") {
		if string(row.Doc["case"]) != strconv.Quote(e.id) {
			continue
		}
		req, err := http.NewRequest("GET", e.url+"/api/evidence/"+id+"/1600", nil)
		if err != nil {
			e.t.Fatal(err)
		}
		req.Header.Set("Authorization", e.people["a"].token)
		res, err := e.people["a"].wire.client().Do(req)
		if err != nil {
			e.t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK || bytes.Contains(data, []byte("Exif")) {
			e.t.Fatalf("photo %s: %d, %d bytes, %v", id, res.StatusCode, len(data), err)
		}
		seen++
	}
	if seen < 9 {
		e.t.Fatalf("the phone sees %d photos of the case", seen)
	}
}

// officerApproves: an inspector of the case becomes a reviewer and still may not close it.
func (e *errand) officerApproves() {
	root := &person{name: "root", wire: e.newRecorder()}
	answer := e.do(root, "POST", "/api/collections/_superusers/auth-with-password", map[string]any{"identity": "root@city.test", "password": password}, 200)
	root.token = answer["token"].(string)
	for _, role := range []string{"reviewer", "inspector"} {
		e.do(root, "PATCH", "/api/collections/users/records/"+e.people["b"].id, map[string]any{"role": role}, 200)
		if role == "reviewer" {
			e.refused("b", e.id, "approve", map[string]any{"delivered": true}, "approver_was_officer")
		}
	}
}

func (e *errand) query(wire *recorder, number, code, phrase string) (int, map[string]any) {
	req, err := http.NewRequest("GET", e.url+"/api/complaints/"+number+"?code="+code, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("X-Phrase", phrase)
	return e.send(wire, req)
}

func (e *errand) rate() {
	req, err := http.NewRequest("POST", e.url+"/api/complaints/"+e.number+"/rating?code="+e.code, strings.NewReader(
		fmt.Sprintf(`{"code":%q,"solved":true,"score":5,"text":"谢谢"}`, e.code)))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("X-Phrase", e.pass)
	req.Header.Set("Content-Type", "application/json")
	status, answer := e.send(e.public, req)
	if again := answer["code"] == "rating_given"; status >= 300 && !(again && e.power.every > 0) { // the answer to the first try was lost
		e.t.Fatalf("rating: %d %v", status, answer)
	}
}

// summary is the case with all that belongs to it, without times, seqs, numbers and ids.
func (e *errand) summary() string {
	file := e.do(e.people["reviewer"], "GET", "/api/cases/"+e.id, nil, 200)
	names := map[string]string{e.id: "CASE", e.visit: "VISIT", e.order: "ORDER"}
	for _, p := range e.people {
		names[p.id] = p.name
	}
	var lines []string
	add := func(what string, row map[string]any, fields ...string) {
		line := what
		for _, name := range fields {
			data, err := json.Marshal(row[name])
			if err != nil {
				e.t.Fatal(err)
			}
			line += " " + name + "=" + string(data)
		}
		lines = append(lines, line)
	}
	c := file["case"].(map[string]any)
	add("case", c, "status", "round", "pollution_types", "division_code", "inspectors", "lead", "inspection", "rectification", "items", "outcome",
		"handling_result", "complainant_reply", "legal_basis", "delivered", "overdue", "extended", "repeat_count", "source", "title", "text")
	for _, row := range rowsOf(file, "actions") {
		add("action", row, "name", "actor", "actor_kind", "outcome", "code", "to")
	}
	for _, row := range rowsOf(file, "evidence") {
		if id, _ := row["complaint"].(string); id != "" {
			names[id] = "COMPLAINT"
		}
		add("photo", row, "purpose", "item", "author", "state", "flags", "inspection", "rectification")
	}
	for _, row := range rowsOf(file, "rectifications") {
		items := row["items"].([]any)
		for _, item := range items {
			add("item", item.(map[string]any), "id", "text", "passed", "reason", "round")
		}
		add("order", row, "order_no", "state", "round", "officers", "measures", "responsible")
	}
	for _, row := range rowsOf(file, "replies") {
		add("reply", row, "round", "outcome", "state", "author", "approver", "complainant_reply")
	}
	for _, row := range rowsOf(file, "inspections") {
		add("visit", row, "round", "weather", "statement", "max_noise_db", "samples", "lead")
		findings := []string{fmt.Sprint(row["findings"])}
		for _, held := range e.heldRows() {
			findings = append(findings, strings.Trim(string(held.Doc["value"]), `"`))
		}
		slices.Sort(findings)
		lines = append(lines, "findings, standing and held "+strings.Join(findings, " | "))
		var notes []string
		for _, note := range row["notes"].([]any) {
			notes = append(notes, fmt.Sprint(note.(map[string]any)["id"], " by ", note.(map[string]any)["by"]))
		}
		slices.Sort(notes)
		lines = append(lines, "notes "+strings.Join(notes, ", "))
	}
	text := strings.Join(lines, "\n")
	for _, id := range slices.Sorted(maps.Keys(names)) {
		text = strings.ReplaceAll(text, id, names[id])
	}
	return strings.Join(slices.Sorted(strings.SplitSeq(text, "\n")), "\n")
}

func rowsOf(file map[string]any, part string) []map[string]any {
	var out []map[string]any
	for _, row := range file[part].([]any) {
		out = append(out, row.(map[string]any))
	}
	return out
}

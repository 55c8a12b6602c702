package hooks_test

// Messages from the change of a case to the phone: a real server, the real Firebase SDK
// and a local FCM.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/fcmtest"
	"xuncha/internal/house"
	"xuncha/notify"
)

// office is a county with a dispatcher, two inspectors, a case and its complainant's
// complaint, behind a local FCM.
type office struct {
	*house.House
	fcm        *fcmtest.Server
	agency     string
	dispatcher house.User
	inspectors [2]house.User
	caseID     string
	complaint  string
}

const (
	caseNumber      = "XC-2026-000777"
	complaintNumber = "TS-2026-004711"
	code, phrase    = "482915", "k7mq2xw9p4ht"
)

// planted is what must never leave the house by a push.
var planted = []string{"王小明", "13912345678", "110101199003078515", "工厂夜间排放", "化工路3号", "116.4", code, phrase}

func openOffice(t *testing.T) *office {
	fcm := fcmtest.New(t)
	o := &office{fcm: fcm, House: house.With(t, t.TempDir(), hooks.Config{
		Now: time.Now, FCMCredentials: fcm.Credentials(t), FCMEndpoint: fcm.Endpoint(), Intake: unlimited,
	})}
	o.agency = o.Agency("甲县分局", "990101")
	o.dispatcher = o.User("dispatcher", o.agency, "王丽")
	o.inspectors = [2]house.User{o.User("inspector", o.agency, "李强"), o.User("inspector", o.agency, "周敏")}
	o.caseID = o.Case(o.agency, "990101", caseNumber)
	o.complaint = o.complain(complaintNumber, o.caseID)
	return o
}

// complain makes a complaint that number, code and phrase open.
func (o *office) complain(number, caseID string) string {
	o.T.Helper()
	keys, err := store.OpenKeys(o.Dir)
	if err != nil {
		o.T.Fatal(err)
	}
	return o.Record("complaints", map[string]any{
		"number": number, "case": caseID, "text": "我是王小明，电话13912345678，身份证110101199003078515",
		"code_hash": keys.QueryHash(number, code), "phrase_hash": keys.QueryHash(number, phrase),
	}).Id
}

// send asks one of our routes as a complainant, with his phrase.
func (o *office) send(method, path, phrase string, body any) (int, map[string]any) {
	o.T.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		o.T.Fatal(err)
	}
	status, answer := o.Raw(method, path, map[string]string{"X-Phrase": phrase, "Content-Type": "application/json"}, strings.NewReader(string(data)))
	var out map[string]any
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &out); err != nil {
			o.T.Fatalf("%d %q", status, answer)
		}
	}
	return status, out
}

func (o *office) registerComplainant(number, token string) {
	o.T.Helper()
	status, body := o.send("POST", "/api/devices", phrase, map[string]any{
		"number": number, "code": code, "channel": "fcm", "token": token, "language": "zh-CN",
	})
	if status != http.StatusCreated {
		o.T.Fatalf("%d %v", status, body)
	}
}

func (o *office) register(u house.User, token string) string {
	o.T.Helper()
	status, body := o.Do("POST", "/api/devices", u.Token, map[string]any{"channel": "fcm", "token": token, "platform": "android", "language": "en"})
	if status != http.StatusCreated {
		o.T.Fatalf("%d %v", status, body)
	}
	return body["id"].(string)
}

func (o *office) act(u house.User, caseID, name string, args any) {
	o.T.Helper()
	status, body := o.Do("POST", "/api/collections/actions/records", u.Token, map[string]any{"case": caseID, "name": name, "args": args})
	if status != http.StatusOK || body["outcome"] != "applied" {
		o.T.Fatalf("%s: %d %v", name, status, body)
	}
}

func (o *office) accept(caseID string) {
	o.T.Helper()
	o.act(o.dispatcher, caseID, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false})
}

func (o *office) assign(caseID string) {
	o.T.Helper()
	o.act(o.dispatcher, caseID, "assign", map[string]any{
		"agency": o.agency, "inspectors": []string{o.inspectors[0].ID, o.inspectors[1].ID}, "lead": o.inspectors[0].ID,
		"due": time.Now().AddDate(0, 0, 10).Format(time.DateOnly),
	})
}

// told is what came to a token, as "kind number".
func told(messages []fcmtest.Message, token string) []string {
	var out []string
	for _, m := range messages {
		if m.Token == token {
			out = append(out, m.Data["kind"]+" "+m.Data["number"])
		}
	}
	return out
}

func TestEachStepIsToldToWhomItConcerns(t *testing.T) {
	o := openOffice(t)
	o.registerComplainant(complaintNumber, "phone-of-complainant")
	o.fcm.Wait(t, 1)
	o.register(o.inspectors[0], "phone-of-li")
	o.register(o.inspectors[1], "phone-of-zhou")
	o.register(o.dispatcher, "phone-of-wang")
	o.accept(o.caseID)
	o.fcm.Wait(t, 2)
	o.assign(o.caseID)
	messages := o.fcm.Wait(t, 5)
	for token, want := range map[string][]string{
		"phone-of-complainant": {"received " + complaintNumber, "accepted " + complaintNumber, "assigned " + complaintNumber},
		"phone-of-li":          {"assigned " + caseNumber},
		"phone-of-zhou":        {"assigned " + caseNumber},
		"phone-of-wang":        nil, // she did it herself
	} {
		if got := told(messages, token); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", token, got, want)
		}
	}
	seq := o.record("cases", o.caseID).GetString("seq")
	for _, m := range messages {
		if m.Data["kind"] == "assigned" && m.Data["revision"] != seq {
			t.Errorf("revision %q, the case has %q", m.Data["revision"], seq)
		}
		for _, secret := range append(planted, o.complaint, o.caseID, o.inspectors[0].ID, "李强") {
			if strings.Contains(string(m.Raw), secret) {
				t.Errorf("%q is in %s", secret, m.Raw)
			}
		}
		if len(m.Raw) > 4096 {
			t.Errorf("%d bytes", len(m.Raw))
		}
	}
}

func (o *office) record(collection, id string) *core.Record {
	o.T.Helper()
	r, err := o.App.FindRecordById(collection, id)
	if err != nil {
		o.T.Fatal(err)
	}
	return r
}

func TestComplainantsOfMergedCasesAreToldByTheirOwnNumbers(t *testing.T) {
	o := openOffice(t)
	second := o.Case(o.agency, "990101", "XC-2026-000778")
	o.complain("TS-2026-004712", second)
	o.complain("TS-2026-004713", o.caseID)
	for i, number := range []string{complaintNumber, "TS-2026-004712", "TS-2026-004713"} {
		o.registerComplainant(number, fmt.Sprintf("phone-%d", i))
	}
	o.fcm.Wait(t, 3)
	o.act(o.dispatcher, second, "merge", map[string]any{"primary": o.caseID})
	o.fcm.Wait(t, 4)
	o.accept(o.caseID)
	messages := o.fcm.Wait(t, 7)
	for token, want := range map[string][]string{
		"phone-0": {"received " + complaintNumber, "accepted " + complaintNumber},
		"phone-1": {"received TS-2026-004712", "merged TS-2026-004712", "accepted TS-2026-004712"},
		"phone-2": {"received TS-2026-004713", "accepted TS-2026-004713"},
	} {
		if got := told(messages, token); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", token, got, want)
		}
	}
}

func (o *office) count(collection string) int64 {
	o.T.Helper()
	n, err := o.App.CountRecords(collection)
	if err != nil {
		o.T.Fatal(err)
	}
	return n
}

func TestWhatDoesNotHappenIsNotTold(t *testing.T) {
	o := openOffice(t)
	o.register(o.inspectors[0], "phone-of-li")
	// Not admitted from the board.
	status, body := o.Do("POST", "/api/collections/actions/records", o.dispatcher.Token,
		map[string]any{"case": o.caseID, "name": "approve", "args": map[string]any{"delivered": true}})
	if status/100 != 4 {
		t.Fatalf("%d %v", status, body)
	}
	if n := o.count("notifications"); n != 0 {
		t.Errorf("%d messages about an action that was refused", n)
	}
	// Applied, then rolled back with all that stood beside it.
	undone := errors.New("undone")
	err := o.App.RunInTransaction(func(tx core.App) error {
		col, err := tx.FindCollectionByNameOrId("actions")
		if err != nil {
			return err
		}
		r := core.NewRecord(col)
		r.Load(map[string]any{
			"case": o.caseID, "name": "accept", "args": map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false},
			"actor_kind": "user", "actor": o.dispatcher.ID, "actor_role": "dispatcher", "actor_agency": o.agency, "received_at": "2026-11-20T02:00:00.000Z",
		})
		if err := tx.Save(r); err != nil {
			return err
		}
		if n, err := tx.CountRecords("notifications"); err != nil || n != 1 || r.GetString("outcome") != "applied" {
			t.Errorf("inside: %d messages, %s, %v", n, r.GetString("outcome"), err)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if n, d := o.count("notifications"), o.count("deliveries"); n != 0 || d != 0 {
		t.Errorf("%d messages and %d deliveries outlived the rollback", n, d)
	}
	if len(o.fcm.Messages()) != 0 {
		t.Error("something was sent")
	}
}

func TestADeadTokenLosesItsDevice(t *testing.T) {
	o := openOffice(t)
	id := o.register(o.inspectors[0], "phone-of-li")
	o.fcm.Always("phone-of-li", fcmtest.Unregistered)
	o.accept(o.caseID)
	o.assign(o.caseID)
	o.fcm.Wait(t, 1)
	o.until("the device is gone", func() bool {
		records, err := o.App.FindRecordsByIds("devices", []string{id})
		return err == nil && len(records) == 0
	})
}

// until waits for what a worker does beside the requests.
func (o *office) until(what string, done func() bool) {
	o.T.Helper()
	limit := time.After(20 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if done() {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			o.T.Fatalf("not within 20 s: %s", what)
		}
	}
}

func TestAHeldEditReachesTheDispatchersAsADigest(t *testing.T) {
	o := openOffice(t)
	o.register(o.dispatcher, "phone-of-wang")
	for i := range 3 {
		o.Record("held_edits", map[string]any{"kind": "edit", "case": o.caseID, "collection": "inspections", "field": "findings", "state": "open", "mutation": fmt.Sprint(i)})
	}
	records, err := o.App.FindAllRecords("deliveries")
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, r := range records {
		states[r.GetString("state")]++
		if at := r.GetString("next_attempt_at"); !strings.HasSuffix(at, "0:00.000Z") {
			t.Errorf("due at %s, not at the half hour", at)
		}
	}
	// Two windows if the half hour ended in between: a newer message still takes the older's place.
	if states["queued"] != 1 || states["superseded"] != 2 {
		t.Errorf("%v", states)
	}
}

func TestWhoDidItAndWhoIsDisabledAreNotTold(t *testing.T) {
	o := openOffice(t)
	other, left := o.User("dispatcher", o.agency, "陈静"), o.User("dispatcher", o.agency, "旧人")
	user := o.record("users", left.ID)
	user.Set("disabled_at", "2026-11-24T00:00:00.000Z")
	if err := o.App.Save(user); err != nil {
		t.Fatal(err)
	}
	notices, err := store.Notices{App: o.App}.Of(
		store.Event{ID: "event0000000001", Actor: o.dispatcher.ID, Case: casework.Case{ID: o.caseID, Number: caseNumber}},
		[]casework.Notice{
			{Kind: "returned", To: casework.ToDispatchers, Agency: o.agency},
			{Kind: "resumed", To: casework.ToInspectors, Recipients: []string{o.dispatcher.ID, o.inspectors[0].ID, left.ID, o.inspectors[0].ID}},
		})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range notices {
		got = append(got, n.Kind+" "+n.Recipient)
	}
	if want := []string{"returned " + other.ID, "resumed " + o.inspectors[0].ID}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if _, err := (store.Notices{App: o.App}).Of(store.Event{Case: casework.Case{ID: o.caseID}}, []casework.Notice{{Kind: "x", To: "everybody"}}); err == nil {
		t.Error("an addressee that nobody knows is accepted")
	}
}

func TestADayThatPassesIsToldOnce(t *testing.T) {
	o := openOffice(t)
	o.register(o.inspectors[0], "phone-of-li")
	o.accept(o.caseID)
	o.assign(o.caseID)
	o.fcm.Wait(t, 1)
	mark := func(soon, overdue bool) {
		t.Helper()
		r := o.record("cases", o.caseID)
		r.Set("due_soon", soon)
		r.Set("overdue", overdue)
		if err := o.App.SaveWithContext(store.ByCasework(t.Context()), r); err != nil {
			t.Fatal(err)
		}
	}
	mark(true, false)
	o.fcm.Wait(t, 2)
	mark(false, true)
	messages := o.fcm.Wait(t, 3)
	mark(false, false)
	mark(false, true) // the same day again
	if got, want := told(messages, "phone-of-li"), []string{"assigned " + caseNumber, "due_soon " + caseNumber, "overdue " + caseNumber}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// Two inspectors twice, the dispatcher once; the complainant not at all.
	records, err := o.App.FindAllRecords("notifications")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range records {
		kinds[r.GetString("kind")+" "+r.GetString("recipient_kind")]++
	}
	if kinds["due_soon inspector"] != 2 || kinds["overdue inspector"] != 2 || kinds["overdue dispatcher"] != 1 || kinds["overdue complainant"] != 0 {
		t.Errorf("%v", kinds)
	}
}

func TestAfterACrashTheSameMessageIsDeliveredAgain(t *testing.T) {
	fcm, dir := fcmtest.New(t), t.TempDir()
	leased := leaseAndDie(t, dir)
	house.With(t, dir, hooks.Config{Now: time.Now, FCMCredentials: fcm.Credentials(t), FCMEndpoint: fcm.Endpoint()})
	m := fcm.Wait(t, 1)[0]
	if m.Data["id"] != leased.Payload.ID || m.Token != leased.Device.Token {
		t.Fatalf("%+v, leased before was %+v", m, leased)
	}
}

// leaseAndDie leaves a delivery as a process does that died between sending and settling.
func leaseAndDie(t *testing.T, dir string) notify.Delivery {
	t.Helper()
	app, err := hooks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	col, err := app.FindCollectionByNameOrId("devices")
	if err != nil {
		t.Fatal(err)
	}
	device := core.NewRecord(col)
	device.Load(map[string]any{"user": "user00000000001", "channel": "fcm", "token": "phone-of-li"})
	if err := app.Save(device); err != nil {
		t.Fatal(err)
	}
	now, outbox := time.Now(), store.Outbox{App: app}
	messages, err := notify.Plan([]notify.Notice{{
		Event: "event0000000001", Kind: "assigned", Audience: notify.Inspector, Recipient: "user00000000001", Number: caseNumber,
	}}, []notify.Device{store.DeviceOf(device)}, now, notify.Quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if err := outbox.Enqueue(t.Context(), messages, now); err != nil {
		t.Fatal(err)
	}
	leased, err := outbox.Lease(t.Context(), notify.Want{Channel: "fcm", Now: now, Until: now.Add(time.Second), Max: 1})
	if err != nil || len(leased) != 1 {
		t.Fatalf("%+v %v", leased, err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	return leased[0]
}

func TestAWrongServiceAccountStopsTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	app, err := hooks.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	if err := hooks.Register(app, hooks.Config{Now: time.Now, FCMCredentials: path}); !errors.Is(err, notify.ErrFCMSettings) {
		t.Errorf("%v", err)
	}
}

// Whatever the process asks to tell has its sentences.
func TestEachNoticeOfTheProcessHasAKind(t *testing.T) {
	audience := map[string]notify.Audience{
		"complainant": notify.Complainant, "inspectors": notify.Inspector, "leavers": notify.Inspector,
		"dispatchers": notify.Dispatcher, "target": notify.Dispatcher, "sender": notify.Dispatcher,
	}
	n := 0
	for _, rule := range casework.Process().Actions {
		for _, result := range rule.To {
			for _, line := range result.Notices {
				n++
				if _, ok := notify.KindOf(line.Kind, audience[line.To]); !ok {
					t.Errorf("%s: no sentence for %s to %s", rule.Name, line.Kind, line.To)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d notices found", n)
	}
}

package storm

// The scenarios that the protocol was made for, each as a named test. Each ends as a
// schedule does: the network is quiet, and every invariant is looked at.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// scenario is a storm that a test leads by hand. Ann and Bob have the first case, Bob and Cy
// the second.
type scenario struct {
	*storm
	t                  *testing.T
	ann, bob, bob2, cy *device
}

func newScenario(t *testing.T) *scenario {
	t.Helper()
	t.Parallel()
	root, err := os.MkdirTemp("", "xuncha-storm-*")
	if err != nil {
		t.Fatal(err)
	}
	s, err := newStorm(1, root)
	if err != nil {
		t.Fatal(err)
	}
	c := &scenario{storm: s, t: t, ann: s.devices[0], bob: s.devices[1], bob2: s.devices[2], cy: s.devices[3]}
	t.Cleanup(func() {
		s.settle()
		for _, v := range s.found {
			t.Errorf("%s (%s): %s", v.invariant, invariants[v.invariant], v.what)
		}
		if len(s.found) > 0 {
			t.Log(strings.Join(s.history, "\n"))
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(root)
	})
	return c
}

// visitOf is the inspection of a case's round.
func (s *scenario) visitOf(caseID string) key {
	s.t.Helper()
	c, err := s.caseOf(caseID)
	if err != nil {
		s.t.Fatal(err)
	}
	return key{"inspections", c.Inspection}
}

// assign gives a case to a crew and must succeed.
func (s *scenario) assign(caseID string, crew ...string) {
	s.t.Helper()
	status, body := s.act(dispatcher, caseID, "assign", s.crew(crew...))
	s.told(fmt.Sprintf("%s goes to %v", names[caseID], crew), status, body)
	if status != http.StatusOK {
		s.t.Fatalf("%d %s", status, body)
	}
}

// writes is an edit at a desk of what stands.
func (s *scenario) writes(k key, field string) string {
	s.t.Helper()
	r, err := s.app.FindRecordById(k.collection, k.id)
	if err != nil {
		s.t.Fatal(err)
	}
	value := s.fresh(field).(string)
	s.oracle.learn(k, field, encoded(value), valueOf(r, field))
	r.Set(field, value)
	if err := s.app.Save(r); err != nil {
		s.t.Fatal(err)
	}
	s.judge(nil)
	return value
}

// outcome of a mutation, as its phone knows it.
func (s *scenario) outcome(d *device, mutation string, want sync.Outcome, code string) {
	s.t.Helper()
	if r := d.Result(mutation); r == nil || r.Outcome != want || r.Code != code {
		s.t.Errorf("%s: %s, want %s %q", d.name, encoded(r), want, code)
	}
}

// holds tells whether a phone shows a record.
func (s *scenario) holds(d *device, k key, want bool) {
	s.t.Helper()
	if got := d.View(k.collection, k.id) != nil; got != want {
		s.t.Errorf("%s shows %s %s: %v", d.name, k.collection, k.id, got)
	}
}

func (s *scenario) reads(d *device, k key, field, want string) {
	s.t.Helper()
	if got := string(d.View(k.collection, k.id)[field]); got != string(encoded(want)) {
		s.t.Errorf("%s reads %s as %s, want %q", d.name, field, got, want)
	}
}

func (s *scenario) sync(devices ...*device) {
	for _, d := range devices {
		s.converge(d)
	}
}

func TestAReaderBetweenTwoTransactionsMissesNeither(t *testing.T) {
	s := newScenario(t)
	one, two := s.visitOf(first), s.visitOf(second)
	later := make(chan error, 1)
	b, err := s.app.FindRecordById(two.collection, two.id)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.app.FindRecordById(one.collection, one.id)
	if err != nil {
		t.Fatal(err)
	}
	err = s.app.RunInTransaction(func(inner core.App) error {
		a.Set("weather", "晴")
		if err := inner.Save(a); err != nil {
			return err
		}
		go func() {
			b.Set("weather", "阴")
			later <- s.app.Save(b) // it takes its number when its turn comes
		}()
		s.sync(s.bob)
		if head := int64(a.GetInt("seq")); s.bob.Head >= head {
			t.Errorf("the reader is at %d, the number %d is not committed", s.bob.Head, head)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-later; err != nil {
		t.Fatal(err)
	}
	if a.GetInt("seq") >= b.GetInt("seq") {
		t.Errorf("committed first with %d, then with %d", a.GetInt("seq"), b.GetInt("seq"))
	}
	s.watch.take() // two desks, and no mutation
	s.sync(s.bob)
	s.reads(s.bob, one, "weather", "晴")
	s.reads(s.bob, two, "weather", "阴")
}

func TestARowThatChangesBetweenTwoPagesArrivesAsItIs(t *testing.T) {
	s := newScenario(t)
	d := s.device("ann's new one", ann)
	d.Limit = 2
	s.devices = append(s.devices, d)
	a, err := d.Step(context.Background())
	if err != nil || !a.More || len(a.Changes) != 2 {
		t.Fatalf("%+v %v", a, err)
	}
	moved := key{a.Changes[0].Collection, a.Changes[0].Record}
	if moved.collection != "inspections" {
		moved = s.visitOf(first)
	}
	value := s.writes(moved, "weather")
	s.sync(d)
	s.reads(d, moved, "weather", value)
	again := s.device("ann's third", ann)
	again.Limit = 2
	s.devices = append(s.devices, again)
	if _, err := again.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.assign(first, bob, cy) // what page 1 brought leaves before page 2
	s.sync(again)
	s.holds(again, moved, false)
}

func TestARecordLeavesTheScopeCleanAndWithUnsentEdits(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	unsent := s.edits(s.bob, k, []string{"findings"})
	s.assign(first, ann, cy)
	s.sync(s.bob, s.bob2, s.cy)
	s.outcome(s.bob, unsent, sync.Held, sync.CodeNotInScope)
	s.holds(s.bob, k, false)
	s.holds(s.bob2, k, false)
	s.holds(s.cy, k, true)
	if len(s.bob.Rows("held")) != 1 || len(s.bob.Rejections()) != 1 {
		t.Errorf("what is held is told on the phone: %d %d", len(s.bob.Rows("held")), len(s.bob.Rejections()))
	}
}

func TestAnOldCaseThatIsAssignedArrivesWhole(t *testing.T) {
	s := newScenario(t)
	for range 20 { // everything else is newer than the case
		s.writes(s.visitOf(second), "weather")
	}
	s.sync(s.ann, s.cy)
	s.holds(s.cy, key{"cases", third}, false)
	s.assign(third, ann, cy)
	s.sync(s.ann, s.cy)
	for _, d := range []*device{s.ann, s.cy} {
		s.holds(d, key{"cases", third}, true)
		s.holds(d, s.visitOf(third), true)
		n := 0
		for _, row := range d.Rows("actions") {
			if string(row.Doc["case"]) == string(encoded(third)) {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%s has %d actions of it, want its acceptance and its assignment", d.name, n)
		}
	}
}

func TestAnAgencyThatChangesAndChangesBackWhileThePhoneIsAwayLosesNothing(t *testing.T) {
	s := newScenario(t)
	unsent := s.edits(s.cy, s.visitOf(second), []string{"findings"})
	s.setUser(cy, "agency", west)
	s.setUser(cy, "agency", east)
	s.sync(s.cy)
	s.outcome(s.cy, unsent, sync.OK, "")
	s.holds(s.cy, key{"colleagues", ann}, true)
	s.setUser(cy, "agency", west)
	s.sync(s.cy)
	s.holds(s.cy, key{"colleagues", ann}, false)
}

func TestARowOfTwoBucketsThatLeavesOneStaysInTheOther(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.assign(first, bob, cy)
	s.sync(s.ann, s.bob, s.cy)
	s.holds(s.ann, k, false)
	s.holds(s.bob, k, true)
	s.holds(s.cy, k, true)
}

func TestARecordThatIsDeletedAndMadeAgainInAnotherBucketIsThereAndNotHere(t *testing.T) {
	s := newScenario(t)
	s.creates(s.ann, "inspections", map[string]any{"case": first, "round": 1, "findings": s.fresh("findings")})
	k := key{"inspections", s.ann.made[0].Record}
	s.sync(s.ann, s.bob)
	s.holds(s.bob, k, true)
	s.drop(k)
	if _, err := s.put(k.collection, k.id, map[string]any{"case": second, "round": 1, "findings": "另一处"}); err != nil {
		t.Fatal(err)
	}
	s.sync(s.ann, s.bob, s.cy)
	s.holds(s.ann, k, false)
	s.reads(s.bob, k, "findings", "另一处")
	s.reads(s.cy, k, "findings", "另一处")
}

func TestARecordThatIsMadeAndDeletedAtOnceLeavesNoGhost(t *testing.T) {
	s := newScenario(t)
	s.creates(s.ann, "inspections", map[string]any{"case": first, "round": 1, "findings": s.fresh("findings")})
	k := key{"inspections", s.ann.made[0].Record}
	s.sync(s.ann)
	s.drop(k)
	s.sync(s.ann, s.bob)
	s.holds(s.ann, k, false)
	s.holds(s.bob, k, false)
}

// drop deletes a record as the server itself.
func (s *scenario) drop(k key) {
	s.t.Helper()
	r, err := s.app.FindRecordById(k.collection, k.id)
	if err == nil {
		err = s.app.Delete(r)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.deleted[k] = true
}

func TestAnEditDuringThePushOfTheSameRecordIsNoConflict(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	one := s.edits(s.ann, k, []string{"findings", "weather"})
	req := s.ann.Request()
	a, err := s.ann.Send(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	two := s.edits(s.ann, k, []string{"findings"}) // before the answer is stored
	s.take(s.ann, req, a)
	s.sync(s.ann)
	s.outcome(s.ann, one, sync.OK, "")
	s.outcome(s.ann, two, sync.OK, "")
	if len(s.ann.Rows("held")) > 0 {
		t.Errorf("%v is held", s.ann.Rows("held"))
	}
}

func TestAnotherUserOnTheSamePhoneGetsAndGivesNothingOfTheFirst(t *testing.T) {
	s := newScenario(t)
	s.edits(s.ann, s.visitOf(first), []string{"findings"})
	s.sync(s.ann)
	s.edits(s.ann, s.visitOf(first), []string{"weather"})
	req := s.ann.Request()
	other := s.device("cy on ann's phone", cy)
	a, err := other.Send(context.Background(), req)
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetForked || len(a.Results)+len(a.Changes) > 0 {
		t.Errorf("ann's phone with cy's log-in: %s %v", encoded(a), err)
	}
	req.Client.ID, req.Push = s.id("P"), nil
	a, err = other.Send(context.Background(), req)
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetCursor {
		t.Errorf("ann's cursor with cy's log-in: %s %v", encoded(a.Reset), err)
	}
	late, err := s.ann.Send(context.Background(), s.ann.Request())
	if err != nil {
		t.Fatal(err)
	}
	before := screen(other)
	s.take(other, s.ann.Request(), late) // ann's answer arrives when cy has signed in
	if screen(other) != before {
		t.Error("cy's phone took ann's answer")
	}
}

// TestAChainOfFiveEditsDeliveredInAnyOrder: each time the phone tries, its request holds one
// edit more; the requests reach the server in any order.
func TestAChainOfFiveEditsDeliveredInAnyOrderEndsInTheLast(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	for range 25 {
		d := s.device("ann's", ann)
		s.devices = append(s.devices, d)
		s.sync(d)
		var tries []sync.Request
		var last string
		for range 5 {
			last = s.edits(d, k, []string{"findings"})
			tries = append(tries, d.Request())
		}
		s.Shuffle(len(tries), func(i, j int) { tries[i], tries[j] = tries[j], tries[i] })
		for _, req := range tries {
			if _, err := d.Send(context.Background(), req); err != nil {
				t.Fatal(err)
			}
		}
		s.sync(d)
		s.outcome(d, last, sync.OK, "")
		if len(d.Rows("held")) > 0 {
			t.Fatalf("something of a chain is held: %s", encoded(d.Rows("held")))
		}
		s.devices = s.devices[:4]
		s.devices[0] = d // the newest stands for her
	}
}

func TestAClockThatIsAYearOffAndJumpsChangesNoOrder(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.ann.skew = 365 * 24 * time.Hour
	one := s.edits(s.ann, k, []string{"weather"})
	s.ann.skew = -400 * 24 * time.Hour
	two := s.edits(s.ann, k, []string{"weather"})
	s.sync(s.ann, s.bob)
	three := s.edits(s.bob, k, []string{"weather"})
	s.sync(s.bob, s.ann)
	s.outcome(s.ann, one, sync.OK, "")
	s.outcome(s.ann, two, sync.OK, "")
	s.outcome(s.bob, three, sync.OK, "")
	if a, b := s.ann.View(k.collection, k.id)["weather"], s.bob.made[0].Set["weather"]; string(a) != string(b) {
		t.Errorf("%s stands, the last wrote %s", a, b)
	}
	var at string
	err := s.app.DB().NewQuery("SELECT device_at FROM sync_mutation WHERE id = '" + one + "'").Row(&at)
	if err != nil || at != string(s.ann.made[0].At) {
		t.Errorf("the device's time is kept as %q, it sent %q: %v", at, s.ann.made[0].At, err)
	}
}

func TestASchemaThatIsUpgradedWhileThePhoneIsAwayKeepsItsWork(t *testing.T) {
	s := newScenario(t)
	unsent := s.edits(s.ann, s.visitOf(first), []string{"findings"})
	req := s.ann.Request()
	req.Client.Schema = 2 // the app was upgraded
	a, err := s.ann.Send(context.Background(), req)
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetSchema || len(a.Changes) == 0 {
		t.Fatalf("%s %v", encoded(a.Reset), err)
	}
	s.take(s.ann, req, a)
	s.outcome(s.ann, unsent, sync.OK, "")
}

func TestStrangeIdsAndHugeTextsAreAnsweredOneByOne(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	req := s.ann.Request()
	for i, m := range []string{
		`"op":"patch","collection":"inspections","record":"__proto__","set":{"weather":"晴"},"base":{}`,
		`"op":"patch","collection":"__proto__","record":"` + k.id + `","set":{"weather":"晴"},"base":{}`,
		`"op":"patch","collection":"inspections","record":"` + k.id + `","set":{"__proto__":"晴","constructor":1},"base":{"__proto__":""}`,
		`"op":"patch","collection":"inspections","record":"` + k.id + `","set":{"findings":"` + strings.Repeat("长", 350_000) + `"},"base":{"findings":""}`,
		`"op":"patch","collection":"inspections","record":"` + k.id + `","set":{"samples":["__proto__","constructor"]},"base":{"samples":""}`,
	} {
		req.Push = append(req.Push, json.RawMessage(fmt.Sprintf(`{"n":%d,"id":"%s",%s,"at":"2026-11-24T09:30:00+08:00"}`, i+1, s.id("M"), m)))
	}
	a, err := s.ann.Send(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range a.Results {
		got = append(got, string(r.Outcome)+" "+r.Code)
	}
	want := []string{"rejected record_id_invalid", "rejected collection_unknown", "rejected field_not_writable", "rejected too_large", "ok "}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAThousandFirstSyncsAtOnceAllFinishAndOthersAreAnswered(t *testing.T) {
	s := newScenario(t)
	body := func(n int) []byte {
		return encoded(sync.Request{Client: sync.Client{ID: fmt.Sprintf("PF%024d", n), Schema: 1}, Pull: &sync.PullSpec{Limit: 500}})
	}
	ask := func(user, path string, body []byte) int {
		h := http.Header{"Authorization": {house.tokens[user]}, "Content-Type": {"application/json"}, "Accept-Encoding": {"gzip"}}
		for range 50 {
			a := s.handle(map[bool]string{true: http.MethodGet, false: http.MethodPost}[body == nil], path, h.Clone(), body, len(body))
			if a.status != http.StatusServiceUnavailable && a.status != http.StatusTooManyRequests {
				return a.status
			}
		}
		return 0
	}
	var syncs, others stdsync.WaitGroup
	end := make(chan struct{})
	for i := range 1000 {
		syncs.Go(func() {
			if status := ask(inspectors[i%3], "/api/sync", body(i)); status != http.StatusOK {
				t.Errorf("a first sync is answered %d", status)
			}
		})
	}
	answered := 0
	others.Go(func() {
		for {
			if status := ask(dispatcher, "/api/held", nil); status != http.StatusOK {
				t.Errorf("a desk is answered %d", status)
			}
			answered++
			select {
			case <-end:
				return
			default:
			}
		}
	})
	syncs.Wait()
	close(end)
	others.Wait()
	if answered == 0 {
		t.Error("no other request was answered meanwhile")
	}
}

func TestReassignedToAnotherAndBackBeforeThePhoneSyncsKeepsItsEdits(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	unsent := s.edits(s.ann, k, []string{"findings", "notes"})
	s.assign(first, bob, cy)
	s.assign(first, ann, bob)
	s.sync(s.ann)
	s.outcome(s.ann, unsent, sync.OK, "")
	s.holds(s.ann, k, true)
}

func TestAPhoneThatWasCopiedAndThenARestoreLoseNothingOfEither(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.backup()
	s.edits(s.ann, k, []string{"findings"})
	s.sync(s.ann)
	twin := s.copyOf(s.ann)
	s.edits(s.ann, k, []string{"weather"})
	s.edits(twin, k, []string{"statement"})
	s.sync(s.ann, twin)
	s.restore()
	s.sync(twin, s.ann, twin)
	if s.ann.Client == twin.Client {
		t.Error("two phones have one client id")
	}
	for _, d := range []*device{s.ann, twin} {
		for _, field := range []string{"findings", "weather", "statement"} {
			if absent(d.View(k.collection, k.id)[field]) {
				t.Errorf("%s misses %s", d.name, field)
			}
		}
	}
}

func TestAfterARestoreWhatPhonesHoldComesBackInAnyOrder(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.backup()
	var last string
	for i := range 5 { // a chain: each has seen the one before
		d := []*device{s.ann, s.bob}[i%2]
		s.sync(d)
		last = s.edits(d, k, []string{"findings"})
		s.sync(d)
	}
	s.restore()
	for range 3 {
		s.writes(s.visitOf(second), "weather") // new numbers pass the old cursors
	}
	s.sync(s.bob, s.ann, s.bob)
	s.outcome(s.ann, last, sync.OK, "")
	for _, d := range []*device{s.ann, s.bob} {
		if got := string(d.View(k.collection, k.id)["findings"]); got != string(s.ann.made[2].Set["findings"]) {
			t.Errorf("%s reads %s, the last of the chain wrote %s", d.name, got, s.ann.made[2].Set["findings"])
		}
	}
}

// TestAnEditOnTopOfOneThatADeskTookIsNoConflict: the phone does not know yet that its first
// edit lost and was taken in all the same.
func TestAnEditOnTopOfOneThatADeskTookIsNoConflict(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.edits(s.ann, k, []string{"findings"})
	s.sync(s.ann)
	s.edits(s.bob, k, []string{"findings"})
	s.fault = answerLost
	if _, err := s.bob.Step(context.Background()); err == nil {
		t.Fatal("the answer arrived")
	}
	s.fault = none
	next := s.edits(s.bob, k, []string{"findings"})
	_, data := s.call(dispatcher, http.MethodGet, "/api/held", nil)
	var page struct {
		Items []struct {
			ID        string
			Ours, Now json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &page); err != nil || len(page.Items) != 1 {
		t.Fatalf("%s %v", data, err)
	}
	status, body := s.call(dispatcher, http.MethodPost, "/api/held/"+page.Items[0].ID, map[string]any{"take": "ours", "reason": "两人商定"})
	s.oracle.learn(k, "findings", page.Items[0].Ours, page.Items[0].Now)
	s.told("the dispatcher takes bob's", status, body)
	s.sync(s.bob)
	s.outcome(s.bob, next, sync.OK, "")
}

// TestAnEditOnTopOfAValueThatARestoreLostStands: the version that the editor saw is above all
// that stand now.
func TestAnEditOnTopOfAValueThatARestoreLostStands(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.edits(s.bob, k, []string{"findings"})
	s.sync(s.bob, s.ann)
	s.backup()
	seen := s.writes(k, "findings")
	s.sync(s.ann)
	s.reads(s.ann, k, "findings", seen)
	next := s.edits(s.ann, k, []string{"findings"})
	s.restore()
	s.sync(s.ann)
	s.outcome(s.ann, next, sync.OK, "")
}

// TestAfterARestoreAnOldVerdictStandsWhoeverComesFirst: what had lost comes back before what
// had won, and loses again.
func TestAfterARestoreAnOldVerdictStandsWhoeverComesFirst(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.backup()
	won := s.edits(s.ann, k, []string{"findings"})
	lost := s.edits(s.bob, k, []string{"findings"})
	s.sync(s.ann, s.bob)
	s.outcome(s.bob, lost, sync.Conflict, sync.CodeReview)
	s.restore()
	s.sync(s.bob, s.ann, s.bob)
	s.outcome(s.ann, won, sync.OK, "")
	s.outcome(s.bob, lost, sync.Conflict, sync.CodeSuperseded)
	s.reads(s.bob, k, "findings", strings.Trim(string(s.ann.made[0].Set["findings"]), `"`))
}

// TestAfterARestoreNobodyLosesToHisOwnOlderEdit: Ann built on Bob's second edit, whose answer
// never arrived. She comes back first, then a copy of Bob's phone with his first edit only,
// then his phone.
func TestAfterARestoreNobodyLosesToHisOwnOlderEdit(t *testing.T) {
	s := newScenario(t)
	k := s.visitOf(first)
	s.backup()
	s.edits(s.bob, k, []string{"weather"})
	twin := s.copyOf(s.bob)
	second := s.edits(s.bob, k, []string{"weather"})
	s.fault = answerLost
	if _, err := s.bob.Step(context.Background()); err == nil {
		t.Fatal("the answer arrived")
	}
	s.fault = none
	s.sync(s.ann)
	s.edits(s.ann, k, []string{"weather"})
	s.restore()
	s.sync(s.ann, twin, s.bob)
	s.outcome(s.bob, second, sync.OK, "")
}

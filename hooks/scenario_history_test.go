package hooks_test

// Random histories of admitted actions over HTTP: the server does what the rules in memory do,
// a case is what its actions made of it, and the phones show what the server holds.

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/casework/casetest"
	"xuncha/hooks/store"
	"xuncha/internal/phone"
)

const (
	histories = 30
	longest   = 15 // actions of one history
)

// seedVariable starts the histories at the seed that a failure printed.
const seedVariable = "HISTORY_SEED"

// random is one history: a case in memory, the same one on the server, and two phones.
type random struct {
	*process
	*rand.Rand
	t      *testing.T
	clock  *clock
	w      world
	names  map[string]string // ids in memory and on the server
	orders int
	kept   []string // actions that wait for a desk, by their ids on the server
	phones []*phone.Phone
}

func TestRandomHistoriesEndAlikeEverywhere(t *testing.T) {
	t.Parallel()
	ticking := &clock{at: casetest.Now}
	p := processAt(t, ticking.now)
	phones := []*phone.Phone{}
	for _, id := range []string{casetest.Lin, casetest.Wu} {
		ph := phone.New(p.URL, p.tokens[id])
		ph.Now = ticking.now
		phones = append(phones, ph)
	}
	seed, n, did := uint64(time.Now().UnixNano()), histories, map[string]int{}
	if given, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64); err == nil {
		seed, n = given, 1
	}
	for i := range uint64(n) {
		t.Run(fmt.Sprintf("%s=%d", seedVariable, seed+i), func(t *testing.T) {
			r := &random{process: p, Rand: rand.New(rand.NewPCG(seed+i, 1)), t: t, clock: ticking, phones: phones}
			r.begin()
			for range longest {
				did[r.step()]++
			}
			r.end()
		})
	}
	t.Logf("%v", did)
	differences(t, p)
}

// differences asks fsck about everything but what this house lacks from the start: photos
// without bytes, and a case that no action accepted.
func differences(t *testing.T, p *process) {
	t.Helper()
	report, err := store.Fsck{App: p.App}.Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Check != "files" && d.Record != casetest.PrimaryID {
			t.Errorf("fsck %s: %s %s %s", d.Check, d.Collection, d.Record, d.What)
		}
	}
}

// begin lays the case and the one that it may be merged into.
func (r *random) begin() {
	primary := r.lay(casetest.New())
	r.w = r.lay(casetest.New())
	r.w.Now = r.clock.now()
	r.w.Primary.ID = casetest.PrimaryID
	r.names = map[string]string{
		casetest.CaseID: r.w.caseID, casetest.PrimaryID: primary.caseID, "2026060001": fmt.Sprintf("2026-%06d", r.copies),
	}
	for id := range r.w.Evidence {
		r.names[id] = r.w.rename.Replace(id)
	}
	status, answer := r.Do("POST", actionsPath, r.tokens[casetest.Dispatcher], map[string]any{
		"case": primary.caseID, "name": "accept", "args": map[string]any{"types": []string{"odour"}, "division_code": "990101"},
	})
	if status != http.StatusOK {
		r.t.Fatalf("%d %v", status, answer)
	}
}

// step does one admitted action in memory and on the server, and returns its name.
func (r *random) step() string {
	r.t.Helper()
	r.clock.forward(10 * time.Minute)
	r.w.Now = r.clock.now()
	r.atHand()
	if r.IntN(6) == 0 {
		return r.fromThePhone()
	}
	if len(r.kept) > 0 && r.IntN(3) == 0 {
		return r.settleOne()
	}
	a := r.next()
	if a.Name == "conclude" {
		r.newOrder()
	}
	status, answer := r.Do("POST", actionsPath, r.tokens[a.Actor], r.sent(a))
	v := r.w.Do(a)
	if status != http.StatusOK || answer["outcome"] != "applied" || answer["to"] != string(v.Case.Status) {
		r.t.Fatalf("%s %s in %s: %d %v", a.Name, a.Args, v.Case.Status, status, answer)
	}
	r.compare(a.Name)
	return a.Name
}

// onward is what comes next on the way of a case; whatever else may happen happens beside it.
var onward = map[casework.Status]string{
	casework.Registered: "accept", casework.Accepted: "assign", casework.Assigned: "arrive", casework.Inspecting: "conclude",
	casework.Rectifying: "submit", casework.Verifying: "verify", casework.Verified: "reply", casework.Replying: "approve",
	casework.Closed: "reopen", casework.NotAccepted: "reopen", casework.Reopened: "assign", casework.StageClosed: "resume",
	casework.Transferred: "feed_back", casework.Merged: "unmerge",
}

// next is an action that the rules admit now, two times of three one that leads on. What ends
// a case is rare, or no history would be long.
func (r *random) next() casework.Action {
	var all, on []casework.Action
	for _, rule := range casework.Process().Actions {
		if (rule.Name == "withdraw" || rule.Name == "refuse" || rule.Name == "note") && r.IntN(6) > 0 {
			continue
		}
		for _, a := range r.variants(rule.Name) {
			if !casework.Apply(r.w.Of(a), a, r.w.Now).Applied {
				continue
			}
			all = append(all, a)
			if a.Name == onward[r.w.Case.Status] {
				on = append(on, a)
			}
		}
	}
	switch {
	case len(on) > 0 && r.IntN(3) > 0:
		return on[r.IntN(len(on))]
	case len(all) > 0:
		return all[r.IntN(len(all))]
	}
	return r.w.Example("note") // admitted in every state
}

// variants are the example of an action and other ways to do it.
func (r *random) variants(name string) []casework.Action {
	a := r.w.Example(name)
	out := []casework.Action{a}
	other := func(actor string, changes casetest.Args) {
		b := r.w.By(actor, name, casetest.Args{})
		b.Args, b.Position = casetest.With(a.Args, changes), a.Position
		out = append(out, b)
	}
	crew := r.w.Case.Inspectors
	switch {
	case name == "transfer":
		other(casetest.Dispatcher, casetest.Args{"mode": "hand_over"})
	case name == "assign":
		other(casetest.Dispatcher, casetest.Args{"inspectors": []string{casetest.Wu, casetest.Zhou}, "lead": nil})
	case name == "return":
		other(casetest.Dispatcher, casetest.Args{"agreed_by": nil})
	case len(crew) == 0:
	case name == "conclude":
		other(crew[0], nil)
		other(crew[0], casetest.Args{"outcome": "unsubstantiated", "order": nil})
	case name == "arrive":
		other(crew[0], casetest.Args{"officers": crew})
	case name == "submit", name == "reply":
		other(crew[0], nil)
	case name == "verify":
		other(crew[0], casetest.Args{"officers": crew})
		other(crew[0], casetest.Args{"officers": crew, "items": casetest.Verification(r.w.World, "item2")["items"]})
	}
	return out
}

// sent is an action in the server's ids.
func (r *random) sent(a casework.Action) map[string]any {
	var args map[string]any
	if err := json.Unmarshal([]byte(r.named(string(a.Args))), &args); err != nil {
		r.t.Fatal(err)
	}
	return map[string]any{"case": r.w.caseID, "name": a.Name, "args": args, "position": a.Position}
}

func (r *random) named(text string) string {
	var pairs []string
	for _, id := range slices.Sorted(maps.Keys(r.names)) {
		pairs = append(pairs, id, r.names[id])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// compare holds the server's case against the one in memory.
func (r *random) compare(after string) {
	r.t.Helper()
	row, err := r.App.FindRecordById("cases", r.w.caseID)
	if err != nil {
		r.t.Fatal(err)
	}
	var c casework.Case
	if err := store.Into(row, &c); err != nil {
		r.t.Fatal(err)
	}
	if want := r.named(r.w.Case.Folded()); c.Folded() != want {
		r.t.Fatalf("after %s the server has %s, the rules say %s", after, c.Folded(), want)
	}
	if c.DueStrict != r.w.Case.DueStrict || c.DueLegal != r.w.Case.DueLegal || c.Overdue != r.w.Case.Overdue {
		r.t.Fatalf("after %s it is due %s %s, by the rules %s %s", after, c.DueStrict, c.DueLegal, r.w.Case.DueStrict, r.w.Case.DueLegal)
	}
	if r.w.Case.Inspection != "" {
		r.names[r.w.Case.Inspection] = c.Inspection
	}
}

// atHand: now and then an officer writes something down, and a phone finds the network.
func (r *random) atHand() {
	r.t.Helper()
	p := r.phones[r.IntN(len(r.phones))]
	for id, row := range p.Rows("inspections") {
		if string(row.Doc["case"]) == strconv.Quote(r.w.caseID) && r.IntN(3) == 0 {
			p.Edit("inspections", id, map[string]any{"notes": note(fmt.Sprintf("n%d", p.N), "记"), "weather": fmt.Sprint(r.IntN(9))})
		}
	}
	if r.IntN(3) == 0 {
		r.sync(p)
	}
}

// fromThePhone: Lin does something on site, admitted or not, and syncs at once.
func (r *random) fromThePhone() string {
	r.t.Helper()
	r.sync(r.phones[0])
	if !holds(r.phones[0], "cases", r.w.caseID) {
		return "phone: no case"
	}
	name := []string{"arrive", "conclude", "submit", "verify", "note"}[r.IntN(5)]
	a := r.w.Example(name)
	a.Actor, a.ActorRole, a.ActorAgency = casetest.Lin, casework.Inspector, casetest.County
	a.Device, a.DeviceAt = r.phones[0].Client, r.clock.now().Format(time.RFC3339)
	before := r.names[casetest.Order]
	if name == "conclude" {
		r.newOrder()
	}
	id := r.phones[0].Act(r.w.caseID, name, r.sent(a)["args"].(map[string]any), map[string]any{"position": a.Position, "device_at": a.DeviceAt})
	r.sync(r.phones[0])
	v, got := r.w.Do(a), r.phones[0].ResultOf(id)
	r.w.History[len(r.w.History)-1].ID = id
	if (got.Outcome == "ok") != v.Applied || got.Code != v.Code {
		r.t.Fatalf("%s from the phone: %+v, the rules say %v %s", name, got, v.Applied, v.Code)
	}
	if !v.Applied {
		r.names[casetest.Order] = before
	}
	r.compare(name)
	switch {
	case v.Applied:
		return "phone: " + name
	case name != "conclude": // its order has an id that is not the one in memory
		r.kept = append(r.kept, id)
	}
	return "phone: kept"
}

// newOrder: the next order has an id of its own; in memory all have one. What waits speaks of
// the old one.
func (r *random) newOrder() {
	r.orders++
	r.names[casetest.Order] = fmt.Sprintf("%sorder%d", r.w.caseID, r.orders)
	r.kept = nil
}

// settleOne: a dispatcher takes in what waits, if the rules admit it late.
func (r *random) settleOne() string {
	r.t.Helper()
	id := r.kept[0]
	i := slices.IndexFunc(r.w.History, func(p casework.Past) bool { return p.ID == id })
	past := r.w.History[i]
	r.w.Late = true
	v := r.w.Clone().Do(past.Action)
	status, answer := r.Do("POST", heldPath+"/"+id, r.tokens[casetest.Dispatcher], map[string]any{"take": "ours"})
	if (status == http.StatusOK) != v.Applied || !v.Applied && answer["code"] != v.Code {
		r.t.Fatalf("%s late: %d %v, the rules say %v %s", past.Name, status, answer, v.Applied, v.Code)
	}
	name := "late: refused"
	if v.Applied {
		r.w.Do(past.Action)
		r.w.History = slices.Delete(r.w.History, i, i+1) // it has moved to the end
		name = "late: " + past.Name
	}
	r.w.Late, r.kept = false, r.kept[1:]
	r.compare(name)
	return name
}

func (r *random) sync(p *phone.Phone) {
	r.t.Helper()
	if err := p.Sync(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *random) end() {
	r.t.Helper()
	for range 2 { // what the second phone brings, the first one has to see
		for _, p := range r.phones {
			r.sync(p)
		}
	}
	for _, p := range r.phones {
		alike(r.t, p)
		for _, k := range p.Answered {
			if k.Result.Outcome == "rejected" {
				r.t.Errorf("%+v", k.Result)
			}
		}
	}
}

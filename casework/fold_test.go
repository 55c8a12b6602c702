package casework_test

// A case is the fold of its actions, whatever way it went.

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

// histories is how many ways a case is sent.
const histories = 10_000

func TestACaseIsTheFoldOfItsActions(t *testing.T) {
	t.Parallel()
	steps, applied := 0, map[string]int{}
	for seed := range uint64(histories) {
		r := rand.New(rand.NewPCG(seed, 5))
		w := casetest.New()
		first := w.Case
		for range 1 + r.IntN(25) {
			a := wander(r, w)
			if w.Do(a).Applied {
				steps++
				applied[a.Name]++
			}
			w.Now = w.Now.Add(time.Duration(r.IntN(12)) * time.Hour)
		}
		got := casework.Fold(first, w.History, nil, casework.Calendar{})
		if got.Folded() != w.Case.Folded() {
			t.Fatalf("seed %d: %s\nthe case is\n%s\nits actions make\n%s", seed, names(w.History), w.Case.Folded(), got.Folded())
		}
		if again := casework.Fold(w.Case.Registered(), w.History, nil, casework.Calendar{}); again.Folded() != w.Case.Folded() {
			t.Fatalf("seed %d: %s\nfrom the case itself\n%s\nits actions make\n%s", seed, names(w.History), w.Case.Folded(), again.Folded())
		}
	}
	if len(applied) < len(casework.Process().Actions) {
		t.Errorf("only %d of %d actions were ever applied: %v", len(applied), len(casework.Process().Actions), applied)
	}
	t.Logf("%d histories, %d applied actions", histories, steps)
}

// onTheWay are the actions that bring a case to its end; most of what happens is these.
var onTheWay = []string{"accept", "assign", "arrive", "conclude", "submit", "verify", "reply", "approve", "reopen", "unmerge", "resume", "return", "receive"}

// wander draws an action that the state admits, now and then one that a dispatcher admits
// late.
func wander(r *rand.Rand, w *casetest.World) casework.Action {
	var admitted []string
	for _, rule := range casework.Process().Actions {
		if slices.Contains(rule.From, w.Case.Status) {
			admitted = append(admitted, rule.Name)
		}
	}
	name := admitted[r.IntN(len(admitted))]
	if forward := slices.DeleteFunc(admitted, func(n string) bool { return !slices.Contains(onTheWay, n) }); len(forward) > 0 && r.IntN(4) > 0 {
		name = forward[r.IntN(len(forward))]
	}
	a := w.Example(name)
	switch {
	case name == "verify" && r.IntN(2) == 0:
		a.Args = w.By("", "verify", casetest.Verification(w, "item1")).Args
	case name == "transfer" && r.IntN(2) == 0:
		a.Args = casetest.With(a.Args, casetest.Args{"mode": "hand_over"})
	case name == "assign" && r.IntN(2) == 0:
		a.Args = casetest.With(a.Args, casetest.Args{"inspectors": []string{casetest.Wu, casetest.Zhou}, "lead": casetest.Zhou})
	case name == "star" && r.IntN(2) == 0:
		a.Args = casetest.With(a.Args, casetest.Args{"on": false})
	}
	w.Late = r.IntN(8) == 0
	w.Complaints = 1 + r.IntN(2)
	return a
}

func names(history []casework.Past) (out []string) {
	for _, p := range history {
		out = append(out, p.Name+" "+p.Outcome)
	}
	return out
}

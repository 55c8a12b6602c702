package dispatch

// How fast it is; beside others and with its goals it is measured in bench/geo.

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkAssignmentOf200CasesTo200(b *testing.B) {
	cases, people := district(rand.New(rand.NewPCG(1, 1)), sizes{200, 200, 3, 12})
	p, err := newPlanner(Default(), monday)
	if err != nil {
		b.Fatal(err)
	}
	book := newDiary(p, people, cases)
	for b.Loop() {
		if teams := assigned(book); teams[0][0] == nobody {
			b.Fatal("no team")
		}
	}
}

func BenchmarkProposalOf200CasesTo200(b *testing.B) {
	cases, people := district(rand.New(rand.NewPCG(1, 1)), sizes{200, 200, 3, 12})
	for b.Loop() {
		if plan, err := Propose(cases, people, Default(), monday); err != nil || len(plan.Untaken) > 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkCandidatesAmong2000(b *testing.B) {
	cases, people := district(rand.New(rand.NewPCG(1, 1)), sizes{1, 2000, 10, 12})
	for b.Loop() {
		if offer, err := Candidates(cases[0], people, Default(), monday); err != nil || offer.Team == nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrderOf13Stops(b *testing.B) {
	var t tour
	t.drawn(rand.New(rand.NewPCG(1, 1)), 13, true)
	for b.Loop() {
		t.seq = t.seq[:0]
		t.order()
	}
}

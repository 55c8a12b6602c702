// Tests of Apply as a whole: who is admitted where, and that the table is never left.

package casework_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

// actorsOf are one of each role on the case, then the actors that are no users.
func actorsOf(w *casetest.World, name string) []casework.Action {
	var out []casework.Action
	example := w.Example(name)
	for _, user := range []string{
		casetest.Intake, casetest.Dispatcher, casetest.Lin, casetest.Reviewer, casetest.Supervisor, casetest.Admin, casetest.Abroad,
	} {
		a := w.By(user, name, nil)
		a.Args, a.Position = example.Args, example.Position
		out = append(out, a)
	}
	for _, kind := range []casework.ActorKind{casework.ByComplainant, casework.ByPlatform, casework.ByRule} {
		a := example
		a.ActorKind, a.Actor, a.ActorRole, a.ActorAgency = kind, "nobody000000001", "", ""
		if kind == casework.ByPlatform {
			a.ActorAgency = casetest.Elsewhere
		}
		out = append(out, a)
	}
	return out
}

// conditional are the codes of what the table asks beyond role and state.
func conditional(code string) bool {
	p := casework.Process()
	for _, list := range [][]casework.Guard{p.Conditions, p.Guards} {
		if slices.ContainsFunc(list, func(g casework.Guard) bool { return g.Code == code }) {
			return true
		}
	}
	return code == "bad_args"
}

func TestEveryRoleInEveryStateIsAdmittedExactlyWhereTheFileSays(t *testing.T) {
	p := casework.Process()
	for _, state := range p.States {
		world := casetest.At(state.Code)
		for _, rule := range p.Actions {
			for _, a := range actorsOf(world, rule.Name) {
				v := world.Clone().Do(a)
				admits := p.AdmitsActor(state.Code, rule.Name, a.ActorKind, a.ActorRole)
				if got := v.Applied || conditional(v.Code); got != admits {
					t.Errorf("%s in %s by %s %s: the file says %v, the answer is %q", rule.Name, state.Code, a.ActorKind, a.ActorRole, admits, v.Code)
				}
				if v.Applied {
					staysInTable(t, rule, world.Case, v)
				}
			}
		}
	}
}

func TestEveryExampleIsAppliedWhereTheFileAdmitsIt(t *testing.T) {
	for _, rule := range casework.Process().Actions {
		for _, from := range rule.From {
			w := casetest.At(from)
			switch rule.Name {
			case "return":
				w.Do(w.Example("object"))
			}
			if v := w.Do(w.Example(rule.Name)); !v.Applied {
				t.Errorf("%s in %s: %s %s", rule.Name, from, v.Code, v.Detail)
			}
		}
	}
}

// staysInTable: the step that a verdict makes stands in the file.
func staysInTable(t interface{ Errorf(string, ...any) }, rule casework.ActionRule, before casework.Case, v casework.Verdict) {
	from, to := before.Status, v.Case.Status
	stands := slices.ContainsFunc(rule.To, func(r casework.Result) bool {
		target := r.State
		switch r.State {
		case casework.Same:
			target = from
		case casework.Before:
			target = before.StatusBefore
		}
		return target == to && (len(r.From) == 0 || slices.Contains(r.From, from))
	})
	if !slices.Contains(rule.From, from) || !stands {
		t.Errorf("%s leads from %s to %s, which the file does not know", rule.Name, from, to)
	}
}

// A case goes any way that anybody tries to send it; it never leaves the table, and what is
// not admitted changes nothing.
func TestApplyNeverLeavesTheTable(t *testing.T) {
	p := casework.Process()
	rapid.Check(t, func(t *rapid.T) {
		w := casetest.New()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			rule := anyAction(w).Draw(t, "action")
			a := w.Example(rule.Name)
			if rapid.IntRange(0, 2).Draw(t, "stranger") == 0 {
				a = rapid.SampledFrom(actorsOf(w, rule.Name)).Draw(t, "actor")
			}
			if rapid.IntRange(0, 3).Draw(t, "spoil") == 0 {
				a.Args = []byte(rapid.SampledFrom([]string{`{}`, `null`, `[]`, `{"items":[]}`, `{"officers":["x","x"]}`, `"text"`, ``}).Draw(t, "args"))
			}
			if rule.Name == "verify" && rapid.Bool().Draw(t, "fails") {
				a.Args = w.By("", "verify", casetest.Verification(w, "item1")).Args
			}
			before := w.Clone()
			told := snapshot(t, w.Facts)
			v := w.Do(a)
			equalText(t, "the facts after "+rule.Name, snapshot(t, before.Facts), told)
			switch {
			case v.Applied:
				staysInTable(t, rule, before.Case, v)
				holds(t, before, v)
			case !reflect.DeepEqual(v.Case, before.Case):
				t.Errorf("%s was refused as %s and still changed the case", rule.Name, v.Code)
			case v.Code == "" || v.Notices != nil || v.Inspection != nil || v.Rectification != nil || v.Reply != nil || v.Transfer != nil:
				t.Errorf("%s was refused as %q with something to write: %+v", rule.Name, v.Code, v)
			default:
				if _, ok := p.Sentence(v.Code); !ok {
					t.Errorf("no sentence for %q", v.Code)
				}
			}
		}
	})
}

// snapshot is everything that Apply was told; it must be the same afterwards.
func snapshot(t *rapid.T, f casework.Facts) string {
	f.Actor = casework.Person{}
	args := make([]string, len(f.History)) // not all of them are JSON
	f.History = slices.Clone(f.History)
	for i := range f.History {
		args[i], f.History[i].Args = string(f.History[i].Args), nil
	}
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data) + strings.Join(args, "\n")
}

func equalText(t *rapid.T, what, got, want string) {
	if got != want {
		t.Errorf("%s:\n%s\nbefore:\n%s", what, got, want)
	}
}

// anyAction draws an action, mostly one that the state admits.
func anyAction(w *casetest.World) *rapid.Generator[casework.ActionRule] {
	admitted := []casework.ActionRule{}
	for _, rule := range casework.Process().Actions {
		if slices.Contains(rule.From, w.Case.Status) {
			admitted = append(admitted, rule)
		}
	}
	return rapid.OneOf(rapid.SampledFrom(admitted), rapid.SampledFrom(admitted), rapid.SampledFrom(casework.Process().Actions))
}

// holds checks what must hold of a case in its new state, however it came there.
func holds(t *rapid.T, before *casetest.World, v casework.Verdict) {
	c := v.Case
	need := func(ok bool, what string) {
		if !ok {
			t.Errorf("%s: %s is missing in %+v", c.Status, what, c)
		}
	}
	switch c.Status {
	case casework.Accepted:
		need(c.AcceptedAt != "" && len(c.PollutionTypes) > 0 && c.DueStrict != "", "what acceptance gives")
	case casework.Assigned, casework.Inspecting:
		need(len(c.Inspectors) >= 2 && c.Lead != "" && c.Inspection != "" && c.Due != "", "the crew")
	case casework.Rectifying, casework.Verifying, casework.Verified:
		need(c.Rectification != "" && len(c.Items) > 0 && c.OrderNo != "", "the order")
	case casework.Closed:
		need(c.HandlingResult != "" && c.ComplainantReply != "" && c.LegalBasis != "" && c.ClosedAt != "", "the answer")
		need(c.Delivered || c.UndeliverableReason != "", "the delivery")
	case casework.Merged:
		need(c.Primary != "" && c.StatusBefore != "", "the primary")
	case casework.StageClosed:
		need(len(c.Plan) > 0 && c.StatusBefore != "", "the plan")
	}
	need(c.Round >= before.Case.Round, "the count of rounds")
}

func BenchmarkApply(b *testing.B) {
	w := casetest.At(casework.Verifying)
	a := w.Example("verify")
	for b.Loop() {
		if v := casework.Apply(w.Of(a), a, w.Now); !v.Applied {
			b.Fatal(v.Code)
		}
	}
}

// Whatever a client sends as arguments, the answer is a verdict that stands in the table.
func FuzzArgs(f *testing.F) {
	p := casework.Process()
	for i, rule := range p.Actions {
		f.Add(uint8(i), []byte(casetest.At(rule.From[0]).Example(rule.Name).Args))
	}
	f.Add(uint8(10), []byte(`{"officers":["a"],"Officers":["b","c"],"items":[{"id":null}],"order":[]}`))
	f.Fuzz(func(t *testing.T, which uint8, args []byte) {
		rule := p.Actions[int(which)%len(p.Actions)]
		w := casetest.At(rule.From[0])
		a := w.Example(rule.Name)
		a.Args = args
		casework.Needs(a)
		before := w.Case
		if v := w.Do(a); v.Applied {
			staysInTable(t, rule, before, v)
		}
		w.Officers()
	})
}

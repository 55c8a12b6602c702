// The diagram of states, drawn from the table.

package casework

import (
	"fmt"
	"slices"
	"strings"
)

//go:generate go test -run TestTheDiagramInTheDocsIsTheTable -update .

// StatesDoc is docs/states.md: the diagram, then states, actions, conditions and guards.
func StatesDoc() string {
	p := Process()
	var b strings.Builder
	b.WriteString("# States of a case 案件状态\n\n")
	b.WriteString("Drawn from `casework/process.json` by `go generate ./casework`; change that file, not this one.\n\n")
	b.WriteString("```mermaid\n" + Mermaid() + "```\n\n")
	b.WriteString("What leaves the state as it is, is not drawn.\n\n## States\n\n| state | 中文 | public | open | must hold |\n|---|---|---|---|---|\n")
	for _, s := range p.States {
		public, _ := p.Word("public_status", s.Public)
		row(&b, "`"+string(s.Code)+"`", s.ZH, public.ZH, yes(s.Open), s.Holds)
	}
	b.WriteString("\n## Actions\n\n| action | 中文 | from | to | who | guards |\n|---|---|---|---|---|---|\n")
	for _, a := range p.Actions {
		row(&b, "`"+a.Name+"`", a.ZH, p.fromText(a), a.toText(), a.whoText(), strings.Join(a.Guards, ", "))
	}
	for _, part := range []struct {
		title string
		list  []Guard
	}{{"Asked of every action, in this order", p.Refusals}, {"Conditions of who", p.Conditions}, {"Guards", p.Guards}} {
		b.WriteString("\n## " + part.title + "\n\n| name | code of failure | 中文 | English | basis |\n|---|---|---|---|---|\n")
		for _, g := range part.list {
			row(&b, g.Name, "`"+g.Code+"`", g.ZH, g.EN, g.Basis)
		}
	}
	return b.String()
}

func row(b *strings.Builder, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// Mermaid draws the steps that change the state. The node open stands for every open state.
func Mermaid() string {
	p := Process()
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range p.States {
		fmt.Fprintf(&b, "  %s: %s %s\n", s.Code, s.ZH, s.Code)
	}
	b.WriteString("  open: 任一未结状态 any open state\n  [*] --> registered\n")
	for _, a := range p.Actions {
		for _, to := range a.To {
			p.draw(&b, a, to)
		}
	}
	for _, s := range p.States {
		if s.Public == "done" || s.Public == "refused" {
			fmt.Fprintf(&b, "  %s --> [*]\n", s.Code)
		}
	}
	return b.String()
}

func (t *Table) draw(b *strings.Builder, a ActionRule, to Result) {
	starts := a.From
	switch {
	case t.anyOpen(a):
		starts = []Status{"open"}
	case len(to.From) > 0:
		starts = to.From
	}
	for _, from := range starts {
		for _, target := range t.targets(a, to) {
			if target != from {
				fmt.Fprintf(b, "  %s --> %s: %s\n", from, target, a.Name)
			}
		}
	}
}

// targets are the states that a result may lead to; before stands for those from which the
// case came into the present one.
func (t *Table) targets(a ActionRule, r Result) []Status {
	switch r.State {
	case Same:
		return nil
	case Before:
		var out []Status
		for _, other := range t.Actions {
			enters := slices.ContainsFunc(other.To, func(o Result) bool { return slices.Contains(a.From, o.State) })
			switch {
			case enters && t.anyOpen(other):
				out = append(out, "open")
			case enters:
				out = append(out, other.From...)
			}
		}
		return out
	}
	return []Status{r.State}
}

// anyOpen says whether an action starts from (almost) every open state.
func (t *Table) anyOpen(a ActionRule) bool {
	open := 0
	for _, s := range t.States {
		if s.Open {
			open++
		}
	}
	return len(a.From) >= open-2
}

func (t *Table) fromText(a ActionRule) string {
	if !t.anyOpen(a) {
		return joined(a.From)
	}
	text := "any open"
	closed := slices.ContainsFunc(a.From, func(s Status) bool { return !t.State(s).Open })
	if closed {
		text = "any"
	}
	var but []Status
	for _, s := range t.States {
		if (s.Open || closed) && !slices.Contains(a.From, s.Code) {
			but = append(but, s.Code)
		}
	}
	if len(but) == 0 {
		return text
	}
	return text + " but " + joined(but)
}

func joined(list []Status) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

func (a ActionRule) toText() string {
	out := make([]string, len(a.To))
	for i, r := range a.To {
		out[i] = map[Status]string{Same: "unchanged", Before: "the state before"}[r.State]
		if out[i] == "" {
			out[i] = string(r.State)
		}
		if r.When != "" {
			out[i] += "（" + r.When + "）"
		}
	}
	return strings.Join(out, "; ")
}

func (a ActionRule) whoText() string {
	out := make([]string, len(a.Who))
	for i, w := range a.Who {
		out[i] = string(w.Role)
		if w.Kind != ByUser {
			out[i] = string(w.Kind)
		}
		if w.If != "" {
			out[i] += " (" + w.If + ")"
		}
	}
	return strings.Join(out, ", ")
}

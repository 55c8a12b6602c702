// The process as a table: process.json, read once, and the questions that others ask it.

package casework

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

//go:embed process.json
var processJSON []byte

// Table is the content of process.json. It is read by many: nobody changes it.
type Table struct {
	About      []string          `json:"about"`
	States     []State           `json:"states"`
	Actions    []ActionRule      `json:"actions"`
	Refusals   []Guard           `json:"refusals"`   // what every action is held to, in this order
	Conditions []Guard           `json:"conditions"` // named by who.if
	Guards     []Guard           `json:"guards"`     // named by the actions
	Words      map[string][]Word `json:"words"`      // the lists that arguments and fields choose from
}

// State is one state of a case.
type State struct {
	Code   Status `json:"code"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Public string `json:"public"` // what the complainant reads, a word of public_status
	Open   bool   `json:"open"`
	Holds  string `json:"holds"` // what must be there, in words
}

// ActionRule is one action: from where, to where, by whom, with what and on what conditions.
type ActionRule struct {
	Name   string   `json:"name"`
	ZH     string   `json:"zh"`
	EN     string   `json:"en"`
	From   []Status `json:"from"`
	To     []Result `json:"to"`
	Who    []Who    `json:"who"`
	Args   []Arg    `json:"args"`
	Guards []string `json:"guards"`
}

// Same and Before stand in Result.State for the state as it is and for the state that the
// case came from.
const (
	Same   Status = "same"
	Before Status = "before"
)

// Result is one way in which an action may end. Result names it where there are several.
type Result struct {
	State   Status       `json:"state"`
	From    []Status     `json:"from"` // some of the action's, or empty for all of them
	Result  string       `json:"result"`
	When    string       `json:"when"`
	Notices []NoticeRule `json:"notices"`
}

// NoticeRule asks for a message of a kind to somebody.
type NoticeRule struct {
	Kind string `json:"kind"`
	To   string `json:"to"`
}

// Who is somebody who may do an action; If names a condition.
type Who struct {
	Kind ActorKind `json:"kind"`
	Role Role      `json:"role"`
	If   string    `json:"if"`
}

// Arg is one argument of an action. Types: id, ids, new_id, name, text, flag, number, date,
// time, division, word, words, record, records.
type Arg struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
	Word     string `json:"word"` // the list that a word comes from
	Min      int    `json:"min"`  // of a number, or of the length of a list
	Fields   []Arg  `json:"fields"`
}

// Guard is a condition with its sentence and the code that names its failure.
type Guard struct {
	Name  string `json:"name"`
	Code  string `json:"code"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Basis string `json:"basis"` // the article it comes from
}

// Word is one entry of a list, with the field's term.
type Word struct {
	Code   string `json:"code"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	PartOf string `json:"part_of"`
}

// Process returns the table.
var Process = sync.OnceValue(func() *Table {
	var t Table
	if err := json.Unmarshal(processJSON, &t); err != nil {
		panic("casework: process.json: " + err.Error()) // embedded: a test reads it first
	}
	return &t
})

// ProcessJSON returns the file itself, for clients that read it.
func ProcessJSON() []byte { return slices.Clone(processJSON) }

// Action returns the rule of an action.
func (t *Table) Action(name string) (ActionRule, bool) {
	for _, a := range t.Actions {
		if a.Name == name {
			return a, true
		}
	}
	return ActionRule{}, false
}

// State returns what the table says of a state; the zero State if it knows none.
func (t *Table) State(s Status) State {
	for _, state := range t.States {
		if state.Code == s {
			return state
		}
	}
	return State{}
}

// Admits says whether a user of the role may do the action in the state, conditions and
// guards aside.
func (t *Table) Admits(state Status, action string, role Role) bool {
	return t.AdmitsActor(state, action, ByUser, role)
}

// AdmitsActor is Admits for any kind of actor; role is that of a user, else empty.
func (t *Table) AdmitsActor(state Status, action string, kind ActorKind, role Role) bool {
	rule, ok := t.Action(action)
	return ok && slices.Contains(rule.From, state) && len(rule.admitted(kind, role)) > 0
}

// admitted returns the lines of who that fit an actor.
func (a ActionRule) admitted(kind ActorKind, role Role) []Who {
	var out []Who
	for _, w := range a.Who {
		if w.Kind == kind && (kind != ByUser || w.Role == role) {
			out = append(out, w)
		}
	}
	return out
}

// Sentence returns the guard, condition or refusal that a code names.
func (t *Table) Sentence(code string) (Guard, bool) {
	for _, list := range [][]Guard{t.Refusals, t.Conditions, t.Guards} {
		for _, g := range list {
			if g.Code == code {
				return g, true
			}
		}
	}
	return Guard{}, false
}

// Word returns an entry of a list of words.
func (t *Table) Word(list, code string) (Word, bool) {
	for _, w := range t.Words[list] {
		if w.Code == code {
			return w, true
		}
	}
	return Word{}, false
}

// The arguments of an action: checked against the table first, then read.

package casework

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// args holds the arguments of every action under the names of process.json.
type args struct {
	Types         []string `json:"types"`
	DivisionCode  string   `json:"division_code"`
	Urgent        bool     `json:"urgent"`
	Reason        string   `json:"reason"`
	Advice        string   `json:"advice"`
	Target        string   `json:"target"`
	Mode          string   `json:"mode"`
	FeedbackDue   string   `json:"feedback_due"`
	AgreedBy      string   `json:"agreed_by"`
	Result        string   `json:"result"`
	Primary       string   `json:"primary"`
	Agency        string   `json:"agency"`
	Inspectors    []string `json:"inspectors"`
	InsteadOf     []string `json:"instead_of"` // nil where the author does not say whom he saw on the case
	Lead          string   `json:"lead"`
	Due           string   `json:"due"`
	Inspection    string   `json:"inspection"`
	Officers      []string `json:"officers"`
	Certificate   bool     `json:"certificate_shown"`
	Outcome       Outcome  `json:"outcome"`
	Corrected     bool     `json:"corrected"`
	Order         *order   `json:"order"`
	Rectification string   `json:"rectification"`
	Items         []item   `json:"items"`

	HandlingResult   string           `json:"handling_result"`
	ComplainantReply string           `json:"complainant_reply"`
	LegalBasis       string           `json:"legal_basis"`
	Delivered        bool             `json:"delivered"`
	Undeliverable    string           `json:"undeliverable_reason"`
	Plan             []Step           `json:"plan"`
	Days             int              `json:"days"`
	Level            SupervisionLevel `json:"level"`
	On               *bool            `json:"on"`
	Text             string           `json:"text"`
	Photos           []string         `json:"photos"`
	Verdict          FlagVerdict      `json:"verdict"`
}

// order is the order to put something right, made by the actor of conclude.
type order struct {
	Rectification string `json:"rectification"`
	No            string `json:"no"`
	ServedAt      string `json:"served_at"`
	Deadline      string `json:"deadline"`
	Measures      string `json:"measures"`
	Responsible   string `json:"responsible"`
	Items         []Item `json:"items"`
}

// item is one item of submit (before, after) or verify (passed, evidence, reason).
type item struct {
	ID       string   `json:"id"`
	Before   string   `json:"before"`
	After    string   `json:"after"`
	Passed   bool     `json:"passed"`
	Evidence []string `json:"evidence"`
	Reason   string   `json:"reason"`
}

// Sizes of what an argument may hold.
const (
	longestText = 20_000 // characters
	longestName = 64
	longestList = 200
)

var (
	newID        = regexp.MustCompile(`^[A-Za-z0-9]{15,26}$`)
	divisionCode = regexp.MustCompile(`^([0-9]{6}|[0-9]{9}|[0-9]{12})$`)
)

// readArgs checks raw against the arguments of a rule. The error names the first one that is
// missing or not well formed. Names that the rule does not know are ignored.
func readArgs(rule ActionRule, raw json.RawMessage) (args, error) {
	var in args
	given := map[string]any{}
	if len(raw) > 0 && string(raw) != "null" {
		if err := json.Unmarshal(raw, &given); err != nil {
			return in, fmt.Errorf("args: %w", err)
		}
	}
	known := map[string]any{}
	if err := checkFields(rule.Args, given, known, ""); err != nil {
		return in, err
	}
	data, err := json.Marshal(known)
	if err != nil {
		return in, fmt.Errorf("args: %w", err)
	}
	return in, json.Unmarshal(data, &in)
}

// checkFields checks what is given and copies what the specification names into known.
func checkFields(spec []Arg, given, known map[string]any, at string) error {
	for _, arg := range spec {
		v, ok := given[arg.Name]
		if !ok || v == nil || (v == "" && !arg.Required) {
			if arg.Required {
				return fmt.Errorf("%s%s: missing", at, arg.Name)
			}
			continue
		}
		checked, err := checkArg(arg, v, at+arg.Name)
		if err != nil {
			return err
		}
		known[arg.Name] = checked
	}
	return nil
}

func checkArg(arg Arg, v any, at string) (any, error) {
	switch arg.Type {
	case "ids", "words", "records":
		return checkList(arg, v, at)
	case "record":
		record, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: not a record", at)
		}
		known := map[string]any{}
		return known, checkFields(arg.Fields, record, known, at+".")
	case "flag":
		if _, ok := v.(bool); !ok {
			return nil, fmt.Errorf("%s: not true or false", at)
		}
		return v, nil
	case "number":
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || n < float64(arg.Min) || n > math.MaxInt32 {
			return nil, fmt.Errorf("%s: not a whole number from %d", at, arg.Min)
		}
		return v, nil
	}
	s, ok := v.(string)
	if !ok || !wellFormed(arg, s) {
		return nil, fmt.Errorf("%s: not a %s", at, arg.Type)
	}
	return s, nil
}

func checkList(arg Arg, v any, at string) (any, error) {
	list, ok := v.([]any)
	if !ok || len(list) < arg.Min || len(list) > longestList {
		return nil, fmt.Errorf("%s: not a list of %d to %d", at, arg.Min, longestList)
	}
	one := arg
	one.Type = map[string]string{"ids": "id", "words": "word", "records": "record"}[arg.Type]
	out := make([]any, len(list))
	for i, entry := range list {
		checked, err := checkArg(one, entry, fmt.Sprintf("%s[%d]", at, i))
		if err != nil {
			return nil, err
		}
		out[i] = checked
	}
	return out, nil
}

// wellFormed judges the types that are texts.
func wellFormed(arg Arg, s string) bool {
	switch arg.Type {
	case "id", "name":
		return s != "" && len(s) <= longestName
	case "new_id":
		return newID.MatchString(s)
	case "text":
		return !blank(s) && utf8.RuneCountInString(s) <= longestText
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case "time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	case "division":
		return divisionCode.MatchString(s)
	case "word":
		return slices.ContainsFunc(Process().Words[arg.Word], func(w Word) bool { return w.Code == s })
	}
	return false
}

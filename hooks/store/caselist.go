package store

// The list of cases for a desk or an inspector: own SQL, because rules over a
// user's range or a list of inspectors scan the whole table.

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// ErrFilter: a filter's name or value is not valid.
type ErrFilter struct{ Detail string }

func (e ErrFilter) Error() string { return e.Detail }

// Code is the stable code of the refusal.
func (e ErrFilter) Code() string { return "filter_bad" }

// CaseFilter is what a list asks for; zero values ask for nothing.
type CaseFilter struct {
	Where   []dbx.Expression
	Sort    string // column and direction
	Page    int    // from 1
	PerPage int    // 1-200
}

const (
	perPageDefault = 50
	perPageMax     = 200
	pageMax        = 100_000
)

// textFilters are matched exactly; several values are separated by commas.
var textFilters = map[string]string{
	"status": "status", "division_code": "division_code", "agency": "agency", "source": "source", "lead": "lead",
	"supervision_level": "supervision_level", "primary": "primary", "outcome": "outcome",
}

var flagFilters = []string{"overdue", "due_soon", "urgent", "starred", "extended", "uncertain", "night_window", "leader_in_charge"}

// dayFilters compare a column with a day; "_from" includes it, "_to" too.
var dayFilters = map[string]string{"received": "received_at", "closed": "closed_at", "due": "due_strict"}

var sorts = []string{"received_at", "due_strict", "number", "status", "seq"}

// ParseCaseFilter reads a query string. An unknown name is an error, not ignored:
// a list that silently shows more than was asked for misleads.
func ParseCaseFilter(q url.Values, zone *time.Location) (CaseFilter, error) {
	f := CaseFilter{Sort: "received_at DESC", Page: 1, PerPage: perPageDefault}
	for name, values := range q {
		if len(values) > 1 {
			return f, ErrFilter{fmt.Sprintf("%s stands %d times; separate several values by commas", name, len(values))}
		}
		if err := f.add(name, values[0], zone); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *CaseFilter) add(name, value string, zone *time.Location) error {
	if value == "" {
		return nil
	}
	if column, ok := textFilters[name]; ok {
		return f.addText(name, column, value)
	}
	if slices.Contains(flagFilters, name) {
		return f.addFlag(name, value)
	}
	if prefix, end, ok := strings.Cut(name, "_"); ok && dayFilters[prefix] != "" && (end == "from" || end == "to") {
		return f.addDay(dayFilters[prefix], end, value, zone)
	}
	var err error
	switch name {
	case "type":
		err = f.addTypes(value)
	case "inspector":
		f.Where = append(f.Where, dbx.NewExp("EXISTS (SELECT 1 FROM case_user cu WHERE cu.user = {:inspector} AND cu.`case` = cases.id)", dbx.Params{"inspector": value}))
	case "q":
		f.addSearch(value)
	case "sort":
		err = f.addSort(value)
	case "page":
		f.Page, err = number(name, value, pageMax)
	case "per_page":
		f.PerPage, err = number(name, value, perPageMax)
	default:
		err = ErrFilter{fmt.Sprintf("there is no filter %q", name)}
	}
	return err
}

// wordFilters name the list of words that a filter's values come from.
var wordFilters = map[string]string{
	"source": "source", "outcome": "outcome", "supervision_level": "supervision_level", "type": "pollution_type",
}

// values are the values of a filter, separated by commas, each one that there is.
func values(name, value string) ([]any, error) {
	words := strings.Split(value, ",")
	if len(words) > 50 {
		return nil, ErrFilter{fmt.Sprintf("%s: 50 values at most, these are %d", name, len(words))}
	}
	in := make([]any, len(words))
	for i, w := range words {
		_, known := casework.Process().Word(wordFilters[name], w)
		if name == "status" {
			known = casework.Process().State(casework.Status(w)).Code != ""
		}
		if (name == "status" || wordFilters[name] != "") && !known {
			return nil, ErrFilter{fmt.Sprintf("there is no %s %q", name, w)}
		}
		in[i] = w
	}
	return in, nil
}

func (f *CaseFilter) addText(name, column, value string) error {
	in, err := values(name, value)
	f.Where = append(f.Where, dbx.In("cases."+column, in...))
	return err
}

// typed: the case has any of the types.
const typed = "EXISTS (SELECT 1 FROM json_each(cases.pollution_types) t WHERE t.value IN (SELECT value FROM json_each({:types})))"

func (f *CaseFilter) addTypes(value string) error {
	in, err := values("type", value)
	if err != nil {
		return err
	}
	types, err := json.Marshal(in)
	f.Where = append(f.Where, dbx.NewExp(typed, dbx.Params{"types": string(types)}))
	return err
}

func (f *CaseFilter) addFlag(name, value string) error {
	on, err := strconv.ParseBool(value)
	if err != nil {
		return ErrFilter{fmt.Sprintf("%s: want true or false, not %q", name, value)}
	}
	if name == "leader_in_charge" {
		f.Where = append(f.Where, dbx.NewExp("(cases.leader_in_charge <> '') = {:leader}", dbx.Params{"leader": on}))
		return nil
	}
	f.Where = append(f.Where, dbx.HashExp{"cases." + name: on})
	return nil
}

func (f *CaseFilter) addDay(column, end, value string, zone *time.Location) error {
	day, err := time.ParseInLocation(time.DateOnly, value, zone)
	if err != nil {
		return ErrFilter{fmt.Sprintf("%s_%s: want a day YYYY-MM-DD, not %q", column, end, value)}
	}
	param := column + end
	op, bound := ">=", day
	if end == "to" {
		op, bound = "<", day.AddDate(0, 0, 1)
	}
	text := bound.UTC().Format("2006-01-02T15:04:05.000Z")
	if column == "due_strict" { // a date, not a time
		text = bound.Format(time.DateOnly)
	}
	f.Where = append(f.Where, dbx.NewExp("cases."+column+" "+op+" {:"+param+"} AND cases."+column+" <> ''", dbx.Params{param: text}))
	return nil
}

// addSearch looks for the words in number, title, text and address.
func (f *CaseFilter) addSearch(value string) {
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(value) + "%"
	f.Where = append(f.Where, dbx.NewExp(
		`(cases.number LIKE {:q} ESCAPE '\' OR cases.title LIKE {:q} ESCAPE '\' OR cases.text LIKE {:q} ESCAPE '\' OR cases.address LIKE {:q} ESCAPE '\')`,
		dbx.Params{"q": like}))
}

func (f *CaseFilter) addSort(value string) error {
	column, down := strings.CutPrefix(value, "-")
	if !slices.Contains(sorts, column) {
		return ErrFilter{fmt.Sprintf("sort: want one of %s, with - for descending, not %q", strings.Join(sorts, ", "), value)}
	}
	f.Sort = column + " ASC"
	if down {
		f.Sort = column + " DESC"
	}
	return nil
}

func number(name, value string, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return 0, ErrFilter{fmt.Sprintf("%s: want a number from 1 to %d, not %q", name, most, value)}
	}
	return n, nil
}

// CasePage is one page of a list.
type CasePage struct {
	Items   []casework.Case `json:"items"`
	Page    int             `json:"page"`
	PerPage int             `json:"per_page"`
	Total   int             `json:"total"`
}

// List returns a page of the cases in the user's scope. What the page holds is found in an index
// (idx_cases_listed has the usual filters and orders); then those rows alone are read.
func (s Cases) List(user *core.Record, f CaseFilter) (CasePage, error) {
	page := CasePage{Page: f.Page, PerPage: f.PerPage}
	count, found := s.listed(user, f)
	if err := count.Row(&page.Total); err != nil {
		return page, err
	}
	var ids []string
	if err := found.Column(&ids); err != nil {
		return page, err
	}
	records, err := s.App.FindRecordsByIds("cases", ids)
	if err != nil {
		return page, err
	}
	slices.SortFunc(records, func(a, b *core.Record) int { return slices.Index(ids, a.Id) - slices.Index(ids, b.Id) })
	page.Items, err = all[casework.Case](records)
	return page, err
}

// listed are the queries of a list: how many there are, and the ids of the page.
func (s Cases) listed(user *core.Record, f CaseFilter) (count, ids *dbx.SelectQuery) {
	where := dbx.And(append([]dbx.Expression{Scope(user)}, f.Where...)...)
	count = s.App.DB().Select("count(*)").From("cases").Where(where)
	ids = s.App.DB().Select("cases.id").From("cases").Where(where).OrderBy("cases."+f.Sort, "cases.id").
		Limit(int64(f.PerPage)).Offset(int64((f.Page - 1) * f.PerPage))
	return count, ids
}

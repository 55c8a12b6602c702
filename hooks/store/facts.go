package store

// What casework is told about a case before it judges an action.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// ErrCaseUnknown: there is no such case.
var ErrCaseUnknown = errors.New("case unknown")

// Facts gathers what an action may depend on, all in the transaction of App.
type Facts struct{ App core.App }

// Of gathers the facts for one action; nextID is for the record a verdict may create.
func (s Facts) Of(a casework.Action, nextID string) (casework.Facts, error) {
	f := casework.Facts{NextID: nextID}
	record, err := s.App.FindRecordById("cases", a.Case)
	if err != nil {
		return f, fmt.Errorf("%w: %s", ErrCaseUnknown, a.Case)
	}
	if err := Into(record, &f.Case); err != nil {
		return f, err
	}
	need := casework.Needs(a)
	steps := []func(*casework.Facts, casework.Action, casework.Need) error{
		s.people, s.primary, s.target, s.children, s.counts, s.history, s.evidence, s.calendar,
	}
	for _, step := range steps {
		if err := step(&f, a, need); err != nil {
			return f, fmt.Errorf("case %s: %w", a.Case, err)
		}
	}
	return f, nil
}

func (s Facts) people(f *casework.Facts, a casework.Action, need casework.Need) error {
	ids := slices.Concat(f.Case.Inspectors, need.People, []string{f.Case.Lead})
	if a.ActorKind == casework.ByUser {
		ids = append(ids, a.Actor)
	}
	recused, err := s.recused(f.Case.ID)
	if err != nil {
		return err
	}
	records, err := s.App.FindRecordsByIds("users", unique(ids))
	if err != nil {
		return err
	}
	f.People = make(map[string]casework.Person, len(records))
	for _, r := range records {
		f.People[r.Id] = PersonOf(r, slices.Contains(recused, r.Id))
	}
	if a.ActorKind == casework.ByUser {
		f.Actor = f.People[a.Actor]
	}
	return nil
}

// PersonOf reads what the process asks about a user.
func PersonOf(r *core.Record, recused bool) casework.Person {
	return casework.Person{
		ID: r.Id, Role: casework.Role(r.GetString("role")), Agency: r.GetString("agency"),
		ScopeFrom: r.GetString("scope_from"), ScopeTo: r.GetString("scope_to"),
		CertificateNo: r.GetString("certificate_no"), CertificateUntil: r.GetString("certificate_until"),
		Disabled: r.GetString("disabled_at") != "", Recused: recused,
	}
}

func (s Facts) recused(caseID string) ([]string, error) {
	r, err := s.App.FindRecordById("cases", caseID)
	if err != nil {
		return nil, err
	}
	var ids []string
	if err := r.UnmarshalJSONField("recused", &ids); err != nil {
		return nil, nil //nolint:nilerr // an empty column is nobody
	}
	return ids, nil
}

func (s Facts) primary(f *casework.Facts, _ casework.Action, need casework.Need) error {
	if need.Primary == "" {
		return nil
	}
	var c casework.Case
	ok, err := s.find("cases", need.Primary, &c)
	if ok {
		f.Primary = &c
	}
	return err
}

func (s Facts) target(f *casework.Facts, _ casework.Action, need casework.Need) error {
	records, err := s.App.FindRecordsByIds("agencies", unique([]string{need.Target}))
	if err != nil || len(records) == 0 {
		return err
	}
	r := records[0]
	from, to, err := casework.Scope(r.GetString("division_code"))
	f.Target = &casework.Agency{ID: r.Id, ScopeFrom: from, ScopeTo: to, Disabled: r.GetString("disabled_at") != ""}
	return err
}

func (s Facts) children(f *casework.Facts, _ casework.Action, need casework.Need) error {
	inspection := f.Case.Inspection
	if need.Inspection != "" {
		inspection = need.Inspection
	}
	var (
		visit    inspectionRow
		order    casework.Rectification
		transfer casework.Transfer
	)
	if ok, err := s.find("inspections", inspection, &visit); err != nil {
		return err
	} else if ok {
		v := casework.Inspection(visit)
		f.Inspection = &v
	}
	if ok, err := s.find("rectifications", f.Case.Rectification, &order); err != nil {
		return err
	} else if ok {
		f.Rectification = &order
	}
	ok, err := s.find("transfers", f.Case.Transfer, &transfer)
	if ok {
		f.Transfer = &transfer
	}
	return err
}

// taken and complainers count what an action of one kind depends on.
const (
	taken       = "SELECT count(*) FROM rectifications WHERE id = {:id} COLLATE NOCASE"
	complainers = "SELECT count(*) FROM complaints WHERE `case` IN (" + family + "SELECT id FROM f)"
)

func (s Facts) counts(f *casework.Facts, _ casework.Action, need casework.Need) error {
	if need.Order != "" {
		n := 0
		if err := s.App.DB().NewQuery(taken).Bind(dbx.Params{"id": need.Order}).Row(&n); err != nil {
			return err
		}
		f.OrderTaken = n > 0
	}
	if !need.Complaints {
		return nil
	}
	return s.App.DB().NewQuery(complainers).Bind(dbx.Params{"case": f.Case.ID}).Row(&f.Complaints)
}

// inspectionRow is casework.Inspection with the names of the collection's fields.
type inspectionRow struct {
	ID         string   `json:"id"`
	Case       string   `json:"case"`
	Round      int      `json:"round"`
	Inspectors []string `json:"inspectors"`
	Lead       string   `json:"lead"`
	StartedAt  string   `json:"started_at"`
}

// find reads one record into v; a record that is not there is no error.
func (s Facts) find(collection, id string, v any) (bool, error) {
	if id == "" {
		return false, nil
	}
	records, err := s.App.FindRecordsByIds(collection, []string{id})
	if err != nil || len(records) == 0 {
		return false, err
	}
	return true, Into(records[0], v)
}

// evidence of a case is its own and that of all cases merged into it. What an earlier action
// cited is known too, as that of the case it belongs to now: it stays the ground of what was
// concluded when its case is un-merged.
func (s Facts) evidence(f *casework.Facts, _ casework.Action, _ casework.Need) error {
	records, err := s.App.FindAllRecords("evidence", ofTheFamily(f.Case.ID))
	if err != nil {
		return err
	}
	f.Evidence = make(map[string]casework.Evidence, len(records))
	for _, r := range records {
		f.Evidence[r.Id] = evidenceOf(r, f.Case.ID)
	}
	var parted []string
	for _, past := range f.History {
		for _, id := range casework.Needs(past.Action).Evidence {
			if _, here := f.Evidence[id]; !here && past.Outcome == casework.Applied {
				parted = append(parted, id)
			}
		}
	}
	if records, err = s.App.FindRecordsByIds("evidence", unique(parted)); err != nil {
		return err
	}
	for _, r := range records {
		root, err := CaseUsers(s).Root(r.GetString("case"))
		if err != nil {
			return err
		}
		f.Evidence[r.Id] = evidenceOf(r, root)
	}
	return nil
}

func evidenceOf(r *core.Record, root string) casework.Evidence {
	return casework.Evidence{
		ID: r.Id, Case: root, Purpose: r.GetString("purpose"), Item: r.GetString("item"), PairOf: r.GetString("pair_of"),
		SHA256: r.GetString("sha256"), State: r.GetString("state"), TakenAt: r.GetString("taken_at"),
		Doubts: doubts(flagsOn(r)), Decision: verdictOn(r),
	}
}

func (s Facts) history(f *casework.Facts, _ casework.Action, _ casework.Need) error {
	records, err := Actions(s).OfCase(f.Case.ID)
	if err != nil {
		return err
	}
	for _, r := range records {
		f.History = append(f.History, PastOf(r))
	}
	return nil
}

func (s Facts) calendar(f *casework.Facts, _ casework.Action, _ casework.Need) error {
	var err error
	f.Rules, f.Calendar, err = Dictionaries(s).Load()
	return err
}

func unique(ids []string) []string {
	out := slices.Clone(ids)
	slices.SortFunc(out, strings.Compare)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(id string) bool { return id == "" })
}

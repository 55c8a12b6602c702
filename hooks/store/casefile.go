package store

// The file of one case: everything that a role may see of it, in one answer.

import (
	"encoding/json"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// CaseFile is a case with all that belongs to it. Complaint is for desks only; an
// inspector reads the redacted text of the case.
type CaseFile struct {
	Case           casework.Case     `json:"case"`
	Complaints     []json.RawMessage `json:"complaints,omitempty"`
	Respondent     json.RawMessage   `json:"respondent,omitempty"`
	Actions        []json.RawMessage `json:"actions"`
	Inspections    []json.RawMessage `json:"inspections"`
	Rectifications []json.RawMessage `json:"rectifications"`
	Evidence       []json.RawMessage `json:"evidence"`
	Replies        []json.RawMessage `json:"replies"`
	Transfers      []json.RawMessage `json:"transfers"`
	Supervisions   []json.RawMessage `json:"supervisions"`
	Ratings        []json.RawMessage `json:"ratings,omitempty"`
}

// File returns the file of a case in the user's scope, else ErrCaseUnknown.
func (s Cases) File(user *core.Record, id string) (CaseFile, error) {
	var f CaseFile
	if ok, err := s.MaySee(user, id); err != nil || !ok {
		return f, errors.Join(ErrCaseUnknown, err)
	}
	record, err := s.App.FindRecordById("cases", id)
	if err != nil {
		return f, err
	}
	if err := Into(record, &f.Case); err != nil {
		return f, err
	}
	parts := map[string]*[]json.RawMessage{
		"actions": &f.Actions, "inspections": &f.Inspections, "rectifications": &f.Rectifications, "evidence": &f.Evidence,
		"replies": &f.Replies, "transfers": &f.Transfers, "supervisions": &f.Supervisions,
	}
	role := casework.Role(user.GetString("role"))
	desk := role != casework.Inspector
	if desk {
		parts["ratings"] = &f.Ratings
	}
	for collection, into := range parts {
		if *into, err = s.children(collection, id, role); err != nil {
			return f, err
		}
	}
	if f.Respondent, err = s.respondent(record.GetString("respondent")); err != nil {
		return f, err
	}
	if desk {
		f.Complaints, err = s.complaints(id, !asksFirst(role))
	}
	return f, err
}

// asksFirst: reviewers and supervisors see nothing of who complained, and not where she
// stood, before they asked with a reason.
func asksFirst(role casework.Role) bool {
	return role == casework.Reviewer || role == casework.Supervisor
}

// children are the records of a case, oldest first; of evidence those of the cases
// merged into it too. Who is not at a desk sees of each what a phone may hold.
func (s Cases) children(collection, id string, role casework.Role) ([]json.RawMessage, error) {
	query := s.App.RecordQuery(collection)
	where := dbx.Expression(dbx.HashExp{"case": id})
	if collection == "evidence" {
		where = ofTheFamily(id)
	}
	order := "rowid"
	if collection == "actions" {
		order = "seq"
	}
	var records []*core.Record
	if err := query.AndWhere(where).OrderBy(order).All(&records); err != nil {
		return nil, err
	}
	return s.Shown(records, role)
}

// Shown is what a role sees of records that belong to cases it may see, all of one collection.
func (s Cases) Shown(records []*core.Record, role casework.Role) ([]json.RawMessage, error) {
	return export(records, func(r *core.Record, fields map[string]any) error {
		atDesk, hers := role != casework.Inspector, r.GetString("complaint") != ""
		if hers && (!atDesk || asksFirst(role)) {
			delete(fields, "exif") // it says where the complainant stood
		}
		if !atDesk {
			delete(fields, "checks") // they say where others stood
		} else if err := sayChecks(r, fields); err != nil {
			return err
		}
		collection := r.Collection().Name
		adjust := projections[collection].adjust
		switch {
		case atDesk && collection == "evidence" && asksFirst(role):
			return hidePlace(s.App, r, fields)
		case atDesk || adjust == nil:
			return nil
		}
		return adjust(s.App, r, fields)
	})
}

func export(records []*core.Record, adjust func(*core.Record, map[string]any) error) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, 0, len(records))
	for _, r := range records {
		fields := r.FieldsData()
		delete(fields, "content_hash")
		if err := adjust(r, fields); err != nil {
			return nil, err
		}
		data, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (s Cases) respondent(id string) (json.RawMessage, error) {
	records, err := s.App.FindRecordsByIds("respondents", unique([]string{id}))
	if err != nil || len(records) == 0 {
		return nil, err
	}
	rows, err := export(records, func(*core.Record, map[string]any) error { return nil })
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// complaints of a case and of those merged into it, with the complainant masked, or without.
func (s Cases) complaints(id string, contact bool) ([]json.RawMessage, error) {
	records, err := s.App.FindAllRecords("complaints", ofTheFamily(id))
	if err != nil {
		return nil, err
	}
	out := make([]json.RawMessage, 0, len(records))
	for _, r := range records {
		fields := r.FieldsData()
		for _, secret := range []string{"code_hash", "phrase_hash"} {
			delete(fields, secret)
		}
		masked, err := s.App.FindRecordsByIds("complainants", unique([]string{r.GetString("complainant")}))
		if err != nil {
			return nil, err
		}
		if contact && len(masked) > 0 {
			fields["contact"] = masked[0].Get("masked")
		}
		data, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

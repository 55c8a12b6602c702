package store

// Who complained: sealed, opened for a reason, each time on record.

import (
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

// ErrOutsideScope: there is no such complaint within the user's scope.
var ErrOutsideScope = errors.New("outside the scope")

// Reveal opens the identity behind a complaint for a user and writes who, when and why in
// the same transaction: there is no look without its record.
func (s Complaints) Reveal(user *core.Record, id, reason string, now time.Time) (intake.Contact, error) {
	var contact intake.Contact
	err := s.App.RunInTransaction(func(tx core.App) error {
		in := Complaints{tx, s.Keys}
		complaint, err := in.inScope(user, id)
		if err != nil {
			return err
		}
		contacts, err := in.contacts(complaint.Id)
		if err != nil {
			return err
		}
		contact = contacts[complaint.Id]
		r, err := newRecord(tx, "reveals", "")
		if err != nil {
			return err
		}
		r.Load(map[string]any{
			"complaint": id, "case": complaint.GetString("case"), "actor": user.Id, "actor_role": user.GetString("role"),
			"reason": reason, "at": casework.Stamp(now),
		})
		return tx.Save(r)
	})
	if err != nil {
		return intake.Contact{}, err
	}
	return contact, nil
}

// inScope finds a complaint whose case, or the case it is merged into, the user may see.
func (s Complaints) inScope(user *core.Record, id string) (*core.Record, error) {
	records, err := s.App.FindRecordsByIds("complaints", []string{id})
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, ErrOutsideScope
	}
	own := records[0].GetString("case")
	root, err := CaseUsers{s.App}.Root(own)
	if err != nil {
		return nil, err
	}
	for _, caseID := range unique([]string{own, root}) {
		if ok, err := (Cases{s.App}).MaySee(user, caseID); err != nil || ok {
			return records[0], err
		}
	}
	return nil, ErrOutsideScope
}

// contacts opens the identities behind complaints, by complaint.
func (s Complaints) contacts(complaints ...string) (map[string]intake.Contact, error) {
	ids := make([]any, len(complaints))
	for i, id := range complaints {
		ids[i] = id
	}
	var rows []*core.Record
	if err := s.App.RecordQuery("complainants").AndWhere(dbx.In("complaint", ids...)).All(&rows); err != nil {
		return nil, err
	}
	key := s.Keys.For("identity")
	out := make(map[string]intake.Contact, len(rows))
	for _, r := range rows {
		id := r.GetString("complaint")
		contact, err := intake.Open(key, id, r.GetString("sealed"))
		if err != nil {
			return nil, err
		}
		out[id] = contact
	}
	return out, nil
}

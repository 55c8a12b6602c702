package store

// Who is to be told of a case: the notices of a verdict, one for each recipient.

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/notify"
)

// Notices finds recipients, in the transaction of App.
type Notices struct{ App core.App }

// complaintsOf: a case answers the complainants of all cases merged into it too, each
// by the number of his own complaint. CROSS JOIN and + keep SQLite from starting with
// all merged cases, or with all complaints.
const complaintsOf = "WITH RECURSIVE family(id) AS (VALUES ({:case}) UNION " +
	"SELECT c.id FROM family f CROSS JOIN cases c WHERE c.`primary` = f.id AND +c.status = 'merged') " +
	"SELECT co.id, co.number FROM family f CROSS JOIN complaints co WHERE co.`case` = f.id ORDER BY co.number"

// ownComplaints: a withdrawal is that of whoever complained in this very case; those whom the
// same reply will answer have not withdrawn.
const ownComplaints = "SELECT id, number FROM complaints WHERE `case` = {:case} ORDER BY number"

const (
	seqOfCase = "SELECT seq FROM cases WHERE id = {:case}"

	dispatchersOf = "SELECT id FROM users WHERE agency = {:agency} AND role = 'dispatcher' AND disabled_at = '' ORDER BY id"
)

// Event is what happened to a case.
type Event struct {
	ID    string // of the action
	Actor string // he knows already
	Case  casework.Case
}

// Of turns what casework asks for into one notice for each recipient.
func (s Notices) Of(e Event, asked []casework.Notice) ([]notify.Notice, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	var seq int64
	if err := s.App.DB().NewQuery(seqOfCase).Bind(dbx.Params{"case": e.Case.ID}).Row(&seq); err != nil {
		return nil, fmt.Errorf("case %s: %w", e.Case.ID, err)
	}
	var out []notify.Notice
	for _, n := range asked {
		blank := notify.Notice{
			Event: e.ID, Kind: n.Kind, Case: e.Case.ID, Number: e.Case.Number, Revision: seq, Urgent: n.Urgent,
		}
		notices, err := s.expand(blank, n, e)
		if err != nil {
			return nil, fmt.Errorf("recipients of %s to %s: %w", n.Kind, n.To, err)
		}
		out = append(out, notices...)
	}
	return out, nil
}

func (s Notices) expand(blank notify.Notice, n casework.Notice, e Event) ([]notify.Notice, error) {
	switch n.To {
	case casework.ToComplainant:
		return s.complainants(blank)
	case casework.ToInspectors:
		blank.Audience = notify.Inspector
		ids, err := s.enabled(n.Recipients)
		return toUsers(blank, ids, e.Actor), err
	case casework.ToDispatchers:
		blank.Audience = notify.Dispatcher
		ids, err := s.dispatchers(n.Agency)
		return toUsers(blank, ids, e.Actor), err
	}
	return nil, fmt.Errorf("nobody is called %q", n.To)
}

func toUsers(blank notify.Notice, ids []string, actor string) []notify.Notice {
	var out []notify.Notice
	for _, id := range ids {
		if id != actor {
			blank.Recipient = id
			out = append(out, blank)
		}
	}
	return out
}

func (s Notices) complainants(blank notify.Notice) ([]notify.Notice, error) {
	var rows []struct {
		ID     string `db:"id"`
		Number string `db:"number"`
	}
	whose := complaintsOf
	if blank.Kind == "withdrawn" {
		whose = ownComplaints
	}
	if err := s.App.DB().NewQuery(whose).Bind(dbx.Params{"case": blank.Case}).All(&rows); err != nil {
		return nil, err
	}
	out := make([]notify.Notice, len(rows))
	for i, r := range rows {
		out[i] = blank
		out[i].Audience, out[i].Recipient, out[i].Number = notify.Complainant, r.ID, r.Number
	}
	return out, nil
}

func (s Notices) dispatchers(agency string) ([]string, error) {
	var ids []string
	err := s.App.DB().NewQuery(dispatchersOf).Bind(dbx.Params{"agency": agency}).Column(&ids)
	return ids, err
}

// enabled leaves out who is disabled.
func (s Notices) enabled(ids []string) ([]string, error) {
	records, err := s.App.FindRecordsByIds("users", unique(ids))
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r *core.Record) bool { return r.GetString("disabled_at") != "" })
	out := make([]string, len(records))
	for i, r := range records {
		out[i] = r.Id
	}
	slices.Sort(out)
	return out, nil
}

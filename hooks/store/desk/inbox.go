package desk

// The inbox: what waits for somebody at a desk to decide, by queues.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/store"
)

// Inbox reads queues within a user's scope.
type Inbox struct{ App core.App }

// ErrQueue: there is no such queue.
var ErrQueue = errors.New("queue unknown")

// queue is one of the lists; where is behind the scope.
type queue struct {
	from, joined string // joined: the condition on which cases are joined, unless they are what is listed
	where        string
	order, id    string
}

const cases = "cases"

// queues by their names on the wire. The conditions are those of the indices.
var queues = map[string]queue{
	"triage":    {cases, "", "cases.status = 'registered' AND cases.uncertain = 0", "cases.received_at", "cases.id"},
	"uncertain": {cases, "", "cases.uncertain = 1 AND cases.status = 'registered'", "cases.due_strict", "cases.id"},
	"overdue":   {cases, "", "cases.overdue = 1", "cases.due_strict", "cases.id"},
	"due_soon":  {cases, "", "cases.due_soon = 1", "cases.due_strict", "cases.id"},
	"replying":  {cases, "", "cases.status = 'replying'", "cases.due_strict", "cases.id"},
	"objected": {
		"transfers", "cases.transfer = transfers.id", "transfers.state = 'objected' AND cases.status = 'transferred'",
		"transfers.objected_at", "transfers.id",
	},
	"flagged": {
		"evidence", "cases.id = evidence.`case`", "evidence.state = 'flagged' AND coalesce(evidence.decision, 'null') IN ('', 'null') AND cases.status NOT IN " + over,
		"evidence.received_at", "evidence.id",
	},
}

// over are the states in which nobody decides about a photo any more.
const over = "('closed', 'withdrawn', 'not_accepted')"

// Queues are the names of the queues.
func Queues() []string { return slices.Sorted(maps.Keys(queues)) }

// query selects from a queue what lies in the user's scope.
func (s Inbox) query(user *core.Record, name string, columns ...string) (*dbx.SelectQuery, queue, error) {
	q, ok := queues[name]
	if !ok {
		return nil, q, fmt.Errorf("%w: %q", ErrQueue, name)
	}
	sql := s.App.DB().Select(columns...).From(q.from)
	if q.joined != "" {
		sql = sql.InnerJoin(cases, dbx.NewExp(q.joined))
	}
	return sql.Where(dbx.NewExp(q.where)).AndWhere(store.Scope(user)), q, nil
}

// Count counts a queue, else ErrQueue.
func (s Inbox) Count(user *core.Record, name string) (n int, err error) {
	q, _, err := s.query(user, name, "count(*)")
	if err != nil {
		return 0, err
	}
	return n, q.Row(&n)
}

// Entry is one thing that waits.
type Entry struct {
	Kind       string          `json:"kind"`
	ID         string          `json:"id"` // of the case, the photo or the transfer
	Case       casework.Case   `json:"case"`
	SecondCode string          `json:"second_code,omitempty"` // of an uncertain one: the other division
	Photo      json.RawMessage `json:"photo,omitempty"`
	Transfer   json.RawMessage `json:"transfer,omitempty"`
}

// Page is one page of a queue, the oldest first.
type Page struct {
	Items   []Entry `json:"items"`
	Page    int     `json:"page"`
	PerPage int     `json:"per_page"`
	Total   int     `json:"total"`
}

// PerPage is how many entries a page has.
const PerPage = 50

type key struct {
	ID   string `db:"id"`
	Case string `db:"case"`
}

// List returns a page of a queue, from 1, else ErrQueue.
func (s Inbox) List(user *core.Record, name string, page int) (Page, error) {
	out := Page{Items: []Entry{}, Page: page, PerPage: PerPage}
	n, err := s.Count(user, name)
	if err != nil {
		return out, err
	}
	out.Total = n
	of := queues[name]
	q, _, err := s.query(user, name, of.id+" AS id", "cases.id AS case")
	if err != nil {
		return out, err
	}
	var keys []key
	if err := q.OrderBy(of.order, of.id).Limit(PerPage).Offset(int64((page - 1) * PerPage)).All(&keys); err != nil {
		return out, err
	}
	for _, k := range keys {
		e, err := s.entry(user, name, k)
		if err != nil {
			return out, fmt.Errorf("%s %s: %w", name, k.ID, err)
		}
		out.Items = append(out.Items, e)
	}
	return out, nil
}

func (s Inbox) entry(user *core.Record, name string, k key) (Entry, error) {
	e := Entry{Kind: name, ID: k.ID}
	r, err := s.App.FindRecordById("cases", k.Case)
	if err != nil {
		return e, err
	}
	e.SecondCode = r.GetString("second_code")
	if err := store.Into(r, &e.Case); err != nil {
		return e, err
	}
	switch name {
	case "flagged":
		e.Photo, err = s.record(user, "evidence", k.ID)
	case "objected":
		e.Transfer, err = s.record(user, "transfers", k.ID)
	}
	return e, err
}

// record is one that belongs to a case, as the user's role sees it.
func (s Inbox) record(user *core.Record, collection, id string) (json.RawMessage, error) {
	r, err := s.App.FindRecordById(collection, id)
	if err != nil {
		return nil, err
	}
	shown, err := store.Cases(s).Shown([]*core.Record{r}, casework.Role(user.GetString("role")))
	if err != nil {
		return nil, err
	}
	return shown[0], nil
}

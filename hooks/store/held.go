package store

// Held work as a desk sees it: edits that did not stand and actions that came too late, from
// everybody in the desk's range, each with what stands and what was sent.

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/sync"
)

// ErrHeldUnknown: there is nothing held of that id within the user's range.
var ErrHeldUnknown = errors.New("held work unknown")

// HeldItem is one thing that waits, or waited, for a decision.
type HeldItem struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind"` // edit, create, action, body
	Case       string          `json:"case"`
	Number     string          `json:"number"` // of the case
	Collection string          `json:"collection"`
	Record     string          `json:"record"`
	Field      string          `json:"field"`
	Base       json.RawMessage `json:"base"`    // the version that the author had seen
	Theirs     json.RawMessage `json:"theirs"`  // what stood when it came
	Ours       json.RawMessage `json:"ours"`    // what the author sent
	Now        json.RawMessage `json:"now"`     // what stands now
	Version    string          `json:"version"` // of what stands now
	NowBy      string          `json:"now_by"`  // who wrote what stands now; "" where nobody knows, or the server
	NowByName  string          `json:"now_by_name"`
	NowAt      string          `json:"now_at"` // by that author's clock, else when it came
	Author     string          `json:"author"`
	AuthorName string          `json:"author_name"`
	Client     string          `json:"client"`
	Mutation   string          `json:"mutation"`
	DeviceAt   string          `json:"device_at"` // the author's clock, as sent
	ReceivedAt string          `json:"received_at"`
	Position   json.RawMessage `json:"position"` // where, if the author said so
	Photos     []string        `json:"photos"`   // evidence that belongs to it
	Code       string          `json:"code"`     // why it did not stand
	sync.Explanation
	State     string          `json:"state"`
	DecidedBy string          `json:"decided_by"`
	DecidedAt string          `json:"decided_at"`
	Decision  json.RawMessage `json:"decision"`
}

// HeldPage is one page of a list.
type HeldPage struct {
	Items   []HeldItem `json:"items"`
	Page    int        `json:"page"`
	PerPage int        `json:"per_page"`
	Total   int        `json:"total"`
}

// HeldFilter is what a list asks for.
type HeldFilter struct {
	States  []string
	Equal   dbx.HashExp // case, author, kind
	Page    int
	PerPage int
}

var heldStates = []string{sync.StateOpen, sync.StateTaken, sync.StateDismissed, sync.StateRefused}

// ParseHeldFilter reads a query string; without a state what is open is asked for.
func ParseHeldFilter(q url.Values) (HeldFilter, error) {
	f := HeldFilter{States: []string{sync.StateOpen}, Equal: dbx.HashExp{}, Page: 1, PerPage: perPageDefault}
	for name, values := range q {
		if len(values) > 1 {
			return f, ErrFilter{fmt.Sprintf("%s stands %d times; separate several values by commas", name, len(values))}
		}
		if err := f.add(name, values[0]); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *HeldFilter) add(name, value string) (err error) {
	switch name {
	case "state":
		f.States = strings.Split(value, ",")
		for _, s := range f.States {
			if !slices.Contains(heldStates, s) {
				return ErrFilter{fmt.Sprintf("there is no state %q; there are %s", s, strings.Join(heldStates, ", "))}
			}
		}
	case "case", "author":
		f.Equal[name] = value
	case "kind":
		f.Equal[name] = anyOf(strings.Split(value, ","))
	case "page":
		f.Page, err = number(name, value, pageMax)
	case "per_page":
		f.PerPage, err = number(name, value, perPageMax)
	default:
		err = ErrFilter{fmt.Sprintf("there is no filter %q", name)}
	}
	return err
}

// Held reads held work.
type Held struct{ App core.App }

// caseOfHeld is the case of the record that an edit is of, where there is one by now: when it
// came the record may not have been there yet.
const caseOfHeld = "CASE h.kind WHEN 'edit' THEN coalesce((SELECT i.`case` FROM inspections i WHERE i.id = h.record AND h.collection = 'inspections')," +
	" (SELECT x.`case` FROM rectifications x WHERE x.id = h.record AND h.collection = 'rectifications')," +
	" (SELECT e.`case` FROM evidence e WHERE e.id = h.record AND h.collection = 'evidence'), h.`case`) ELSE h.`case` END"

// heldRows are the rows of held_edits and the undecided late actions, by one set of names. A
// decided action has a row of its own in held_edits that tells its author.
const heldRows = "SELECT h.id AS id, 'held_edits' AS source, h.kind AS kind, " + caseOfHeld + " AS `case`, h.author AS author, h.state AS state," +
	" h.received_at AS received_at FROM held_edits h UNION ALL " +
	"SELECT a.id, 'actions', 'action', a.`case`, a.actor, 'open', a.received_at FROM actions a WHERE a.outcome = 'needs_review' AND a.decided_at = ''"

// heldScope: a desk sees what belongs to the cases of its range, and of unknown cases what
// its own people sent.
const heldScope = "(cases.id IS NOT NULL AND " + scopeOfDesk + " OR cases.id IS NULL AND " +
	"EXISTS (SELECT 1 FROM users u WHERE u.id = held.author AND u.scope_from >= {:from} AND u.scope_to <= {:to}))"

const heldFrom = " FROM (" + heldRows + ") held LEFT JOIN cases ON cases.id = held.`case` WHERE " + heldScope

type heldKey struct {
	ID     string `db:"id"`
	Source string `db:"source"`
}

// List returns a page of held work in the user's range, the oldest first.
func (s Held) List(user *core.Record, f HeldFilter) (HeldPage, error) {
	params := dbx.Params{"agency": user.GetString("agency"), "from": user.GetString("scope_from"), "to": user.GetString("scope_to")}
	where := []dbx.Expression{dbx.In("held.state", anyOf(f.States)...)}
	for name, value := range f.Equal {
		where = append(where, dbx.HashExp{"held." + name: value})
	}
	more := heldFrom + " AND " + dbx.And(where...).Build(s.db(), params)
	page := HeldPage{Items: []HeldItem{}, Page: f.Page, PerPage: f.PerPage}
	if err := s.App.DB().NewQuery("SELECT count(*)" + more).Bind(params).Row(&page.Total); err != nil {
		return page, err
	}
	var keys []heldKey
	paged := fmt.Sprintf("SELECT held.id AS id, held.source AS source%s ORDER BY held.received_at, held.id LIMIT %d OFFSET %d", more, f.PerPage, (f.Page-1)*f.PerPage)
	if err := s.App.DB().NewQuery(paged).Bind(params).All(&keys); err != nil {
		return page, err
	}
	for _, key := range keys {
		item, err := s.item(key)
		if err != nil {
			return page, fmt.Errorf("%s %s: %w", key.Source, key.ID, err)
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}

// Waiting counts what is open in the user's range: late actions, and all else.
func (s Held) Waiting(user *core.Record) (late, other int, err error) {
	params := dbx.Params{"agency": user.GetString("agency"), "from": user.GetString("scope_from"), "to": user.GetString("scope_to")}
	err = s.App.DB().NewQuery("SELECT coalesce(sum(held.kind = 'action'), 0), coalesce(sum(held.kind <> 'action'), 0)"+heldFrom+" AND held.state = 'open'").
		Bind(params).Row(&late, &other)
	return late, other, err
}

// Find returns one thing that is held, within the user's range, else ErrHeldUnknown.
func (s Held) Find(user *core.Record, id string) (HeldItem, error) {
	params := dbx.Params{"id": id, "agency": user.GetString("agency"), "from": user.GetString("scope_from"), "to": user.GetString("scope_to")}
	var keys []heldKey
	sql := "SELECT held.id AS id, held.source AS source" + heldFrom + " AND held.id = {:id} LIMIT 1"
	if err := s.App.DB().NewQuery(sql).Bind(params).All(&keys); err != nil {
		return HeldItem{}, err
	}
	if len(keys) > 0 {
		return s.item(keys[0])
	}
	settled, err := s.settled(id)
	if err != nil || settled == "" {
		return HeldItem{}, errors.Join(ErrHeldUnknown, err)
	}
	return s.Find(user, settled)
}

const settledAction = "SELECT id FROM held_edits WHERE kind = 'action' AND record = {:id} AND id <> {:id} ORDER BY decided_at DESC LIMIT 1"

// settled is the row that tells what became of a late action; "" if there is none.
func (s Held) settled(id string) (string, error) {
	var ids []string
	err := s.App.DB().NewQuery(settledAction).Bind(dbx.Params{"id": id}).Column(&ids)
	if len(ids) == 0 {
		return "", err
	}
	return ids[0], err
}

func anyOf(list []string) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

func (s Held) db() *dbx.DB {
	db, _ := s.App.ConcurrentDB().(*dbx.DB) // quotes names, no more
	return db
}

func (s Held) item(key heldKey) (HeldItem, error) {
	var item HeldItem
	r, err := s.App.FindRecordById(key.Source, key.ID)
	if err != nil {
		return item, err
	}
	if key.Source == "actions" {
		item, err = lateAction(r)
	} else {
		err = Into(r, &item)
	}
	if err != nil {
		return item, err
	}
	item.Explanation = sync.Explain(item.Kind, item.Code)
	for _, look := range []func(*HeldItem) error{s.standing, s.people, s.photos} {
		if err := look(&item); err != nil {
			return item, err
		}
	}
	return item, nil
}

// lateAction shows an action that is kept as held work.
func lateAction(r *core.Record) (HeldItem, error) {
	a := ActionOf(r)
	ours, err := sentOf(a)
	return HeldItem{
		ID: r.Id, Kind: sync.KindAction, Case: a.Case, Collection: "actions", Record: r.Id, Ours: ours, Author: a.Actor,
		Client: a.Device, DeviceAt: a.DeviceAt, ReceivedAt: a.ReceivedAt, Code: r.GetString("code"), State: sync.StateOpen,
	}, err
}

// sentOf is what the author of an action sent.
func sentOf(a casework.Action) (json.RawMessage, error) {
	return json.Marshal(map[string]any{
		"case": a.Case, "name": a.Name, "args": a.Args, "base": a.Base, "device": a.Device, "device_at": a.DeviceAt,
		"position": a.Position, "evidence": a.Evidence,
	})
}

// standing adds what the record holds now.
func (s Held) standing(item *HeldItem) error {
	if item.Field == "" {
		return nil
	}
	doc, versions, err := Feed{App: s.App}.Doc(item.Collection, item.Record)
	item.Now, item.Version = doc[item.Field], versions[item.Field]
	var of string
	if err == nil && doc["case"] != nil && json.Unmarshal(doc["case"], &of) == nil {
		item.Case = of
	}
	if err != nil {
		return err
	}
	return s.standingAuthor(item)
}

// standingAuthor adds who wrote what stands. A version names the mutation that wrote it, which
// is forgotten after its time.
func (s Held) standingAuthor(item *HeldItem) error {
	_, mutation, _ := strings.Cut(item.Version, ".")
	if mutation == "" {
		return nil
	}
	var from origin
	err := s.App.DB().NewQuery(readOrigin).Bind(dbx.Params{"id": mutation}).One(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	item.NowBy, item.NowAt = from.User, cmp.Or(from.DeviceAt, from.At)
	return err
}

func (s Held) people(item *HeldItem) error {
	authors, err := s.App.FindRecordsByIds("users", unique([]string{item.Author, item.NowBy}))
	if err != nil {
		return err
	}
	for _, r := range authors {
		if r.Id == item.Author {
			item.AuthorName = r.GetString("name")
		}
		if r.Id == item.NowBy {
			item.NowByName = r.GetString("name")
		}
	}
	cases, err := s.App.FindRecordsByIds("cases", unique([]string{item.Case}))
	for _, r := range cases {
		item.Number = r.GetString("number")
	}
	return err
}

const photosOfVisit = "SELECT id FROM evidence WHERE author = {:author} AND (inspection = {:record} OR rectification = {:record}) ORDER BY rowid"

// photos are those that the author names, or took on the same visit.
func (s Held) photos(item *HeldItem) error {
	item.Photos = []string{}
	switch {
	case item.Collection == "evidence":
		item.Photos = append(item.Photos, item.Record)
		return nil
	case item.Kind != sync.KindAction:
		return s.App.DB().NewQuery(photosOfVisit).Bind(dbx.Params{"author": item.Author, "record": item.Record}).Column(&item.Photos)
	}
	var a casework.Action
	if err := json.Unmarshal(item.Ours, &a); err != nil {
		return nil //nolint:nilerr // it was sent in no form; it is shown as it came
	}
	item.Photos = append(item.Photos, casework.Needs(a).Evidence...)
	if a.Position != nil {
		position, err := json.Marshal(a.Position)
		item.Position = position
		return err
	}
	return nil
}

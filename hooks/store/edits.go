package store

// What phones write: where a record stands for them, and the save of it.

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/sync"
)

// Place finds where a record stands for a user, or where a create would.
func (s book) Place(user sync.User, m *sync.Mutation) (sync.Place, error) {
	var p sync.Place
	var records []*core.Record
	err := s.App.RecordQuery(m.Collection).AndWhere(dbx.NewExp("id = {:id} COLLATE NOCASE", dbx.Params{"id": m.Record})).Limit(1).
		WithContext(context.Background()).All(&records) // a context that ends would be watched by a goroutine
	if err != nil {
		return p, err
	}
	s.memo.found = nil
	if len(records) > 0 {
		s.memo.found = records[0]
		p.Exists, p.Record, p.Case = true, records[0].Id, records[0].GetString("case")
		p.Author = authorField(records[0])
	} else if m.Op == sync.OpCreate {
		_ = json.Unmarshal(m.Set["case"], &p.Case) // its form was checked
	} else {
		p.Case, err = s.heldCase(user, m)
		return p, err
	}
	if p.Case == "" {
		return p, nil
	}
	if err := s.placeCase(&p, user); err != nil {
		return p, err
	}
	rounds := Rounds{s.App, s.memo.over}
	if p.Exists {
		p.Frozen, err = rounds.Holds(s.memo.found)
	} else {
		p.Frozen, err = rounds.Would(m, p.Case)
	}
	return p, err
}

const readHeldCase = "SELECT `case` FROM held_edits WHERE record = {:record} AND author = {:author} AND kind = 'create' LIMIT 1"

// heldCase is the case that a create of the user's own was held for; a patch of it lies
// beside it.
func (s book) heldCase(user sync.User, m *sync.Mutation) (string, error) {
	var cases []string
	err := s.App.DB().NewQuery(readHeldCase).Bind(dbx.Params{"record": m.Record, "author": user.ID}).Column(&cases)
	if len(cases) == 0 {
		return "", err
	}
	return cases[0], err
}

func authorField(r *core.Record) string {
	for _, name := range []string{"author", "created_by", "actor"} {
		if value := r.GetString(name); value != "" {
			return value
		}
	}
	return ""
}

// placeCase looks how the root of a case stands, whether the case is in the user's bucket,
// and whether it ever was.
func (s book) placeCase(p *sync.Place, user sync.User) error {
	key := [2]string{user.ID, p.Case}
	if stands, known := s.memo.cases[key]; known {
		p.Closed, p.ClosedAt, p.InScope, p.Had = stands.Closed, stands.ClosedAt, stands.InScope, stands.Had
		return nil
	}
	root, up, status, over := "", p.Case, "", 0
	var inScope sql.NullBool
	n, err := scan(reading(s.App), readCase, dbx.Params{"bucket": "u:" + user.ID, "case": p.Case}, nil, &up, &status, &p.ClosedAt, &over, &inScope)
	for depth := 1; err == nil && n > 0 && up != ""; depth++ {
		if depth == rootDepth {
			return fmt.Errorf("case %s is merged more than %d deep", p.Case, rootDepth)
		}
		root, up = up, ""
		n, err = scan(reading(s.App), readRoot, dbx.Params{"case": root}, nil, &up, &status, &p.ClosedAt)
	}
	if err != nil || n == 0 {
		return err // there is no such case
	}
	p.Closed = !casework.Process().State(casework.Status(status)).Open
	p.InScope, p.Had = inScope.Bool, inScope.Valid
	s.memo.cases[key], s.memo.over[p.Case] = *p, over
	return nil
}

// These are asked for every mutation: a query that follows the chain by itself would open a
// table of its own each time. readCase also tells which round of the case is over, and whether
// it is in a user's bucket, NULL where it never was; a mark that answers what a client said of a
// case ('held') gives no right to it.
const (
	readCase = "SELECT `primary`, status, closed_at, (" + lastFrozen + "), (SELECT gone = '' FROM sync_feed " +
		"WHERE bucket = {:bucket} AND collection = 'cases' AND record = {:case} AND reason <> 'held') FROM cases WHERE id = {:case}"
	readRoot = "SELECT `primary`, status, closed_at FROM cases WHERE id = {:case}"
)

// Record returns a record as phones see it.
func (s book) Record(collection, id string) (sync.Record, error) {
	r, buckets, err := Feed{App: s.App}.standing(collection, id)
	s.memo.lies = lies{collection, id, buckets}
	return s.memo.spend(r), err
}

// Save writes a mutation's fields through the hooks of its collection.
func (s book) Save(ctx context.Context, w sync.Write) (sync.Saved, error) {
	r, err := s.target(w)
	if err != nil {
		return sync.Saved{}, err
	}
	if err := load(r, w.Set); err != nil {
		return sync.Saved{}, err
	}
	if w.Create {
		if err := s.sign(r, w); err != nil {
			return sync.Saved{}, err
		}
	}
	source := Source{Collection: w.M.Collection, Record: w.M.Record, Mutation: w.M.ID, Versions: w.Versions}
	if l := s.memo.lies; l.collection == source.Collection && l.record == source.Record {
		source.Stands, source.Buckets = w.Stands, l.buckets
	}
	ctx = WithSource(ctx, source)
	if w.Review {
		ctx = WithReview(ctx)
	}
	if err := s.App.SaveWithContext(ctx, r); err != nil {
		return sync.Saved{}, unfit(err)
	}
	if w.M.Collection == "actions" {
		clear(s.memo.cases) // it may have moved its case
		clear(s.memo.over)
	}
	saved := sync.Saved{Seq: int64(r.GetInt("seq")), Outcome: sync.OK}
	if w.M.Collection == "actions" {
		saved.Code = r.GetString("code")
		if r.GetString("outcome") != casework.Applied {
			saved.Outcome = sync.Held
		}
	}
	return saved, nil
}

// unfit recognises what will be refused however often it is sent: a value that the
// schema does not take, or a rule with a stable code of its own.
func unfit(err error) error {
	var values validation.Errors
	if errors.As(err, &values) {
		return sync.Unfit{Reason: codeOf(values), Err: err}
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return sync.Unfit{Reason: coded.Code(), Err: err}
	}
	return err
}

// codeOf translates the schema's refusals.
func codeOf(values validation.Errors) string {
	for _, err := range values {
		var v validation.Error
		if !errors.As(err, &v) {
			continue
		}
		switch code := v.Code(); {
		case code == "validation_pk_invalid", code == "validation_not_unique":
			return sync.CodeIDTaken
		case strings.Contains(code, "max"), strings.Contains(code, "size"):
			return sync.CodeTooLarge
		}
	}
	return sync.CodeUnfit
}

func (s book) target(w sync.Write) (*core.Record, error) {
	if w.Create {
		return newRecord(s.App, w.M.Collection, w.M.Record)
	}
	found := s.memo.found
	s.memo.found = nil // it is not what it was after the save
	if found == nil || found.Id != w.M.Record || found.Collection().Name != w.M.Collection {
		var err error
		if found, err = s.App.FindRecordById(w.M.Collection, w.M.Record); err != nil {
			return nil, err
		}
	}
	return found.IgnoreUnchangedFields(true), nil // it was read in this transaction
}

// stockDevice is the device of a client that names none. What was done in the field is kept,
// where a desk is told no.
const stockDevice = "stock"

// sign writes who made a record, with which device, and when it came.
func (s book) sign(r *core.Record, w sync.Write) error {
	now := s.now().UTC().Format(stampLayout)
	switch w.M.Collection {
	case "actions":
		user, err := s.App.FindRecordById("users", w.User.ID)
		if err != nil {
			return err
		}
		SignAction(r, user, now)
		if r.GetString("device") == "" {
			r.Set("device", cmp.Or(w.Client, stockDevice))
		}
		if r.GetString("device_at") == "" {
			r.Set("device_at", string(w.M.At))
		}
	case "inspections":
		r.Set("created_by", w.User.ID)
	case "evidence":
		r.Set("author", w.User.ID)
		r.Set("received_at", now)
		r.Set("state", "pending")
		if w.Late {
			r.Set("flags", []string{"late"})
		}
	default:
		return errors.New("phones create no " + w.M.Collection)
	}
	return nil
}

// SignAction writes into an action who did it and when it came.
func SignAction(r, user *core.Record, now string) {
	r.Set("actor_kind", string(casework.ByUser))
	r.Set("actor", user.Id)
	r.Set("actor_role", user.GetString("role"))
	r.Set("actor_agency", user.GetString("agency"))
	r.Set("received_at", now)
}

type reviewKey struct{}

// WithReview keeps the action that is saved for a dispatcher, whatever the process says.
func WithReview(ctx context.Context) context.Context {
	return context.WithValue(ctx, reviewKey{}, true)
}

// IsReview tells whether an action is only to be kept.
func IsReview(ctx context.Context) bool { return ctx.Value(reviewKey{}) != nil }

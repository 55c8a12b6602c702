package sync

// Drafts: changes of clients that keep no mutations, as general sync libraries do. They
// say how a record looks now; what of it is an edit, and what its editor had seen, shows
// only beside what stands.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Draft is a record as such a client sent it.
type Draft struct {
	Collection, Record string
	Raw                json.RawMessage                // as it was sent: it is kept where nothing of it can be read
	Identity           string                         // equal where the same change is sent again
	Edit               func(Standing) (Edited, error) // what it changes; it may be asked again after a rollback
	Skip               func() bool                    // asked before anything is read: there is nothing to do; it may be nil
	Touch              bool                           // the row moves in the user's feed where what was sent does not stand
}

// Edited is a draft as an edit. Without Op it changes nothing.
type Edited struct {
	Op   string // create, patch, or none
	Set  Fields
	Base map[string]string // as a mutation's
	At   Stamp
	Keep string // a code: nothing is applied, all is kept for a dispatcher
	Back bool   // without Op: what the client did to the record is undone, and it comes back
}

// Standing is what a draft is compared with.
type Standing struct {
	Shown  bool // the record is among those of the user
	Record      // then as it stands

	mine func(field string) (bool, error)
}

// Mine tells whether it was the user himself who wrote what stands in a field.
func (s Standing) Mine(field string) (bool, error) { return s.mine(field) }

// Drafted is what became of a draft.
type Drafted struct {
	Result
	Stands bool // everything stands as it was sent
	Shown  bool // the record is among those of the user
	Record      // then as it stands now
}

// PushDrafts applies drafts in their order, each whole. It returns an error only where
// the house fails, or the epoch is not the server's any more: ErrEpoch.
func PushDrafts(ctx context.Context, house House, user User, epoch string, drafts []Draft) ([]Drafted, error) {
	w := work{ctx: context.WithoutCancel(ctx), user: user}
	bad := make([]string, len(drafts))
	out := make([]Drafted, 0, len(drafts))
	err := inPieces(house, len(drafts), func(tx Tx, from, to int) (done []Drafted, i int, err error) {
		if now, err := tx.State(); err != nil || now.Epoch != epoch {
			return nil, from, errors.Join(err, ErrEpoch)
		}
		for i = from; i < to && !(i > from && tx.Spent() > spentMost); i++ {
			d, err := w.draft(tx, drafts[i], bad[i])
			var unfit Unfit
			if errors.As(err, &unfit) {
				return nil, i, refusedAt{unfit, i - from}
			}
			if err != nil {
				return nil, i, err
			}
			done = append(done, d)
		}
		return done, i, nil
	}, func(done []Drafted) bool {
		out = append(out, done...)
		return false
	}, func(i int, reason string) bool {
		refusable := bad[i] == ""
		bad[i] = reason
		return refusable
	})
	return out, err
}

// ErrEpoch is a push that began before the server's present epoch.
var ErrEpoch = errors.New("the server began a new epoch")

// draft applies one draft within a transaction.
func (w work) draft(tx Tx, d Draft, bad string) (Drafted, error) {
	if d.Skip != nil && d.Skip() {
		return Drafted{Result: nothing(), Stands: true}, nil
	}
	stands, err := w.standing(tx, d)
	if err != nil {
		return Drafted{}, err
	}
	e, err := d.Edit(stands)
	if err != nil {
		return Drafted{}, err
	}
	sent := e.Set
	if e.Op == "" {
		return w.untouched(tx, d, e, stands)
	}
	if _, writable := Writable[d.Collection]; writable && e.Keep != "" && !stands.Shown {
		if e, err = w.left(tx, d, e); err != nil {
			return Drafted{}, err
		}
	}
	if stands.Shown && e.Op == OpPatch {
		e.Set = unsaid(d.Collection, e.Set, stands.Doc)
	}
	if e.Op == OpPatch && len(e.Set) == 0 { // it is so already, or nothing is said: nothing is written
		return w.drafted(tx, d, Result{Outcome: Noop, Fields: map[string]FieldResult{}}, sent)
	}
	result, err := w.judgeDraft(tx, d, e, stands, bad)
	if err != nil {
		return Drafted{}, err
	}
	return w.drafted(tx, d, result, sent)
}

// left is a copy of a record that is there, and has left the user's scope: where it is as it
// stands nobody edited anything. What differs is an edit, unless the server owns it and has
// written it since; of an action nothing is.
func (w work) left(tx Tx, d Draft, e Edited) (Edited, error) {
	place, err := tx.Place(w.user, &Mutation{Op: e.Op, Collection: d.Collection, Record: d.Record, Set: e.Set})
	if err != nil || !place.Exists || !place.Had {
		return e, err
	}
	record, err := tx.Record(d.Collection, d.Record)
	differs := unsaid(d.Collection, e.Set, record.Doc)
	maps.DeleteFunc(differs, func(field string, _ json.RawMessage) bool {
		return !Writable[d.Collection].Fields[field].Policy.Editable() && e.Base[field] != record.Versions[field]
	})
	if len(differs) == 0 || d.Collection != "actions" {
		e.Op, e.Set = OpPatch, differs
	}
	return e, err
}

// nothing is the result of a draft that writes nothing.
func nothing() Result { return Result{Outcome: Noop, Fields: map[string]FieldResult{}} }

// untouched leaves a record as it is; one that is to come back is shown anew.
func (w work) untouched(tx Tx, d Draft, e Edited, stands Standing) (out Drafted, err error) {
	out = Drafted{Result: nothing(), Stands: !e.Back, Shown: stands.Shown, Record: stands.Record}
	if e.Back && d.Touch {
		_, err = tx.Touch(w.user, d.Collection, d.Record)
	}
	return out, err
}

func (w work) standing(tx Tx, d Draft) (Standing, error) {
	record, shown, err := tx.Shown(w.user, d.Collection, d.Record)
	return Standing{Shown: shown, Record: record, mine: func(field string) (bool, error) {
		id := ParseVersion(record.Versions[field]).Mutation
		if id == "" {
			return false, nil
		}
		m, err := tx.Known(w.user.ID, id)
		return m != nil, err
	}}, err
}

// judgeDraft judges an edit like a mutation. What was sent once more, and whose editor has
// not seen what stands now, gets the result of the first time; where he has, he says the
// same anew, unless nothing has moved since he was refused.
func (w work) judgeDraft(tx Tx, d Draft, e Edited, stands Standing, bad string) (Result, error) {
	a := arrival{raw: d.Raw, bad: bad, keep: e.Keep, Mutation: Mutation{
		Op: e.Op, Collection: d.Collection, Record: d.Record, Set: e.Set, Base: e.Base, At: e.At,
	}}
	if len(e.Set) > 0 { // what changed is the mutation; the record may be longer than any
		a.raw = Encode(e.Set)
	}
	switch {
	case a.bad != "":
	case len(a.raw) > MaxMutation:
		a.bad = CodeTooLarge
	case tooDeep(a.raw):
		a.bad = CodeBadMutation
	}
	id := w.identity(d, "")
	known, err := tx.Known(w.user.ID, id)
	if err != nil {
		return Result{}, err
	}
	if known != nil {
		seen, err := w.seen(tx, e, stands)
		if err != nil || !seen || refusedSo(known, e) {
			return known.Result, err
		}
		id = w.identity(d, string(Encode(stands.Versions)))
		if known, err = tx.Known(w.user.ID, id); err != nil || known != nil {
			return deref(known), err
		}
	}
	a.ID, a.key, a.hash = id, id, hashOf(Encode(a.Mutation))
	return w.answer(tx, &a, nil)
}

// refusedSo tells whether a draft was refused already as it is: it is kept.
func refusedSo(known *Stored, e Edited) bool {
	refused := known.Result.Outcome == Held || known.Result.Outcome == Rejected
	for field, token := range e.Base {
		refused = refused && ParseVersion(known.Base[field]).Seq == ParseVersion(token).Seq
	}
	return refused
}

func deref(s *Stored) Result {
	if s == nil {
		return Result{}
	}
	return s.Result
}

// seen tells whether the editor had seen everything that he would change.
func (w work) seen(tx Tx, e Edited, stands Standing) (bool, error) {
	if !stands.Shown {
		return false, nil
	}
	for field := range e.Set {
		token, known := e.Base[field]
		base, err := resolve(tx, w.user.ID, field, token)
		if err != nil || !known || base < ParseVersion(stands.Versions[field]).Seq {
			return false, err
		}
	}
	return true, nil
}

// identity is the mutation id of a draft: 26 letters and digits, as a ULID has.
func (w work) identity(d Draft, again string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{w.user.ID, d.Collection, d.Record, d.Identity, again}, "\x00")))
	return hex.EncodeToString(sum[:13])
}

// drafted says how things stand after a draft.
func (w work) drafted(tx Tx, d Draft, result Result, sent Fields) (Drafted, error) {
	record, shown, err := tx.Shown(w.user, d.Collection, d.Record)
	out := Drafted{Result: result, Shown: shown, Record: record, Stands: shown}
	for _, field := range slices.Sorted(maps.Keys(sent)) {
		out.Stands = out.Stands && Same(record.Doc[field], sent[field])
	}
	if err == nil && d.Touch && !out.Stands {
		_, err = tx.Touch(w.user, d.Collection, d.Record)
	}
	return out, err
}

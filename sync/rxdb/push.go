package rxdb

// Push: documents as clients hold them become drafts, and what does not stand as it was
// sent goes back.

import (
	"context"
	"encoding/json"
	"maps"

	"xuncha/sync"
)

// Push applies the rows of a push in their order and returns the documents that the
// client must take instead of its own. checkpoint is the client's newest one, if it says
// so: a push that belongs to a lost epoch fails with Reset, and nothing is applied.
func (d Desk) Push(ctx context.Context, user sync.User, collection, checkpoint string, body []byte) ([]json.RawMessage, error) {
	if err := known(collection); err != nil {
		return nil, err
	}
	rows, err := readRows(body)
	if err != nil {
		return nil, err
	}
	epoch, err := d.greet(user, checkpoint)
	if err != nil {
		return nil, err
	}
	var drafts []sync.Draft
	ends := make([]int, len(rows)) // of each row's last draft
	for i := range rows {
		drafts = append(drafts, rows[i].drafts(collection, user.ID)...)
		ends[i] = len(drafts) - 1
	}
	done, err := sync.PushDrafts(ctx, d.House, user, epoch, drafts)
	if err != nil {
		return nil, inEpoch(err)
	}
	last := make([]sync.Drafted, len(rows))
	for i, end := range ends {
		last[i] = done[end]
	}
	return answers(rows, last, user.Disabled)
}

// greet finds the epoch, and whether the client's documents belong to it.
func (d Desk) greet(user sync.User, checkpoint string) (epoch string, err error) {
	err = d.reading(func(v sync.View) error {
		state, err := v.State()
		epoch = state.Epoch
		if err != nil || checkpoint == "" {
			return err
		}
		_, err = d.own(v, user.ID, checkpoint, state)
		return err
	})
	return epoch, err
}

// row is one document as a client pushes it.
type row struct {
	raw     json.RawMessage
	id      string      // "" where none can be read
	doc     sync.Fields // as the client has it
	assumed sync.Fields // what it takes the server to have; nil where it does not say
	deleted bool
	own     sync.Fields     // of a list of entries, those that are not another's
	others  sync.Fields     // those that are
	before  json.RawMessage // the seq of what stood when the row was judged
}

// readRows reads a push: the array must be whole, a row need not be.
func readRows(body []byte) ([]row, error) {
	raws, err := sync.ReadList(body)
	if err != nil {
		return nil, err
	}
	if len(raws) > sync.MaxMutations {
		return nil, sync.TooMany(len(raws), "rows")
	}
	rows := make([]row, len(raws))
	for i, raw := range raws {
		rows[i] = readRow(raw)
	}
	return rows, nil
}

func readRow(raw json.RawMessage) row {
	r := row{raw: raw}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || json.Unmarshal(members["newDocumentState"], &r.doc) != nil {
		return r // its bytes are kept
	}
	if json.Unmarshal(r.doc["id"], &r.id) != nil {
		r.id = ""
	}
	_ = json.Unmarshal(members["assumedMasterState"], &r.assumed) // else it does not say
	if string(r.assumed[deleted]) == "true" {
		r.assumed = nil // it says that there is none
	}
	_ = json.Unmarshal(r.doc[deleted], &r.deleted)
	return r
}

// drafts are the row for the merge. Of a client that does not say what it had, entries
// of a list that others wrote, and the server does not have, go apart: nobody may sign for
// them.
func (r *row) drafts(collection, user string) []sync.Draft {
	identity := string(r.raw)
	if same, err := sync.Canonical(r.raw); err == nil {
		identity = string(same)
	}
	r.split(sync.Writable[collection], user)
	out := []sync.Draft{{
		Collection: collection, Record: r.id, Raw: r.raw, Identity: identity,
		Edit: func(stands sync.Standing) (sync.Edited, error) {
			r.before = stands.Doc[seq]
			return r.edit(collection, stands), nil
		},
	}}
	if len(r.others) > 0 {
		out = append(out, sync.Draft{Collection: collection, Record: r.id, Raw: r.raw, Identity: "others " + identity, Edit: r.copied})
	}
	return out
}

// answers are the documents that stand otherwise than they were sent; of a record that
// was sent twice the last word counts.
func answers(rows []row, done []sync.Drafted, hidden bool) ([]json.RawMessage, error) {
	final := map[string]int{}
	for i, r := range rows {
		final[r.id] = i
	}
	out := []json.RawMessage{}
	for i, r := range rows {
		if r.id == "" || final[r.id] != i {
			continue
		}
		answer, err := r.answer(done[i], hidden)
		if err != nil {
			return nil, err
		}
		if answer != nil {
			out = append(out, answer)
		}
	}
	return out, nil
}

// answer is what the client must take instead of what it sent; nil if nothing. Where the
// push moved the record, its new versions come with the next pull; where it did not, no
// pull would ever bring them.
func (r row) answer(d sync.Drafted, hidden bool) (json.RawMessage, error) {
	if hidden || !d.Shown {
		if r.deleted {
			return nil, nil
		}
		return gone(r.id), nil
	}
	moved := !sync.Same(r.before, d.Doc[seq])
	if !r.deleted && r.shows(d.Record, !moved) {
		return nil, nil
	}
	return document(d.Record)
}

// shows tells whether the client shows what stands. What is in neither of its states is on
// the device as its version there says. The places in the order of changes count only
// where exact says so.
func (r row) shows(stands sync.Record, exact bool) bool {
	had := tokensOf(r.doc)
	for _, set := range []sync.Fields{r.doc, stands.Doc} {
		for name := range set {
			if notFields[name] {
				continue
			}
			ours, sent := r.doc[name]
			_, assumed := r.assumed[name]
			theirs, stood := stands.Doc[name]
			same := sent && stood && sync.Same(ours, theirs)
			if r.assumed != nil && !sent && !assumed {
				same = had[name] == stands.Versions[name]
			}
			if !same {
				return false
			}
		}
	}
	return !exact || sync.Same(r.doc[seq], stands.Doc[seq]) && maps.Equal(had, stands.Versions)
}

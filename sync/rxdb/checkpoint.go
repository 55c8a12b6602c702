package rxdb

// The checkpoint: where a client stands in one collection. It is opaque to RxDB, which
// stores it and sends it back.

import (
	"encoding/json"
	"errors"
	"strings"

	"xuncha/sync"
)

// Checkpoint is a place in the feed of one collection.
type Checkpoint struct {
	Epoch      string        `json:"e"`
	User       string        `json:"u"`
	Gen        int64         `json:"g"` // of the user's grants
	Collection string        `json:"n"`
	Base       int64         `json:"b"` // head of the last complete pull, or of the first page of a first one
	At         sync.Position `json:"p"`
	Run        string        `json:"r,omitempty"` // of the database, when the checkpoint was given
	Seen       int64         `json:"h,omitempty"` // the head then
}

// kind is what checkpoints are sealed as: a phone's cursor is none.
const kind = "rxdb"

// Seal writes a checkpoint with its signature under key.
func (c Checkpoint) Seal(key []byte) string { return sync.Seal(key, kind, c) }

// Unseal reads a checkpoint, as its text alone or in the object that RxDB keeps; ok is
// false if it is not one of ours.
func Unseal(key []byte, sealed string) (c Checkpoint, ok bool) {
	if strings.HasPrefix(sealed, "{") {
		var object struct {
			C string `json:"c"`
		}
		if json.Unmarshal([]byte(sealed), &object) != nil {
			return c, false
		}
		sealed = object.C
	}
	ok = sync.Open(key, kind, sealed, &c)
	return c, ok
}

// witness is what the checkpoint knows.
func (c Checkpoint) witness() sync.Witness {
	return sync.Witness{Epoch: c.Epoch, Seq: max(c.Base, c.At.Seq, c.Seen), Run: c.Run}
}

// testimony is a checkpoint that knows more than the database: that was put back.
type testimony struct{ sync.Witness }

func (t testimony) Error() string { return "a checkpoint knows more than the database" }

// own reads a client's checkpoint, which must be of the user and of this epoch.
func (d Desk) own(v sync.View, user, sealed string, state sync.State) (Checkpoint, error) {
	c, ok := Unseal(d.Key, sealed)
	if !ok {
		return c, Reset{sync.ResetCursor}
	}
	runs, _ := v.(sync.Runs)
	against, err := c.witness().Contradicts(state, runs)
	switch {
	case err != nil:
		return c, err
	case against:
		return c, testimony{c.witness()}
	case c.User != user:
		return c, Reset{ResetUser}
	case c.Epoch != state.Epoch:
		return c, Reset{sync.ResetEpoch}
	}
	return c, nil
}

// reading shows do one moment's state. Where a checkpoint testifies that the database was
// put back, a new epoch begins, and the client has to begin again.
func (d Desk) reading(do func(sync.View) error) error {
	err := d.House.Reading(do)
	var against testimony
	if !errors.As(err, &against) {
		return err
	}
	if d.Restored != nil {
		if err := d.Restored(against.Witness); err != nil {
			return err
		}
	}
	return Reset{sync.ResetEpoch}
}

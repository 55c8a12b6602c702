package sync

// The cursor: where a client stands in the feed. It is opaque to clients and signed, so
// a cursor of another user, epoch or server is noticed.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// Position is a place inside a class: after this row.
type Position struct {
	Seq        int64  `json:"s"`
	Collection string `json:"c,omitempty"`
	Record     string `json:"r,omitempty"`
}

// classes of rows: the user's own cases first, so that a phone is of use after its
// first page; then the rest.
const classes = 2

// Cursor is what a client's cursor holds.
type Cursor struct {
	Epoch     string            `json:"e"`
	User      string            `json:"u"`
	Gen       int64             `json:"g"` // of the user's grants
	Schema    int               `json:"v"`
	Base      int64             `json:"b"` // head of the last complete pull, or of the first page of a first one
	Positions [classes]Position `json:"p"`
	Run       string            `json:"r,omitempty"` // of the database, when the cursor was given
	Seen      int64             `json:"h,omitempty"` // the head then: what moved up to there is not behind the positions
}

// newest is the highest seq that the cursor knows of.
func (c Cursor) newest() int64 {
	newest := max(c.Base, c.Seen)
	for _, p := range c.Positions {
		newest = max(newest, p.Seq)
	}
	return newest
}

// last sorts after every collection: all rows of the seq are behind.
const last = "\U0010ffff"

// finish moves a cursor behind everything: nothing up to head is left.
func (c *Cursor) finish(head int64) {
	c.Base = head
	for i := range c.Positions {
		c.Positions[i] = Position{Seq: head, Collection: last}
	}
}

// nowhere is the cursor of a phone that holds nothing any more. It still testifies to where
// the server stood; whoever comes back with it begins anew.
func nowhere(at Moment, user string, client Client) Cursor {
	return Cursor{Epoch: at.Epoch, User: user, Gen: noGrants, Schema: client.Schema, Base: at.Head, Run: at.Run}
}

// noGrants is no generation of anybody's grants.
const noGrants = -1

// complete tells whether the pull before left nothing, so that there may be little now.
func (c Cursor) complete() bool {
	for _, p := range c.Positions {
		if p != (Position{Seq: c.Base, Collection: last}) {
			return false
		}
	}
	return true
}

// Seal writes a cursor with its signature under key.
func (c Cursor) Seal(key []byte) string { return Seal(key, cursorKind, c) }

// Unseal reads a cursor; ok is false if it is not one of ours.
func Unseal(key []byte, sealed string) (c Cursor, ok bool) {
	ok = Open(key, cursorKind, sealed, &c)
	return c, ok
}

// cursorKind is what cursors are sealed as.
const cursorKind = ""

const signature = 16 // bytes of the HMAC that are kept

func sign(key []byte, kind string, data []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(kind)) // data is an object: its first byte ends the kind
	mac.Write(data)
	return mac.Sum(nil)[:signature]
}

// Seal writes an object with its signature under key. What is sealed as one kind is none
// of another.
func Seal(key []byte, kind string, v any) string {
	data := Encode(v)
	return base64.RawURLEncoding.EncodeToString(append(sign(key, kind, data), data...))
}

// Open reads into v what was sealed as the kind, and tells whether it was.
func Open(key []byte, kind, sealed string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) <= signature {
		return false
	}
	if !hmac.Equal(raw[:signature], sign(key, kind, raw[signature:])) {
		return false
	}
	return json.Unmarshal(raw[signature:], v) == nil
}

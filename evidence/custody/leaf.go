// Package custody keeps the log that shows tampering. What happens to a photo, from its
// capture to its last viewing, is a leaf; the leaves are a Merkle tree, in which none can be
// changed, moved or taken away without the root becoming another one; and the roots are
// signed. Whoever holds a signed head of the log can prove later what was in it then,
// without trusting this server. A leaf commits to the facts beside it by their hash, so a
// proof can be handed on with the facts or without them.
package custody

// Leaves: what is written into the log, and in which words.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Event is what a leaf tells.
type Event string

// Events of a photo, and of the log itself.
const (
	Captured Event = "captured" // its row came; the facts are those of the capture
	Adopted  Event = "adopted"  // its row was there before the log was
	Received Event = "received" // its bytes are stored
	Derived  Event = "derived"  // its copies were made; the facts are their hashes by size
	Viewed   Event = "viewed"   // somebody was given the original
	Exported Event = "exported" // it went out with its case; the hash is that of the folder's list
	Edited   Event = "edited"   // what its people say of it changed: purpose, item, pair, caption
	Checked  Event = "checked"  // the facts are the hash of what the checks found
	Flagged  Event = "flagged"  // a check doubts it
	Decided  Event = "decided"  // a person decided about the doubt

	Opened   Event = "opened"   // the log begins; the facts name its key
	Rotated  Event = "rotated"  // another key signs from here on
	Restored Event = "restored" // a backup was put in place: what came after it is not in this log
	Broken   Event = "broken"   // the log does not continue from the head that lay beside it
)

// Entry is what is to be written: a leaf that has no place yet, with its facts.
type Entry struct {
	Event    Event
	Evidence string // id of the photo; "" for the log itself
	SHA256   string // of the bytes that it is about, 64 lower-case hexadecimal digits
	Actor    string // id of the user, or a word for what is none: system, complainant
	Facts    map[string]any
}

// Leaf is one entry in its place. Its text, and nothing else, is what the log holds.
type Leaf struct {
	N        int64  `json:"n"` // its place, from 0
	Event    Event  `json:"event"`
	Evidence string `json:"evidence,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Actor    string `json:"actor"`
	At       string `json:"at"`              // UTC, to the millisecond
	Facts    string `json:"facts,omitempty"` // SHA-256 of the facts beside it
}

// System acts where no person does.
const System = "system"

const stampLayout = "2006-01-02T15:04:05.000Z"

// nonceKey is a value among the facts that keeps them from being guessed by their hash.
const nonceKey = "nonce"

// write puts an entry into its place. The nonce hides facts that are easily guessed.
func (e Entry) write(n int64, at time.Time, nonce string) (text, facts []byte, err error) {
	leaf := Leaf{N: n, Event: e.Event, Evidence: e.Evidence, SHA256: e.SHA256, Actor: e.Actor, At: at.UTC().Format(stampLayout)}
	if e.Facts != nil {
		with := maps.Clone(e.Facts)
		with[nonceKey] = nonce
		if facts, err = json.Marshal(with); err != nil {
			return nil, nil, fmt.Errorf("facts of %s %s: %w", e.Event, e.Evidence, err)
		}
		leaf.Facts = sumOf(facts)
	}
	text, err = json.Marshal(leaf)
	return text, facts, err
}

// ReadLeaf reads a leaf's text. One that says the same in other words is not this log's.
func ReadLeaf(text []byte) (Leaf, error) {
	var leaf Leaf
	if err := json.Unmarshal(text, &leaf); err != nil {
		return leaf, err
	}
	again, err := json.Marshal(leaf)
	if err == nil && !bytes.Equal(again, text) {
		err = errForm
	}
	return leaf, err
}

var errForm = fmt.Errorf("it is not in the form of a leaf")

// Covers tells whether facts are those that the leaf commits to.
func (l Leaf) Covers(facts []byte) bool {
	if l.Facts == "" {
		return len(facts) == 0
	}
	return sumOf(facts) == l.Facts
}

// Facts reads the facts of a leaf, without what only hides them.
func Facts(data []byte) (map[string]any, error) {
	var facts map[string]any
	if err := json.Unmarshal(data, &facts); err != nil {
		return nil, err
	}
	delete(facts, nonceKey)
	return facts, nil
}

// Differences names the facts that two sets do not share, in alphabetical order. They are
// compared by what they say as JSON.
func Differences(a, b map[string]any) ([]string, error) {
	var out []string
	names := slices.Sorted(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		was, err := json.Marshal(a[name])
		if err != nil {
			return nil, err
		}
		is, err := json.Marshal(b[name])
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(was, is) {
			out = append(out, name)
		}
	}
	return out, nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

package custody

// Heads: how long the log is and what its root is, signed. The text is that of a checkpoint
// of transparency logs (C2SP tlog-checkpoint), with one line more for the time.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of a log: its first Size leaves have this root.
type Head struct {
	Size int64
	Root tlog.Hash
	At   string // UTC, by the server's clock
}

// ErrHead is a head that no known key signed, or that is in another form.
var ErrHead = errors.New("the head is not signed by a key of this log")

// Opening stands beside the database from before the log's first leaf until its first head.
const Opening = "opening\n"

const timeLine = "time "

func (h Head) text(origin string) string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", origin, h.Size, h.Root, timeLine, h.At)
}

// OpenHead reads a signed head and tells which of the keys signed it.
func OpenHead(signed string, keys []PublicKey) (Head, []PublicKey, error) {
	known := make([]note.Verifier, 0, len(keys))
	for _, k := range keys {
		v, err := note.NewVerifier(string(k))
		if err != nil {
			return Head{}, nil, fmt.Errorf("key %s: %w", k, err)
		}
		known = append(known, v)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(known...))
	if err != nil {
		return Head{}, nil, fmt.Errorf("%w: %w", ErrHead, err)
	}
	h, err := readHead(n.Text)
	if err != nil {
		return Head{}, nil, err
	}
	var by []PublicKey
	for _, sig := range n.Sigs {
		for i, v := range known {
			if v.Name() == sig.Name && v.KeyHash() == sig.Hash {
				by = append(by, keys[i])
			}
		}
	}
	return h, by, nil
}

// PeekHead reads a head without asking who signed it.
func PeekHead(signed string) (Head, error) {
	text, _, found := strings.Cut(signed, "\n\n")
	if !found {
		return Head{}, ErrHead
	}
	return readHead(text + "\n")
}

func readHead(text string) (Head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[3], timeLine) {
		return Head{}, fmt.Errorf("%w: it is not of five lines", ErrHead)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return Head{}, fmt.Errorf("%w: its size is %q", ErrHead, lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Head{}, fmt.Errorf("%w: its root is %q", ErrHead, lines[2])
	}
	return Head{Size: size, Root: root, At: strings.TrimPrefix(lines[3], timeLine)}, nil
}

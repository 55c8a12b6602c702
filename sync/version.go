package sync

// Versions of fields: "<seq>.<mutation id>", or "<seq>" where the server itself wrote.

import (
	"strconv"
	"strings"
)

// Version is the token of a field: opaque to clients, ordered for the server.
type Version struct {
	Seq      int64
	Mutation string
}

// ParseVersion reads a token. ".<mutation id>" has seq 0 and stands for the client's own
// change that no snapshot contains yet; whatever cannot be read is the zero version.
func ParseVersion(token string) Version {
	seq, mutation, _ := strings.Cut(token, ".")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil || n < 0 {
		n = 0
	}
	return Version{n, mutation}
}

func (v Version) String() string {
	if v.Mutation == "" {
		return strconv.FormatInt(v.Seq, 10)
	}
	return strconv.FormatInt(v.Seq, 10) + "." + v.Mutation
}

// past is what is known of an earlier mutation of the same user.
type past interface {
	// Known returns a stored mutation, nil if there is none.
	Known(user, id string) (*Stored, error)
}

// baseDepth bounds a chain of own edits that were never pulled between.
const baseDepth = 2000

// resolve finds the seq that a base token stands for: a mutation that stood counts with
// its version, one that did not counts with its own base, an unknown one with the seq of
// the token.
func resolve(p past, user, field, token string) (int64, error) {
	for range baseDepth {
		v := ParseVersion(token)
		if v.Mutation == "" {
			return v.Seq, nil
		}
		m, err := p.Known(user, v.Mutation)
		if err != nil {
			return 0, err
		}
		if m == nil {
			return v.Seq, nil // 0 where the token has none
		}
		f, ok := m.Result.Fields[field]
		if ok && f.Winner == ByClient {
			return ParseVersion(f.Version).Seq, nil
		}
		next, ok := m.Base[field]
		if !ok || next == token {
			return 0, nil
		}
		token = next
	}
	return 0, nil
}

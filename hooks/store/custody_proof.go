package store

// Proofs out of the database.

import (
	"strconv"

	"github.com/pocketbase/dbx"

	"xuncha/evidence/custody"
)

const (
	rotations = `SELECT n, leaf, facts, event, evidence FROM custody_leaves WHERE evidence = '' AND event IN ('opened', 'rotated') ORDER BY n`
	// agreedHead is the first that is kept over a leaf: a change of keys keeps the one that both signed.
	agreedHead = `SELECT head FROM custody_heads WHERE size > {:n} AND kept = 1 ORDER BY size LIMIT 1`
)

// Prove makes a proof of leaves under a head over the log as it is now.
func (s Custody) Prove(leaves []custody.Kept) (custody.Proof, error) {
	book := ledger{reading(s.App)}
	clerk := s.clerk()
	clerk.Book = book
	_, signed, _, err := clerk.Sealed(s.Key)
	if err != nil {
		return custody.Proof{}, err
	}
	keys, err := book.rotations()
	if err != nil {
		return custody.Proof{}, err
	}
	return custody.Prove(book, signed, keys, leaves)
}

// ProveEvidence proves everything that the log tells of a photo.
func (s Custody) ProveEvidence(id string) (p custody.Proof, err error) {
	leaves, err := Audited{App: s.App}.LeavesOf(id) // no transaction: what was written once stays as it is
	if err != nil {
		return p, err
	}
	return s.Prove(leaves)
}

const derivedLeaf = `SELECT facts FROM custody_leaves WHERE evidence = {:evidence} AND event = 'derived' ORDER BY n DESC LIMIT 1`

// CopySum is the SHA-256 of a copy of px pixels, as it was logged; "" where none was.
func (s Custody) CopySum(evidence string, px int) (string, error) {
	var text string
	n, err := scan(reading(s.App), derivedLeaf, dbx.Params{"evidence": evidence}, nil, &text)
	if err != nil || n == 0 {
		return "", err
	}
	facts, err := custody.Facts([]byte(text))
	sum, _ := facts[strconv.Itoa(px)].(string)
	return sum, err
}

func (l ledger) rotations() (out []custody.Rotation, err error) {
	err = readLeaves(l.db, rotations, nil, func(k custody.Kept) error {
		out = append(out, custody.Rotation{Kept: k})
		return nil
	})
	for i := range out {
		if i > 0 && err == nil { // the first key has none before it
			_, err = scan(l.db, agreedHead, dbx.Params{"n": out[i].N}, nil, &out[i].Agreed)
		}
	}
	return out, err
}

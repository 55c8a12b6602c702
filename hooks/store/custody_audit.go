package store

// The log and the rows as the audit reads them.

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/mod/sumdb/tlog"

	"xuncha/evidence/custody"
)

// Audited is what an audit reads; App is one transaction, so that it is one moment.
type Audited struct{ App core.App }

var _ custody.Archive = Audited{}

const (
	allLeaves   = `SELECT n, leaf, facts, event, evidence FROM custody_leaves ORDER BY n`
	leavesOf    = `SELECT n, leaf, facts, event, evidence FROM custody_leaves WHERE evidence = {:evidence} ORDER BY n`
	allHashes   = `SELECT place, hash FROM custody_hashes ORDER BY place`
	allHeads    = `SELECT head, stamp FROM custody_heads ORDER BY size`
	hasEvidence = `SELECT 1 FROM evidence WHERE id = {:id}`
	caseByName  = `SELECT id FROM cases WHERE id = {:name} OR number = {:name} LIMIT 1`
	// familyPhotos are those of a case and of the cases merged into it.
	familyPhotos = `SELECT id FROM evidence WHERE "case" IN (SELECT id FROM cases WHERE id = {:case} OR "primary" = {:case}) ORDER BY id`
)

// Leaves reads all leaves in their order.
func (s Audited) Leaves(each func(custody.Kept) error) error {
	return readLeaves(reading(s.App), allLeaves, nil, each)
}

// LeavesOf reads those of one photo.
func (s Audited) LeavesOf(evidence string) (out []custody.Kept, err error) {
	err = readLeaves(reading(s.App), leavesOf, dbx.Params{"evidence": evidence}, func(k custody.Kept) error {
		out = append(out, k)
		return nil
	})
	return out, err
}

func readLeaves(db dbx.Builder, query string, values dbx.Params, each func(custody.Kept) error) error {
	var (
		n     int64
		leaf  string
		facts sql.NullString
		event string
		of    string
		first error
	)
	_, err := scan(db, query, values, func() {
		k := custody.Kept{N: n, Text: []byte(leaf), Event: custody.Event(event), Evidence: of}
		if facts.Valid {
			k.Facts = []byte(facts.String)
		}
		if first == nil {
			first = each(k)
		}
	}, &n, &leaf, &facts, &event, &of)
	return errors.Join(err, first)
}

// Hashes reads the tree.
func (s Audited) Hashes(each func(place int64, h tlog.Hash) error) error {
	var (
		place int64
		data  []byte
		first error
	)
	_, err := scan(reading(s.App), allHashes, nil, func() {
		var h tlog.Hash
		copy(h[:], data)
		if first == nil {
			first = each(place, h)
		}
	}, &place, &data)
	return errors.Join(err, first)
}

// Heads reads the heads that are kept.
func (s Audited) Heads(each func(signed string, stamp []byte) error) error {
	var (
		signed string
		stamp  []byte
		first  error
	)
	_, err := scan(reading(s.App), allHeads, nil, func() {
		if first == nil {
			first = each(signed, stamp)
		}
	}, &signed, &stamp)
	return errors.Join(err, first)
}

// Has tells whether a photo has a row.
func (s Audited) Has(evidence string) (bool, error) {
	var there int
	n, err := scan(reading(s.App), hasEvidence, dbx.Params{"id": evidence}, nil, &there)
	return n > 0, err
}

// Case finds a case by its id or its number; "" if there is none.
func (s Audited) Case(name string) (id string, err error) {
	_, err = scan(reading(s.App), caseByName, dbx.Params{"name": name}, nil, &id)
	return id, err
}

// Photos reads the rows of a case with those merged into it, or all of them.
func (s Audited) Photos(caseID string, each func(custody.Photo) error) error {
	row := func(r *core.Record) error {
		p, err := photoOf(r)
		if err != nil {
			return err
		}
		return each(p)
	}
	if caseID == "" {
		return Fsck(s).each("evidence", row)
	}
	var ids []string
	if err := s.App.DB().NewQuery(familyPhotos).Bind(dbx.Params{"case": caseID}).Column(&ids); err != nil {
		return err
	}
	for _, id := range ids {
		r, err := s.App.FindRecordById("evidence", id)
		if err != nil {
			return err
		}
		if err := row(r); err != nil {
			return err
		}
	}
	return nil
}

func photoOf(r *core.Record) (custody.Photo, error) {
	facts, err := plainly(factsOf(r))
	if err != nil {
		return custody.Photo{}, err
	}
	p := custody.Photo{
		State: r.GetString("state"), Follows: stateOf(flagsOn(r), verdictOn(r)), Mime: r.GetString("mime"), Exif: exifOn(r), Checks: checksSum(r),
		ID: r.Id, SHA256: r.GetString("sha256"), Stored: r.GetString("state") != "pending", Facts: facts,
		Flags: flagsOn(r), Decision: decisionOn(r), Device: r.GetString("device"), Previous: r.GetString("previous"),
	}
	_ = json.Unmarshal([]byte(r.GetString("receipt")), &p.Receipt) // none yet, or none that can be read: the audit says so
	return p, nil
}

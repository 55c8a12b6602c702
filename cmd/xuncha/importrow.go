package main

// One row of an import: read, looked up, given an owner, and put among those to be written.

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
	"xuncha/intake"
)

// row takes one row, or reports it.
func (im *complaintImport) row(in sheetRow) error {
	if in.broken {
		return im.bad(in, intake.Mistakes{{Code: "row_broken", Detail: "the row's quotation marks do not match"}})
	}
	row, found := im.table.Read(in.cells, intake.Origin{System: im.system, Now: im.now})
	if len(found) > 0 {
		return im.bad(in, found)
	}
	known, err := im.known(in, row)
	if err != nil || known {
		return err
	}
	routing, err := im.owner(row)
	var refused interface{ Code() string }
	if errors.As(err, &refused) {
		return im.bad(in, intake.Mistakes{{Code: refused.Code(), Field: "lon", Detail: err.Error()}})
	}
	if err != nil {
		return err
	}
	im.report.Stored++
	if !im.storing {
		return nil
	}
	return im.add(row, routing)
}

func (im *complaintImport) bad(in sheetRow, found intake.Mistakes) error {
	im.report.Bad++
	return im.report.add(fault(in.line, badKind, im.table, in.cells, found))
}

// known tells whether there is nothing to store: the external id came before, in this file
// or in another, or it came with other content and the row is reported.
func (im *complaintImport) known(in sheetRow, row intake.Row) (bool, error) {
	key, sum, err := sumsOf(row)
	if err != nil {
		return false, err
	}
	before, twice := im.seen[key]
	if twice && before != sum {
		return true, im.bad(in, intake.Mistakes{{
			Code: "external_id_differs", Field: "external_id", Detail: "this external id stands in the file before, with other content",
		}})
	}
	im.seen[key] = sum
	if twice {
		im.report.Known++
		return true, nil // its number was told where it stood first
	}
	stored, ok, err := im.filings.Known(row.ExternalID)
	if err != nil || !ok {
		return false, err
	}
	im.report.Known++
	if err := im.differs(in, row, stored); err != nil {
		return true, err
	}
	if !im.storing {
		return true, nil
	}
	return true, im.secrets.add(row.ExternalID.ID, stored.Number, stored.Case, "", "")
}

// differs notes that what is known said something else: it stays, and the row adds nothing.
func (im *complaintImport) differs(in sheetRow, row intake.Row, stored store.Known) error {
	if im.report.quiet {
		return nil
	}
	same, err := im.filings.Said(stored, row.Complaint)
	if err != nil || same {
		return err
	}
	im.report.Differ++
	return im.report.add(fault(in.line, noteKind, im.table, in.cells, intake.Mistakes{{
		Code: "known_differs", Field: "external_id", Detail: "it is stored as " + stored.Number + " and said something else",
	}}))
}

func sumsOf(row intake.Row) (key, content rowSum, err error) {
	whole := sha256.Sum256([]byte(row.ExternalID.ID))
	copy(key[:], whole[:])
	if whole, err = row.Sum(); err == nil {
		copy(content[:], whole[:])
	}
	return key, content, err
}

// owner finds who answers for a row. The error may be a refusal of the place.
func (im *complaintImport) owner(row intake.Row) (intake.Routing, error) {
	var found *intake.Found
	if at := row.Location; at != nil {
		owner, err := im.borders.Locate(orb.Point{at.Lon, at.Lat}, at.AccuracyM)
		if err != nil {
			return intake.Routing{}, err
		}
		found = intake.FoundAt(owner)
	}
	return intake.Owner(im.filings.Agencies(), row.DivisionCode, "", found), nil
}

func (im *complaintImport) add(row intake.Row, routing intake.Routing) error {
	filed, err := im.filings.Add(store.Filing{
		Complaint: row.Complaint, Routing: routing, Now: row.ReceivedAt, Random: rand.Reader, NewID: core.GenerateDefaultRandomId,
	})
	if err != nil {
		return err
	}
	if im.waiting++; im.waiting == rowsAtOnce {
		err = im.flush()
	}
	return errors.Join(err, im.secrets.add(row.ExternalID.ID, filed.Number, filed.Case, filed.Code, filed.Phrase))
}

func (im *complaintImport) flush() error {
	if im.waiting == 0 {
		return nil
	}
	im.waiting = 0
	return im.filings.Write()
}

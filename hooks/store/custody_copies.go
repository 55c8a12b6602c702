package store

// What the log says of copies that were made anew.

import (
	"strconv"

	"github.com/pocketbase/dbx"

	"xuncha/evidence/custody"
)

// lastCopies is what was said last of the copies of each row that has the same bytes.
const lastCopies = `SELECT l.evidence AS id, l.facts AS facts FROM custody_leaves l JOIN evidence e ON e.id = l.evidence
	WHERE e.sha256 = {:sum} AND l.event = 'derived'
	AND l.n = (SELECT max(n) FROM custody_leaves WHERE evidence = l.evidence AND event = 'derived') ORDER BY l.n`

// Recopied writes that copies of an original were made anew, for each row that the log knows
// copies of: their SHA-256 by size in px. Of a copy that was not made anew it says what it said
// before, so that one which somebody changed stays changed. App is a transaction.
func (s Custody) Recopied(sum string, made map[int]string) error {
	var rows []struct {
		ID    string `db:"id"`
		Facts string `db:"facts"`
	}
	if err := s.App.DB().NewQuery(lastCopies).Bind(dbx.Params{"sum": sum}).All(&rows); err != nil {
		return err
	}
	entries := make([]custody.Entry, len(rows))
	for i, row := range rows {
		facts, err := custody.Facts([]byte(row.Facts))
		if err != nil {
			return err
		}
		for px, is := range made {
			facts[strconv.Itoa(px)] = is
		}
		entries[i] = custody.Entry{Event: custody.Derived, Evidence: row.ID, SHA256: sum, Actor: custody.System, Facts: facts}
	}
	if len(entries) == 0 {
		return nil
	}
	return s.Append(entries...)
}

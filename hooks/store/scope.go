package store

// Whose phone holds a case: its inspectors', or for a merged case those of its root,
// and everything that belongs to the case travels with it.

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// CaseUsers reads who works on cases.
type CaseUsers struct{ App core.App }

// rootDepth bounds the chain of merged cases; casework never builds a longer one.
const rootDepth = 32

const readPrimary = "SELECT `primary` FROM cases WHERE id = {:case}"

// Root follows a merged case to the case that is worked on.
func (s CaseUsers) Root(caseID string) (string, error) {
	for range rootDepth {
		var primary []string
		if err := s.App.DB().NewQuery(readPrimary).Bind(dbx.Params{"case": caseID}).Column(&primary); err != nil {
			return "", err
		}
		if len(primary) == 0 || primary[0] == "" {
			return caseID, nil
		}
		caseID = primary[0]
	}
	return "", fmt.Errorf("case %s is merged more than %d deep", caseID, rootDepth)
}

const readWorkers = "SELECT c.`primary` AS up, coalesce(w.user, '') AS user FROM cases c LEFT JOIN case_user w ON w.`case` = c.id " +
	"WHERE c.id = {:case} ORDER BY w.user"

// Buckets are those of a case's root.
func (s CaseUsers) Buckets(caseID string) ([]string, error) {
	for range rootDepth {
		var rows []struct {
			Up   string `db:"up"`
			User string `db:"user"`
		}
		if err := s.App.DB().NewQuery(readWorkers).Bind(dbx.Params{"case": caseID}).All(&rows); err != nil {
			return nil, err
		}
		if len(rows) > 0 && rows[0].Up != "" {
			caseID = rows[0].Up
			continue
		}
		var buckets []string
		for _, r := range rows {
			if r.User != "" {
				buckets = append(buckets, "u:"+r.User)
			}
		}
		return buckets, nil
	}
	return nil, fmt.Errorf("case %s is merged more than %d deep", caseID, rootDepth)
}

// family are a case and all cases merged into it, whatever the depth.
const family = "WITH RECURSIVE f(id) AS (SELECT {:case} UNION SELECT cases.id FROM cases JOIN f ON cases.`primary` = f.id) "

// ofTheFamily is the condition on records that belong to a case or to one merged into it.
func ofTheFamily(caseID string) dbx.Expression {
	return dbx.NewExp("`case` IN ("+family+"SELECT id FROM f)", dbx.Params{"case": caseID})
}

// ofFamily are the records that travel with a case: the cases merged into it and
// everything that belongs to any of them. CROSS JOIN keeps SQLite from scanning the
// children's tables.
const ofFamily = family + `SELECT 'cases' AS c, id AS r FROM f WHERE id <> {:case}
	UNION ALL SELECT 'actions', a.id FROM f CROSS JOIN actions a ON a."case" = f.id
	UNION ALL SELECT 'inspections', i.id FROM f CROSS JOIN inspections i ON i."case" = f.id
	UNION ALL SELECT 'rectifications', x.id FROM f CROSS JOIN rectifications x ON x."case" = f.id
	UNION ALL SELECT 'evidence', e.id FROM f CROSS JOIN evidence e ON e."case" = f.id`

// Spread brings everything that travels with a case to the case's buckets, at the case's
// new seq: what enters a phone enters whole, what leaves leaves whole.
func (s Feed) Spread(caseID string, seq int64, buckets []string, reason string) error {
	var rows []struct {
		C string `db:"c"`
		R string `db:"r"`
	}
	if err := s.App.NonconcurrentDB().NewQuery(ofFamily).Bind(dbx.Params{"case": caseID}).All(&rows); err != nil {
		return err
	}
	for _, row := range rows {
		present, err := s.present(row.C, row.R)
		if err != nil {
			return err
		}
		if sameSet(present, buckets) {
			continue
		}
		if err := s.enter(row.C, row.R, seq, present, buckets, reason); err != nil {
			return err
		}
	}
	return nil
}

// enter re-stamps a record where it is new and marks it gone where it left; where it
// stays nothing moves.
func (s Feed) enter(collection, record string, seq int64, present, buckets []string, reason string) error {
	was := map[string]bool{}
	for _, b := range present {
		was[b] = true
	}
	for _, b := range buckets {
		if was[b] {
			delete(was, b)
			continue
		}
		if err := s.exec(putRow, dbx.Params{"b": b, "c": collection, "r": record, "seq": seq}); err != nil {
			return err
		}
	}
	for b := range was {
		if err := s.gone(b, collection, record, seq, "scope", reason); err != nil {
			return err
		}
	}
	return nil
}

// SpreadCase spreads a saved case where its buckets have changed.
func (s Feed) SpreadCase(r *core.Record, c Change) error {
	if !c.moved || c.created {
		return nil // what belongs to it is where it was, or there is nothing yet
	}
	return s.Spread(r.Id, c.Seq, c.buckets, c.reason)
}

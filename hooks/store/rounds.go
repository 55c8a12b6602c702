package store

// Rounds that are over: a case that was finished and is taken up again keeps what the old
// round found as it was.

import (
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Rounds tells which rounds of a case are frozen.
type Rounds struct {
	App   core.App
	known map[string]int // the last round of a case that is over, where that was read already
}

// lastFrozen is the round that the last reopening of a case ended; a failed verification ends
// none, its order goes on.
const lastFrozen = "SELECT coalesce(max(round), 0) FROM actions WHERE `case` = {:case} AND name = 'reopen' AND outcome = 'applied'"

func (s Rounds) over(caseID string, round int) (bool, error) {
	last, known := s.known[caseID]
	if known {
		return round <= last, nil
	}
	err := one(reading(s.App), lastFrozen, dbx.Params{"case": caseID}, &last)
	return round <= last, err
}

// Holds tells whether a record belongs to a frozen round: a visit or an order by its round, a
// photo by the visit or the order it was taken for.
func (s Rounds) Holds(r *core.Record) (bool, error) {
	switch r.Collection().Name {
	case "inspections", "rectifications":
		return s.over(r.GetString("case"), r.GetInt("round"))
	case "evidence":
		for field, collection := range map[string]string{"inspection": "inspections", "rectification": "rectifications"} {
			records, err := s.App.FindRecordsByIds(collection, unique([]string{r.GetString(field)}))
			if err != nil {
				return false, err
			}
			for _, taken := range records {
				if over, err := s.Holds(taken); over || err != nil {
					return over, err
				}
			}
		}
	}
	return false, nil
}

// Would tells whether the record that a mutation creates would belong to a frozen round. A
// photo never does: it joins the case, whenever it was taken.
func (s Rounds) Would(m *sync.Mutation, caseID string) (bool, error) {
	round := 0
	if m.Collection != "inspections" || json.Unmarshal(m.Set["round"], &round) != nil {
		return false, nil //nolint:nilerr // what has no round belongs to none
	}
	return s.over(caseID, round)
}

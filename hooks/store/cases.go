package store

// Cases: who may see and work on which.

import (
	"context"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Cases reads cases within a user's scope.
type Cases struct{ App core.App }

// scopeOfDesk: a desk sees the cases of its range of division codes, those its agency
// answers for, and those handed to it.
const scopeOfDesk = "(cases.division_code BETWEEN {:from} AND {:to} OR cases.agency = {:agency} OR " +
	"EXISTS (SELECT 1 FROM transfers t WHERE t.id = cases.transfer AND t.target = {:agency}))"

// scopeOfInspector: an inspector sees the cases assigned to him.
const scopeOfInspector = "EXISTS (SELECT 1 FROM case_user cu WHERE cu.user = {:user} AND cu.`case` = cases.id)"

// Scope is the condition on cases for what a user may see; an administrator of an
// agency sees none.
func Scope(user *core.Record) dbx.Expression {
	params := dbx.Params{
		"user": user.Id, "agency": user.GetString("agency"),
		"from": user.GetString("scope_from"), "to": user.GetString("scope_to"),
	}
	switch user.GetString("role") {
	case "inspector":
		return dbx.NewExp(scopeOfInspector, params)
	case "intake", "dispatcher", "reviewer", "supervisor":
		return dbx.NewExp(scopeOfDesk, params)
	}
	return dbx.NewExp("1 = 0")
}

// MaySee tells whether the case lies in the user's scope.
func (s Cases) MaySee(user *core.Record, caseID string) (bool, error) {
	var n int
	err := s.App.DB().Select("count(*)").From("cases").Where(dbx.HashExp{"cases.id": caseID}).AndWhere(Scope(user)).Row(&n)
	return n > 0, err
}

// everHad: the feed keeps a mark of each case that once was in a user's bucket.
const everHad = "SELECT count(*) FROM sync_feed WHERE bucket = {:bucket} AND collection = 'cases' AND record = {:case}"

// MayAct tells whether a user may speak of a case at all: he sees it, or his phone
// once held it (then casework keeps what he did for a dispatcher).
func (s Cases) MayAct(user *core.Record, caseID string) (bool, error) {
	if ok, err := s.MaySee(user, caseID); ok || err != nil {
		return ok, err
	}
	var n int
	err := s.App.DB().NewQuery(everHad).Bind(dbx.Params{"bucket": "u:" + user.Id, "case": caseID}).Row(&n)
	return n > 0, err
}

const (
	clearUsers = "DELETE FROM case_user WHERE `case` = {:case}"
	addUser    = "INSERT OR IGNORE INTO case_user (user, `case`) VALUES ({:user}, {:case})"
)

// SetUsers writes the raw rows of who works on a case; App is a transaction.
func (s Cases) SetUsers(r *core.Record) error {
	var inspectors []string
	_ = r.UnmarshalJSONField("inspectors", &inspectors) // an empty column is nobody
	db := s.App.NonconcurrentDB()
	if _, err := db.NewQuery(clearUsers).Bind(dbx.Params{"case": r.Id}).Execute(); err != nil {
		return err
	}
	for _, user := range inspectors {
		if _, err := db.NewQuery(addUser).Bind(dbx.Params{"user": user, "case": r.Id}).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// repeats are the cases merged into one.
const repeats = "SELECT count(*) FROM cases WHERE `primary` = {:case}"

// CountRepeats writes into a case how many are merged into it; no case is no error.
func (s Cases) CountRepeats(ctx context.Context, id string) error {
	records, err := s.App.FindRecordsByIds("cases", unique([]string{id}))
	if err != nil || len(records) == 0 {
		return err
	}
	n := 0
	if err := s.App.DB().NewQuery(repeats).Bind(dbx.Params{"case": id}).Row(&n); err != nil {
		return err
	}
	if records[0].GetInt("repeat_count") == n {
		return nil
	}
	records[0].Set("repeat_count", n)
	return s.App.SaveWithContext(ByCasework(ctx), records[0])
}

package store

// fsck over cases: each is what its actions made of it, its days and marks are what the
// calendar says, and the tables beside it agree.

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// cases checks every case against its history.
func (s Fsck) cases(r *Report) error {
	history, err := s.histories()
	if err != nil {
		return err
	}
	rules, calendar, err := Dictionaries(s).Load()
	if err != nil {
		return err
	}
	marked, err := MarkedAt(s.App)
	if err != nil {
		return err
	}
	return s.each("cases", func(record *core.Record) error {
		var c casework.Case
		if err := Into(record, &c); err != nil {
			return err
		}
		past := history[c.ID]
		if folded := casework.Fold(c.Registered(), past, rules, calendar); folded.Folded() != c.Folded() {
			r.add("cases", c.ID, "is %.600s, its actions make it %.600s", c.Folded(), folded.Folded())
		}
		s.chain(r, c, past)
		s.marks(r, c, past, marked)
		return nil
	})
}

// marks follow the days. They were set when the server last looked, or by the last action.
func (s Fsck) marks(r *Report, c casework.Case, past []casework.Past, marked time.Time) {
	if marked.IsZero() {
		return
	}
	if at, err := time.Parse(time.RFC3339, c.ReceivedAt); err == nil && at.After(marked) {
		return // it came in since, and is looked at within the hour
	}
	r.check = "marks"
	defer func() { r.check = "history" }()
	for _, p := range past {
		if at, err := time.Parse(time.RFC3339, p.AppliedAt); err == nil && p.Outcome == casework.Applied && at.After(marked) {
			marked = at
		}
	}
	if overdue, soon := casework.Clock(c, marked); overdue != c.Overdue || soon != c.DueSoon {
		r.repairable("cases", c.ID, "is marked overdue %v and due soon %v, should be %v and %v", c.Overdue, c.DueSoon, overdue, soon)
	}
}

// chain: each applied action starts where the one before it ended.
func (s Fsck) chain(r *Report, c casework.Case, past []casework.Past) {
	at := casework.Registered
	for _, p := range past {
		if p.Outcome != casework.Applied {
			continue
		}
		if p.From != at {
			r.add("actions", p.ID, "starts from %s, the one before it ended in %s", p.From, at)
		}
		at = p.To
	}
	if at != c.Status {
		r.add("cases", c.ID, "stands in %s, its last action led to %s", c.Status, at)
	}
}

// histories are the actions of all cases, oldest first.
func (s Fsck) histories() (map[string][]casework.Past, error) {
	var records []*core.Record
	if err := s.App.RecordQuery("actions").OrderBy("seq ASC", "received_at ASC").All(&records); err != nil {
		return nil, err
	}
	out := map[string][]casework.Past{}
	for _, record := range records {
		p := PastOf(record)
		out[p.Case] = append(out[p.Case], p)
	}
	return out, nil
}

// each reads every record of a collection, a page at a time.
func (s Fsck) each(name string, do func(*core.Record) error) error {
	for after := ""; ; {
		var records []*core.Record
		err := s.App.RecordQuery(name).AndWhere(dbx.NewExp("id > {:after}", dbx.Params{"after": after})).
			OrderBy("id").Limit(fsckPage).All(&records)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if err := do(record); err != nil {
				return fmt.Errorf("%s %s: %w", name, record.Id, err)
			}
		}
		after = records[len(records)-1].Id
	}
}

const wrongUsers = "SELECT c.id FROM cases c WHERE " +
	"(SELECT coalesce(group_concat(value, ','), '') FROM (SELECT DISTINCT value FROM json_each(iif(json_valid(c.inspectors), c.inspectors, '[]')) ORDER BY value))" +
	" <> (SELECT coalesce(group_concat(user, ','), '') FROM (SELECT user FROM case_user WHERE `case` = c.id ORDER BY user))"

func (s Fsck) caseUsers(r *Report) error {
	return s.rows(r, wrongUsers, "cases", "case_user does not agree with its inspectors")
}

const wrongRepeats = "SELECT c.id FROM cases c WHERE c.repeat_count <> (SELECT count(*) FROM cases o WHERE o.`primary` = c.id)"

func (s Fsck) repeats(r *Report) error {
	return s.rows(r, wrongRepeats, "cases", "repeat_count is not the number of cases merged into it")
}

// rows names each id that a query finds; such things are derived and can be made anew.
func (s Fsck) rows(r *Report, sql, collection, what string) error {
	var ids []string
	if err := s.App.DB().NewQuery(sql).Column(&ids); err != nil {
		return err
	}
	for _, id := range ids {
		r.repairable(collection, id, "%s", what)
	}
	return nil
}

// parents are the pointers that must not dangle: what has a case, and what it points to.
var parents = []struct{ collection, field, parent string }{
	{"actions", "case", "cases"},
	{"inspections", "case", "cases"},
	{"rectifications", "case", "cases"},
	{"evidence", "case", "cases"},
	{"replies", "case", "cases"},
	{"transfers", "case", "cases"},
	{"supervisions", "case", "cases"},
	{"ratings", "case", "cases"},
	{"complaints", "case", "cases"},
	{"complaints", "complainant", "complainants"},
	{"cases", "primary", "cases"},
	{"cases", "complaint", "complaints"},
	{"cases", "inspection", "inspections"},
	{"cases", "rectification", "rectifications"},
	{"cases", "transfer", "transfers"},
	{"cases", "respondent", "respondents"},
	{"users", "agency", "agencies"},
	{"deliveries", "notification", "notifications"},
	{"complainants", "complaint", "complaints"},
}

const dangling = "SELECT c.id FROM `%[1]s` c LEFT JOIN `%[3]s` p ON p.id = c.`%[2]s` WHERE c.`%[2]s` <> '' AND p.id IS NULL"

func (s Fsck) dangling(r *Report) error {
	for _, p := range parents {
		var ids []string
		if err := s.App.DB().NewQuery(fmt.Sprintf(dangling, p.collection, p.field, p.parent)).Column(&ids); err != nil {
			return err
		}
		for _, id := range ids {
			r.add(p.collection, id, "its %s is not in %s", p.field, p.parent)
		}
	}
	return nil
}

const putHistory = "INSERT INTO sync_meta (key, value) SELECT 'history', value FROM sync_meta WHERE key = 'head' " +
	"ON CONFLICT (key) DO UPDATE SET value = excluded.value"

// History says that all actions up to now were laid down as history: they told nobody.
func (s Feed) History() error { return s.exec(putHistory, dbx.Params{}) }

// untold: a message that an action of a case should have queued. What was laid down as
// history (a demo's year) told nobody.
const untold = "SELECT a.id FROM actions a JOIN complaints co ON co.`case` = a.`case` AND co.received_at <= a.received_at " +
	"WHERE a.outcome = 'applied' AND a.seq > (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM sync_meta WHERE key = 'history') " +
	"AND a.name = {:name} AND a.`to` = iif({:to} = 'same', a.`from`, {:to}) " +
	"AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.event = a.id AND n.kind = {:kind} AND n.recipient = co.id)"

// outbox: every action has told the complainants what the process says it tells them.
func (s Fsck) outbox(r *Report) error {
	for _, rule := range casework.Process().Actions {
		for _, result := range rule.To {
			for _, n := range result.Notices {
				if n.To != casework.ToComplainant {
					continue
				}
				var ids []string
				params := dbx.Params{"name": rule.Name, "to": string(result.State), "kind": n.Kind}
				if err := s.App.DB().NewQuery(untold).Bind(params).Column(&ids); err != nil {
					return err
				}
				for _, id := range ids {
					r.add("actions", id, "a complainant was not told %s", n.Kind)
				}
			}
		}
	}
	return nil
}

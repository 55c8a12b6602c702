package demo

// What happened, as rows to be saved.

import (
	"cmp"
	"slices"

	"xuncha/casework"
)

// caseRow is a case with the columns that casework does not know.
type caseRow struct {
	casework.Case
	Complaint  string `json:"complaint"`
	Uncertain  bool   `json:"uncertain"`
	SecondCode string `json:"second_code"`
}

// settle turns what happened into rows, the case as it stands now.
func (l *Life) settle() {
	l.Case.Overdue, l.Case.DueSoon = casework.Clock(l.Case, l.m.Now)
	l.Case.RepeatCount = l.repeatsAt(l.m.Now)
	add := func(collection, id string, fields any) { l.Rows = append(l.Rows, Row{collection, id, fields}) }
	add("cases", l.Case.ID, caseRow{l.Case, l.ComplaintID, l.owner.uncertain, l.owner.second})
	for _, v := range l.visits {
		add("inspections", v.ID, v)
	}
	for _, o := range l.orders {
		add("rectifications", o.ID, o)
	}
	l.Rows = append(l.Rows, l.photos...)
	for _, r := range l.replies {
		add("replies", r.ID, r)
	}
	for _, t := range l.transfers {
		add("transfers", t.ID, t)
	}
	for _, s := range l.supervisions {
		add("supervisions", s.ID, s)
	}
	for _, a := range l.actions {
		add("actions", a["id"].(string), a)
	}
	l.Rows = append(l.Rows, l.ratings...)
}

// chain gives each photo the hash of the one before on the same phone.
func (m *maker) chain() {
	var all []map[string]any
	for _, l := range m.city.Lives {
		for _, row := range l.photos {
			if fields := row.Fields.(map[string]any); fields["device"] != "" {
				all = append(all, fields)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b map[string]any) int {
		return cmp.Or(cmp.Compare(a["device"].(string), b["device"].(string)), cmp.Compare(a["taken_at"].(string), b["taken_at"].(string)))
	})
	for i := 1; i < len(all); i++ {
		if all[i]["device"] == all[i-1]["device"] {
			all[i]["previous"] = all[i-1]["sha256"]
		}
	}
}

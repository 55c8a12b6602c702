package desk

// The log of reveals: who asked who complained, when, about what, and why.

import "github.com/pocketbase/pocketbase/core"

// Reveals reads the log within a range.
type Reveals struct{ App core.App }

// Reveal is one look at an identity; what was seen is not in it.
type Reveal struct {
	ID        string `db:"id" json:"id"`
	At        string `db:"at" json:"at"`
	Actor     string `db:"actor" json:"actor"`
	ActorName string `db:"actor_name" json:"actor_name"`
	Agency    string `db:"agency" json:"agency"` // of the actor
	ActorRole string `db:"actor_role" json:"actor_role"`
	Reason    string `db:"reason" json:"reason"`
	Case      string `db:"case" json:"case"`
	Number    string `db:"number" json:"number"` // of the case
	Complaint string `db:"complaint" json:"complaint"`
}

// RevealPage is one page of the log, the latest first.
type RevealPage struct {
	Items   []Reveal `json:"items"`
	Page    int      `json:"page"`
	PerPage int      `json:"per_page"`
	More    bool     `json:"more"` // there is a next page
}

// revealsOf are those by the people of a range, and those about its cases; the log is
// read along its index by time.
const revealsOf = `SELECT r.id, r.at, r.actor, coalesce(u.name, '') AS actor_name, coalesce(u.agency, '') AS agency, r.actor_role, r.reason,
	r."case", coalesce(c.number, '') AS number, r.complaint
	FROM reveals r LEFT JOIN users u ON u.id = r.actor LEFT JOIN cases c ON c.id = r."case"
	WHERE u.scope_from >= {:from} AND u.scope_to <= {:to} OR c.division_code BETWEEN {:from} AND {:to} OR c.agency = {:agency}
	ORDER BY r.at DESC, r.id DESC LIMIT {:limit} OFFSET {:offset}`

// List returns a page of the log, from 1.
func (s Reveals) List(user *core.Record, page int) (RevealPage, error) {
	out := RevealPage{Items: []Reveal{}, Page: page, PerPage: PerPage}
	params := rangeOf(user)
	params["agency"], params["limit"], params["offset"] = user.GetString("agency"), PerPage+1, (page-1)*PerPage
	if err := s.App.DB().NewQuery(revealsOf).Bind(params).All(&out.Items); err != nil {
		return out, err
	}
	if len(out.Items) > PerPage {
		out.Items, out.More = out.Items[:PerPage], true
	}
	return out, nil
}

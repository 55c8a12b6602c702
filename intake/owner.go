package intake

// Whose a complaint is: R3, never a case without an owner (问题有人接).

import (
	"cmp"
	"slices"

	"xuncha/casework"
	"xuncha/geo"
)

// Agency is an authority that may answer for a place.
type Agency struct {
	ID           string
	Name         string
	DivisionCode string
}

// Found is what the jurisdictions say of a position.
type Found struct {
	DivisionCode string
	Agency       string // whose jurisdiction it is, if the map says so
	Uncertain    bool   // the position's accuracy reaches a border
	Second       string // the division on the other side
}

// FoundAt is what the borders say of a place: one beyond the last border whose accuracy
// reaches back is that division's. nil: nothing.
func FoundAt(o geo.Owner) *Found {
	switch {
	case o.Code != "":
		return &Found{DivisionCode: o.Code, Uncertain: o.Uncertain, Second: o.Second}
	case o.Second != "":
		return &Found{DivisionCode: o.Second, Uncertain: true}
	}
	return nil
}

// How an owner was found (Routing.By).
const (
	ByLocation     = "location"      // the position lies in its jurisdiction
	ByDivisionCode = "division_code" // intake staff named the division
	ByOnlyAgency   = "only_agency"   // there is no other
	ByIntakeAgency = "intake_agency" // whoever registered it keeps it
	ByWidest       = "widest_agency" // nothing is known of the place: the agency above all others decides
	ByNothing      = "none"          // there is no agency yet
)

// Routing says who answers for a new case and why.
type Routing struct {
	By           string `json:"by"`
	DivisionCode string `json:"division_code"`
	Agency       string `json:"agency"`
	AgencyName   string `json:"agency_name"`
	Uncertain    bool   `json:"uncertain"`
	SecondCode   string `json:"second_code,omitempty"`
}

// Owner finds who answers. given is the division that staff named, own the agency of the
// staff, found what the map says (nil: nothing).
func Owner(agencies []Agency, given, own string, found *Found) Routing {
	switch {
	case given != "":
		return holding(agencies, Routing{By: ByDivisionCode, DivisionCode: given}, "")
	case found != nil:
		return holding(agencies, Routing{
			By: ByLocation, DivisionCode: found.DivisionCode, Uncertain: found.Uncertain, SecondCode: found.Second,
		}, found.Agency)
	case len(agencies) == 1:
		return of(Routing{By: ByOnlyAgency}, agencies[0])
	}
	if i := slices.IndexFunc(agencies, func(a Agency) bool { return a.ID == own }); i >= 0 {
		return of(Routing{By: ByIntakeAgency, Uncertain: true}, agencies[i])
	}
	if len(agencies) == 0 {
		return Routing{By: ByNothing, Uncertain: true}
	}
	widest := slices.MaxFunc(agencies, func(a, b Agency) int {
		return cmp.Or(cmp.Compare(reach(a), reach(b)), cmp.Compare(b.DivisionCode, a.DivisionCode))
	})
	return of(Routing{By: ByWidest, Uncertain: true}, widest)
}

// holding puts in the agency that the map names, else the nearest one whose division holds
// the code, else the widest.
func holding(agencies []Agency, r Routing, named string) Routing {
	best, found := Agency{}, false
	for _, a := range agencies {
		if a.ID == named {
			best, found = a, true
			break
		}
		from, to, err := casework.Scope(a.DivisionCode)
		if err != nil || !casework.InScope(r.DivisionCode, from, to) {
			continue
		}
		if !found || reach(a) < reach(best) {
			best, found = a, true
		}
	}
	if !found { // a map without the agency to it: somebody must see the case
		wide := Owner(agencies, "", "", nil)
		best, r.Uncertain = Agency{ID: wide.Agency, Name: wide.AgencyName}, true
	}
	r.Agency, r.AgencyName = best.ID, best.Name
	return r
}

func of(r Routing, a Agency) Routing {
	r.DivisionCode, r.Agency, r.AgencyName = a.DivisionCode, a.ID, a.Name
	return r
}

// reach orders agencies by how much lies under them: towns 0 … nation 4.
func reach(a Agency) int {
	code := a.DivisionCode
	switch {
	case len(code) != 6:
		return 0
	case code == "000000":
		return 4
	case code[2:] == "0000":
		return 3
	case code[4:] == "00":
		return 2
	}
	return 1
}

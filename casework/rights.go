// Rights: who may read and write what, as a table that schema and tests ask.

package casework

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

//go:embed rights.json
var rightsJSON []byte

// RightsTable is the content of rights.json. It is read by many: nobody changes it.
type RightsTable struct {
	About       []string          `json:"about"`
	Collections []CollectionRight `json:"collections"`
	Routes      []RouteRight      `json:"routes"`
	Sight       []Sight           `json:"sight"`
	Phone       []string          `json:"phone"`
	Flags       []string          `json:"flags"` // what the field flags of a phone's case holds
}

// CollectionRight is one row: what some roles may do through PocketBase's own API, and how
// far. Fields, where given, are the only ones that may be written.
type CollectionRight struct {
	Collection string   `json:"collection"`
	May        []string `json:"may"` // list, view, create, update, delete
	Who        []Role   `json:"who"`
	Reach      string   `json:"reach"` // self, own, subtree, case, all
	Fields     []string `json:"fields"`
}

// RouteRight is one of our own routes ("GET /api/cases") and who may use it: roles, or one
// of the two callers who are no users.
type RouteRight struct {
	Route string `json:"route"`
	Who   []Role `json:"who"`
	Reach string `json:"reach"`
}

// Callers who are no users.
const (
	Public      Role = "public"      // 公众
	Complainant Role = "complainant" // 举报人: with number, query code and pass-phrase
)

// Sight says how much of one kind of data each role sees: yes, own, never, masked, redacted,
// reveal (with a reason, logged), district, summary, reply.
type Sight struct {
	What string          `json:"what"`
	ZH   string          `json:"zh"`
	Sees map[Role]string `json:"sees"`
}

// Rights returns the table.
var Rights = sync.OnceValue(func() *RightsTable {
	var t RightsTable
	if err := json.Unmarshal(rightsJSON, &t); err != nil {
		panic("casework: rights.json: " + err.Error()) // embedded: a test reads it first
	}
	return &t
})

// Reach says how far a role may do an operation (list, view, create, update, delete) on a
// collection; "" is locked.
func (t *RightsTable) Reach(role Role, collection, operation string) string {
	for _, r := range t.Collections {
		if r.Collection == collection && slices.Contains(r.May, operation) && slices.Contains(r.Who, role) {
			return r.Reach
		}
	}
	return ""
}

// Opens says whether a role may use a route at all.
func (t *RightsTable) Opens(role Role, route string) bool {
	return slices.ContainsFunc(t.Routes, func(r RouteRight) bool {
		return r.Route == route && slices.Contains(r.Who, role)
	})
}

// PhoneCaseFields are the fields of a case in the phone's view, and no others; flags holds
// PhoneCaseFlags.
func PhoneCaseFields() []string { return slices.Clone(Rights().Phone) }

// PhoneCaseFlags are the flags that travel to a phone in the field flags.
func PhoneCaseFlags() []string { return slices.Clone(Rights().Flags) }

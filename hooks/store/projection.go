package store

// The projection: what a phone may see of each record. A field that is not named here
// never leaves the server by sync.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// projection tells how records of one collection travel.
type projection struct {
	as     string // the synced collection's name
	fields string // copied as they are
	kind   string // of a dictionary
	adjust func(app core.App, r *core.Record, doc map[string]any) error
	travel func(app core.App, r *core.Record) ([]string, error) // the buckets it belongs to
	rides  bool                                                 // those of its case, which takes it along
}

// projections by collection. What else a projection reads is named in rereads. The location
// of a case is its problem_location: where the problem is, never where somebody stood.
var projections = map[string]projection{
	"cases": {
		as: "cases",
		fields: `number status round pollution_types division_code title text location address inspectors lead due inspection
			rectification items due_strict due_legal outcome handling_result`,
		adjust: caseFields, travel: ofRoot,
	},
	"actions": {
		as: "actions",
		fields: `case name args actor_kind actor device device_at received_at position base evidence outcome code from to round
			decided_by decided_at`,
		adjust: actionFields, travel: ofCase, rides: true,
	},
	"inspections": {
		as: "inspections",
		fields: `case round inspectors lead started_at findings statement weather max_noise_db samples notes finished_at
			created_by`,
		travel: ofCase, rides: true,
	},
	"rectifications": {
		as: "rectifications",
		fields: `case inspection round order_no served_at deadline recheck_due measures responsible items state submitted_at
			verified_at officers item_remarks progress notes`,
		travel: ofCase, rides: true,
	},
	"evidence": {
		as: "evidence",
		fields: `case inspection rectification item purpose pair_of sha256 size mime taken_at position heading mock_location
			device previous caption state receipt flags decision author received_at`,
		adjust: hideHers, travel: ofCase, rides: true,
	},
	"held_edits": {
		as: "held", fields: `collection record field code state decided_at`,
		adjust: heldFields, travel: ofAuthor,
	},
	"agencies":       {as: "agencies", fields: `name division_code level phone`, travel: ofAll},
	"users":          {as: "colleagues", fields: `name certificate_no on_duty`, travel: ofAgency},
	"deadline_rules": {as: "dictionaries", kind: "deadline_rule", fields: `jurisdiction source step number unit article`, travel: ofAll},
	"holidays":       {as: "dictionaries", kind: "holiday_year", fields: `year days`, travel: ofAll},
}

// rereads names for each collection that is read by a projection which records have
// to be projected again when it changes: their collection and the field that points here.
var rereads = map[string]struct{ collection, field string }{
	"respondents": {"cases", "respondent"},
}

// Synced are the collections whose changes go into the feed.
func Synced() []string {
	out := make([]string, 0, len(projections))
	for name := range projections {
		out = append(out, name)
	}
	return out
}

// project is the phone's view of a record, without its seq.
func project(app core.App, r *core.Record) (map[string]any, error) {
	p := projections[r.Collection().Name]
	doc := p.copied(r)
	if p.adjust != nil {
		if err := p.adjust(app, r, doc); err != nil {
			return nil, fmt.Errorf("project %s %s: %w", p.as, r.Id, err)
		}
	}
	return doc, nil
}

// copied are the fields that a document holds as they are.
func (p projection) copied(r *core.Record) map[string]any {
	doc := map[string]any{"id": r.Id}
	if p.kind != "" {
		doc["kind"] = p.kind
	}
	for _, name := range strings.Fields(p.fields) {
		doc[name] = r.Get(name)
	}
	return doc
}

// caseFlags are folded into one object of the phone's view.
var caseFlags = []string{
	"overdue", "due_soon", "extended", "urgent", "starred", "supervision_level", "special_case", "leader_in_charge",
	"escalation_level", "repeat_count", "night_window",
}

// caseFields adds the flags and the accused unit by name.
func caseFields(app core.App, r *core.Record, doc map[string]any) error {
	doc["flags"], doc["respondent"] = flagsOf(r), nil
	rows, err := app.FindRecordsByIds("respondents", unique([]string{r.GetString("respondent")}))
	if err != nil || len(rows) == 0 {
		return err
	}
	doc["respondent"] = unitInCase(rows[0])
	return nil
}

func flagsOf(r *core.Record) map[string]any {
	flags := map[string]any{}
	for _, name := range caseFlags {
		flags[name] = r.Get(name)
	}
	return flags
}

// unitInCase is a respondent as the document of a case shows it.
func unitInCase(r *core.Record) map[string]any {
	return map[string]any{
		"id": r.Id, "name": r.GetString("name"), "credit_code": r.GetString("credit_code"), "address": r.GetString("address"),
	}
}

// hideComplainant: what a complainant wrote into an action stays on the server.
func hideComplainant(_ core.App, r *core.Record, doc map[string]any) error {
	if r.GetString("actor_kind") == "complainant" {
		doc["args"], doc["position"], doc["actor"] = map[string]any{}, nil, ""
	}
	return nil
}

// actionFields hides what an action says of a complainant, and why somebody decided about her
// photo: that may tell where she stood.
func actionFields(app core.App, r *core.Record, doc map[string]any) error {
	if r.GetString("name") != "flag_decided" {
		return hideComplainant(app, r, doc)
	}
	var args map[string]any
	if err := Args(r, &args); err != nil {
		return nil //nolint:nilerr // what cannot be read was kept as it came, and decided nothing
	}
	hers, err := ofComplainants(app, args["photos"])
	if err == nil && hers {
		args["reason"] = ""
		doc["args"] = args
	}
	return err
}

// ofComplainants tells whether one of the photos came with a complaint.
func ofComplainants(app core.App, photos any) (bool, error) {
	var ids []string
	list, _ := photos.([]any) // else it names none
	for _, id := range list {
		if id, ok := id.(string); ok {
			ids = append(ids, id)
		}
	}
	records, err := app.FindRecordsByIds("evidence", unique(ids))
	return slices.ContainsFunc(records, func(r *core.Record) bool { return r.GetString("complaint") != "" }), err
}

// hideHers: of a complainant's photo a phone learns neither where it was taken nor why
// somebody decided about it.
func hideHers(app core.App, r *core.Record, doc map[string]any) error {
	if r.GetString("complaint") != "" {
		doc["decision"] = nil
	}
	return hidePlace(app, r, doc)
}

// hidePlace: where and when a complainant took a photo says where she stood. The sum goes
// too: who knows it could pass the photo off as his own.
func hidePlace(_ core.App, r *core.Record, doc map[string]any) error {
	if r.GetString("complaint") == "" {
		return nil
	}
	doc["position"], doc["taken_at"], doc["heading"], doc["device"], doc["author"] = nil, "", 0, "", ""
	doc["sha256"] = ""
	receipt := map[string]any{}
	_ = r.UnmarshalJSONField("receipt", &receipt) // none yet
	if _, given := receipt["sha256"]; given {
		receipt["sha256"] = ""
		doc["receipt"] = receipt
	}
	return nil
}

func heldFields(_ core.App, r *core.Record, doc map[string]any) error {
	doc["value"], doc["by"] = r.Get("ours"), r.GetString("decided_by")
	return nil
}

func ofAll(core.App, *core.Record) ([]string, error) { return []string{"g"}, nil }

func ofAgency(_ core.App, r *core.Record) ([]string, error) {
	return []string{"a:" + r.GetString("agency")}, nil
}

func ofAuthor(_ core.App, r *core.Record) ([]string, error) {
	if author := r.GetString("author"); author != "" {
		return []string{"u:" + author}, nil
	}
	return nil, nil // the server's own value was displaced
}

func ofCase(app core.App, r *core.Record) ([]string, error) {
	return CaseUsers{app}.Buckets(r.GetString("case"))
}

func ofRoot(app core.App, r *core.Record) ([]string, error) {
	if r.GetString("primary") != "" {
		return CaseUsers{app}.Buckets(r.GetString("primary"))
	}
	var inspectors []string
	_ = r.UnmarshalJSONField("inspectors", &inspectors) // an empty column is nobody
	buckets := make([]string, len(inspectors))
	for i, user := range inspectors {
		buckets[i] = "u:" + user
	}
	return buckets, nil
}

// Reread names what is to be projected again when a record of the collection changes:
// the collection, and its field that points at the changed record.
func Reread(collection string) (target, field string) {
	r := rereads[collection]
	return r.collection, r.field
}

// Package watermelon speaks to apps built on WatermelonDB as they are. The inspector works
// in such an app as on any phone of ours: what he did without a network is sent when there
// is one, two people on one field both keep what they wrote, and a case that is taken from
// him leaves his phone after his last words about it have left it.
//
// Such a client keeps no mutations and no versions of fields, one number is all it knows of
// the order of changes. So it is told more often than a phone of ours, and asked twice.
package watermelon

// The tables of a client: the collections that a phone reads, each field a column.

import (
	"slices"
	"strings"
)

// Column is a column of a client's table.
type Column struct {
	Name string
	Type string // string, number or boolean
	JSON bool   // a string that holds a list or an object as JSON
}

// table is a collection as columns: names by their type.
type table struct {
	text, number, flag, json string
	shared                   bool // it lies in buckets of many: a change of grants changes it
}

// revoked is the column of every table that says that a record is its user's no more.
const revoked = "revoked"

var tables = map[string]table{
	"actions": {
		text:   "case name actor_kind actor device device_at received_at outcome code from to decided_by decided_at",
		number: "base round", json: "args position evidence",
	},
	"agencies": {text: "name division_code level phone", shared: true},
	"cases": {
		text: "number status division_code title text address lead due inspection rectification due_strict due_legal outcome " +
			"handling_result",
		number: "round", json: "pollution_types location inspectors items flags respondent",
	},
	"colleagues": {text: "name certificate_no", flag: "on_duty", shared: true},
	"dictionaries": {
		text: "kind jurisdiction source step unit article name", number: "number year", json: "days words", shared: true,
	},
	"evidence": {
		text:   "case inspection rectification item purpose pair_of sha256 mime taken_at device previous caption state author received_at",
		number: "size heading", flag: "mock_location", json: "position receipt flags decision",
	},
	"held": {text: "collection record field code state decided_at by", json: "value"},
	"inspections": {
		text:   "case lead started_at findings statement weather finished_at created_by",
		number: "round max_noise_db", json: "inspectors samples notes",
	},
	"rectifications": {
		text:   "case inspection order_no served_at deadline recheck_due measures responsible state submitted_at verified_at",
		number: "round progress", json: "items officers item_remarks notes",
	},
}

// columns of each table, sorted by name, without id and revoked.
var columns = func() map[string][]Column {
	out := map[string][]Column{}
	for name, t := range tables {
		var list []Column
		for _, part := range []struct {
			names string
			like  Column
		}{{t.text, Column{Type: "string"}}, {t.number, Column{Type: "number"}}, {t.flag, Column{Type: "boolean"}}, {t.json, Column{Type: "string", JSON: true}}} {
			for _, column := range strings.Fields(part.names) {
				list = append(list, Column{column, part.like.Type, part.like.JSON})
			}
		}
		slices.SortFunc(list, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
		out[name] = list
	}
	return out
}()

// Tables are the names of the tables, sorted.
func Tables() []string {
	var out []string
	for name := range tables {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Columns are the columns of a table that hold fields, sorted by name. Beside them each
// table has the boolean column revoked.
func Columns(table string) []Column { return columns[table] }

func columnOf(table, name string) (Column, bool) {
	i := slices.IndexFunc(columns[table], func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return columns[table][i], true
}

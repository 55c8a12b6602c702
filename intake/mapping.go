package intake

// How another system's table is read: which column is which field of a complaint, in which
// words and times it is written. The file is documented in docs/import.md.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"xuncha/casework"
	"xuncha/geo"
)

// Mapping says for each field where it comes from.
type Mapping map[string]Cell

// Cell is where one field comes from: a column, or the same value for each row.
type Cell struct {
	Column string            `json:"column"`
	Value  string            `json:"value"`
	Words  map[string]string `json:"words"`  // theirs -> ours; "" leaves the field empty
	Else   *string           `json:"else"`   // for words that are not in the list
	Split  string            `json:"split"`  // stands between several words
	Layout string            `json:"layout"` // of a time, as Go writes it: 2006/1/2 15:04
}

// Words of the process that a field chooses from; "" for coded fields with other words.
var coded = map[string]string{
	"source": "source", "pollution_types": "pollution_type", "identity_mode": "identity_mode", "crs": "", "language": "", "division_code": "",
}

// MappedFields are the fields that a mapping may name.
var MappedFields = []string{
	"text", "source", "pollution_types", "occurred_at", "received_at", "lon", "lat", "crs", "accuracy_m", "address",
	"respondent_name", "external_id", "identity_mode", "contact.name", "contact.phone", "contact.email", "contact.id_number",
	"language", "division_code",
}

// timeFields are read with a layout; positionFields belong together.
var (
	timeFields     = []string{"occurred_at", "received_at"}
	positionFields = []string{"lon", "lat", "crs", "accuracy_m"}
)

// UnmarshalJSON takes the name of a column alone too.
func (c *Cell) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &c.Column) == nil {
		return nil
	}
	type plain Cell
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	return in.Decode((*plain)(c))
}

// ReadMapping reads a mapping and names all that is wrong with it.
func ReadMapping(data []byte) (Mapping, error) {
	var m Mapping
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &m); err != nil {
		return nil, err
	}
	var bad []error
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(MappedFields, name) {
			bad = append(bad, fmt.Errorf("there is no field %q; there are: %s", name, strings.Join(MappedFields, ", ")))
		} else if err := m[name].check(name); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", name, err))
		}
	}
	return m, errors.Join(append(bad, m.whole()...)...)
}

// whole asks for the fields without which no row can be taken.
func (m Mapping) whole() []error {
	var bad []error
	for _, name := range []string{"text", "source", "external_id"} {
		if !m.has(name) {
			bad = append(bad, fmt.Errorf("%s is missing", name))
		}
	}
	if m.has("external_id") && m["external_id"].Column == "" {
		bad = append(bad, errors.New("external_id: want a column; it tells the rows apart"))
	}
	if !m.has("address") && !m.has("lon") {
		bad = append(bad, errors.New("address is missing, or lon and lat"))
	}
	if m.has("lon") != m.has("lat") || m.has("lon") != m.has("crs") {
		bad = append(bad, errors.New("lon, lat and crs come together; crs is wgs84, gcj02, bd09 or cgcs2000 and never guessed"))
	}
	return bad
}

func (m Mapping) has(name string) bool {
	_, ok := m[name]
	return ok
}

func (c Cell) check(name string) error {
	_, hasWords := coded[name]
	switch {
	case (c.Column == "") == (c.Value == ""):
		return errors.New(`want either "column" or "value"`)
	case c.Split != "" && name != "pollution_types":
		return errors.New(`"split" is for pollution_types only`)
	case (c.Words != nil || c.Else != nil) && !hasWords:
		return errors.New(`"words" and "else" are for fields that have words of ours`)
	case c.Else != nil && c.Words == nil:
		return errors.New(`"else" comes with "words"`)
	case (c.Words != nil || c.Layout != "") && c.Column == "":
		return errors.New(`"words" and "layout" come with a column`)
	case c.Layout != "" && !slices.Contains(timeFields, name):
		return errors.New(`"layout" is for times`)
	case c.Layout != "" && !dates(c.Layout):
		return fmt.Errorf("layout %q: write the moment 2 January 2006, 15:04:05 as the file would: 2006/1/2 15:04", cut(c.Layout))
	}
	return c.knows(name)
}

// dates: a layout that keeps year, month and day of a moment, whatever it does with hours.
func dates(layout string) bool {
	moment := time.Date(2021, 11, 23, 17, 48, 59, 0, time.UTC)
	back, err := time.Parse(layout, moment.Format(layout))
	return err == nil && back.Format(time.DateOnly) == moment.Format(time.DateOnly)
}

// knows asks whether what the mapping itself writes are words of ours.
func (c Cell) knows(name string) error {
	var ours []string
	if c.Value != "" {
		ours = c.parts(c.Value)
	}
	for _, word := range slices.Sorted(maps.Keys(c.Words)) {
		ours = append(ours, c.Words[word])
	}
	if c.Else != nil {
		ours = append(ours, *c.Else)
	}
	for _, word := range ours {
		if word != "" && !known(name, word) {
			return fmt.Errorf("there is no %q", cut(word))
		}
	}
	return nil
}

func known(name, word string) bool {
	if name == "crs" {
		return slices.Contains([]geo.CRS{geo.WGS84, geo.GCJ02, geo.BD09, geo.CGCS2000}, geo.CRS(word))
	}
	list := coded[name]
	if list == "" {
		return true
	}
	_, ok := casework.Process().Word(list, word)
	return ok
}

// parts are the words of a cell.
func (c Cell) parts(s string) []string {
	list := []string{s}
	if c.Split != "" {
		list = strings.Split(s, c.Split)
	}
	var out []string
	for _, word := range list {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// Bind finds the columns of the mapping in the header row of a table.
func (m Mapping) Bind(header []string) (Table, error) {
	at, bad := map[string]int{}, []error{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		if _, twice := at[name]; twice && m.reads(name) {
			bad = append(bad, fmt.Errorf("column %q stands there twice", cut(name)))
		}
		at[name] = i
	}
	for _, name := range MappedFields {
		if column := m[name].Column; column != "" {
			if _, ok := at[column]; !ok {
				bad = append(bad, fmt.Errorf("%s: there is no column %q; there are: %s", name, cut(column), cut(strings.Join(header, ", "))))
			}
		}
	}
	return Table{m, at, len(header)}, errors.Join(bad...)
}

func (m Mapping) reads(column string) bool {
	for _, c := range m {
		if c.Column == column {
			return true
		}
	}
	return false
}

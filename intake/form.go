package intake

// The same complaint from a form: multipart fields become the JSON body.

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// BodyField is the form field that may hold the whole JSON body.
const BodyField = "complaint"

// Fields of a form whose values are numbers, lists, or objects written as JSON.
var (
	numberFields = []string{
		"location.lon", "location.lat", "location.accuracy_m", "contact.home.lon", "contact.home.lat", "contact.home.accuracy_m",
	}
	listFields   = []string{"pollution_types"}
	objectFields = []string{"location", "contact", "external_id", "contact.home"}
)

// deepest is how many dots a field's name has at most: contact.home.lon.
const deepest = 2

// FromForm writes the fields of a form as the JSON body. A dot leads into an object
// (location.lon); empty fields are left out. Every error is a Mistakes.
func FromForm(values map[string][]string) ([]byte, error) {
	if whole := values[BodyField]; len(whole) == 1 && len(values) == 1 {
		return []byte(whole[0]), nil
	}
	body := map[string]any{}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names) // an object before its parts
	for _, name := range names {
		if strings.Count(name, ".") > deepest {
			return nil, mistake("field_unknown", cut(name), 0, "there is no field %q", cut(name))
		}
		value, err := fieldValue(name, values[name])
		if err != nil {
			return nil, err
		}
		if value == nil {
			continue
		}
		if err := put(body, name, value); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, mistake("bad_json", "", 0, "%v", err)
	}
	return data, nil
}

// fieldValue reads one field; nil is nothing.
func fieldValue(name string, values []string) (any, error) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.TrimSpace(v) == "" })
	if len(values) == 0 {
		return nil, nil //nolint:nilnil // an empty field is nothing
	}
	if slices.Contains(listFields, name) {
		return listOf(values), nil
	}
	if len(values) > 1 {
		return nil, mistake("field_invalid", name, 1, "%s stands %d times in the form", cut(name), len(values))
	}
	switch {
	case slices.Contains(numberFields, name):
		n, err := strconv.ParseFloat(strings.TrimSpace(values[0]), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, mistake("coordinates_invalid", name, 0, "%s is no number", name)
		}
		return n, nil
	case slices.Contains(objectFields, name):
		var object map[string]any
		if err := json.Unmarshal([]byte(values[0]), &object); err != nil {
			return nil, mistake("bad_json", name, 0, "%s is no JSON object", name)
		}
		if object == nil {
			return nil, nil //nolint:nilnil // null is nothing
		}
		return object, nil
	}
	return values[0], nil
}

// listOf takes repeated fields, or one JSON list.
func listOf(values []string) any {
	var list []any
	if len(values) == 1 && json.Unmarshal([]byte(values[0]), &list) == nil {
		return list
	}
	return values
}

// put sets a value at a path of objects.
func put(body map[string]any, path string, value any) error {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		body[head] = value
		return nil
	}
	if body[head] == nil {
		body[head] = map[string]any{}
	}
	inner, ok := body[head].(map[string]any)
	if !ok {
		return mistake("field_invalid", head, 0, "%s is not an object", cut(head))
	}
	return put(inner, rest, value)
}

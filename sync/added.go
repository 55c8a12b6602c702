package sync

// What an editor added to a list that only grows: clients that keep no mutations send the
// list whole, and it may be longer than any mutation.

import "encoding/json"

// Added is what a client added to a list that only grows; of any other field, its value.
// says is false where nothing was added.
func Added(p Policy, had, now json.RawMessage) (value json.RawMessage, says bool) {
	switch p {
	case Append:
		return beyond(had, now, func(entry map[string]json.RawMessage) string { return string(entry["id"]) })
	case Union:
		return beyond(had, now, func(element *string) string {
			if element == nil { // no text: it is refused by its form
				return "\x00"
			}
			return *element
		})
	}
	return now, true
}

// beyond are the elements of a list whose key the other does not have. What is no such
// list stays as it is: it is refused by its form.
func beyond[T any](had, now json.RawMessage, key func(T) string) (json.RawMessage, bool) {
	var old, list []T
	if json.Unmarshal(now, &list) != nil {
		return now, true
	}
	_ = json.Unmarshal(had, &old) // else it had none
	known := map[string]bool{}
	for _, element := range old {
		known[key(element)] = true
	}
	more := []T{}
	for _, element := range list {
		if !known[key(element)] {
			more = append(more, element)
		}
	}
	return Encode(more), len(more) > 0
}

// unsaid leaves out of a patch what stands already.
func unsaid(collection string, set, stands Fields) Fields {
	out := Fields{}
	for field, value := range set {
		value, says := Added(Writable[collection].Fields[field].Policy, stands[field], value)
		if says && !equalValue(stands[field], value) {
			out[field] = value
		}
	}
	return out
}

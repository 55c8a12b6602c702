package sync

// A person settles what the field could not: which value of a field shall stand.

import "encoding/json"

// ErrSettle is a settled value that does not fit its field.
type ErrSettle struct{ Field string }

func (e ErrSettle) Error() string { return e.Field + ": the value does not fit the field" }

// Code is the stable code of the refusal.
func (e ErrSettle) Code() string { return "value_unfit" }

// Settled is the value that a field gets when a person takes one that did not stand: lists
// grow by it, everything else becomes it. It fails with ErrSettle where a phone could not
// have sent it.
func Settled(collection, field string, now, taken json.RawMessage) (json.RawMessage, error) {
	f, ok := Writable[collection].Fields[field]
	if !ok || f.Policy == Once || !forms[f.kind](taken) || f.tooLong(taken) {
		return nil, ErrSettle{field}
	}
	if f.Policy != Append && f.Policy != Union {
		return taken, nil
	}
	d := edit{Field: f, now: now, ours: taken}.decide()
	switch {
	case d.loss != nil: // the list is full
		return nil, ErrSettle{field}
	case d.write != nil:
		return d.write, nil
	}
	return now, nil
}

package sync

// Refusals of a whole request: the envelope is broken. A bad mutation is never one.

import "fmt"

// Refusal is a broken envelope with its stable code.
type Refusal struct{ code, detail string }

func (r Refusal) Error() string { return r.code + ": " + r.detail }

// Code is bad_json, bad_request, bad_order, push_too_large or client_invalid.
func (r Refusal) Code() string { return r.code }

func refuse(code, format string, args ...any) error {
	return Refusal{code, fmt.Sprintf(format, args...)}
}

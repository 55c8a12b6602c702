package sync

// Refusals of a whole request: the envelope is broken. A bad mutation is never one.

import "fmt"

// Refusal is a broken envelope with its stable code.
type Refusal struct {
	code, detail string
	limit        int64
}

func (r Refusal) Error() string { return r.code + ": " + r.detail }

// Code is bad_json, bad_request, bad_order, push_too_large or client_invalid.
func (r Refusal) Code() string { return r.code }

// Limit is the number that was passed; 0 where there is none.
func (r Refusal) Limit() int64 { return r.limit }

func refuse(code, format string, args ...any) error {
	return Refusal{code: code, detail: fmt.Sprintf(format, args...)}
}

// TooMany refuses a request of so many of what is named: more than MaxMutations.
func TooMany(n int, what string) error {
	return Refusal{"push_too_large", fmt.Sprintf("%d %s; at most %d in one request", n, what, MaxMutations), MaxMutations}
}

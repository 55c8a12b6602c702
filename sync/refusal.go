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

// Codes of mutations' results.
const (
	CodeNotInScope   = "not_in_scope"
	CodeCaseClosed   = "case_closed"
	CodeUnknownBase  = "unknown_base"
	CodeDisplaced    = "displaced"
	CodeSuperseded   = "superseded"
	CodeReview       = "review"
	CodeLate         = "late"
	CodeIDReused     = "id_reused"
	CodeIDTaken      = "id_taken"
	CodeBadTime      = "bad_time"
	CodeTooLarge     = "too_large"
	CodeBadMutation  = "bad_mutation"
	CodeUnknown      = "collection_unknown"
	CodeFieldUnknown = "field_unknown"
	CodeNotWritable  = "field_not_writable"
	CodeWrongType    = "wrong_type"
	CodeBadRecord    = "record_id_invalid"
	CodeFieldMissing = "field_missing"
	CodeDisabled     = "disabled"
	CodeNotCreatable = "not_creatable"
	CodeUnfit        = "value_invalid"
)

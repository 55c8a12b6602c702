package sync

// The codes of mutations' results, and what a phone does about each.

// Codes of mutations' results.
const (
	CodeReview       = "review"
	CodeUnknownBase  = "unknown_base"
	CodeDisplaced    = "displaced"
	CodeSuperseded   = "superseded"
	CodeTooLarge     = "too_large"
	CodeBadTime      = "bad_time"
	CodeLate         = "late"
	CodeNotInScope   = "not_in_scope"
	CodeCaseClosed   = "case_closed"
	CodeRoundFrozen  = "round_frozen"
	CodeDisabled     = "disabled"
	CodeForReview    = "kept_for_review"
	CodeBadMutation  = "bad_mutation"
	CodeUnknown      = "collection_unknown"
	CodeNotCreatable = "not_creatable"
	CodeBadRecord    = "record_id_invalid"
	CodeNotWritable  = "field_not_writable"
	CodeFieldMissing = "field_missing"
	CodeWrongType    = "wrong_type"
	CodeUnfit        = "value_invalid"
	CodeIDTaken      = "id_taken"
	CodeIDReused     = "id_reused"
)

// ResultCode is one row of the protocol's table.
type ResultCode struct {
	Code     string
	Outcomes string // with which it comes
	Meaning  string
	Advice   string // what a phone does about it
}

// ResultCodes are all codes of results but those of the process, which come with actions.
var ResultCodes = []ResultCode{
	{CodeReview, "conflict", "Another value stands; a dispatcher is asked.", "Show both; the decision comes in `held`."},
	{CodeUnknownBase, "conflict", "The mutation named no base of a field, and another value stands.", "As `review`; send bases."},
	{CodeDisplaced, "conflict", "A larger (smaller) value stands that the editor had not seen.", "Tell the user; who has seen it may correct it."},
	{CodeSuperseded, "conflict, held", "A replay, and newer work stands.", "Tell the user; nothing is to be sent again."},
	{CodeTooLarge, "conflict", "A text of more than 5,000 characters, or a full list; the other fields stand.", "Tell the user; the whole value waits for a dispatcher."},
	{CodeTooLarge, "rejected", "More than 256 KiB, or a text written once of more than 5,000 characters.", "Mend the client; 64 KiB of the body are kept."},
	{CodeBadTime, "ok, noop, merged", "`at` is no time of RFC 3339 in 64 characters; it is kept as none.", "Mend the clock or the client; the change stands."},
	{CodeLate, "ok", "Evidence from before the case was closed came after it.", "Nothing; it is flagged."},
	{CodeNotInScope, "held", "The record is not the user's, not any more, or does not exist.", "Tell the user; a dispatcher decides."},
	{CodeCaseClosed, "held", "The case is closed.", "Tell the user; a dispatcher decides."},
	{CodeRoundFrozen, "held", "The case was reopened; the record belongs to the round that was closed.", "Tell the user; it is said in the new round's record."},
	{CodeDisabled, "held", "The user is disabled; it is kept for 30 days' worth of pushes.", "Push what is left, then wipe."},
	{CodeForReview, "held", "An action of a disabled user, or one that was held before a restore.", "Tell the user; a dispatcher decides."},
	{CodeRecoveredCopy, "held", "A copy, sent by a client that keeps no mutations, of a record that the server does not have any more.", "Tell the user; a dispatcher decides."},
	{CodeBadMutation, "rejected", "No id of 26 letters and digits, an unreadable member, or nested deeper than 100.", "Mend the client; the body is kept."},
	{CodeUnknown, "rejected", "There is no such collection.", "Mend the client; the body is kept."},
	{CodeNotCreatable, "rejected", "Phones create no records of this collection.", "Mend the client; the body is kept."},
	{CodeBadRecord, "rejected", "The record's id is not 15 to 26 letters and digits.", "Mend the client; the body is kept."},
	{CodeNotWritable, "rejected", "A field that is not in the table above.", "Mend the client; the body is kept."},
	{CodeFieldMissing, "rejected", "A create lacks a field that it needs.", "Mend the client; the body is kept."},
	{CodeWrongType, "rejected", "A value has not the form of its field.", "Mend the client; the body is kept."},
	{CodeUnfit, "rejected", "The record's own rules refuse a value for ever.", "Mend the client; the body is kept."},
	{CodeIDTaken, "rejected", "The record's id stands for other content.", "Take a new id and a new mutation."},
	{CodeIDReused, "rejected", "The mutation's id stands for another mutation.", "Mend the client: an id is used once."},
}

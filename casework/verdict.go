// What Apply answers: the case after the action and everything else to be written with it.

package casework

// Verdict is the answer to an action. If Applied is false, Code says why, Case is the case
// as it was and nothing else is set.
type Verdict struct {
	Applied bool
	Code    string // stable; "" when applied. Sentences: Process().Sentence(code)
	Detail  string // the person, item or argument that the code speaks of; may be ""
	Case    Case   // the case after the action

	Inspection       *NewInspection       // assign: to create
	InspectionChange *InspectionChange    // assign, arrive: to update
	Rectification    *RectificationChange // conclude creates, submit and verify update
	Reply            *ReplyChange         // reply, feed_back, approve, send_back
	Transfer         *TransferChange
	Supervision      *Supervision
	Decisions        []PhotoDecision // flag_decided: one for each photo
	Notices          []Notice
}

// PhotoDecision is a decision about one photo.
type PhotoDecision struct {
	Photo    string
	Decision FlagDecision
}

// NewInspection is the inspection record of the round, created for all its inspectors, so
// that their phones edit one record.
type NewInspection struct {
	ID         string
	Case       string
	Round      int
	Inspectors []string
	Lead       string
}

// InspectionChange updates an inspection; empty fields stay as they are.
type InspectionChange struct {
	ID         string
	Inspectors []string
	Lead       string
	StartedAt  string
}

// RectificationChange is the whole record as it stands after the action.
type RectificationChange struct {
	Rectification
	Create bool
}

// States of a reply.
const (
	ReplyDraft    = "draft"     // 待审核
	ReplySentBack = "sent_back" // 退回修改
	ReplyApproved = "approved"  // 审核通过
)

// ReplyChange is the reply of a round as it stands after the action. There is one record
// for each case and round; ID is used if it does not exist yet.
type ReplyChange struct {
	ID                  string  `json:"id"`
	Case                string  `json:"case"`
	Round               int     `json:"round"`
	Outcome             Outcome `json:"outcome"`
	HandlingResult      string  `json:"handling_result"`
	ComplainantReply    string  `json:"complainant_reply"`
	LegalBasis          string  `json:"legal_basis"`
	State               string  `json:"state"`
	Author              string  `json:"author"`   // set by reply and feed_back
	Approver            string  `json:"approver"` // set by approve
	Reason              string  `json:"reason"`   // of send_back
	Delivered           bool    `json:"delivered"`
	UndeliverableReason string  `json:"undeliverable_reason"`
	ApprovedAt          string  `json:"approved_at"`
}

// TransferChange is the whole transfer as it stands after the action.
type TransferChange struct {
	Transfer
	Create   bool
	Replaces string // an earlier transfer that ends here: its state becomes returned
}

// Supervision is one act of supervision (督办), with the names of the collection's fields.
type Supervision struct {
	ID     string           `json:"id"`
	Case   string           `json:"case"`
	Level  SupervisionLevel `json:"level"`
	Due    string           `json:"due"`
	By     string           `json:"by"`
	Agency string           `json:"agency"`
	At     string           `json:"at"`
}

// Addressees of a notice.
const (
	ToComplainant = "complainant"
	ToInspectors  = "inspectors"
	ToDispatchers = "dispatchers"
)

// Notice asks for a message. Recipients are inspectors; the complainants of the case and the
// dispatchers of Agency are known to the store.
type Notice struct {
	Kind       string
	To         string
	Recipients []string
	Agency     string
	Urgent     bool
}

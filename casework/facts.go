// What Apply is told: the action, and everything known that it may depend on.

package casework

import "encoding/json"

// Action is one thing that somebody did or wants to do to a case, with the names of the
// collection's fields. Device is the phone's client id, empty from the board.
type Action struct {
	ID          string          `json:"id"`
	Case        string          `json:"case"`
	Name        string          `json:"name"`
	Args        json.RawMessage `json:"args"`
	ActorKind   ActorKind       `json:"actor_kind"`
	Actor       string          `json:"actor"`
	ActorRole   Role            `json:"actor_role"`   // of a user
	ActorAgency string          `json:"actor_agency"` // of a user or a platform
	Device      string          `json:"device"`
	DeviceAt    string          `json:"device_at"`   // RFC 3339 as the device sent it
	ReceivedAt  string          `json:"received_at"` // Stamp
	Position    *Position       `json:"position"`
	Base        int64           `json:"base"` // the case's seq that the actor saw
	Evidence    []string        `json:"evidence"`
}

// Outcomes of an action, as they are stored in its record.
const (
	Applied     = "applied"
	NeedsReview = "needs_review" // kept for a dispatcher: from a phone, and not admitted
)

// Person is a user as far as the process asks about one.
type Person struct {
	ID               string
	Role             Role
	Agency           string
	ScopeFrom        string // the division codes of the agency, both ends included
	ScopeTo          string
	CertificateNo    string // 执法证号
	CertificateUntil string // last day of validity, YYYY-MM-DD
	Disabled         bool
	Recused          bool // 回避: from this case
}

// Agency is one that an action names.
type Agency struct {
	ID        string
	ScopeFrom string // the division codes of the agency, both ends included
	ScopeTo   string
	Disabled  bool
}

// Inspection is the round's visit record (现场核查).
type Inspection struct {
	ID         string
	Case       string
	Round      int
	Inspectors []string
	Lead       string
	StartedAt  string
}

// Rectification is an order and what became of it (责令改正), with the names of the
// collection's fields.
type Rectification struct {
	ID          string              `json:"id"`
	Case        string              `json:"case"`
	Inspection  string              `json:"inspection"`
	Round       int                 `json:"round"`
	OrderNo     string              `json:"order_no"`
	ServedAt    string              `json:"served_at"`
	Deadline    string              `json:"deadline"`
	RecheckDue  string              `json:"recheck_due"`
	Measures    string              `json:"measures"`
	Responsible string              `json:"responsible"`
	Items       []RectificationItem `json:"items"`
	State       string              `json:"state"` // ordered, submitted, failed, verified
	SubmittedAt string              `json:"submitted_at"`
	VerifiedAt  string              `json:"verified_at"`
	Officers    []string            `json:"officers"` // who verified last
}

// States of a rectification.
const (
	Ordered     = "ordered"   // 已责令改正
	Submitted   = "submitted" // 已提交整改
	ItemsFailed = "failed"    // 核验未通过
	ItemsPassed = "verified"  // 核验通过
)

// RectificationItem is one item with its proof. Once passed it stays passed.
type RectificationItem struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Before   string   `json:"before"` // photo of the fault
	After    string   `json:"after"`  // photo of the same place put right
	Passed   bool     `json:"passed"`
	Evidence []string `json:"evidence"` // photos of the verification
	Reason   string   `json:"reason"`   // why it failed
	Round    int      `json:"round"`    // of the last verification
}

// Evidence is a photo or a document, as far as the process asks about it.
type Evidence struct {
	ID      string
	Case    string // the root: of a merged case the primary, followed to the end
	Purpose string // before, after, scene, document, sample
	Item    string
	PairOf  string
	SHA256  string
	State   string // pending, stored, flagged
	TakenAt string

	Doubts   []string      // flags that a person has to decide about; what only informs is not among them
	Decision *FlagDecision // the last one; nil if nobody has decided
}

// FlagVerdict is what a person makes of a doubted photo.
type FlagVerdict string

// Verdicts about a doubted photo.
const (
	FlagAccepted FlagVerdict = "accepted" // 采信
	FlagRejected FlagVerdict = "rejected" // 不予采信
)

// FlagDecision is what a person decided about the doubts of a photo, as its row keeps it.
type FlagDecision struct {
	Verdict FlagVerdict `json:"verdict"`
	Reason  string      `json:"reason"`
	By      string      `json:"by"`    // user
	At      string      `json:"at"`    // Stamp
	Flags   []string    `json:"flags"` // the doubts that were decided about
}

// rejected: the photo proves nothing.
func (e Evidence) rejected() bool { return e.Decision != nil && e.Decision.Verdict == FlagRejected }

// Past is an earlier action on the case, as its record stands. Rounds and officers are
// worked out from it.
type Past struct {
	Action
	Outcome   string // Applied, NeedsReview
	From, To  Status // the states before and after it
	AppliedAt string // when it took effect: as it was received, or decided late (Stamp)
}

// Transfer is a case in other hands (转办), with the names of the collection's fields.
type Transfer struct {
	ID          string `json:"id"`
	Case        string `json:"case"`
	From        string `json:"from"`   // agency
	Target      string `json:"target"` // agency
	Mode        string `json:"mode"`   // forward, assign_down, hand_over
	State       string `json:"state"`  // sent, received, objected, returned, fed_back
	FeedbackDue string `json:"feedback_due"`
	SentAt      string `json:"sent_at"`
	ReceivedAt  string `json:"received_at"`
	ObjectedAt  string `json:"objected_at"`
	ReturnedAt  string `json:"returned_at"`
	FedBackAt   string `json:"fed_back_at"`
	Reason      string `json:"reason"` // of the objection
	AgreedBy    string `json:"agreed_by"`
	Result      string `json:"result"`
}

// States of a transfer.
const (
	TransferSent     = "sent"     // 已发出
	TransferReceived = "received" // 已签收
	TransferObjected = "objected" // 有异议
	TransferReturned = "returned" // 已退回
	TransferFedBack  = "fed_back" // 已反馈
)

// Facts is everything that Apply may depend on, beside the action and the time. Needs says
// which people, photos and cases an action speaks of.
type Facts struct {
	Case          Case
	Actor         Person            // zero for complainant, platform and rule
	People        map[string]Person // the case's inspectors and whoever the action names
	Target        *Agency           // of transfer: where the case shall go
	Primary       *Case             // of merge: the case to merge into
	Inspection    *Inspection       // Case.Inspection, or the one that the action names
	Rectification *Rectification    // Case.Rectification
	Transfer      *Transfer         // Case.Transfer
	Evidence      map[string]Evidence
	History       []Past // all earlier actions of the case, oldest first
	Rules         []DeadlineRule
	Calendar      Calendar
	Late          bool   // a dispatcher admits what came too late: who was on the case counts as on it
	OrderTaken    bool   // of conclude: a rectification with the id of the order exists
	Complaints    int    // of withdraw: how many complaints the case and those merged into it have
	NextID        string // for the one record that a verdict may create
}

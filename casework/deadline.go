// Deadlines: how many days the law gives for a step, and on which day they end.

package casework

// Unit says how the days of a deadline are counted.
type Unit string

const (
	NaturalDay Unit = "natural_day" // 自然日
	WorkingDay Unit = "working_day" // 工作日
)

// Steps that have a deadline.
const (
	StepAccept        = "accept"         // 受理: from receipt
	StepHandle        = "handle"         // 办理: from acceptance
	StepExtend        = "extend"         // 延期: at most, once
	StepObject        = "object"         // 异议: to a referral
	StepReviewRequest = "review_request" // 申请复查
	StepReviewDecide  = "review_decide"  // 复查决定
	StepRecheck       = "recheck"        // 复查改正情况: from the order's service
)

// DeadlineRule is one row: so many days for a step, for cases of a jurisdiction and a
// source. Empty jurisdiction or source means any; the most specific row counts.
type DeadlineRule struct {
	ID           string `json:"id"`
	Jurisdiction string `json:"jurisdiction"` // division code
	Source       string `json:"source"`
	Step         string `json:"step"`
	Number       int    `json:"number"`
	Unit         Unit   `json:"unit"`
	Article      string `json:"article"` // the law that says so
}

// Package casework holds the words and the rules of environmental complaint work.
//
// A case (案件) moves only by an action (办理动作). Apply takes what is known of the case,
// one action and the time, and says whether the action stands, why not, and what has to be
// written. The table of states, actions and guards is process.json, to be read by whoever
// knows the law; the deadlines and the holidays are data too. The package reads no clock,
// no database and no network: the same facts always give the same verdict.
package casework

import "fmt"

// This file holds the case and the words it is made of. Field names are the names of the
// collection's columns and of the wire.

// Status is where a case stands. Its sentences and public words stand in process.json.
type Status string

const (
	Registered  Status = "registered"   // 已登记
	Accepted    Status = "accepted"     // 已受理
	NotAccepted Status = "not_accepted" // 不予受理
	Transferred Status = "transferred"  // 已转办
	Merged      Status = "merged"       // 已并案
	Assigned    Status = "assigned"     // 已派单
	Inspecting  Status = "inspecting"   // 现场核查中
	Rectifying  Status = "rectifying"   // 整改中
	Verifying   Status = "verifying"    // 整改核验中
	Verified    Status = "verified"     // 核验通过
	Replying    Status = "replying"     // 待答复审核
	Closed      Status = "closed"       // 已办结
	StageClosed Status = "stage_closed" // 阶段性办结
	Reopened    Status = "reopened"     // 重新办理
	Withdrawn   Status = "withdrawn"    // 撤回
)

// Role is what a user of the system may be.
type Role string

const (
	Intake     Role = "intake"     // 受理员
	Dispatcher Role = "dispatcher" // 派单员
	Inspector  Role = "inspector"  // 执法人员
	Reviewer   Role = "reviewer"   // 审核人
	Supervisor Role = "supervisor" // 督办人
	Admin      Role = "admin"      // 管理员: users, agencies, devices, calendar; no case
)

// ActorKind is what kind of someone did an action.
type ActorKind string

const (
	ByUser        ActorKind = "user"        // 工作人员
	ByComplainant ActorKind = "complainant" // 举报人
	ByPlatform    ActorKind = "platform"    // 其他平台
	ByRule        ActorKind = "rule"        // 规则, 定时器
)

// Outcome says how much of the complaint was found true.
type Outcome string

const (
	Substantiated   Outcome = "substantiated"   // 属实
	Mostly          Outcome = "mostly"          // 基本属实
	Partly          Outcome = "partly"          // 部分属实
	Unsubstantiated Outcome = "unsubstantiated" // 不属实
)

// SupervisionLevel says how closely a superior watches a case.
type SupervisionLevel string

const (
	NotSupervised SupervisionLevel = "none"
	Urged         SupervisionLevel = "urged"      // 催办
	Supervised    SupervisionLevel = "supervised" // 督办
	Listed        SupervisionLevel = "listed"     // 挂牌督办
)

// Position is a place on the earth in WGS-84 degrees; AccuracyM is in metres. CRS names the
// datum in which a position was given before it was converted, or "wgs84".
type Position struct {
	Lon       float64 `json:"lon"`
	Lat       float64 `json:"lat"`
	AccuracyM float64 `json:"accuracy_m,omitempty"`
	CRS       string  `json:"crs,omitempty"`
	Mock      bool    `json:"mock,omitempty"` // the phone reports a made-up position
}

// Item is one thing that the polluter has to put right (整改事项).
type Item struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Step is one line of the plan of a stage-closed case; Due is a date YYYY-MM-DD.
type Step struct {
	What string `json:"what"`
	Due  string `json:"due"`
}

// Case is one matter, with the names of the collection's fields. Dates are YYYY-MM-DD in
// Asia/Shanghai, times are UTC text with milliseconds (Stamp); empty means not yet.
type Case struct {
	ID             string    `json:"id"`
	Number         string    `json:"number"`
	Status         Status    `json:"status"`
	StatusBefore   Status    `json:"status_before"` // before merged or stage_closed
	Round          int       `json:"round"`         // from 1; a failed verification or a reopening starts the next
	Source         string    `json:"source"`
	IdentityMode   string    `json:"identity_mode"` // real_name, contact_only, anonymous
	Agency         string    `json:"agency"`        // who answers for the case
	DivisionCode   string    `json:"division_code"` // 行政区划代码
	PollutionTypes []string  `json:"pollution_types"`
	Title          string    `json:"title"`
	Text           string    `json:"text"`        // the redacted text (Redact)
	TextLength     int       `json:"text_length"` // characters of the original text
	Location       *Position `json:"location"`
	Address        string    `json:"address"`
	Respondent     string    `json:"respondent"` // 被举报单位

	Inspectors    []string `json:"inspectors"` // users, 2 or more once assigned
	Lead          string   `json:"lead"`
	Due           string   `json:"due"`           // the day the dispatcher asks the inspectors for
	Inspection    string   `json:"inspection"`    // the round's inspection
	Rectification string   `json:"rectification"` // the order in force
	Items         []Item   `json:"items"`
	Transfer      string   `json:"transfer"` // the current transfer
	Primary       string   `json:"primary"`  // the case this one is merged into

	Outcome             Outcome `json:"outcome"`
	HandlingResult      string  `json:"handling_result"`   // internal
	ComplainantReply    string  `json:"complainant_reply"` // what the complainant reads
	LegalBasis          string  `json:"legal_basis"`
	Delivered           bool    `json:"delivered"`
	UndeliverableReason string  `json:"undeliverable_reason"`

	Refusal string `json:"refusal"` // why not accepted
	Advice  string `json:"advice"`  // where the complainant may turn to

	OrderNo         string `json:"order_no"` // 责令改正文书号
	ServedAt        string `json:"served_at"`
	RectifyDeadline string `json:"rectify_deadline"` // date
	Measures        string `json:"measures"`
	Responsible     string `json:"responsible"` // who at the respondent answers for it
	Plan            []Step `json:"plan"`        // of a stage-closed case

	ReceivedAt     string `json:"received_at"`
	AcceptedAt     string `json:"accepted_at"`
	ClosedAt       string `json:"closed_at"`
	DueStrict      string `json:"due_strict"`      // date of the running clock, no roll-over; alarms go by it
	DueLegal       string `json:"due_legal"`       // the same, moved off holidays
	DueProvisional bool   `json:"due_provisional"` // a year without a published calendar is involved

	Overdue          bool             `json:"overdue"`
	DueSoon          bool             `json:"due_soon"`
	Extended         bool             `json:"extended"`
	Urgent           bool             `json:"urgent"`
	Starred          bool             `json:"starred"`
	SupervisionLevel SupervisionLevel `json:"supervision_level"`
	SpecialCase      string           `json:"special_case"` // 专案
	LeaderInCharge   string           `json:"leader_in_charge"`
	EscalationLevel  int              `json:"escalation_level"`
	RepeatCount      int              `json:"repeat_count"`
	NightWindow      bool             `json:"night_window"`

	Seq int64 `json:"seq"`
}

// Scope returns the range of division codes (行政区划代码, GB/T 2260) that lies under code,
// both ends included, compared as text: a province holds its cities, a city its counties, a
// county its towns (nine digits) and villages (twelve). The upper end has twelve digits, so
// that a longer code lies where its head does: 990100 holds 990100…990199999999.
func Scope(code string) (from, to string, err error) {
	if len(code) < 6 {
		return "", "", fmt.Errorf("division code %q: want six digits", code)
	}
	for _, r := range code {
		if r < '0' || r > '9' {
			return "", "", fmt.Errorf("division code %q: want digits only", code)
		}
	}
	head := code
	switch {
	case code == "000000": // the nation
		head = ""
	case code[2:] == "0000":
		head = code[:2]
	case code[4:] == "00":
		head = code[:4]
	}
	return code, head + longestCode[min(len(head), len(longestCode)):], nil
}

// longestCode is the last division code there can be: a village's.
const longestCode = "999999999999"

// InScope says whether a division code lies in a range made by Scope.
func InScope(code, from, to string) bool {
	return code != "" && from != "" && from <= code && code <= to
}

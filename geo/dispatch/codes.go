package dispatch

// Why somebody is named and somebody is not, in stable codes. The clients have the sentences;
// the values that belong into them stand beside the code.

import "slices"

// Code is a reason.
type Code string

// Why an inspector cannot go.
const (
	Disabled        Code = "officer_disabled"       // 账号已停用
	OffDuty         Code = "off_duty"               // 不在岗
	OutOfReach      Code = "officer_out_of_reach"   // 非本辖区
	Recused         Code = "officer_recused"        // 应当回避
	CertificateOver Code = "certificate_expired"    // 执法证已过期
	CertificateEnds Code = "certificate_ends_early" // 执法证在期限前到期
	SkillMissing    Code = "skill_missing"          // 不具备所需技能
	LoadFull        Code = "load_full"              // 在办案件已满
	NoPosition      Code = "position_unknown"       // 位置不明: no fresh position and no seat
)

// What speaks for a candidate, or against.
const (
	Nearest         Code = "nearest"               // distance_m: nobody who may go is nearer
	OnTheWay        Code = "on_the_way"            // added_minutes: next to nothing
	LeastLoad       Code = "least_load"            // load: nobody who may go has less
	InTime          Code = "in_time"               // slack_days: before the margin
	Tight           Code = "tight"                 // slack_days: in time, but within the margin
	Late            Code = "late"                  // slack_days: after the last day
	DelaysOthers    Code = "delays_others"         // delayed_days: others miss their margin for it
	FromSeat        Code = "from_seat"             // no fresh position: the agency's seat was taken
	CertificateSoon Code = "certificate_ends_soon" // certificate_until: within a month after the last day
)

// Why a case gets no team.
const (
	Nobody     Code = "nobody"           // 无人可派: nobody may go
	OneOnly    Code = "one_officer_only" // 执法人员不得少于两人: one may go
	AllTaken   Code = "all_taken"        // 人手已满: those who may go have as many as they can get
	PlaceWrong Code = "place_unknown"    // 案件位置不明
)

// Codes are all of them: refusals, reasons, lacks.
var Codes = []Code{
	Disabled, OffDuty, OutOfReach, Recused, CertificateOver, CertificateEnds, SkillMissing, LoadFull, NoPosition,
	Nearest, OnTheWay, LeastLoad, InTime, Tight, Late, DelaysOthers, FromSeat, CertificateSoon,
	Nobody, OneOnly, AllTaken, PlaceWrong,
}

const (
	littleMinutes = 10 // of driving, that are next to nothing
	soonDays      = 30 // after the last day, in which the end of a certificate is near
)

// Refused is an inspector who cannot go, and all that stands against it.
type Refused struct {
	ID    string `json:"id"`
	Codes []Code `json:"codes"`
}

// filters are what nothing else outweighs.
var filters = []struct {
	code    Code
	refuses func(*planner, *Inspector, *Case) bool
}{
	{Disabled, func(_ *planner, in *Inspector, _ *Case) bool { return in.Disabled }},
	{OffDuty, func(_ *planner, in *Inspector, _ *Case) bool { return !in.OnDuty }},
	{OutOfReach, func(_ *planner, in *Inspector, c *Case) bool { return !slices.Contains(c.Agencies, in.Agency) }},
	{Recused, func(_ *planner, in *Inspector, c *Case) bool { return slices.Contains(c.Recused, in.ID) }},
	{CertificateOver, func(p *planner, in *Inspector, _ *Case) bool { return in.CertificateUntil < p.today }},
	{CertificateEnds, func(p *planner, in *Inspector, c *Case) bool {
		return in.CertificateUntil >= p.today && in.CertificateUntil < c.Due
	}},
	{SkillMissing, func(_ *planner, in *Inspector, c *Case) bool {
		return slices.ContainsFunc(c.Needs, func(s string) bool { return !slices.Contains(in.Skills, s) })
	}},
	{LoadFull, func(p *planner, in *Inspector, _ *Case) bool { return in.Load >= p.MaxLoad }},
	{NoPosition, func(p *planner, in *Inspector, _ *Case) bool { return !p.located(in) }},
}

// may tells whether an inspector can go to a case.
func (p *planner) may(in *Inspector, c *Case) bool {
	for i := range filters {
		if filters[i].refuses(p, in, c) {
			return false
		}
	}
	return true
}

// refused are those who cannot go to a case, in their order.
func (p *planner) refused(inspectors []Inspector, c *Case) []Refused {
	out := []Refused{}
	for i := range inspectors {
		var codes []Code
		for _, f := range filters {
			if f.refuses(p, &inspectors[i], c) {
				codes = append(codes, f.code)
			}
		}
		if len(codes) > 0 {
			out = append(out, Refused{inspectors[i].ID, codes})
		}
	}
	return out
}

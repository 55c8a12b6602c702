package intake

// What a complainant is told of each step. A step that is not in the table is the office's
// own business: who goes when is never told before it is over.

import (
	"cmp"
	"encoding/json"
	"strings"

	"xuncha/casework"
)

// Step is one applied action of a case.
type Step struct {
	Name     string
	From, To casework.Status
	At       string // when it took effect: as it came in, or as a desk admitted it late
	Due      string // of an extension: the date it leads to, where that is still known
	Args     json.RawMessage
}

// Told is one line of the timeline.
type Told struct {
	At   string `json:"at"`
	Step string `json:"step"` // stable
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

type sentence struct{ step, zh, en string }

// sentences by action and, where it matters, the state it led to. {…} is filled in; a
// sentence whose blanks are not all known ends before the first of them.
var sentences = map[string]sentence{
	"register":              {"registered", "举报已登记，编号 {number}。", "Your complaint is registered as {number}."},
	"accept":                {"accepted", "举报已受理，开始办理。", "Your complaint is accepted; the handling begins."},
	"refuse":                {"not_accepted", "举报未予受理：{reason}。", "Your complaint was not accepted: {reason_en}."},
	"transfer":              {"transferred", "举报已转交{target}办理。", "Your complaint was handed on to {target}."},
	"return":                {"returned", "承办单位已退回，由原单位重新处理。", "It came back and is looked at again by the first authority."},
	"merge":                 {"merged", "与同一问题的举报一并办理，您仍会收到答复。", "It is handled together with others about the same matter; you will still get a reply."},
	"unmerge":               {"unmerged", "举报恢复单独办理。", "Your complaint is handled on its own again."},
	"assign":                {"assigned", "已安排执法人员核查。", "Officers were assigned to check it."},
	"conclude/rectifying":   {"rectifying", "现场核查已完成，已责令改正，期限至 {deadline}。", "The inspection is done; the polluter was ordered to put things right by {deadline}."},
	"conclude/replying":     {"inspected", "现场核查已完成，正在准备答复。", "The inspection is done; the reply is being prepared."},
	"verify/verified":       {"verified", "整改已通过现场核验，正在准备答复。", "It was put right and checked on site; the reply is being prepared."},
	"verify/rectifying":     {"rectifying_again", "现场核验未全部通过，继续整改。", "Not everything passed the check on site; the rectification goes on."},
	"approve":               {"closed", "已办结并答复。", "It is finished and answered."},
	"reopen":                {"reopened", "举报重新办理。", "Your complaint is being handled again."},
	"stage_close":           {"stage_closed", "已阶段性办结，后续工作预计至 {plan}。", "It is closed for now; what remains is planned until {plan}."},
	"resume":                {"resumed", "举报继续办理。", "The handling goes on."},
	"withdraw/withdrawn":    {"withdrawn", "撤回申请已登记，办理结束。", "Your withdrawal is registered; the handling ends."},
	"withdraw":              {"withdrawal_noted", "撤回申请已登记；已查实或另有人反映的问题将依法继续办理。", "Your withdrawal is registered; what was found already, or others reported too, is still followed up by law."},
	"extend":                {"extended", "办理期限延长 {days} 日，至 {due}。", "The handling takes {days} days longer, until {due}."}, // never why: the reason may name people
	"transfer/unknown_name": {"transferred", "举报已转交负责的单位办理。", "Your complaint was handed on to the authority that is responsible."},
}

// Target is the agency that a step hands the case to; "" for others.
func (s Step) Target() string { return s.named("transfer", "target") }

// Primary is the case that a step merges into; "" for others.
func (s Step) Primary() string { return s.named("merge", "primary") }

// named reads an argument of the action of a name.
func (s Step) named(action, argument string) string {
	var args map[string]any
	if s.Name != action || json.Unmarshal(s.Args, &args) != nil {
		return ""
	}
	value, _ := args[argument].(string)
	return value
}

// silent are actions that change nothing for the complainant where the state stays.
func (s Step) silent() bool { return s.Name == "assign" && s.From == s.To }

// tell puts a step into words; ok is false for what is not told.
func (s Step) tell(number string, agencies map[string]string) (Told, bool) {
	line, ok := sentences[s.Name+"/"+string(s.To)]
	if !ok {
		line, ok = sentences[s.Name]
	}
	if !ok || s.silent() {
		return Told{}, false
	}
	blanks := s.blanks(number, agencies)
	if s.Name == "transfer" && blanks["{target}"] == "" {
		line = sentences["transfer/unknown_name"]
	}
	return Told{At: s.At, Step: line.step, ZH: filled(line.zh, blanks, "。"), EN: filled(line.en, blanks, ".")}, true
}

// blanks reads what may be told from the arguments of the action.
func (s Step) blanks(number string, agencies map[string]string) map[string]string {
	var args struct {
		Reason string `json:"reason"`
		Target string `json:"target"`
		Days   json.Number
		Order  struct {
			Deadline string `json:"deadline"`
		} `json:"order"`
		Plan []casework.Step `json:"plan"`
	}
	_ = json.Unmarshal(s.Args, &args) // applied: casework has read it; what is missing is not told
	plan := ""
	for _, step := range args.Plan {
		plan = max(plan, step.Due)
	}
	refusal, _ := casework.Process().Word("refusal", args.Reason)
	return map[string]string{
		"{number}": number, "{target}": agencies[args.Target], "{deadline}": args.Order.Deadline, "{plan}": plan,
		"{reason}": cmp.Or(refusal.ZH, args.Reason), "{reason_en}": cmp.Or(refusal.EN, args.Reason),
		"{days}": args.Days.String(), "{due}": s.Due,
	}
}

// filled fills the blanks of a sentence, or ends it before the clause with one that is not
// known.
func filled(text string, blanks map[string]string, stop string) string {
	var pairs []string
	for name, value := range blanks {
		if value != "" {
			pairs = append(pairs, name, value)
			continue
		}
		if head, _, missing := strings.Cut(text, name); missing {
			end := strings.LastIndexAny(head, "，：；:;,")
			if end < 0 {
				end = len(head)
			}
			text = strings.TrimRight(head[:end], " ") + stop
		}
	}
	return strings.NewReplacer(pairs...).Replace(text) // once over: what is filled in is not read again
}

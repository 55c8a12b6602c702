package dossier

// What was done: actions, visits, and what had to be put right.

import (
	"encoding/json"
	"fmt"
	"slices"

	"xuncha/casework"
)

// labels of arguments that people read, in their order.
var labels = []struct{ arg, name, list string }{
	{"outcome", "结论", "outcome"},
	{"verdict", "认定", "flag_verdict"},
	{"level", "督办级别", "supervision_level"},
	{"mode", "转办方式", "transfer_mode"},
	{"due", "期限", ""},
	{"days", "延期天数", ""},
	{"feedback_due", "反馈期限", ""},
	{"text", "内容", ""},
	{"reason", "理由", ""},
	{"advice", "指引", ""},
	{"handling_result", "处理结果", ""},
	{"complainant_reply", "答复内容", ""},
	{"legal_basis", "法律依据", ""},
	{"result", "办理结果", ""},
	{"undeliverable_reason", "未能送达的原因", ""},
}

// action is an action as its record tells it.
type action struct {
	Name, Actor, Outcome string
	ActorKind            string `json:"actor_kind"`
	ReceivedAt           string `json:"received_at"`
	DeviceAt             string `json:"device_at"`
	Args                 map[string]json.RawMessage
	Position             *casework.Position
	Evidence             []string
}

// judged is an item in the arguments of submit or verify.
type judged struct {
	ID, Before, After, Reason string
	Passed                    *bool
	Evidence                  []string
}

// Items are those that the action speaks of; most speak of none.
func (a action) Items() (out []judged) {
	_ = json.Unmarshal(a.Args["items"], &out)
	return out
}

// lines say what was found of an item.
func (i judged) lines(texts map[string]string) []line {
	if i.Passed == nil {
		return nil
	}
	result := "通过"
	if !*i.Passed {
		result = "未通过：" + i.Reason
	}
	return []line{{"核验", texts[i.ID] + "——" + result}}
}

// numbers are those of photos, each once, in their order.
func (b building) numbers(ids []string) []int {
	var out []int
	for _, id := range ids {
		if p := b.byID[id]; p != nil && !slices.Contains(out, p.N) {
			out = append(out, p.N)
		}
	}
	slices.Sort(out)
	return out
}

// itemTexts are those of what had to be put right, by id.
func (b building) itemTexts() (map[string]string, error) {
	texts := map[string]string{}
	for _, raw := range b.Records.Rectifications {
		var row struct{ Items []casework.Item }
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		for _, i := range row.Items {
			texts[i.ID] = i.Text
		}
	}
	return texts, nil
}

func (b building) steps() ([]step, error) {
	out := []step{}
	texts, err := b.itemTexts()
	if err != nil {
		return nil, err
	}
	for _, raw := range b.Records.Actions {
		var row action
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		s := step{At: clock(row.ReceivedAt), Name: row.Name, Who: b.name(row.Actor), Place: place(row.Position), Late: row.Outcome != casework.Applied}
		if row.DeviceAt != "" {
			s.At = clock(row.DeviceAt)
		}
		if row.ActorKind != string(casework.ByUser) {
			s.Who = word("actor_kind", row.ActorKind)
		}
		if rule, ok := casework.Process().Action(row.Name); ok {
			s.Name = rule.ZH
		}
		s.Lines = argued(row.Args)
		cited := row.Evidence
		for _, i := range row.Items() {
			s.Lines, cited = append(s.Lines, i.lines(texts)...), append(append(cited, i.Before, i.After), i.Evidence...)
		}
		s.Photos = b.numbers(cited)
		out = append(out, s)
	}
	return out, nil
}

// argued are the arguments of an action that people read.
func argued(args map[string]json.RawMessage) []line {
	var out []line
	for _, l := range labels {
		var value any
		if json.Unmarshal(args[l.arg], &value) != nil || value == nil || value == "" {
			continue
		}
		text := day(fmt.Sprint(value))
		if l.list != "" {
			text = word(l.list, text)
		}
		out = append(out, line{l.name, text})
	}
	return out
}

func (b building) visits() ([][]line, error) {
	out := [][]line{}
	for _, raw := range b.Records.Inspections {
		var row struct {
			Round                        int
			Inspectors                   []string
			Findings, Statement, Weather string
			StartedAt                    string  `json:"started_at"`
			FinishedAt                   string  `json:"finished_at"`
			MaxNoise                     float64 `json:"max_noise_db"`
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		noise := ""
		if row.MaxNoise > 0 {
			noise = fmt.Sprintf("%.1f 分贝", row.MaxNoise)
		}
		out = append(out, filled(
			line{"轮次", fmt.Sprintf("第 %d 轮", row.Round)}, line{"核查人员", b.people(row.Inspectors)}, line{"开始", clock(row.StartedAt)},
			line{"结束", clock(row.FinishedAt)}, line{"天气", row.Weather}, line{"最大噪声", noise}, line{"核查情况", row.Findings}, line{"当事人陈述", row.Statement},
		))
	}
	return out, nil
}

func (b building) items() ([]item, error) {
	out := []item{}
	for _, raw := range b.Records.Rectifications {
		var row struct {
			Items []struct {
				Text, Before, After, Reason string
				Passed                      bool
				Evidence                    []string
				Round                       int
			}
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		for _, i := range row.Items {
			shows := item{Text: i.Text, Before: b.byID[i.Before], After: b.byID[i.After]}
			switch {
			case i.Passed:
				shows.Result = "核验通过"
			case i.Reason != "":
				shows.Result = "核验未通过：" + i.Reason
			default:
				shows.Result = "尚未核验"
			}
			shows.Proof = b.numbers(i.Evidence)
			out = append(out, shows)
		}
	}
	return out, nil
}

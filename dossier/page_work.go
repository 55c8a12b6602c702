package dossier

// What was done: actions, visits, and what had to be put right.

import (
	"encoding/json"
	"fmt"

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

func (b building) steps() ([]step, error) {
	out := []step{}
	for _, raw := range b.Records.Actions {
		var row struct {
			Name, Actor, Outcome string
			ActorKind            string `json:"actor_kind"`
			ReceivedAt           string `json:"received_at"`
			DeviceAt             string `json:"device_at"`
			Args                 map[string]any
			Position             *casework.Position
			Evidence             []string
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		s := step{At: clock(row.ReceivedAt), Name: row.Name, Who: b.person(row.Actor), Place: place(row.Position), Late: row.Outcome != casework.Applied}
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
		for _, id := range row.Evidence {
			if p := b.byID[id]; p != nil {
				s.Photos = append(s.Photos, p.N)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// argued are the arguments of an action that people read.
func argued(args map[string]any) []line {
	var out []line
	for _, l := range labels {
		value, ok := args[l.arg]
		if !ok || value == nil || value == "" {
			continue
		}
		text := fmt.Sprint(value)
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
			for _, id := range i.Evidence {
				if p := b.byID[id]; p != nil {
					shows.Proof = append(shows.Proof, p)
				}
			}
			out = append(out, shows)
		}
	}
	return out, nil
}

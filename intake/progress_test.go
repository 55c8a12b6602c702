package intake_test

import (
	"encoding/json"
	"strings"
	"testing"

	"xuncha/casework"
	"xuncha/intake"
)

func told(steps ...intake.Step) intake.Progress {
	c := casework.Case{ID: "c1", Status: casework.Assigned, Round: 1, DueLegal: "2026-12-01"}
	return intake.Tell(intake.Story{Number: "2026-000001", ReceivedAt: "2026-11-24T01:00:00.000Z", Own: c, Main: c, Steps: steps})
}

// What a complainant gets a message about stands in his timeline, and nothing else but a
// return: the messages say "open it to read".
func TestEveryMessageHasItsLineInTheTimeline(t *testing.T) {
	for _, action := range casework.Process().Actions {
		for _, result := range action.To {
			tells := false
			for _, n := range result.Notices {
				tells = tells || n.To == casework.ToComplainant
			}
			from := action.From[0]
			if len(result.From) > 0 {
				from = result.From[0]
			}
			to := result.State
			switch to {
			case casework.Same:
				to = from
			case casework.Before:
				to = casework.Assigned
			}
			p := told(intake.Step{Name: action.Name, From: from, To: to, At: "2026-11-24T02:00:00.000Z"})
			if got := len(p.Timeline) == 2; got != tells && action.Name != "return" && action.Name != "unmerge" {
				t.Errorf("%s to %s: told %v, a message %v", action.Name, to, got, tells)
			}
		}
	}
}

func TestTheSentencesOfTheTimeline(t *testing.T) {
	for sentence, c := range map[string]struct {
		step   intake.Step
		zh, en string
	}{
		"an order with its date": {
			intake.Step{Name: "conclude", To: casework.Rectifying, Args: json.RawMessage(`{"order": {"deadline": "2026-12-01", "no": "内部1号"}}`)},
			"现场核查已完成，已责令改正，期限至 2026-12-01。", "The inspection is done; the polluter was ordered to put things right by 2026-12-01.",
		},
		"an order without": {
			intake.Step{Name: "conclude", To: casework.Rectifying},
			"现场核查已完成，已责令改正。", "The inspection is done.",
		},
		"a transfer by name": {
			intake.Step{Name: "transfer", To: casework.Transferred, Args: json.RawMessage(`{"target": "ag1"}`)},
			"举报已转交乙县分局办理。", "Your complaint was handed on to 乙县分局.",
		},
		"a transfer to a stranger": {
			intake.Step{Name: "transfer", To: casework.Transferred, Args: json.RawMessage(`{"target": "ag2"}`)},
			"举报已转交负责的单位办理。", "Your complaint was handed on to the authority that is responsible.",
		},
		"a plan": {
			intake.Step{Name: "stage_close", To: casework.StageClosed, Args: json.RawMessage(`{"plan": [{"what": "暗访复查", "due": "2027-01-01"}, {"what": "x", "due": "2027-03-01"}]}`)},
			"已阶段性办结，后续工作预计至 2027-03-01。", "It is closed for now; what remains is planned until 2027-03-01.",
		},
		"an extension, whose reason is the office's": {
			intake.Step{Name: "extend", To: casework.Assigned, Due: "2027-01-24", Args: json.RawMessage(`{"days": 30, "reason": "承办人李强请假"}`)},
			"办理期限延长 30 日，至 2027-01-24。", "The handling takes 30 days longer, until 2027-01-24.",
		},
		"an extension of a round that is over": {
			intake.Step{Name: "extend", To: casework.Assigned, Args: json.RawMessage(`{"days": 30, "reason": "承办人李强请假"}`)},
			"办理期限延长 30 日。", "The handling takes 30 days longer.",
		},
		"broken arguments": {
			intake.Step{Name: "extend", To: casework.Assigned, Args: json.RawMessage(`{"days": "{due}"`)},
			"", "",
		},
	} {
		c := c
		main := casework.Case{ID: "c1", Status: casework.Assigned}
		p := intake.Tell(intake.Story{Own: main, Main: main, Steps: []intake.Step{c.step}, Agencies: map[string]string{"ag1": "乙县分局"}})
		line := p.Timeline[1]
		if strings.Contains(line.ZH+line.EN, "{") || line.ZH == "" || line.EN == "" {
			t.Errorf("%s: %+v", sentence, line)
		}
		if c.zh != "" && (line.ZH != c.zh || line.EN != c.en) {
			t.Errorf("%s: %+v", sentence, line)
		}
	}
}

func TestTheReplyOfAnOldRoundIsNotShown(t *testing.T) {
	c := casework.Case{ID: "c1", Status: casework.Reopened, ComplainantReply: "已整改。", Outcome: casework.Mostly}
	if p := intake.Tell(intake.Story{Own: c, Main: c}); p.Reply != nil || p.Status.Code != "handling" || p.Can[0] != intake.CanWithdraw {
		t.Errorf("%+v", p)
	}
}

// One example of each action, such that it is admitted where the case stands ready for it,
// and the shortest way to each state.

package casetest

import (
	"encoding/json"
	"slices"
	"strings"

	"xuncha/casework"
)

// ways are the actions that lead from registered to each state.
var ways = map[casework.Status][]string{
	casework.Registered:  {},
	casework.Accepted:    {"accept"},
	casework.NotAccepted: {"refuse"},
	casework.Transferred: {"accept", "transfer"},
	casework.Merged:      {"accept", "merge"},
	casework.Assigned:    {"accept", "assign"},
	casework.Inspecting:  {"accept", "assign", "arrive"},
	casework.Rectifying:  {"accept", "assign", "arrive", "conclude"},
	casework.Verifying:   {"accept", "assign", "arrive", "conclude", "submit"},
	casework.Verified:    {"accept", "assign", "arrive", "conclude", "submit", "verify"},
	casework.Replying:    {"accept", "assign", "arrive", "conclude", "submit", "verify", "reply"},
	casework.Closed:      {"accept", "assign", "arrive", "conclude", "submit", "verify", "reply", "approve"},
	casework.StageClosed: {"accept", "assign", "arrive", "conclude", "stage_close"},
	casework.Reopened:    {"accept", "assign", "arrive", "conclude", "submit", "verify", "reply", "approve", "reopen"},
	casework.Withdrawn:   {"accept", "withdraw"},
}

// Way names the actions that lead from registered to the state.
func Way(state casework.Status) []string { return slices.Clone(ways[state]) }

// At is a world whose case went to the state by the examples.
func At(state casework.Status) *World {
	w := New()
	for _, name := range ways[state] {
		if v := w.Do(w.Example(name)); !v.Applied {
			panic("casetest: " + name + " on the way to " + string(state) + ": " + v.Code + " " + v.Detail)
		}
	}
	return w
}

// Example is the action by somebody who may do it, with arguments that fit the case.
func (w *World) Example(name string) casework.Action {
	example, ok := examples[name]
	if !ok {
		panic("casetest: no example of " + name)
	}
	a := w.By(actors[name], name, example(w))
	a.Position = &casework.Position{Lon: 120.1, Lat: 30.2, AccuracyM: 8, CRS: "wgs84"}
	return a
}

// actors do the examples; whoever is not named here is the dispatcher.
var actors = map[string]string{
	"arrive": Lin, "conclude": Lin, "submit": Lin, "verify": Lin,
	"approve": Reviewer, "send_back": Reviewer, "reopen": Reviewer, "stage_close": Reviewer, "resume": Reviewer,
	"extend": Reviewer, "withdraw": Intake, "supervise": Supervisor, "star": Supervisor,
	"receive": Abroad, "object": Abroad, "return": Abroad, "feed_back": Abroad,
}

// By is an action by a user of the world; nobody named means the dispatcher.
func (w *World) By(user, name string, args any) casework.Action {
	if user == "" {
		user = Dispatcher
	}
	p := w.People[user]
	return casework.Action{
		Case: w.Case.ID, Name: name, Args: raw(args), ActorKind: casework.ByUser,
		Actor: p.ID, ActorRole: p.Role, ActorAgency: p.Agency,
	}
}

func raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// Args are arguments by name.
type Args = map[string]any

var examples = map[string]func(*World) Args{
	"accept": func(*World) Args {
		return Args{"types": []string{"odour"}, "division_code": "990101", "urgent": false}
	},
	"refuse": func(*World) Args {
		return Args{"reason": "out_of_competence", "advice": "请向城市管理部门反映。"}
	},
	"transfer": transfer,
	"receive":  func(*World) Args { return Args{} },
	"object":   func(*World) Args { return Args{"reason": "不在本辖区。"} },
	"return":   func(*World) Args { return Args{"agreed_by": Dispatcher, "reason": "同意退回。"} },
	"feed_back": func(*World) Args {
		return Args{"result": "已督促停止排放。", "outcome": "substantiated"}
	},
	"merge":   func(*World) Args { return Args{"primary": PrimaryID} },
	"unmerge": func(*World) Args { return Args{} },
	"assign": func(*World) Args {
		return Args{"inspectors": []string{Lin, Wu}, "lead": Lin, "due": "2026-06-20", "reason": "工作安排"}
	},
	"unassign": func(*World) Args { return Args{"reason": "派错了人。"} },
	"arrive": func(w *World) Args {
		return Args{"inspection": w.Case.Inspection, "officers": []string{Lin, Wu}, "certificate_shown": true}
	},
	"conclude": conclude,
	"submit":   submit,
	"verify":   func(w *World) Args { return Verification(w, "") },
	"reply": func(*World) Args {
		return Args{
			"outcome": "substantiated", "handling_result": "已责令改正并核验。", "complainant_reply": "您反映的问题已经解决。",
			"legal_basis": "大气污染防治法第九十九条",
		}
	},
	"approve":     func(*World) Args { return Args{"delivered": true} },
	"send_back":   func(*World) Args { return Args{"reason": "请写明法律依据。"} },
	"reopen":      func(*World) Args { return Args{"reason": "举报人不满意。"} },
	"stage_close": func(*World) Args { return Args{"plan": []Args{{"what": "安装治理设施", "due": "2026-09-30"}}} },
	"resume":      func(*World) Args { return Args{} },
	"withdraw":    func(*World) Args { return Args{"reason": "问题已自行解决。"} },
	"extend":      func(*World) Args { return Args{"days": 30, "reason": "情况复杂。"} },
	"supervise":   func(*World) Args { return Args{"level": "supervised", "due": "2026-06-30"} },
	"star":        func(*World) Args { return Args{} },
	"note":        func(*World) Args { return Args{"text": "已电话联系。"} },
	"flag_decided": func(*World) Args {
		return Args{"photos": []string{Doubted}, "verdict": "accepted", "reason": "与现场核对一致。"}
	},
}

// transfer goes to an agency that does not have the case.
func transfer(w *World) Args {
	target := Elsewhere
	if w.Case.Status == casework.Transferred {
		target = City
	}
	return Args{"target": target, "mode": "forward", "feedback_due": "2026-06-30"}
}

func conclude(w *World) Args {
	items := []Args{}
	for _, id := range Items {
		items = append(items, Args{"id": id, "text": "整改 " + id})
	}
	return Args{"inspection": w.Case.Inspection, "outcome": "substantiated", "order": Args{
		"rectification": Order, "no": "责改〔2026〕1 号", "served_at": "2026-06-10T09:00:00+08:00",
		"deadline": "2026-06-25", "measures": "停止排放，清理现场", "responsible": "王经理", "items": items,
	}}
}

// open are the items of the order that have not passed.
func (w *World) open() []string {
	var out []string
	if w.Rectification != nil {
		for _, i := range w.Rectification.Items {
			if !i.Passed {
				out = append(out, i.ID)
			}
		}
	}
	return out
}

func submit(w *World) Args {
	items := []Args{}
	for _, id := range w.open() {
		items = append(items, Args{"id": id, "before": Photo("before", id), "after": Photo("after", id)})
	}
	return Args{"rectification": w.Case.Rectification, "items": items}
}

// Verification are the arguments of verify in which one item fails, or none for "".
func Verification(w *World, fails string) Args {
	items := []Args{}
	for _, id := range w.open() {
		item := Args{"id": id, "passed": true, "evidence": []string{Photo("scene", id)}}
		if id == fails {
			item = Args{"id": id, "passed": false, "reason": "仍有异味。"}
		}
		items = append(items, item)
	}
	return Args{"officers": []string{Lin, Wu}, "items": items}
}

// With returns arguments with some replaced; a dot reaches into a record, nil takes away.
func With(args json.RawMessage, changes Args) json.RawMessage {
	all := Args{}
	if err := json.Unmarshal(args, &all); err != nil {
		panic(err)
	}
	for name, value := range changes {
		into := all
		if outer, inner, ok := strings.Cut(name, "."); ok {
			into, name = all[outer].(Args), inner
		}
		if value == nil {
			delete(into, name)
			continue
		}
		into[name] = value
	}
	return raw(all)
}

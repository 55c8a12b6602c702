package demo

// What an inspector would laugh at: all that a case says must be able to be true of one
// matter, at the hour and on the day at which it happened.

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"xuncha/casework"
)

// looked are the seeds of the cities that are looked at, each made once.
var looked = []uint64{11, 12}

var lookedAt = sync.OnceValues(func() (all []City, err error) {
	for _, seed := range looked {
		c, err := Make(Size{Seed: seed, Cases: 1200, Now: now})
		if err != nil {
			return nil, fmt.Errorf("seed %d: %w", seed, err)
		}
		all = append(all, c)
	}
	return all, nil
})

// eachCity gives every city to a test, which only reads it.
func eachCity(t *testing.T, look func(lives []Life)) {
	t.Helper()
	all, err := lookedAt()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range all {
		t.Logf("seed %d", looked[i])
		look(c.Lives)
	}
}

func eachLife(t *testing.T, look func(l Life)) {
	t.Helper()
	eachCity(t, func(lives []Life) {
		for _, l := range lives {
			look(l)
		}
	})
}

// argsIn are the arguments of an action.
type argsIn struct {
	Inspection, Outcome, Reason, Advice string
	Officers                            []string
	Order                               *struct {
		No          string
		Responsible string
		ServedAt    string `json:"served_at"`
		Items       []struct{ Text string }
	}
	Items []struct {
		Passed bool
		Reason string
	}
	Plan      []struct{ What, Due string }
	Result    string `json:"handling_result"`
	ToPerson  string `json:"complainant_reply"`
	Corrected bool
}

// done are the applied actions of a name.
func (l *Life) done(t *testing.T, name string) (out []argsIn, at []time.Time) {
	t.Helper()
	for _, past := range l.history {
		if past.Name != name || past.Outcome != casework.Applied {
			continue
		}
		var in argsIn
		if err := json.Unmarshal(past.Args, &in); err != nil {
			t.Fatal(err)
		}
		when := past.DeviceAt
		if past.ActorKind != casework.ByUser {
			when = past.ReceivedAt
		}
		out, at = append(out, in), append(at, clockOf(t, when))
	}
	return out, at
}

func clockOf(t *testing.T, stamp string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return at.In(shanghai)
}

// sceneOf a visit: the one whose text its findings are.
func sceneOf(t *testing.T, l Life, v *visit) *finding {
	t.Helper()
	for _, f := range l.site.findings(period(clockOf(t, v.StartedAt)), func(*finding) bool { return true }) {
		parts := placeholder.Split(f.text, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		if regexp.MustCompile("^" + strings.Join(parts, ".+") + "$").MatchString(v.Findings) {
			return f
		}
	}
	t.Fatalf("case %s (%s): nobody can find this: %s", l.Number, l.site.name, v.Findings)
	return nil
}

func TestWhatIsFoundOrderedAnsweredAndRatedIsOneMatter(t *testing.T) {
	t.Parallel()
	drawn := 0
	eachLife(t, func(l Life) {
		scenes := map[string]*finding{}
		for _, v := range l.visits {
			if v.Findings == "" {
				continue
			}
			drawn++
			f := sceneOf(t, l, v)
			scenes[v.ID] = f
			isAgain := func(w line) bool { return v.Round > 1 && w.text == v.Statement }
			if !slices.Contains(f.says, v.Statement) && !slices.ContainsFunc(words()["again"], isAgain) {
				t.Errorf("case %s: %s: %s", l.Number, v.Findings, v.Statement)
			}
			if above := v.MaxNoise > limitOf(f.matter, period(clockOf(t, v.StartedAt))); v.MaxNoise > 0 && above == f.clear {
				t.Errorf("case %s: %.1f dB, and yet %s", l.Number, v.MaxNoise, v.Findings)
			}
		}
		follows(t, l, scenes)
		for _, r := range l.ratings {
			said, _ := r.Fields.(args)["text"].(string)
			for word, effect := range map[string]string{"味": "smell", "睡": "noise", "安静": "noise", "灰": "dust", "水": "water"} {
				if strings.Contains(said, word) && l.site.matter.effect != effect {
					t.Errorf("case %s (%s): %s", l.Number, l.site.name, said)
				}
			}
		}
	})
	if drawn < 500 {
		t.Errorf("only %d visits", drawn)
	}
}

// follows checks what was done after what was found.
func follows(t *testing.T, l Life, scenes map[string]*finding) {
	t.Helper()
	var last *finding
	concluded, _ := l.done(t, "conclude")
	for _, in := range concluded {
		f := scenes[in.Inspection]
		last = f
		if f.clear != (in.Outcome == "unsubstantiated") || f.clear && in.Order != nil || in.Corrected && f.spot == "" {
			t.Errorf("case %s: %s is %s", l.Number, f.text, in.Outcome)
		}
		if in.Order == nil {
			continue
		}
		var items []string
		for _, i := range in.Order.Items {
			items = append(items, i.Text)
		}
		if !slices.Equal(items, f.items) {
			t.Errorf("case %s: for %q it is ordered to %q", l.Number, f.text, items)
		}
		builds := l.site.matter.name == "site" || l.site.matter.name == "earth"
		if strings.Contains(in.Order.Responsible, "项目经理") != builds || l.site.matter.name == "radiation" && l.site.kind != "xray" {
			t.Errorf("case %s: an order to %s, %s", l.Number, l.site.name, in.Order.Responsible)
		}
	}
	verified, _ := l.done(t, "verify")
	for _, in := range verified {
		for _, i := range in.Items {
			if !i.Passed && i.Reason != last.fail {
				t.Errorf("case %s: %s failed: %s", l.Number, last.text, i.Reason)
			}
		}
	}
	stages, _ := l.done(t, "stage_close")
	for _, in := range stages {
		if in.Plan[0].What != last.plan {
			t.Errorf("case %s: %s is planned as %s", l.Number, last.text, in.Plan[0].What)
		}
	}
	replies, _ := l.done(t, "reply")
	for _, in := range replies {
		if in.ToPerson != "" && last != nil && !last.clear && !strings.Contains(in.ToPerson, last.done) && !strings.Contains(in.ToPerson, last.spot) {
			t.Errorf("case %s: %s is answered: %s", l.Number, last.text, in.ToPerson)
		}
	}
}

func TestRepliesClaimOnlyWhatHappened(t *testing.T) {
	t.Parallel()
	handedOver := 0
	eachLife(t, func(l Life) {
		concluded, _ := l.done(t, "conclude")
		verified, _ := l.done(t, "verify")
		replies, _ := l.done(t, "reply")
		for _, in := range replies {
			said := in.Result + in.ToPerson
			if len(concluded) == 0 {
				handedOver++
			}
			if len(concluded) == 0 && strings.Contains(said, "执法人员") || len(verified) == 0 && strings.Contains(said, "核验") || strings.Contains(said, "两次") {
				t.Errorf("case %s, %d visits, %d verifications: %s", l.Number, len(concluded), len(verified), said)
			}
		}
	})
	if handedOver < 10 {
		t.Errorf("only %d cases were answered by others", handedOver)
	}
}

func TestOfficersWorkAtPossibleHours(t *testing.T) {
	t.Parallel()
	clock := regexp.MustCompile(`(\d+)时(\d\d)分`)
	eachLife(t, func(l Life) {
		for _, v := range l.visits {
			if v.Findings == "" {
				continue
			}
			began := clockOf(t, v.StartedAt)
			if said := clock.FindString(v.Findings); said != "" && said != fmt.Sprintf("%d时%02d分", began.Hour(), began.Minute()) {
				t.Errorf("case %s: a visit at %s says %s", l.Number, began, said)
			}
			if h := began.Hour(); h < 8 || h > 16 && h < 22 || strings.Contains(v.Findings, "夜间") && h < 22 {
				t.Errorf("case %s: %s at %s", l.Number, v.Findings, began)
			}
		}
		concluded, at := l.done(t, "conclude")
		for i, in := range concluded {
			j := slices.IndexFunc(l.visits, func(v *visit) bool { return v.ID == in.Inspection })
			began := clockOf(t, l.visits[j].StartedAt)
			if took := at[i].Sub(began); took < 25*time.Minute || took > 4*time.Hour || at[i].Hour() < 6 {
				t.Errorf("case %s: arrived %s, concluded %s", l.Number, began, at[i])
			}
			if in.Order != nil && !clockOf(t, in.Order.ServedAt).Equal(at[i]) {
				t.Errorf("case %s: concluded %s, served %s", l.Number, at[i], in.Order.ServedAt)
			}
		}
	})
}

func TestOfficersGoOutOnWorkingDays(t *testing.T) {
	t.Parallel()
	visits, off, inHolidays := 0, 0, 0
	eachLife(t, func(l Life) {
		_, verified := l.done(t, "verify")
		for _, v := range l.visits {
			if v.StartedAt != "" {
				verified = append(verified, clockOf(t, v.StartedAt))
			}
		}
		for _, at := range verified {
			visits++
			if !(casework.Calendar{}).Working(at) {
				off++
			}
			if day := at.Format("01-02"); day >= "10-01" && day <= "10-07" || day >= "02-16" && day <= "02-22" {
				inHolidays++
			}
		}
	})
	if off*20 > visits || inHolidays > visits/100 || off == 0 {
		t.Errorf("of %d visits and verifications %d on days off, %d in the long holidays", visits, off, inHolidays)
	}
}

func TestAnOrderHasANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^云环[青白]责改字〔202[56]〕[1-9]\d*号$`)
	eachCity(t, func(lives []Life) {
		seen := map[string]string{}
		for _, l := range lives {
			concluded, _ := l.done(t, "conclude")
			var said []string
			for _, in := range concluded {
				if in.Order != nil {
					said = append(said, in.Order.No)
				}
			}
			for i, o := range l.orders {
				if seen[o.OrderNo] != "" || !form.MatchString(o.OrderNo) || said[i] != o.OrderNo {
					t.Errorf("case %s: %q stands also in %s; its action says %s", l.Number, o.OrderNo, seen[o.OrderNo], said[i])
				}
				seen[o.OrderNo] = l.Number
			}
		}
		if len(seen) < 300 {
			t.Errorf("only %d orders", len(seen))
		}
	})
}

// own are the matters that are the bureau's alone.
var own = []string{"chemical", "workshop", "metal", "outfall", "concrete", "boiler", "radiation", "farm", "quarry"}

func TestAdviceFitsTheMatterAndTheReason(t *testing.T) {
	t.Parallel()
	refusals := 0
	eachLife(t, func(l Life) {
		refused, _ := l.done(t, "refuse")
		for _, in := range refused {
			refusals++
			mt, said := l.site.matter, in.Advice
			for word, fits := range map[string]bool{
				"噪声": mt.effect == "noise", "施工": mt.known == "site", "扬尘": mt.effect == "dust", "油烟": mt.name == "restaurant", "异味": mt.effect == "smell",
				"排口": mt.effect == "water", "焚烧": mt.name == "burning", "电话未接通": l.Case.IdentityMode != "anonymous", "处罚": mt.known != "public", "食品": false,
			} {
				if strings.Contains(said, word) && !fits {
					t.Errorf("case %s (%s), %s: %s", l.Number, l.site.name, in.Reason, said)
				}
			}
			if in.Reason == "out_of_competence" && slices.Contains(own, mt.name) {
				t.Errorf("case %s: %s is the bureau's own: %s", l.Number, l.site.name, said)
			}
		}
	})
	if refusals < 400 {
		t.Errorf("only %d refusals", refusals)
	}
}

func TestAMessageFitsItsChannelItsAuthorAndItsMonth(t *testing.T) {
	t.Parallel()
	eachLife(t, func(l Life) {
		said := ""
		for _, row := range l.Rows {
			if row.Collection == "complaints" {
				said, _ = row.Fields.(args)["text"].(string)
			}
		}
		month := clockOf(t, l.Case.ReceivedAt).Month()
		for word, fits := range map[string]bool{
			"实名举报": l.Case.IdentityMode == "real_name", "来电": l.Case.Source == "hotline_12345", "来信": l.Case.Source == "letter" || l.Case.Source == "email",
			"高考": month >= time.March && month <= time.June, "入夏以来": month >= time.June && month <= time.September,
			"半夜": l.Case.NightWindow, "夜里": l.Case.NightWindow, "印刷车间": l.site.kind == "print", "猪": l.site.kind == "pig",
		} {
			if strings.Contains(said, word) && !fits {
				t.Errorf("case %s, %s, %s, %s, of %s: %s", l.Number, month, l.Case.Source, l.Case.IdentityMode, l.site.name, said)
			}
		}
		for _, place := range []string{l.site.road, l.site.town.name} {
			if strings.Contains(said, place+"的"+place) || strings.Contains(said, place+place) {
				t.Errorf("case %s: %s", l.Number, said)
			}
		}
	})
}

// A case into which others were merged says how many, and somebody new verifies it.
func TestARepeatedCaseIsSeenByANewEye(t *testing.T) {
	t.Parallel()
	verifications := 0
	eachCity(t, func(lives []Life) {
		merged := map[string]int{}
		for _, l := range lives {
			if l.Case.Primary != "" {
				merged[l.Case.Primary]++
			}
		}
		for _, l := range lives {
			if l.Case.RepeatCount != merged[l.Case.ID] {
				t.Errorf("case %s: repeat_count is %d, %d were merged into it", l.Number, l.Case.RepeatCount, merged[l.Case.ID])
			}
			arrived, _ := l.done(t, "arrive")
			for _, past := range l.history {
				at := clockOf(t, past.ReceivedAt)
				if past.Name != "verify" || l.repeatsAt(at) == 0 {
					continue
				}
				verifications++
				var in argsIn
				if err := json.Unmarshal(past.Args, &in); err != nil {
					t.Fatal(err)
				}
				isNew := func(who string) bool {
					return !slices.ContainsFunc(arrived, func(a argsIn) bool { return slices.Contains(a.Officers, who) })
				}
				if !slices.ContainsFunc(in.Officers, isNew) {
					t.Errorf("case %s is verified by those who inspected it", l.Number)
				}
			}
		}
	})
	if verifications < 20 {
		t.Errorf("only %d verifications of repeated cases", verifications)
	}
}

func TestFewStagesHaveRunOut(t *testing.T) {
	t.Parallel()
	c := makeCity(t, 1, 2000, now)
	open, past := 0, 0
	for _, l := range c.Lives {
		if l.Case.Status == casework.StageClosed {
			open++
			if l.Case.Plan[0].Due < casework.Date(now) {
				past++
			}
		}
	}
	if open < 6 || past > open/5 {
		t.Errorf("%d of %d stages have run out", past, open)
	}
}

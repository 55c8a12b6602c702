package demo

// A visit: what its record holds, and how officers fill it.

import (
	"fmt"
	"strings"
	"time"

	"xuncha/casework"
)

// visit is an inspection as its record holds it.
type visit struct {
	ID         string   `json:"id"`
	Case       string   `json:"case"`
	Round      int      `json:"round"`
	Inspectors []string `json:"inspectors"`
	Lead       string   `json:"lead"`
	StartedAt  string   `json:"started_at"`
	Findings   string   `json:"findings"`
	Statement  string   `json:"statement"`
	Weather    string   `json:"weather"`
	MaxNoise   float64  `json:"max_noise_db"`
	Samples    []string `json:"samples,omitempty"`
	Notes      []args   `json:"notes,omitempty"`
	FinishedAt string   `json:"finished_at"`
}

// fact is what casework asks of a visit.
func (v *visit) fact() *casework.Inspection {
	if v == nil {
		return nil
	}
	return &casework.Inspection{ID: v.ID, Case: v.Case, Round: v.Round, Inspectors: v.Inspectors, Lead: v.Lead, StartedAt: v.StartedAt}
}

// began is when the officers arrived; false if they have not.
func (l *Life) began() (time.Time, bool) {
	if l.visit == nil || l.visit.StartedAt == "" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, l.visit.StartedAt)
	if err != nil {
		l.err = err
	}
	return at.In(shanghai), err == nil
}

// look fills the visit's record and returns its photos.
func (l *Life) look(began time.Time, two []string) []string {
	l.discover(began)
	v, known, f := l.visit, l.words(true), l.found
	v.MaxNoise = l.measured(began)
	hours := period(began)
	known["db"], known["limit"] = fmt.Sprintf("%.1f", v.MaxNoise), fmt.Sprintf("%.0f", limitOf(f.matter, hours))
	known["clock"], known["period"] = fmt.Sprintf("%d时%02d分", began.Hour(), began.Minute()), map[string]string{"day": "昼间", "night": "夜间"}[hours]
	v.Findings, v.Statement, v.Weather = fill(l.r, f.text, known), pick(l.r, f.says), say(l.r, "weather", known)
	if l.Case.Round > 1 && !f.clear {
		v.Statement = say(l.r, "again", nil)
	}
	l.foundText = v.Findings
	if end := began.Add(l.minutes(25, 10)); !end.After(l.m.Now) {
		v.FinishedAt = local(end)
	}
	if l.r.Float64() < 0.3 {
		head := "note.field"
		if f.clear {
			head = "note.clear"
		}
		v.Notes = []args{{"id": l.m.id(l.r), "at": local(began.Add(20 * time.Minute)), "by": two[1], "text": say(l.r, head, known)}}
	}
	if strings.Contains(v.Findings, "采样") {
		what := map[bool]string{true: "水样 W", false: "样品 S"}[f.matter == "outfall" || f.matter == "farm"]
		if f.matter == "chemical" {
			what = "气样 Q"
		}
		for n := range 2 {
			v.Samples = append(v.Samples, fmt.Sprintf("%s%s-%d", what, began.Format("0102"), n+1))
		}
	}
	var photos []string
	for i := range 2 + l.r.IntN(2) {
		if at := began.Add(time.Duration(6+i*7) * time.Minute); !at.After(l.m.Now) {
			photos = append(photos, l.snap(at, two[i%2], "scene", "", ""))
		}
	}
	return photos
}

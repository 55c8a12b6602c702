// The beginning of a case: what must be there before it may be registered.

package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// shortestText: characters that a complaint has at least.
const shortestText = 5

// Register makes the first state of a case out of what intake knows: source, received_at,
// text_length, place or address, identity_mode. It starts the clock of acceptance. The error
// names the first thing that is missing.
func Register(c Case, rules []DeadlineRule, cal Calendar) (Case, error) {
	switch {
	case !known("source", c.Source):
		return c, fmt.Errorf("source: unknown %q", c.Source)
	case !known("identity_mode", c.IdentityMode):
		return c, fmt.Errorf("identity_mode: unknown %q", c.IdentityMode)
	case c.TextLength < shortestText:
		return c, fmt.Errorf("text: fewer than %d characters", shortestText)
	case c.Location == nil && blank(c.Address):
		return c, fmt.Errorf("location: neither a place nor an address")
	}
	for _, word := range c.PollutionTypes {
		if !known("pollution_type", word) {
			return c, fmt.Errorf("pollution_types: unknown %q", word)
		}
	}
	at, err := time.Parse(time.RFC3339, c.ReceivedAt)
	if err != nil {
		return c, fmt.Errorf("received_at: %w", err)
	}
	c.Status, c.Round, c.SupervisionLevel = Registered, 1, NotSupervised
	f := Facts{Rules: rules, Calendar: cal}
	c.runs(f.due(c, StepAccept, Date(at)))
	return c, nil
}

func known(list, code string) bool {
	return slices.ContainsFunc(Process().Words[list], func(w Word) bool { return w.Code == code })
}

// titleTypes: so many types of pollution stand in a title.
const titleTypes = 2

// Title names a case for lists: the accused unit, else the address, then what it is about.
func Title(respondent, address string, types []string) string {
	place := strings.TrimSpace(respondent)
	if place == "" {
		place = strings.TrimSpace(address)
	}
	if place == "" {
		place = "地点待查"
	}
	var about []string
	for _, code := range types[:min(len(types), titleTypes)] {
		if w, ok := Process().Word("pollution_type", code); ok {
			about = append(about, w.ZH)
		}
	}
	if len(about) == 0 {
		return place
	}
	end := ""
	if len(types) > titleTypes {
		end = "等"
	}
	return place + "：" + strings.Join(about, "、") + end
}

// What can be said of a case without an action: how it begins, what it is called, where it
// belongs once it is merged or closed.

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

// Root follows primary from a case to the end. primaryOf answers "" for a case that is not
// merged. A ring, which merging does not make, ends at the case where it would close.
func Root(id string, primaryOf func(id string) string) string {
	seen := map[string]bool{}
	for {
		seen[id] = true
		next := primaryOf(id)
		if next == "" || seen[next] {
			return id
		}
		id = next
	}
}

// TakesEvidence says whether a photo taken at a time (RFC 3339) may still join the case, and
// whether it comes late: the case was closed before it arrived. What was taken after the
// close is not the case's.
func (c Case) TakesEvidence(takenAt string) (takes, late bool) {
	if c.Status != Closed && c.Status != Withdrawn {
		return true, false
	}
	closed, err := time.Parse(time.RFC3339, c.ClosedAt)
	if err != nil {
		return false, false
	}
	taken, err := time.Parse(time.RFC3339, takenAt)
	return err == nil && !taken.After(closed), true
}

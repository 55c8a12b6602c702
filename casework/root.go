// Where records of a merged or a closed case belong.

package casework

import "time"

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

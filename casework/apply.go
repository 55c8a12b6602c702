// Apply: the one way a case moves.

package casework

import "time"

// Apply judges one action on one case at one time.
func Apply(f Facts, a Action, now time.Time) Verdict {
	return Verdict{Code: "unknown_action", Case: f.Case}
}

package phone

// The form of the ids that a phone makes.

import (
	"regexp"
	"testing"
	"time"
)

func TestULIDsAreWellFormedDifferentAndInOrder(t *testing.T) {
	form := regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	seen, last := map[string]bool{}, ""
	for range 1000 {
		id := ULID(now)
		if !form.MatchString(id) || seen[id] || id[:10] <= last {
			t.Fatalf("%s after %s", id, last)
		}
		seen[id], last = true, id[:10]
		now = now.Add(time.Millisecond)
	}
}

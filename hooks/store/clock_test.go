package store_test

// What the clock asks must not read every case that ever was: it is asked before a server serves.

import (
	"strings"
	"testing"
	"time"

	"xuncha/hooks/store"
)

func TestTheClockFindsItsCasesByIndices(t *testing.T) {
	t.Parallel()
	steps, err := store.ClockPlan(openApp(t), time.Now())
	if err != nil || len(steps) == 0 {
		t.Fatalf("%v %v", steps, err)
	}
	for _, step := range steps {
		if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "idx_cases_late") && !strings.Contains(step, "idx_cases_soon") {
			t.Errorf("%s", step)
		}
	}
}

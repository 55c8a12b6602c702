package sync

// Whatever may wait for a person is explained to him.

import (
	"strings"
	"testing"
)

func TestWhateverIsKeptIsExplained(t *testing.T) {
	kept := map[string]bool{CodeRecoveredCopy: true}
	for _, c := range ResultCodes {
		if strings.Contains(c.Outcomes, "held") || strings.Contains(c.Outcomes, "conflict") {
			kept[c.Code] = true
		}
	}
	for code := range kept {
		e := Explain(KindEdit, code)
		if e == otherwise || e.Happened == "" || e.HappenedZh == "" || e.Decide == "" || e.DecideZh == "" {
			t.Errorf("%s is not explained: %+v", code, e)
		}
	}
	for code := range explanations {
		if !kept[code] {
			t.Errorf("%s is explained, and nothing is kept under it", code)
		}
	}
	if Explain(KindBody, CodeReview) != byKind[KindBody] || Explain(KindAction, "wrong_state") != byKind[KindAction] {
		t.Error("a kind is not explained by its own words")
	}
}

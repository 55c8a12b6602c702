package boardtest

// Faults that a reading of the board found, each where it would show again.

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A case that is overdue has a ring of its own on the map, also where it is alone.
func TestAPinThatIsOverdueLooksOtherwise(t *testing.T) {
	o := Open(t)
	ids := o.Cases(1)
	b := Start(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".row .title")`)
	inTime := picture(b)
	yesterday := time.Now().AddDate(0, 0, -2).Format(time.DateOnly)
	o.change(ids[0], map[string]any{"due_strict": yesterday, "due_legal": yesterday, "overdue": true})
	b.Wait(`document.querySelector(".row .status.late, .row .overdue")`)
	b.Do(chromedp.Reload())
	b.Wait(`document.querySelector(".row .title")`)
	if picture(b) == inTime {
		t.Error("the map shows what is overdue as it shows what is in time")
	}
	b.Quiet()
}

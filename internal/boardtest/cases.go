package boardtest

// Cases to show: many, of known numbers, dates and states, in one transaction.

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/internal/house"
)

// Office is a house with one agency and who works there.
type Office struct {
	*house.House
	Agency     string
	Dispatcher house.User
	Reviewer   house.User
	Inspectors []house.User // three
}

// Division is the agency's.
const Division = "990101"

// Open starts a house with an agency that has a dispatcher, a reviewer and three inspectors.
func Open(t *testing.T) *Office {
	t.Helper()
	h := house.New(t)
	agency := h.Agency("甲县生态环境分局", Division)
	o := &Office{House: h, Agency: agency, Dispatcher: h.User("dispatcher", agency, "王丽"), Reviewer: h.User("reviewer", agency, "赵敏")}
	for _, name := range []string{"李强", "周洁", "吴刚"} {
		o.Inspectors = append(o.Inspectors, h.User("inspector", agency, name))
	}
	return o
}

// Statuses are those that cases are made in, one after the other.
var Statuses = []string{"registered", "accepted", "assigned", "inspecting", "rectifying", "verifying", "replying"}

// Cases makes n open cases, numbered 2026-000001 and on. The i-th is due i days after
// tomorrow, lies in a square of 0.2 degrees, and has the state of its turn. Their ids in order.
func (o *Office) Cases(n int) []string {
	o.T.Helper()
	col, err := o.App.FindCollectionByNameOrId("cases")
	if err != nil {
		o.T.Fatal(err)
	}
	ids := make([]string, n)
	ctx := hooks.Seeding(context.WithoutCancel(o.T.Context()))
	const together = 500
	for from := 0; from < n; from += together {
		err := o.App.RunInTransaction(func(tx core.App) error {
			for i := from; i < min(n, from+together); i++ {
				r := core.NewRecord(col)
				r.Load(o.fields(i))
				if err := tx.SaveWithContext(ctx, r); err != nil {
					return err
				}
				ids[i] = r.Id
			}
			return nil
		})
		if err != nil {
			o.T.Fatal(err)
		}
	}
	return ids
}

func (o *Office) fields(i int) map[string]any {
	status := Statuses[i%len(Statuses)]
	due := time.Now().AddDate(0, 0, 1+i).Format(time.DateOnly)
	fields := map[string]any{
		"number": fmt.Sprintf("2026-%06d", i+1), "status": status, "round": 1, "source": "web", "agency": o.Agency, "division_code": Division,
		"pollution_types": []string{[]string{"odour", "dust", "water", "noise"}[i%4]}, "title": fmt.Sprintf("第 %d 厂：恶臭异味", i+1),
		"text": "工厂夜间排放刺鼻气味，影响休息", "text_length": 15, "address": "化工路 3 号", "identity_mode": "anonymous", "supervision_level": "none",
		"location":    map[string]any{"lon": 116.3 + float64(i*37%200)/1000, "lat": 39.8 + float64(i*53%200)/1000, "crs": "wgs84"},
		"received_at": time.Now().Add(-time.Duration(i+10) * time.Minute).UTC().Format("2006-01-02T15:04:05.000Z"), "due_strict": due, "due_legal": due,
	}
	if status != "registered" && status != "accepted" {
		fields["inspectors"], fields["lead"] = []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, o.Inspectors[0].ID
	}
	return fields
}

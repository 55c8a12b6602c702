package journey

// The journey when the machine is lost on the way: what the phones did after the backup is
// done again by themselves, and the case ends as it would have.

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// loseMachine ends the server as a fire does, and brings the newest backup to a new machine.
func (c *city) loseMachine(copies, keys string) {
	c.t.Helper()
	c.power.mu.Lock()
	defer c.power.mu.Unlock()
	c.power.server.kill(c.t)
	if err := os.RemoveAll(c.dir); err != nil {
		c.t.Fatal(err)
	}
	run(c.t, "backup", "--check", copies)
	run(c.t, "restore", copies, "--dir", c.dir, "--keys", keys)
	c.power.server = serve(c.t, c.dir, c.power.env...)
}

func TestJourneyEndsInTheSameCaseThoughTheMachineIsLost(t *testing.T) {
	var calm string
	for i, when := range []string{"not at all", "after the inspection", "during the inspection"} {
		t.Run(when, func(t *testing.T) {
			c := newCity(t, http.DefaultTransport)
			copies, keys := filepath.Join(t.TempDir(), "copies"), t.TempDir()
			e := &errand{city: c, i: 200 + i}
			e.complain()
			e.dispatch()
			run(t, "backup", copies, "--dir", c.dir, "--keys", keys, "--elsewhere") // beside the server at work
			e.inspect([]int{0, 1, 2, 3, 4, 5})
			if i > 0 {
				before := e.pa.Epoch
				c.loseMachine(copies, keys)
				if i == 2 { // a phone that was answered, and edits before it comes again
					e.pa.Edit("inspections", e.visit, map[string]any{"weather": "阴"})
					e.pa.Edit("inspections", e.visit, map[string]any{"weather": "晴"})
				}
				syncAll(t, e.pb, e.pa, e.pb)
				if e.pa.Epoch == before || e.pa.Epoch != e.pb.Epoch {
					t.Fatalf("epochs %s, then %s and %s", before, e.pa.Epoch, e.pb.Epoch)
				}
				for n, shot := range e.pictures { // a phone keeps its photos until durable has passed them
					e.upload(c.people[[]string{"a", "a", "b"}[n]], shot)
				}
				e.stored(e.id, 4)
				syncAll(t, e.pa, e.pb)
			}
			e.rectify()
			e.close()
			c.fsck()
			c.verify()
			summary := e.summary()
			if calm == "" {
				calm = summary
			}
			if summary != calm {
				t.Errorf("ended in\n%s\nwithout a loss in\n%s", summary, fmt.Sprint(calm))
			}
		})
	}
}

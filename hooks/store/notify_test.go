package store_test

// The outbox in the database passes the suite of all outboxes, and its queries use indices.

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/notify"
	"xuncha/notify/notifytest"
)

// openApp is a migrated database on disk without our hooks.
func openApp(t *testing.T) core.App {
	t.Helper()
	app, err := hooks.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.ResetBootstrapState(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// subject is the adapter with what the suite needs beside the port.
type subject struct{ store.Outbox }

func (s subject) SetDevice(d notify.Device) error {
	r, err := s.App.FindRecordById("devices", d.ID)
	if err != nil {
		col, err := s.App.FindCollectionByNameOrId("devices")
		if err != nil {
			return err
		}
		r = core.NewRecord(col)
	}
	r.Load(map[string]any{
		"id": d.ID, "user": d.Owner, "channel": d.Channel, "token": d.Token, "language": d.Language, "last_seen_at": d.Seen,
	})
	return s.App.Save(r)
}

func (s subject) HasDevice(id string) (bool, error) {
	records, err := s.App.FindRecordsByIds("devices", []string{id})
	return len(records) > 0, err
}

func (s subject) StateOf(id string) (notify.State, error) {
	r, err := s.App.FindRecordById("deliveries", id)
	if err != nil {
		return "", err
	}
	return notify.State(r.GetString("state")), nil
}

func TestTheDatabaseIsAnOutbox(t *testing.T) {
	t.Parallel()
	notifytest.Outbox(t, func(t *testing.T) notifytest.Subject { return subject{store.Outbox{App: openApp(t)}} })
}

var noon = time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)

func TestARollbackLeavesNoMessage(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	p := notifytest.Phone("A")
	if err := (subject{store.Outbox{App: app}}).SetDevice(p); err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	err := app.RunInTransaction(func(tx core.App) error {
		if err := (store.Outbox{App: tx}).Enqueue(t.Context(), notifytest.Told(p, "event0000000001", "assigned", "HB-1", false), noon); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	for _, table := range []string{"notifications", "deliveries"} {
		if n, err := app.CountRecords(table); err != nil || n != 0 {
			t.Errorf("%s: %d rows %v", table, n, err)
		}
	}
}

func TestASentDeliveryKeepsWhenAndAFailedOneWhy(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	s := subject{store.Outbox{App: app}}
	for i, letter := range []string{"A", "B"} {
		p := notifytest.Phone(letter)
		if err := s.SetDevice(p); err != nil {
			t.Fatal(err)
		}
		if err := s.Enqueue(t.Context(), notifytest.Told(p, "event000000000"+letter, "assigned", "HB-1", false), noon); err != nil {
			t.Fatal(err)
		}
		out, err := s.Lease(t.Context(), notify.Want{Channel: "fcm", Now: noon, Until: noon.Add(time.Minute), Max: 1})
		if err != nil || len(out) != 1 {
			t.Fatalf("%+v %v", out, err)
		}
		done := []notify.Settlement{{ID: out[0].ID, Attempt: 1, State: notify.Sent}, {ID: out[0].ID, Attempt: 1, State: notify.Failed, Error: "400"}}[i]
		if err := s.Settle(t.Context(), noon.Add(time.Second), []notify.Settlement{done}); err != nil {
			t.Fatal(err)
		}
		r, err := app.FindRecordById("deliveries", out[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		sent, why := r.GetString("sent_at"), r.GetString("error")
		if want := []string{"2026-05-06T04:00:01.000Z", ""}[i]; sent != want {
			t.Errorf("sent at %q, want %q", sent, want)
		}
		if want := []string{"", "400"}[i]; why != want {
			t.Errorf("error %q, want %q", why, want)
		}
	}
}

// A few rows of a case's family may be sorted; nothing reads a whole table.
func TestTheQueriesOfTheOutboxUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, sql := range store.OutboxQueries() {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, step := range plan {
			for _, table := range []string{"deliveries", "notifications", "devices", "users", "cases", "complaints", "d", "n", "v", "x", "m", "c", "co"} {
				if strings.HasPrefix(step.Detail, "SCAN "+table+" ") || step.Detail == "SCAN "+table {
					t.Errorf("%s: %s", name, step.Detail)
				}
			}
			if name == "dueDeliveries" && strings.Contains(step.Detail, "TEMP B-TREE") {
				t.Errorf("%s sorts all that is due: %s", name, step.Detail)
			}
		}
	}
}

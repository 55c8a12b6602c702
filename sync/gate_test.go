package sync_test

// The gate: who waits, who is sent away, and that a page is given back however an answer
// ends.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	stdsync "sync"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/sync"
)

// crowded is a house with many rows for ann, and a desk with one place for a large page.
func crowded(most int, patience time.Duration) (*server, sync.Desk) {
	s := newServer()
	s.w.agency["ann"] = "east"
	for i := range 30 {
		k := key{"cases", fmt.Sprintf("aaaaaaaaaaaaaa%03d", i)}
		s.w.assigned[k.id] = []string{"ann"}
		s.w.write(k, row{caseID: k.id}, sync.Fields{"text": encoded(strings.Repeat("文", 1000))}, byServer)
	}
	return s, sync.Desk{House: s, Key: []byte("k"), Now: time.Now, Gate: sync.NewGate(1, most, patience)}
}

func hello(cursor string) sync.Request {
	r := sync.Request{Client: sync.Client{ID: "01JD0000000000000000000001", Schema: 1}, Cursor: cursor, Pull: &sync.PullSpec{Limit: 500}}
	if cursor != "" {
		r.Epoch = "e1"
	}
	return r
}

func ask(t *testing.T, d sync.Desk, r sync.Request) (sync.Answer, error) {
	t.Helper()
	a, err := d.Answer(context.Background(), sync.User{ID: "ann"}, r)
	if err == nil && !json.Valid(a.Wire()) {
		t.Errorf("no JSON: %.300s", a.Wire())
	}
	return a, err
}

func TestWhoHasLittleToTakePassesBesideTheGate(t *testing.T) {
	s, desk := crowded(0, time.Minute)
	first, err := ask(t, desk, hello(""))
	if err != nil {
		t.Fatal(err)
	}
	cursor := first.Cursor // and the page is not given back: the gate is shut
	for range 3 {
		a, err := ask(t, desk, hello(cursor))
		if err != nil || a.More {
			t.Fatalf("nothing is new: %v", err)
		}
		a.Done()
		s.serverWrites(key{"cases", "aaaaaaaaaaaaaa001"}, "text", encoded("新"), false)
	}
	var busy sync.Busy
	if _, err := ask(t, desk, hello("")); !errors.As(err, &busy) || busy.Limit() != 0 || busy.Code() != "busy" {
		t.Errorf("a large pull before a shut gate: %v", err)
	}
	first.Done()
	again, err := ask(t, desk, hello(""))
	if err != nil {
		t.Errorf("after the page was given back: %v", err)
	}
	again.Done()
}

func TestTheGateLetsInInOrderAndSendsAwayWhoWaitsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, desk := crowded(3, time.Minute)
		first, err := ask(t, desk, hello(""))
		if err != nil {
			t.Fatal(err)
		}
		var mu stdsync.Mutex
		var let []int
		for i := range 5 {
			go func() {
				a, err := ask(t, desk, hello(""))
				mu.Lock()
				if err != nil {
					i = -i
				}
				let = append(let, i)
				mu.Unlock()
				if err == nil {
					time.Sleep(40 * time.Second) // it computes
					a.Done()
				}
			}()
			synctest.Wait()
		}
		mu.Lock()
		if fmt.Sprint(let) != "[-3 -4]" {
			t.Errorf("sent away at once: %v", let)
		}
		mu.Unlock()
		first.Done()
		time.Sleep(5 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if fmt.Sprint(let) != "[-3 -4 0 1 -2]" { // the third has waited for a minute
			t.Errorf("let in: %v", let)
		}
	})
}

// An error after the turn was given, or a caller that leaves meanwhile, costs no place.
func TestAFailedAnswerGivesItsPageBack(t *testing.T) {
	s, desk := crowded(1, time.Minute)
	desk.House = failing{s}
	for range 3 {
		if _, err := ask(t, desk, hello("")); err == nil || errors.As(err, new(sync.Busy)) {
			t.Fatalf("it failed with %v", err)
		}
	}
	desk.House = s
	a, err := ask(t, desk, hello(""))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := desk.Answer(ctx, sync.User{ID: "ann"}, hello("")); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	a.Done()
}

// failing is a house whose rows cannot be read to the end.
type failing struct{ *server }

func (f failing) Reading(do func(sync.View) error) error {
	return f.server.Reading(func(v sync.View) error { return do(broken{v}) })
}

type broken struct{ sync.View }

func (b broken) Rows(q sync.Query, take func(*sync.Row) bool) error {
	_ = b.View.Rows(q, take)
	return errors.New("the disk is gone")
}

// What goes ahead and what comes behind it are the answer; the next one begins anew, also
// where the one before failed midway.
func TestAnAnswerThatGoesAheadIsTheSame(t *testing.T) {
	s, desk := crowded(1, time.Minute)
	for i := range 300 {
		k := key{"cases", fmt.Sprintf("bbbbbbbbbbbbbb%03d", i)}
		s.w.assigned[k.id] = []string{"ann"}
		s.w.write(k, row{caseID: k.id}, sync.Fields{"text": encoded(strings.Repeat("文", 500))}, byServer)
	}
	for round := range 3 {
		var ahead bytes.Buffer
		if round == 1 {
			desk.House = failing{s}
		}
		a, err := desk.Ahead(&ahead).Answer(context.Background(), sync.User{ID: "ann"}, hello(""))
		if desk.House = s; round == 1 {
			if err == nil || ahead.Len() == 0 {
				t.Fatalf("it did not fail midway: %v, %d bytes", err, ahead.Len())
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if ahead.Len() < 256<<10 || len(a.Rest()) == 0 || ahead.String()+string(a.Rest()) != string(a.Wire()) {
			t.Errorf("%d bytes ahead and %d behind of %d", ahead.Len(), len(a.Rest()), len(a.Wire()))
		}
		a.Done()
	}
	a, err := ask(t, desk, hello(""))
	if err != nil || string(a.Rest()) != string(a.Wire()) {
		t.Errorf("one that does not go ahead: %v, %d of %d bytes", err, len(a.Rest()), len(a.Wire()))
	}
	a.Done()
}

// What goes out as bytes is what a decoder would have written.
func TestTheWireOfAPageIsThatOfItsRows(t *testing.T) {
	s, desk := crowded(1, time.Minute)
	base, err := ask(t, desk, hello(""))
	if err != nil {
		t.Fatal(err)
	}
	defer base.Done()
	var got sync.Answer
	if err := json.Unmarshal(base.Wire(), &got); err != nil {
		t.Fatal(err)
	}
	view := s.view("ann")
	if len(got.Changes) != len(view) || got.More || got.Epoch != "e1" || got.Head != s.w.head || got.Results == nil {
		t.Errorf("%d changes of %d, %+v", len(got.Changes), len(view), got.Head)
	}
	for _, c := range got.Changes {
		if r := view[key{c.Collection, c.Record}]; !sync.Same(c.Doc, encoded(r.doc)) || !sync.Same(c.Versions, encoded(r.versions)) || c.Seq != r.seq {
			t.Errorf("%s %s: %s", c.Collection, c.Record, c.Doc)
		}
	}
}

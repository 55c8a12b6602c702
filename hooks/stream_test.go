package hooks_test

// The stream: who may listen, and what he hears.

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"xuncha/internal/house"
)

// events are the lines of a stream; they end when it does.
func events(t *testing.T, h *house.House, path, token string) (int, <-chan string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan string, 100)
	go func() {
		defer close(out)
		defer func() { _ = res.Body.Close() }()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				out <- data
			}
		}
	}()
	return res.StatusCode, out
}

// hears waits for an event, or for the end of the stream.
func hears(t *testing.T, lines <-chan string) (data string, open bool) {
	t.Helper()
	select {
	case data, open = <-lines:
		return data, open
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is heard")
	}
	return "", false
}

func quiet(t *testing.T, lines <-chan string) {
	t.Helper()
	select {
	case data, open := <-lines:
		t.Errorf("heard %q, open: %v", data, open)
	case <-time.After(300 * time.Millisecond):
	}
}

func TestAStreamTellsTheHeadOnceAndThenWhatIsNew(t *testing.T) {
	f := inField(t)
	status, lines := events(t, f.h, "/api/sync/stream", f.a.Token)
	first, open := hears(t, lines)
	if status != http.StatusOK || !open || !strings.Contains(first, `"head":`) {
		t.Fatalf("%d %q", status, first)
	}
	quiet(t, lines)
	f.pb.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pb)
	if next, open := hears(t, lines); !open || next == first {
		t.Errorf("%q after %q", next, first)
	}
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	for range lines { // the end of the stream ends the test
	}
}

func (f field) ticket(t *testing.T) string {
	t.Helper()
	status, body := f.h.Do("POST", "/api/sync/ticket", f.a.Token, map[string]any{})
	id, _ := body["ticket"].(string)
	if status != http.StatusOK || id == "" {
		t.Fatalf("%d %v", status, body)
	}
	return "/api/sync/stream?ticket=" + id
}

func TestATicketCountsOnceAndWhileItsLogInDoes(t *testing.T) {
	f := inField(t)
	path := f.ticket(t)
	status, lines := events(t, f.h, path, "")
	if _, open := hears(t, lines); status != http.StatusOK || !open {
		t.Errorf("a good ticket: %d", status)
	}
	if status, body := f.h.Do("GET", path, "", nil); status != http.StatusUnauthorized || body["code"] != "ticket_invalid" {
		t.Errorf("used twice: %d %v", status, body)
	}
	path = f.ticket(t)
	user, err := f.h.App.FindRecordById("users", f.a.ID)
	if err != nil {
		t.Fatal(err)
	}
	user.SetPassword(house.Password + "-new")
	if err := f.h.App.Save(user); err != nil {
		t.Fatal(err)
	}
	if status, body := f.h.Do("GET", path, "", nil); status != http.StatusUnauthorized || body["code"] != "unauthorized" {
		t.Errorf("after a new password: %d %v", status, body)
	}
	f.a.Token = f.h.SignIn(f.a.Email, house.Password+"-new")
	path = f.ticket(t)
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	if status, body := f.h.Do("GET", path, "", nil); status != http.StatusUnauthorized || body["code"] != "disabled" {
		t.Errorf("after the user was disabled: %d %v", status, body)
	}
}

// A server that stops ends its streams, so that phones come to the next one.
func TestAServerThatStopsEndsItsStreams(t *testing.T) {
	f := inField(t)
	var all []<-chan string
	for range 20 {
		_, lines := events(t, f.h, "/api/sync/stream", f.a.Token)
		hears(t, lines)
		all = append(all, lines)
	}
	f.h.Stop()
	for _, lines := range all {
		for range lines { // the end of each ends the test
		}
	}
}

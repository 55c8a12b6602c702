package hooks_test

// How often one may ask: each user for himself, a network for those without a log-in, and
// longer waits for who guesses passwords.

import (
	"fmt"
	"net/http"
	"strconv"
	stdsync "sync"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/hooks/route"
	"xuncha/internal/house"
)

func limited(t *testing.T, l route.Limits) (*house.House, *clock) {
	t.Helper()
	c := &clock{at: time.Now()}
	return house.With(t, t.TempDir(), hooks.Config{Now: c.now, Intake: unlimited, Limits: l}), c
}

// until asks again and again and returns how many were answered before the first 429.
func until(t *testing.T, h *house.House, method, path, token string, body any) (passed int, refusal map[string]any) {
	t.Helper()
	for passed < 1000 {
		status, answer := h.Do(method, path, token, body)
		if status == http.StatusTooManyRequests {
			return passed, answer
		}
		passed++
	}
	return passed, nil
}

func TestEachUserHasHisOwnTurns(t *testing.T) {
	h, c := limited(t, route.Limits{Writes: 60, WriteBurst: 5, Reads: 60, ReadBurst: 7})
	agency := h.Agency("甲县分局", "990101")
	one, other := h.User("inspector", agency, "李强"), h.User("inspector", agency, "周敏")
	passed, refusal := until(t, h, "GET", "/api/devices", one.Token, nil)
	if passed != 7 || refusal["code"] != "rate_limited" || refusal["data"].(map[string]any)["limit"] != 60.0 {
		t.Errorf("%d reads, then %v", passed, refusal)
	}
	passed, _ = until(t, h, "POST", "/api/sync/ticket", one.Token, map[string]any{})
	if passed != 5 {
		t.Errorf("%d writes", passed)
	}
	for range 7 { // behind the same address
		if status, answer := h.Do("GET", "/api/devices", other.Token, nil); status != http.StatusOK {
			t.Errorf("a colleague: %d %v", status, answer)
		}
	}
	for range 20 { // a phone's sync waits for no turn of these
		status, answer := h.Do("POST", "/api/sync", one.Token, map[string]any{"client": map[string]any{"id": "01JD0000000000000000000001", "schema": 1}})
		if status != http.StatusOK {
			t.Fatalf("sync: %d %v", status, answer)
		}
	}
	req, err := http.NewRequest("GET", h.URL+"/api/devices", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", one.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	wait, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 2 {
		t.Fatalf("Retry-After %q", res.Header.Get("Retry-After"))
	}
	c.forward(time.Duration(wait) * time.Second)
	if status, answer := h.Do("GET", "/api/devices", one.Token, nil); status != http.StatusOK {
		t.Errorf("after the wait: %d %v", status, answer)
	}
}

func TestStrangersShareTheirNetworksTurns(t *testing.T) {
	h, _ := limited(t, route.Limits{Strangers: 60, StrangerBurst: 10})
	passed, refusal := until(t, h, "GET", "/api/cases", "", nil)
	if passed != 10 || refusal["code"] != "rate_limited" {
		t.Errorf("%d passed, then %v", passed, refusal)
	}
	if status, _ := h.Do("GET", "/healthz", "", nil); status != http.StatusOK {
		t.Errorf("health is no matter of turns: %d", status)
	}
	root := h.Root()
	for range 20 {
		if status, answer := h.Do("GET", "/api/collections", root, nil); status != http.StatusOK {
			t.Fatalf("the operator: %d %v", status, answer)
		}
	}
}

func TestWhoGuessesWaitsLongerEachTime(t *testing.T) {
	h, c := limited(t, route.Limits{FreeGuesses: 3})
	u := h.User("inspector", h.Agency("甲县分局", "990101"), "李强")
	try := func(identity, password string) (int, map[string]any) {
		return h.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": identity, "password": password})
	}
	last := 0.0
	for round := range 5 {
		for range 3 {
			status, answer := try(u.Email, "wrong")
			if status == http.StatusBadRequest && answer["code"] == "password_wrong" {
				continue
			}
			wait := answer["data"].(map[string]any)["retry_after"].(float64)
			if status != http.StatusTooManyRequests || wait < last {
				t.Fatalf("round %d: %d %v", round, status, answer)
			}
			last = wait
			break
		}
		if round > 0 && last == 0 {
			t.Errorf("round %d: no wait", round)
		}
		if status, _ := try(u.Email, house.Password); last > 0 && status != http.StatusTooManyRequests {
			t.Errorf("round %d: the right password within the wait: %d", round, status)
		}
		c.forward(time.Duration(last) * time.Second)
	}
	if last < 8 {
		t.Errorf("the wait is %v s after many wrong ones", last)
	}
	if status, answer := try(u.Email, house.Password); status != http.StatusOK {
		t.Errorf("after the wait: %d %v", status, answer)
	}
	if status, _ := try(u.Email, "wrong"); status != http.StatusBadRequest {
		t.Errorf("a right one ends the waits: %d", status)
	}
}

// A carrier's network brings hundreds of officers to work at once.
func TestManyBehindOneAddressSignInAtOnce(t *testing.T) {
	h, _ := limited(t, route.Limits{})
	agency := h.Agency("甲县分局", "990101")
	var people []house.User
	for i := range 20 {
		people = append(people, h.User("inspector", agency, fmt.Sprintf("巡查%d", i)))
	}
	var all stdsync.WaitGroup
	for _, u := range people {
		all.Go(func() {
			for range 2 {
				if !signsIn(h, u.Email, house.Password) {
					t.Errorf("%s does not sign in", u.Name)
				}
			}
		})
	}
	all.Wait()
}

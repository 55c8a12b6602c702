package hooks_test

// A token is remembered for a moment, and never longer than it is good.

import (
	"fmt"
	"net/http"
	stdsync "sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/internal/house"
)

// isKnown asks for what only those who are signed in are answered at all.
func isKnown(h *house.House, token string) bool {
	status, body := h.Do("GET", "/api/cases", token, nil)
	if status != http.StatusOK && status != http.StatusForbidden && status != http.StatusUnauthorized {
		h.T.Errorf("%d %v says nothing of the token", status, body)
	}
	return status != http.StatusUnauthorized
}

func TestAChangedUserIsChangedAtOnce(t *testing.T) {
	p := twoAgencies(t)
	for name, change := range map[string]func(user *core.Record) error{
		"another password": func(user *core.Record) error {
			user.SetPassword("Another-pass-2026")
			return p.h.App.Save(user)
		},
		"all signed out": func(user *core.Record) error {
			user.RefreshTokenKey()
			return p.h.App.Save(user)
		},
		"deleted": func(user *core.Record) error { return p.h.App.Delete(user) },
		"other secrets": func(user *core.Record) error {
			users, err := p.h.App.FindCollectionByNameOrId("users") // a copy: the user's own is shared
			if err != nil {
				return err
			}
			users.AuthToken.Secret = "another-secret-another-secret-another-secret-another"
			return p.h.App.Save(users)
		},
	} {
		who := p.h.User("inspector", p.here, "某人")
		if !isKnown(p.h, who.Token) {
			t.Fatalf("%s: nobody knows the token before", name)
		}
		user, err := p.h.App.FindRecordById("users", who.ID)
		if err != nil {
			t.Fatal(err)
		}
		var asking stdsync.WaitGroup
		stop := make(chan struct{})
		for range 4 { // who reads at the moment of the change must not bring the old user back
			asking.Go(func() {
				for tick := time.Tick(5 * time.Millisecond); ; isKnown(p.h, who.Token) {
					select {
					case <-stop:
						return
					case <-tick:
					}
				}
			})
		}
		if err := change(user); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for range 20 {
			if isKnown(p.h, who.Token) {
				t.Errorf("%s: the token is still taken", name)
				break
			}
		}
		close(stop)
		asking.Wait()
	}
}

func TestWhatAnotherProcessChangesOfAUserCountsWithinSeconds(t *testing.T) {
	p := twoAgencies(t)
	who := p.h.User("inspector", p.here, "某人")
	if !isKnown(p.h, who.Token) {
		t.Fatal("nobody knows the token")
	}
	exec := fmt.Sprintf("UPDATE users SET tokenKey = 'another-key-another-key-another-key-of-it' WHERE id = '%s'", who.ID)
	if _, err := p.h.App.DB().NewQuery(exec).Execute(); err != nil {
		t.Fatal(err)
	}
	tick := time.Tick(20 * time.Millisecond)
	for end := time.Now().Add(10 * time.Second); isKnown(p.h, who.Token); <-tick {
		if time.Now().After(end) {
			t.Fatal("the token is still taken after 10 s")
		}
	}
}

func TestATokenEndsWhenItEnds(t *testing.T) {
	p := twoAgencies(t)
	user, err := p.h.App.FindRecordById("users", p.h.User("inspector", p.here, "某人").ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := user.NewStaticAuthToken(2 * time.Second) // ends at a whole second
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(2 * time.Second)
	if !isKnown(p.h, token) {
		t.Fatal("nobody knows the token")
	}
	for tick := time.Tick(20 * time.Millisecond); time.Now().Before(end); <-tick {
		isKnown(p.h, token) // so that it is remembered to the last
	}
	if isKnown(p.h, token) {
		t.Error("a token is taken after its end")
	}
}

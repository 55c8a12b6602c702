package hooks_test

// Several people sign in at one browser: what it kept of one is not shown to the next. And what a
// board is told of itself: whose scope it shows, and why its line ended.

import (
	"encoding/json"
	"log"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"xuncha/internal/house"
)

// of is the user of a role at an agency.
func (r *realm) of(role, code string) house.User {
	return r.users[slices.IndexFunc(r.users, func(u house.User) bool { return u.Name == role+code })]
}

// settled makes the map anew, after which all desks' maps have one version.
func (r *realm) settled(t *testing.T) {
	t.Helper()
	r.mapped(t)
	last := r.User("dispatcher", r.Agency("新局", "990103"), "新")
	waitFor(t, "the map with another scope", func() bool {
		l := r.listen(t, last)
		defer l.close()
		return l.ok
	})
}

func TestABrowsersTilesOfOneAreNotShownToTheNext(t *testing.T) {
	r := newRealm(t, 30)
	r.settled(t)
	const whole = "/api/tiles/0/0/0.mvt"
	// Two desks, and a desk and an inspector of it.
	for _, pair := range [][2]house.User{
		{r.of("dispatcher", "990101"), r.of("dispatcher", "990102")},
		{r.of("inspector", "990101"), r.of("dispatcher", "990101")},
		{r.of("dispatcher", "990100"), r.of("inspector", "990100")},
	} {
		status, _, header := fetch(t, r.House, whole, map[string]string{"Authorization": pair[0].Token})
		tag := header.Get("ETag")
		if status != http.StatusOK || tag == "" || !slices.Contains(header.Values("Vary"), "Authorization") {
			t.Fatalf("%s: %d, tag %q, vary %q", pair[0].Name, status, tag, header.Values("Vary"))
		}
		if status, _, _ := fetch(t, r.House, whole, map[string]string{"Authorization": pair[1].Token, "If-None-Match": tag}); status == http.StatusNotModified {
			t.Errorf("%s is shown the tile of %s", pair[1].Name, pair[0].Name)
		}
		if status, _, _ := fetch(t, r.House, whole, map[string]string{"Authorization": pair[0].Token, "If-None-Match": tag}); status != http.StatusNotModified && pair[0].Role != "inspector" {
			t.Errorf("%s again: %d", pair[0].Name, status)
		}
	}
}

func TestABrowsersOutlinesOfOneAreNotShownToTheNext(t *testing.T) {
	p := twoAgencies(t)
	border := func(agency, code, shape string) {
		p.h.Record("jurisdictions", map[string]any{"agency": agency, "division_code": code, "level": "county", "name": code, "valid_from": "2020-01-01", "geometry": json.RawMessage(shape)})
	}
	border(p.here, "990101", `{"type":"MultiPolygon","coordinates":[[[[116,39],[117,39],[117,40],[116,40],[116,39]]]]}`)
	const path = "/api/cases/outlines"
	ask := func(u house.User, tag string) (int, http.Header) {
		status, _, header := fetch(t, p.h, path, map[string]string{"Authorization": u.Token, "If-None-Match": tag})
		return status, header
	}
	status, header := ask(p.dispatcher, "")
	tag := header.Get("ETag")
	if status != http.StatusOK || tag == "" || header.Get("Cache-Control") != "private, no-cache" || !slices.Contains(header.Values("Vary"), "Authorization") {
		t.Errorf("%d %v", status, header)
	}
	if status, _ := ask(p.dispatcher, tag); status != http.StatusNotModified {
		t.Errorf("the same again: %d", status)
	}
	if status, _ := ask(p.them, tag); status != http.StatusOK {
		t.Errorf("another desk: %d", status)
	}
	border(p.here, "990101", `{"type":"MultiPolygon","coordinates":[[[[117,39],[118,39],[118,40],[117,40],[117,39]]]]}`)
	if status, _ := ask(p.dispatcher, tag); status != http.StatusOK {
		t.Errorf("after an import: %d", status)
	}
}

func TestALineAroundNothingIsAListOfNone(t *testing.T) {
	p := twoAgencies(t)
	var body map[string]any
	waitFor(t, "the map", func() (ok bool) {
		var status int
		status, body = p.h.Do("POST", "/api/cases/select", p.dispatcher.Token, map[string]any{"polygon": [][2]float64{{1, 1}, {2, 1}, {2, 2}}})
		return status == http.StatusOK
	})
	if ids, isList := body["ids"].([]any); !isList || len(ids) != 0 {
		t.Errorf("%v", body)
	}
}

func TestABoardIsToldWhoseScopeItShows(t *testing.T) {
	r := newRealm(t, 5)
	r.mapped(t)
	scope := func(u house.User) string {
		l := r.listen(t, u)
		defer l.close()
		var hello struct{ Scope string }
		if err := json.Unmarshal([]byte(l.next("hello")), &hello); err != nil || hello.Scope == "" || strings.Contains(hello.Scope, "9901") {
			t.Errorf("%s: %v %q", u.Name, err, hello.Scope)
		}
		return hello.Scope
	}
	here, there := scope(r.of("dispatcher", "990101")), scope(r.of("dispatcher", "990102"))
	if again := scope(r.of("dispatcher", "990101")); here == there || here != again {
		t.Errorf("here %q, there %q, here again %q", here, there, again)
	}
}

// The default logger belongs to all tests: this one is not parallel.
func TestTheLogSaysWhyABoardsLineEnded(t *testing.T) {
	r := newRealm(t, 5)
	r.mapped(t)
	was, said := slog.Default(), &written{}
	slog.SetDefault(slog.New(slog.NewTextHandler(said, nil)))
	defer func() {
		slog.SetDefault(was)
		log.SetOutput(os.Stderr) // which SetDefault has led to said
	}()
	const line = "the line of a board ended"
	ended := func(u house.User, how func(l *listener)) {
		l := r.listen(t, u)
		defer l.close()
		if l.next("inbox") == "" {
			t.Fatalf("%s hears nothing", u.Name)
		}
		how(l)
		for range l.lines { //nolint:revive // until it ends
		}
	}
	ended(r.of("dispatcher", "990102"), func(l *listener) { l.close() })
	shut := r.of("dispatcher", "990100")
	ended(shut, func(*listener) {
		set(t, r.House, "users", shut.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	})
	if strings.Contains(said.String(), line) {
		t.Errorf("an end as any other is logged:\n%s", said)
	}
	lost := r.of("dispatcher", "990101")
	ended(lost, func(*listener) {
		if _, err := r.App.DB().NewQuery("ALTER TABLE held_edits RENAME TO held_edits_away").Execute(); err != nil {
			t.Error(err)
		}
		r.cases[0].Set("urgent", !r.cases[0].GetBool("urgent"))
		r.save(t, r.cases[0])
	})
	waitFor(t, "the log", func() bool { return strings.Contains(said.String(), line) && strings.Contains(said.String(), lost.ID) })
}

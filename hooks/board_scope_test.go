package hooks_test

// What a role may not see it gets neither by tile nor by count, search, selection or stream:
// each is compared with the rule of scopes.

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
	"xuncha/internal/house"
)

// realm is a province with a city of two counties, and a city of another province.
type realm struct {
	*house.House
	agencies map[string]string // by code
	users    []house.User
	cases    []*core.Record
}

var realmCodes = []string{"990000", "990100", "990101", "990102", "980100"}

// newRealm makes cases of every kind: in any division, answered for by any agency, handed to
// any, with and without a place, in any state.
func newRealm(t *testing.T, n int) *realm {
	const seed = 20261126
	t.Logf("seed %d", seed)
	r, rng := &realm{House: house.New(t), agencies: map[string]string{}}, rand.New(rand.NewPCG(seed, 1))
	for _, code := range realmCodes {
		r.agencies[code] = r.Agency("机构"+code, code)
	}
	var inspectors []string
	for _, code := range realmCodes {
		for _, role := range []string{"intake", "dispatcher", "reviewer", "supervisor", "inspector", "admin"} {
			u := r.User(role, r.agencies[code], role+code)
			r.users = append(r.users, u)
			if role == "inspector" {
				inspectors = append(inspectors, u.ID)
			}
		}
	}
	states := []string{"registered", "accepted", "assigned", "inspecting", "rectifying", "replying", "closed", "transferred"}
	for i := range n {
		fields := map[string]any{
			"number": fmt.Sprintf("2026-990101-%06d", i), "status": states[i%len(states)], "round": 1, "source": "web",
			"agency": r.agencies[realmCodes[rng.IntN(5)]], "division_code": realmCodes[2+rng.IntN(3)], "pollution_types": []string{"odour"},
			"title": "恶臭", "text": "工厂夜间排放刺鼻气味", "text_length": 10, "identity_mode": "anonymous", "received_at": "2026-11-20T01:00:00.000Z",
			"due_strict": "2026-12-05", "supervision_level": "none", "overdue": rng.IntN(3) == 0, "inspectors": []string{inspectors[rng.IntN(5)], inspectors[rng.IntN(5)]},
		}
		switch rng.IntN(10) {
		case 0, 1:
		case 2, 3, 4: // near each other
			fields["location"] = map[string]any{"lon": 116.4 + rng.Float64()/500, "lat": 39.9 + rng.Float64()/500}
		default:
			fields["location"] = map[string]any{"lon": 116 + rng.Float64(), "lat": 39 + rng.Float64()}
		}
		c := r.Record("cases", fields)
		if fields["status"] == "transferred" {
			tr := r.Record("transfers", map[string]any{"case": c.Id, "target": r.agencies[realmCodes[rng.IntN(5)]], "mode": "forward", "state": "sent"})
			c.Set("transfer", tr.Id)
			r.save(t, c)
		}
		r.cases = append(r.cases, c)
	}
	return r
}

func (r *realm) save(t *testing.T, c *core.Record) {
	t.Helper()
	if err := r.App.SaveWithContext(house.Seeding(t), c); err != nil {
		t.Fatal(err)
	}
}

// sees are the cases of a user by the rule; placed leaves out those without a place.
func (r *realm) sees(t *testing.T, u house.User, placed bool) []string {
	t.Helper()
	user, err := r.App.FindRecordById("users", u.ID)
	if err != nil {
		t.Fatal(err)
	}
	q := r.App.DB().Select("cases.id").From("cases").Where(store.Scope(user))
	if placed {
		q = q.AndWhere(dbx.NewExp("cases.location LIKE '{%'"))
	}
	var ids []string
	if err := q.OrderBy("cases.id").Column(&ids); err != nil {
		t.Fatal(err)
	}
	return ids
}

// tile decodes a tile: the cells and cases in it.
func (r *realm) tile(t *testing.T, u house.User, at maptile.Tile, filters string) []map[string]any {
	t.Helper()
	status, data := r.Raw("GET", fmt.Sprintf("/api/tiles/%d/%d/%d.mvt?%s", at.Z, at.X, at.Y, filters), map[string]string{"Authorization": u.Token}, nil)
	if status == http.StatusNoContent {
		return nil
	}
	if status != http.StatusOK {
		t.Fatalf("%s: tile %v: %d %s", u.Name, at, status, data)
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for _, l := range layers {
		for _, f := range l.Features {
			out = append(out, f.Properties)
		}
	}
	return out
}

// casesOf adds up a tile.
func casesOf(features []map[string]any) (n int) {
	for _, f := range features {
		if cell, ok := f["n"].(float64); ok {
			n += int(cell)
		} else {
			n++
		}
	}
	return n
}

var allChina = [][2]float64{{110, 30}, {125, 30}, {125, 45}, {110, 45}}

func (r *realm) selected(t *testing.T, u house.User, filters map[string]string) (ids []string, body map[string]any) {
	t.Helper()
	status, body := r.Do("POST", "/api/cases/select", u.Token, map[string]any{"polygon": allChina, "filters": filters})
	if status != http.StatusOK {
		t.Fatalf("%s: %d %v", u.Name, status, body)
	}
	list, _ := body["ids"].([]any)
	for _, id := range list {
		ids = append(ids, id.(string))
	}
	slices.Sort(ids)
	return ids, body
}

func TestNobodyIsShownOnAMapWhatHeMayNotSee(t *testing.T) {
	r := newRealm(t, 160)
	r.mapped(t)
	for _, u := range r.users {
		if u.Role == "admin" {
			for _, path := range []string{"/api/tiles/0/0/0.mvt", "/api/cases/stream", "/api/dispatch/inbox", "/api/inspectors", "/api/cases/outlines"} {
				if status, body := r.Do("GET", path, u.Token, nil); status != http.StatusForbidden {
					t.Errorf("an administrator: %s: %d %v", path, status, body)
				}
			}
			continue
		}
		want := r.sees(t, u, true)
		if got, body := r.selected(t, u, nil); !slices.Equal(got, want) || int(body["total"].(float64)) != len(want) {
			t.Errorf("%s selects %d cases of %d", u.Name, len(got), len(want))
		}
		if got, _ := r.selected(t, u, map[string]string{"q": "刺鼻"}); !slices.Equal(got, want) {
			t.Errorf("%s finds %d cases of %d by a word", u.Name, len(got), len(want))
		}
		for _, filters := range []string{"", "q=刺鼻", "status=assigned,registered,accepted,inspecting,rectifying,replying,closed,transferred"} {
			if got := casesOf(r.tile(t, u, maptile.New(0, 0, 0), filters)); got != len(want) {
				t.Errorf("%s, %q: the whole world has %d cases, not %d", u.Name, filters, got, len(want))
			}
		}
		for _, c := range r.cases[:40] {
			var at struct{ Lon, Lat float64 }
			if json.Unmarshal([]byte(c.GetString("location")), &at) != nil || at.Lon == 0 {
				continue
			}
			features := r.tile(t, u, maptile.At(orb.Point{at.Lon, at.Lat}, 17), "")
			there := slices.ContainsFunc(features, func(f map[string]any) bool { return f["id"] == c.Id })
			if there != slices.Contains(want, c.Id) {
				t.Errorf("%s: case %s is on the map: %v", u.Name, c.GetString("number"), there)
			}
		}
		r.lists(t, u)
		r.queues(t, u)
		if u.Role == "dispatcher" {
			r.days(t, u)
		}
		if u.Role == "dispatcher" || u.Role == "intake" {
			r.oneByOne(t, u)
		}
	}
}

// queues compares what waits for a user's decision with the rule.
func (r *realm) queues(t *testing.T, u house.User) {
	t.Helper()
	mine := r.sees(t, u, false)
	for queue, waits := range map[string]func(c *core.Record) bool{
		"triage":   func(c *core.Record) bool { return c.GetString("status") == "registered" },
		"overdue":  func(c *core.Record) bool { return c.GetBool("overdue") },
		"replying": func(c *core.Record) bool { return c.GetString("status") == "replying" },
		"due_soon": func(*core.Record) bool { return false },
	} {
		var want, got []string
		for _, c := range r.cases {
			if waits(c) && slices.Contains(mine, c.Id) {
				want = append(want, c.Id)
			}
		}
		for page, more := 1, true; more; page++ {
			status, body := r.Do("GET", fmt.Sprintf("/api/dispatch/inbox/%s?page=%d", queue, page), u.Token, nil)
			if status == http.StatusNotFound || status == http.StatusForbidden {
				want = nil // it is no queue of his
				break
			}
			for _, item := range body["items"].([]any) {
				got = append(got, item.(map[string]any)["id"].(string))
			}
			more = len(body["items"].([]any)) == desk.PerPage
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s has %d cases, not %d", u.Name, queue, len(got), len(want))
		}
	}
}

// days compares the ways of the inspectors in a dispatcher's range with the rule: what lies
// elsewhere is counted.
func (r *realm) days(t *testing.T, u house.User) {
	t.Helper()
	mine := r.sees(t, u, false)
	_, body := r.Do("GET", "/api/inspectors", u.Token, nil)
	for _, item := range body["items"].([]any) {
		id := item.(map[string]any)["id"].(string)
		var want, got []string
		elsewhere := 0
		for _, c := range r.cases {
			switch atWork := slices.Contains([]string{"assigned", "inspecting", "rectifying"}, c.GetString("status")); {
			case !atWork || !slices.Contains(c.GetStringSlice("inspectors"), id):
			case slices.Contains(mine, c.Id):
				want = append(want, c.Id)
			default:
				elsewhere++
			}
		}
		status, day := r.Do("GET", "/api/inspectors/"+id+"/route", u.Token, nil)
		for _, list := range []string{"stops", "without_place"} {
			for _, stop := range day[list].([]any) {
				got = append(got, stop.(map[string]any)["case"].(string))
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if status != http.StatusOK || !slices.Equal(got, want) || day["elsewhere"] != float64(elsewhere) {
			t.Errorf("%s: the day of %s has %d stops, not %d, and %v elsewhere, not %d", u.Name, item.(map[string]any)["name"], len(got), len(want), day["elsewhere"], elsewhere)
		}
	}
}

// oneByOne asks about cases one by one, seen and unseen: who could go, and what may be the same.
func (r *realm) oneByOne(t *testing.T, u house.User) {
	t.Helper()
	mine := r.sees(t, u, false)
	for _, c := range r.cases[:40] {
		want := http.StatusNotFound
		if slices.Contains(mine, c.Id) {
			want = http.StatusOK
		}
		if status, body := r.Do("GET", "/api/cases/"+c.Id+"/candidates", u.Token, nil); u.Role == "dispatcher" && status != want {
			t.Errorf("%s: who could go to %s: %d %v", u.Name, c.GetString("number"), status, body)
		}
		status, body := r.Do("GET", "/api/cases/"+c.Id+"/duplicates", u.Token, nil)
		if status != want {
			t.Errorf("%s: the same as %s: %d %v", u.Name, c.GetString("number"), status, body)
		}
		items, _ := body["items"].([]any)
		for _, item := range items {
			if id := item.(map[string]any)["case"].(string); !slices.Contains(mine, id) {
				t.Errorf("%s: the same as %s is %s", u.Name, c.GetString("number"), id)
			}
		}
	}
}

// lists compares the list, the search and the inbox of a user with the rule.
func (r *realm) lists(t *testing.T, u house.User) {
	t.Helper()
	all := r.sees(t, u, false)
	for _, q := range []string{"per_page=200", "per_page=200&q=" + url.QueryEscape("刺鼻")} {
		status, body := r.Do("GET", "/api/cases?"+q, u.Token, nil)
		var ids []string
		for _, item := range body["items"].([]any) {
			ids = append(ids, item.(map[string]any)["id"].(string))
		}
		slices.Sort(ids)
		if status != http.StatusOK || !slices.Equal(ids, all) {
			t.Errorf("%s: the list has %d cases, not %d", u.Name, len(ids), len(all))
		}
	}
	if u.Role == "inspector" {
		return
	}
	late := 0
	for _, c := range r.cases {
		if c.GetBool("overdue") && slices.Contains(all, c.Id) {
			late++
		}
	}
	_, body := r.Do("GET", "/api/dispatch/inbox", u.Token, nil)
	if got, has := body["counts"].(map[string]any)["overdue"]; has && int(got.(float64)) != late {
		t.Errorf("%s: %v overdue, not %d", u.Name, got, late)
	}
}

// mapped waits until the map knows everybody's scope.
func (r *realm) mapped(t *testing.T) {
	t.Helper()
	last := r.users[len(r.users)-3] // the supervisor of the last agency
	waitFor(t, "the map", func() bool {
		l := r.listen(t, last)
		defer l.close()
		ids, _ := r.selected(t, last, nil)
		return l.ok && len(ids) == len(r.sees(t, last, true))
	})
}

// listener is an open board.
type listener struct {
	ok    bool
	lines chan string
	close func()
}

// listen opens a board's stream; it is not ok while the map is being made.
func (r *realm) listen(t *testing.T, u house.User) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", r.URL+"/api/cases/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", u.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{ok: res.StatusCode == http.StatusOK, lines: make(chan string, 1000)}
	l.close = func() {
		cancel()
		_ = res.Body.Close()
	}
	go func() {
		defer close(l.lines)
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			l.lines <- in.Text()
		}
	}()
	return l
}

// next is the next event of a kind within a second; "" if none comes.
func (l *listener) next(kind string) string {
	deadline := time.After(time.Second)
	for of := ""; ; {
		select {
		case line := <-l.lines:
			if event, ok := strings.CutPrefix(line, "event: "); ok {
				of = event
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok && of == kind {
				return data
			}
		case <-deadline:
			return ""
		}
	}
}

func TestAStreamTellsOfWhatLiesInTheScopeAndOfNothingElse(t *testing.T) {
	r := newRealm(t, 30)
	r.mapped(t)
	heard := map[string]string{} // all that a board was told
	open := map[string]*listener{}
	for _, u := range r.users {
		if u.Role == "admin" || u.Role == "inspector" {
			continue
		}
		l := r.listen(t, u)
		defer l.close()
		if l.next("hello") == "" {
			t.Fatalf("%s hears nothing", u.Name)
		}
		open[u.Name] = l
	}
	for _, c := range r.cases {
		c.Set("urgent", true)
		r.save(t, c)
	}
	for _, u := range r.users {
		l := open[u.Name]
		if l == nil {
			continue
		}
		all := r.sees(t, u, false)
		waitFor(t, u.Name+" to be told of every case", func() bool {
			heard[u.Name] += l.next("cases")
			return !slices.ContainsFunc(all, func(id string) bool { return !strings.Contains(heard[u.Name], `"`+id+`"`) })
		})
	}
	for _, u := range r.users {
		if strings.Contains(heard[u.Name], ":null") {
			t.Errorf("%s is told of a list that is none: %s", u.Name, heard[u.Name])
		}
		all := r.sees(t, u, false)
		for _, c := range r.cases {
			if strings.Contains(heard[u.Name], c.Id) && !slices.Contains(all, c.Id) {
				t.Errorf("%s was told of case %s", u.Name, c.GetString("number"))
			}
		}
	}
	// A case that goes to another agency is gone for who sees it no more.
	away := r.cases[0]
	losing, gaining := r.users[13], r.users[25] // the dispatchers of 990101 and of 980100
	away.Load(map[string]any{"agency": r.agencies["990101"], "division_code": "990101", "transfer": "", "status": "accepted"})
	r.save(t, away)
	waitFor(t, "the case to come", func() bool { return strings.Contains(open[losing.Name].next("cases"), away.Id) })
	away.Load(map[string]any{"agency": r.agencies["980100"], "division_code": "980100"})
	r.save(t, away)
	var told struct{ Gone []string }
	if data := open[losing.Name].next("cases"); json.Unmarshal([]byte(data), &told) != nil || !slices.Equal(told.Gone, []string{away.Id}) {
		t.Errorf("%s is told %s", losing.Name, data)
	}
	waitFor(t, "the other to be told", func() bool { return strings.Contains(open[gaining.Name].next("cases"), `"`+away.Id+`"`) })
}

// A board counts down by itself what is decided at it, so the same number may be news to it; and
// it is not left open for an account that is shut, even where nothing else happens.
func TestABoardIsToldWhatWaitsAfterNewsAndEndsWithTheAccount(t *testing.T) {
	r := newRealm(t, 30)
	r.mapped(t)
	u := r.users[slices.IndexFunc(r.users, func(u house.User) bool { return u.Role == "dispatcher" && len(r.sees(t, u, false)) > 0 })]
	l := r.listen(t, u)
	defer l.close()
	first, again := l.next("inbox"), ""
	mine := r.sees(t, u, false)
	c := r.cases[slices.IndexFunc(r.cases, func(c *core.Record) bool { return slices.Contains(mine, c.Id) })]
	c.Set("urgent", !c.GetBool("urgent"))
	r.save(t, c)
	waitFor(t, "what waits to be told again", func() bool {
		again = l.next("inbox")
		return again != ""
	})
	if first == "" || again != first {
		t.Errorf("first %q, then %q", first, again)
	}
	set(t, r.House, "users", u.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	deadline := time.After(3 * time.Second) // a beat is 15 s
	for open := true; open; {
		select {
		case _, open = <-l.lines:
		case <-deadline:
			t.Fatal("it goes on for who is disabled")
		}
	}
}

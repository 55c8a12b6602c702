package route

// The map: tiles of what a user may see, and who draws a line around cases gets them.

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo/tiles"
	"xuncha/hooks/board"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
)

// Map answers for the map.
type Map struct {
	App   core.App
	Board *board.Board
}

// Bind binds the routes.
//
//	GET  /api/tiles/{z}/{x}/{y}.mvt   vector tiles, with the filters of /api/cases
//	POST /api/cases/select            {polygon, filters, limit}: the cases inside
func (m Map) Bind(se *core.ServeEvent) {
	se.Router.GET("/api/tiles/{z}/{x}/{file}", m.tile)
	se.Router.POST("/api/cases/select", m.choose)
}

// snapshot is the map of what a user may see and asks for.
func (m Map) snapshot(user *core.Record, q url.Values) (tiles.Snapshot, tiles.Filter, error) {
	filter, err := store.ParseCaseFilter(q, m.Board.Zone)
	if err != nil {
		return tiles.Snapshot{}, tiles.Filter{}, err
	}
	scope, atDesk := desk.ScopeOf(user)
	f, known := board.FilterOf(q)
	if atDesk && known {
		if s, ok := m.Board.Map(scope); ok {
			return s, f, nil
		}
	}
	if !m.Board.Ready() {
		return tiles.Snapshot{}, f, m.making()
	}
	name := user.Id + "?" + q.Encode()
	s, err := m.Board.Aside(name, func() ([]desk.Pin, error) {
		pins, err := desk.Pins{App: m.App}.Of(user, filter, board.AsideMost+1)
		if err == nil && len(pins) > board.AsideMost {
			err = problem.New("too_many_cases", "at most %d, narrow the filter", board.AsideMost).With("limit", board.AsideMost)
		}
		return pins, err
	})
	return s, tiles.Filter{}, err
}

// making says that there is no map yet, and how far it is.
func (m Map) making() error {
	done, all := m.Board.Progress()
	return problem.New("not_ready", "the map is being made: %d of %d cases", done, all).With("done", done).With("all", all).In(1)
}

func (m Map) tile(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	t, err := tileOf(e)
	if err != nil {
		return err
	}
	q, err := query(e)
	if err != nil {
		return err
	}
	s, f, err := m.snapshot(user, q)
	if err != nil {
		return err
	}
	// MapLibre takes two tiles of one tag for the same, whatever their address; and after a start all
	// desks' maps have one version, so the tag says whose map it is.
	if unchanged(e, fmt.Sprintf("%x-%s", s.Version(), mark(whose(user), q.Encode()))) {
		return e.NoContent(http.StatusNotModified)
	}
	data, err := s.Tile(t, f)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return e.NoContent(http.StatusNoContent)
	}
	return e.Blob(http.StatusOK, "application/vnd.mapbox-vector-tile", data)
}

// unchanged sets the headers of an answer that a browser keeps and asks about each time, and tells
// whether it has this one.
func unchanged(e *core.RequestEvent, tag string) bool {
	h := e.Response.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Authorization") // the next one may sign in at the same browser
	tag = `"` + tag + `"`
	h.Set("ETag", tag)
	return e.Request.Header.Get("If-None-Match") == tag
}

// whose names what a user sees: the scope of a desk, which all there share, and of anybody else
// himself.
func whose(user *core.Record) string {
	if s, atDesk := desk.ScopeOf(user); atDesk {
		return markOf(s)
	}
	return user.Id
}

// markOf names a scope and says nothing of it.
func markOf(s desk.Scope) string { return mark(s.Agency, s.From, s.To) }

// mark tells one list of texts from another.
func mark(texts ...string) string {
	h := fnv.New64a()
	for _, t := range texts {
		_, _ = fmt.Fprintf(h, "%q ", t) // writes into memory
	}
	return fmt.Sprintf("%x", h.Sum64())
}

func tileOf(e *core.RequestEvent) (maptile.Tile, error) {
	file, isTile := strings.CutSuffix(e.Request.PathValue("file"), ".mvt")
	z, errZ := strconv.ParseUint(e.Request.PathValue("z"), 10, 8)
	x, errX := strconv.ParseUint(e.Request.PathValue("x"), 10, 32)
	y, errY := strconv.ParseUint(file, 10, 32)
	if err := errors.Join(errZ, errX, errY); err != nil || !isTile {
		return maptile.Tile{}, problem.New("tile_invalid", "want /api/tiles/z/x/y.mvt")
	}
	return maptile.New(uint32(x), uint32(y), maptile.Zoom(z)), nil
}

// selectMost is how many cases one line may choose.
const selectMost = 2000

func (m Map) choose(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	data, err := readSmall(e)
	if err != nil {
		return err
	}
	var body struct {
		Polygon [][2]float64      `json:"polygon"`
		Filters map[string]string `json:"filters"`
		Limit   int               `json:"limit"`
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return problem.New("bad_json", "%v", err)
	}
	if body.Limit < 1 || body.Limit > selectMost {
		body.Limit = selectMost
	}
	q := url.Values{}
	for name, value := range body.Filters {
		q.Set(name, value)
	}
	s, f, err := m.snapshot(user, q)
	if err != nil {
		return err
	}
	ring := make(orb.Ring, len(body.Polygon))
	for i, p := range body.Polygon {
		ring[i] = p
	}
	chosen, err := s.Select(orb.Polygon{ring}, f, body.Limit)
	if err != nil {
		return err
	}
	counts := map[casework.Status]int{}
	for i, n := range chosen.Counts.Status {
		if n > 0 {
			counts[board.Status(i)] = n
		}
	}
	return e.JSON(http.StatusOK, map[string]any{
		"total": chosen.Counts.N, "ids": append([]string{}, chosen.IDs...), "truncated": chosen.Counts.N > len(chosen.IDs), "limit": body.Limit,
		"counts": counts, "overdue": chosen.Counts.Overdue,
	})
}

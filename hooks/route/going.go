package route

// Who goes, in what order, and what is the same matter: suggestions that save nothing.

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo/tiles"
	"xuncha/hooks/board"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
	"xuncha/intake"
)

// Going answers with suggestions.
type Going struct {
	Going      desk.Going
	Duplicates desk.Duplicates
	Outlines   *desk.Outlines
}

// Bind binds the routes.
//
//	GET  /api/cases/{id}/candidates    who should go to a case, and why; dispatchers
//	POST /api/dispatch/propose {cases} teams for many cases at once; dispatchers
//	GET  /api/inspectors/{id}/route    the order of somebody's day; dispatchers, and himself
//	GET  /api/cases/{id}/duplicates    cases that may be the same matter; intake, dispatchers
//	GET  /api/cases/outlines           borders of the divisions in the user's range
func (g Going) Bind(se *core.ServeEvent) {
	se.Router.GET("/api/cases/{id}/candidates", g.candidates)
	se.Router.POST("/api/dispatch/propose", g.propose)
	se.Router.GET("/api/inspectors/{id}/route", g.route)
	se.Router.GET("/api/cases/{id}/duplicates", g.duplicates)
	se.Router.GET("/api/cases/outlines", g.outlines)
}

// oneOf is a user who has one of some roles.
func oneOf(e *core.RequestEvent, detail string, roles ...casework.Role) (*core.Record, error) {
	user, err := caseReader(e)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(roles, casework.Role(user.GetString("role"))) {
		return nil, problem.New("forbidden", "%s", detail)
	}
	return user, nil
}

// found says that a case is not known where it is not.
func found(err error, id string) error {
	if errors.Is(err, store.ErrCaseUnknown) {
		return problem.New("case_unknown", "case %q", id)
	}
	return err
}

func (g Going) candidates(e *core.RequestEvent) error {
	user, err := oneOf(e, "dispatchers are told who could go", casework.Dispatcher)
	if err != nil {
		return err
	}
	offer, err := g.Going.Candidates(user, e.Request.PathValue("id"))
	if err != nil {
		return found(err, e.Request.PathValue("id"))
	}
	return e.JSON(http.StatusOK, offer)
}

// proposeMost is how many cases are proposed at once.
const proposeMost = 500

func (g Going) propose(e *core.RequestEvent) error {
	user, err := oneOf(e, "dispatchers are told who could go", casework.Dispatcher)
	if err != nil {
		return err
	}
	data, err := readSmall(e)
	if err != nil {
		return err
	}
	var body struct {
		Cases []string `json:"cases"`
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return problem.New("bad_json", "%v", err)
	}
	cases := slices.Compact(slices.Sorted(slices.Values(body.Cases)))
	if len(cases) == 0 || len(cases) > proposeMost {
		return problem.New("too_many_cases", "name 1 to %d cases, these are %d", proposeMost, len(cases)).With("limit", proposeMost)
	}
	plan, err := g.Going.Propose(user, cases)
	if err != nil {
		return found(err, "one of these")
	}
	return e.JSON(http.StatusOK, plan)
}

func (g Going) route(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	user, err := oneOf(e, "dispatchers see the days of their inspectors", casework.Dispatcher)
	if err != nil {
		return err
	}
	day, err := g.Going.Route(user, id)
	if errors.Is(err, desk.ErrNobody) {
		return problem.New("inspector_unknown", "there is no inspector %q in your range", id)
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, day)
}

func (g Going) duplicates(e *core.RequestEvent) error {
	user, err := oneOf(e, "what is the same matter, intake and dispatchers decide", casework.Intake, casework.Dispatcher)
	if err != nil {
		return err
	}
	list, err := g.Duplicates.Of(user, e.Request.PathValue("id"))
	if err != nil {
		return found(err, e.Request.PathValue("id"))
	}
	return e.JSON(http.StatusOK, map[string]any{"items": list})
}

func (g Going) outlines(e *core.RequestEvent) error {
	user, err := deskUser(e)
	if err != nil {
		return err
	}
	data, err := g.Outlines.Of(user)
	if err != nil {
		return err
	}
	if unchanged(e, mark(whose(user), string(data))) {
		return e.NoContent(http.StatusNotModified)
	}
	return e.Blob(http.StatusOK, "application/json", data)
}

// nearMost is how many cases around a place are compared.
const nearMost = 200

// narrower is how often a square with too many cases is made another one; the last is within some
// metres of the best.
const narrower = 8

// Near finds cases of a user's scope that are open, or were received within so many days, in a
// square around a place, half of whose side is metres. Where there are too many, the square is
// less: the nearest count.
func (m Map) Near(user *core.Record, at orb.Point, metres float64) ([]string, error) {
	s, _, err := m.snapshot(user, nil)
	if err != nil {
		return nil, err
	}
	found, err := m.within(s, at, metres)
	if err != nil || len(found) <= nearMost {
		return found, err
	}
	least, most, best := 0.0, metres, []string(nil)
	for range narrower {
		half := (least + most) / 2
		if found, err = m.within(s, at, half); err != nil {
			return nil, err
		}
		if len(found) <= nearMost {
			least, best = half, found
		} else {
			most = half
		}
	}
	if best == nil { // so many stand at one place
		best = found[:nearMost]
	}
	return best, nil
}

// within finds those in a square, one more than nearMost of each kind if there are so many.
func (m Map) within(s tiles.Snapshot, at orb.Point, metres float64) (ids []string, err error) {
	b := orbgeo.NewBoundAroundPoint(at, metres)
	lately := m.Board.Now().AddDate(0, 0, -intake.DuplicateDays-1) // a day is one of the house: one more has them all
	for _, f := range []tiles.Filter{{Statuses: board.Open()}, {From: int(lately.Unix() / (24 * 3600))}} {
		found, err := s.Select(orb.Polygon{b.ToRing()}, f, nearMost+1)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found.IDs...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

package route

// What the board asks beside cases: inspectors and their phones, and what waits for a decision.

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
	"xuncha/sync"
)

// Desk answers the board.
type Desk struct {
	App    core.App
	People desk.People
}

// Bind binds the routes.
//
//	GET  /api/inspectors                inspectors of the desk's range, with their phones
//	GET  /api/dispatch/phones           every phone of the range, and what is wrong with it
//	GET  /api/dispatch/inbox            how much waits, by queue
//	GET  /api/dispatch/inbox/{queue}    a page of it
//	GET  /api/reveals                   who asked who complained; supervisors and administrators
//	POST /api/devices/report            how a phone stands whose client has no round trip of ours
func (d Desk) Bind(se *core.ServeEvent) {
	se.Router.GET("/api/inspectors", d.inspectors)
	se.Router.GET("/api/dispatch/phones", d.phones)
	se.Router.GET("/api/dispatch/inbox", d.inbox)
	se.Router.GET("/api/dispatch/inbox/{queue}", d.queue)
	se.Router.GET("/api/reveals", d.reveals)
	se.Router.POST("/api/devices/report", d.report)
}

// deskUser is a user whose role has to do with cases at a desk.
func deskUser(e *core.RequestEvent) (*core.Record, error) {
	user, err := caseReader(e)
	if err != nil {
		return nil, err
	}
	if user.GetString("role") == string(casework.Inspector) {
		return nil, problem.New("forbidden", "this is for those at a desk")
	}
	return user, nil
}

func (d Desk) inspectors(e *core.RequestEvent) error {
	user, err := deskUser(e)
	if err != nil {
		return err
	}
	list, err := d.People.Inspectors(user)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"items": list})
}

// phones are shown to desks, and to the administrator who takes them out of service.
func (d Desk) phones(e *core.RequestEvent) error {
	user, err := User(e)
	if err != nil {
		return err
	}
	if !slices.Contains([]casework.Role{casework.Dispatcher, casework.Supervisor, casework.Admin}, casework.Role(user.GetString("role"))) {
		return problem.New("forbidden", "phones are shown to dispatchers, supervisors and administrators")
	}
	list, err := d.People.Phones.List(user, d.People.Limits)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"items": list, "alarm_after_hours": d.People.Limits.Hours()})
}

// queuesOf are those that a role decides about.
var queuesOf = map[casework.Role][]string{
	casework.Intake:     {"triage", "uncertain"},
	casework.Dispatcher: {"triage", "uncertain", "overdue", "due_soon", "objected", "flagged", "replying"},
	casework.Reviewer:   {"replying", "overdue", "due_soon", "flagged"},
	casework.Supervisor: {"overdue", "due_soon", "flagged", "replying"},
}

func (d Desk) inbox(e *core.RequestEvent) error {
	user, err := deskUser(e)
	if err != nil {
		return err
	}
	counts, err := d.Counts(user)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"counts": counts})
}

// Counts is how much waits for a user, by queue.
func (d Desk) Counts(user *core.Record) (map[string]int, error) {
	role, counts := casework.Role(user.GetString("role")), map[string]int{}
	for _, name := range queuesOf[role] {
		n, err := desk.Inbox{App: d.App}.Count(user, name)
		if err != nil {
			return nil, err
		}
		counts[name] = n
	}
	if role != casework.Dispatcher && role != casework.Supervisor {
		return counts, nil
	}
	late, other, err := store.Held{App: d.App}.Waiting(user)
	if err != nil {
		return nil, err
	}
	counts["review"], counts["held"] = late, other
	phones, err := d.People.Phones.List(user, d.People.Limits)
	if err != nil {
		return nil, err
	}
	counts["phones"], counts["phones_total"] = 0, len(phones)
	for _, p := range phones {
		if len(p.Alarm) > 0 {
			counts["phones"]++
		}
	}
	return counts, nil
}

func (d Desk) queue(e *core.RequestEvent) error {
	user, err := deskUser(e)
	if err != nil {
		return err
	}
	name := e.Request.PathValue("queue")
	if !slices.Contains(queuesOf[casework.Role(user.GetString("role"))], name) {
		return problem.New("not_found", "there is no queue %q for you", name)
	}
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	list, err := desk.Inbox{App: d.App}.List(user, name, page)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, list)
}

// pagesMost is how far a list is leafed through.
const pagesMost = 10_000

// pageOf is the page that is asked for, from 1.
func pageOf(e *core.RequestEvent) (int, error) {
	text := e.Request.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(text)
	if err != nil || page < 1 || page > pagesMost {
		return 0, problem.New("filter_bad", "page: want a number from 1 to %d, not %q", pagesMost, text)
	}
	return page, nil
}

// reveals are shown to who watches over those that may ask.
func (d Desk) reveals(e *core.RequestEvent) error {
	user, err := User(e)
	if err != nil {
		return err
	}
	if !slices.Contains([]casework.Role{casework.Supervisor, casework.Admin}, casework.Role(user.GetString("role"))) {
		return problem.New("forbidden", "the log of reveals is shown to supervisors and administrators")
	}
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	list, err := desk.Reveals{App: d.App}.List(user, page)
	if err != nil {
		return err
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, list)
}

// report takes what a phone says of itself, from clients that sync by a protocol of their own.
func (d Desk) report(e *core.RequestEvent) error {
	user, err := User(e)
	if err != nil {
		return err
	}
	data, err := readSmall(e)
	if err != nil {
		return err
	}
	var body struct {
		Client sync.Client `json:"client"`
		Phone  *sync.Phone `json:"phone"`
	}
	if err := json.Unmarshal(data, &body); err != nil || errors.Is(err, io.EOF) {
		return problem.New("bad_json", "%v", err)
	}
	if body.Client.ID == "" || len(body.Client.ID) > clientMost || body.Phone == nil {
		return problem.New("client_invalid", "name client.id, at most %d letters, and phone", clientMost)
	}
	d.People.Phones.Hear(user.Id, body.Client, body.Phone)
	return e.NoContent(http.StatusNoContent)
}

// clientMost is how long the name of a client may be.
const clientMost = 64

package route

// The folder of a case over HTTP: as a zip, whole or not at all.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/dossier"
	"xuncha/evidence"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

// Exports writes folders of cases.
type Exports struct {
	App      core.App
	Dossiers store.Dossiers
	Passes
	door *door
}

// oneFolder is what a pass is good for: one folder, once.
type oneFolder struct {
	store.Export
	N uint64 `json:"n"`
}

// Bind binds the routes.
//
//	POST /api/cases/{id}/export {public}   an address of the folder
//	GET  /api/cases/{id}/export?pass=…     the folder as a zip, once; it is logged that it went out
func (x Exports) Bind(se *core.ServeEvent) {
	x.door = newDoor()
	se.Router.POST("/api/cases/{id}/export", x.ask)
	se.Router.GET("/api/cases/{id}/export", x.send)
}

// exporters may let a case out of the house.
var exporters = []casework.Role{casework.Dispatcher, casework.Reviewer, casework.Supervisor}

func (x Exports) ask(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	if !slices.Contains(exporters, casework.Role(user.GetString("role"))) {
		return problem.New("forbidden", "a case is let out by dispatchers, reviewers and supervisors")
	}
	data, err := readSmall(e)
	if err != nil {
		return err
	}
	order := store.Export{Case: e.Request.PathValue("id"), Actor: user.Id}
	var body struct {
		Public bool `json:"public"`
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields() // a word for public that is mistyped must not let everything out
	if err := in.Decode(&body); err != nil {
		return problem.New("field_unknown", "%v", err)
	}
	order.Public = body.Public
	ok, err := store.Cases{App: x.App}.MaySee(user, order.Case)
	if err != nil {
		return err
	}
	if !ok {
		return problem.New("case_unknown", "case %q", order.Case)
	}
	if err := x.Dossiers.Admits(order); err != nil {
		return exportProblem(err)
	}
	what, err := json.Marshal(oneFolder{order, x.door.given.Add(1)})
	if err != nil {
		return err
	}
	return x.give(e, e.Request.URL.Path, string(what))
}

// send lets a folder out for a pass. A browser that looks first with HEAD gets nothing for it,
// since each zip is made for who takes it.
func (x Exports) send(e *core.RequestEvent) error {
	if e.Request.Method != http.MethodGet {
		return problem.New("method_not_allowed", "%s", e.Request.Method)
	}
	var order oneFolder
	what, ok := x.admits(e)
	if !ok || json.Unmarshal([]byte(what), &order) != nil {
		return problem.New("pass_invalid", "ask for an address with POST")
	}
	pass := e.Request.URL.Query().Get("pass")
	if err := x.door.spend(pass, x.Now()); err != nil {
		return err
	}
	leave, err := x.door.enter(e.Request.Context())
	if err != nil {
		x.door.giveBack(pass)
		return err
	}
	defer leave()
	return x.write(e, order.Export)
}

// write writes the zip beside the house's files before a byte of it is sent: what cannot be
// written is said in words. The file has no name, so nothing is left of it.
func (x Exports) write(e *core.RequestEvent, order store.Export) error {
	f, err := os.CreateTemp(x.App.DataDir(), "export-*")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	name, err := x.Dossiers.Name(order.Case)
	if err != nil {
		return err
	}
	if err := x.Dossiers.Write(e.Request.Context(), order, dossier.NewZip(f, name, x.Now())); err != nil {
		return exportProblem(err)
	}
	slog.Info("a case went out", "case", order.Case, "public", order.Public, "by", order.Actor)
	h := e.Response.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".zip"))
	for _, part := range []string{"Range", "If-Range", "If-Match", "If-None-Match"} {
		e.Request.Header.Del(part) // each zip is another one: a part fits no other
	}
	http.ServeContent(e.Response, e.Request, "", time.Time{}, f)
	return nil
}

// exportProblem says in words why a case does not go out.
func exportProblem(err error) error {
	switch {
	case errors.Is(err, store.ErrNotPublic):
		return problem.New("case_not_public", "%v", err)
	case errors.Is(err, dossier.ErrAltered), errors.Is(err, evidence.ErrAltered):
		slog.Error("an original is not the one that was received; see xuncha verify", "error", err)
		return problem.New("original_altered", "%v", err)
	case errors.Is(err, dossier.ErrMissing), errors.Is(err, evidence.ErrMissing):
		slog.Error("an original that was received is gone; see xuncha verify", "error", err)
		return problem.New("original_missing", "%v", err)
	}
	return err
}

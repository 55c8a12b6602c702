// Package route is our HTTP, one file per family of routes. A handler reads the
// request, asks one adapter or domain function and writes the answer; every error
// goes through the one table of package problem.
package route

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

// Cases binds the lists and files of cases.
//
//	GET /api/cases        a page of cases in the user's scope, by filters
//	GET /api/cases/{id}   one case with all that belongs to it
func Cases(se *core.ServeEvent, zone *time.Location) {
	se.Router.GET("/api/cases", func(e *core.RequestEvent) error {
		user, err := caseReader(e)
		if err != nil {
			return err
		}
		asked, err := query(e)
		if err != nil {
			return err
		}
		filter, err := store.ParseCaseFilter(asked, zone)
		if err != nil {
			return err
		}
		page, err := store.Cases{App: e.App}.List(user, filter)
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, page)
	})
	se.Router.GET("/api/cases/{id}", func(e *core.RequestEvent) error {
		user, err := caseReader(e)
		if err != nil {
			return err
		}
		file, err := store.Cases{App: e.App}.File(user, e.Request.PathValue("id"))
		if errors.Is(err, store.ErrCaseUnknown) {
			return problem.New("case_unknown", "case %q", e.Request.PathValue("id"))
		}
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, file)
	})
}

// query reads a query whole: a filter that is not understood is not left out.
func query(e *core.RequestEvent) (url.Values, error) {
	q, err := url.ParseQuery(e.Request.URL.RawQuery)
	if err != nil {
		return nil, problem.New("filter_bad", "the query is not well formed: percent signs and semicolons are written %%25 and %%3B")
	}
	return q, nil
}

// User is the signed-in user of a request: 401 for nobody and for who is disabled.
func User(e *core.RequestEvent) (*core.Record, error) {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return nil, problem.New("unauthorized", "send the token of a user in the Authorization header")
	}
	if e.Auth.GetString("disabled_at") != "" {
		return nil, problem.New("disabled", "since %s", e.Auth.GetString("disabled_at"))
	}
	return e.Auth, nil
}

// caseReader is a user whose role has to do with cases.
func caseReader(e *core.RequestEvent) (*core.Record, error) {
	user, err := User(e)
	if err != nil {
		return nil, err
	}
	if user.GetString("role") == string(casework.Admin) {
		return nil, problem.New("forbidden", "an administrator of an agency sees no cases")
	}
	return user, nil
}

package store_test

// The queries of lists, whatever stands in them: a filter or a named refusal, never a page
// beyond the limits.

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"xuncha/hooks/store"
)

func FuzzParseCaseFilter(f *testing.F) {
	for _, q := range []string{
		"status=accepted,assigned&page=2&per_page=200", "type=air&overdue=true&due_from=2026-01-02", "q=%25_%27&sort=-due_strict",
		"page=99999999999999999999", "due_to=2026-02-30", "inspector=%00", "a=1&a=2",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filter, err := store.ParseCaseFilter(q, time.UTC)
		var refused store.ErrFilter
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("%v", err)
		case err == nil && (filter.Page < 1 || filter.PerPage < 1 || filter.PerPage > 200 || filter.Sort == ""):
			t.Errorf("%+v", filter)
		}
	})
}

func FuzzParseHeldFilter(f *testing.F) {
	for _, q := range []string{"state=open,taken&page=1", "kind=edit&author=x&case=y", "state=&per_page=0", "state=open&state=taken"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filter, err := store.ParseHeldFilter(q)
		var refused store.ErrFilter
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("%v", err)
		case err == nil && (filter.Page < 1 || filter.PerPage < 1 || filter.PerPage > 200 || len(filter.States) == 0):
			t.Errorf("%+v", filter)
		}
	})
}

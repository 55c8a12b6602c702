// Package problem is the one table from an error to its answer. Every refusal a
// person or a program can get has a stable code, a status and a sentence in both
// languages that says what to do; whatever is not in the table is a 500 without
// detail, logged.
package problem

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Coder is an error of a domain package that knows its stable code.
type Coder interface {
	error
	Code() string
}

// Limited is an error of a domain package that says which limit was reached; 0 is none.
type Limited interface{ Limit() int64 }

// Problem is a refusal with its facts for the reader.
type Problem struct {
	code   string
	Detail string         // what exactly, with the number of a limit; English
	Extra  map[string]any // further members of the answer
	Retry  int            // seconds, sent as Retry-After; 0 sends none
	cause  error
}

// New refuses with a code of the table and what exactly was wrong.
func New(code, format string, args ...any) *Problem {
	return &Problem{code: code, Detail: fmt.Sprintf(format, args...)}
}

// In says after how many seconds the same request may succeed.
func (p *Problem) In(seconds int) *Problem {
	p.Retry = seconds
	return p
}

// Code is the stable code.
func (p *Problem) Code() string { return p.code }

func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.code
	}
	return p.code + ": " + p.Detail
}

func (p *Problem) Unwrap() error { return p.cause }

// With adds members to the answer.
func (p *Problem) With(key string, value any) *Problem {
	if p.Extra == nil {
		p.Extra = map[string]any{}
	}
	p.Extra[key] = value
	return p
}

// Answer is the body of a refusal, RFC 9457 problem+json.
type Answer struct {
	Type     string         `json:"type"`
	Status   int            `json:"status"`
	Code     string         `json:"code"`
	Title    string         `json:"title"`    // English, what to do
	TitleZH  string         `json:"title_zh"` // 中文
	Detail   string         `json:"detail,omitempty"`
	DetailZH string         `json:"detail_zh,omitempty"` // which fields, where PocketBase refuses some
	Message  string         `json:"message"`             // as PocketBase's clients expect it
	Data     map[string]any `json:"data"`
}

// Of finds the answer for an error; ok is false where the table knows nothing.
func Of(err error) (Answer, bool) {
	var coder Coder
	if !errors.As(err, &coder) {
		var api *router.ApiError
		if !errors.As(err, &api) {
			return answer(internal, "", nil), false
		}
		if raw, isErr := api.RawData().(error); isErr {
			if a, ok := Of(raw); ok {
				return a, true
			}
		}
		return ofAPI(api), api.Status < http.StatusInternalServerError
	}
	row, known := rows[coder.Code()]
	if !known {
		return answer(internal, "", nil), false
	}
	var p *Problem
	if errors.As(err, &p) {
		return answer(withCode{coder.Code(), row}, p.Detail, p.Extra), true
	}
	var extra map[string]any
	var limited Limited
	if errors.As(err, &limited) && limited.Limit() > 0 {
		extra = map[string]any{"limit": limited.Limit()}
	}
	return answer(withCode{coder.Code(), row}, strings.TrimPrefix(err.Error(), coder.Code()+": "), extra), true
}

type withCode struct {
	code string
	Row
}

var internal = withCode{"internal", rows["internal"]}

func answer(row withCode, detail string, extra map[string]any) Answer {
	if extra == nil {
		extra = map[string]any{}
	}
	return Answer{
		Type: "about:blank", Status: row.Status, Code: row.code, Title: row.EN, TitleZH: row.ZH,
		Detail: plain(detail), Message: row.EN, Data: extra,
	}
}

// ofAPI gives PocketBase's own refusals a code by their status and keeps their data.
func ofAPI(api *router.ApiError) Answer {
	code, ok := byStatus[api.Status]
	if !ok {
		code = "bad_request"
		if api.Status >= http.StatusInternalServerError {
			code = "internal"
		}
	}
	detail, zh := api.Message, ""
	if ofFields, en, chinese := fields(api.Data); ofFields != "" && rows[ofFields].Status == api.Status {
		code, detail, zh = ofFields, en, chinese
	}
	a := answer(withCode{code, rows[code]}, detail, api.Data)
	a.Status, a.Message, a.DetailZH = api.Status, api.Message, zh
	return a
}

// Write answers err to the client. An unknown error is logged and answered 500.
func Write(e *core.RequestEvent, err error) error {
	if e.Written() {
		return err
	}
	a, known := Of(err)
	if !known {
		slog.Error("request failed", "method", e.Request.Method, "path", e.Request.URL.Path, "error", err)
	}
	if a.Code == "bad_request" && e.Request.Method == http.MethodGet && strings.HasSuffix(e.Request.URL.Path, "/records") {
		a = answer(withCode{"filter_bad", rows["filter_bad"]}, "check filter, sort, page and perPage", nil) // PocketBase's lists say no more
	}
	var p *Problem
	if errors.As(err, &p) && p.Retry > 0 {
		e.Response.Header().Set("Retry-After", strconv.Itoa(p.Retry))
	}
	e.Response.Header().Set("Content-Type", "application/problem+json")
	return e.JSON(a.Status, a)
}

// Middleware lets every route, PocketBase's too, answer through the table.
func Middleware(e *core.RequestEvent) error {
	if err := e.Next(); err != nil {
		return Write(e, err)
	}
	return nil
}

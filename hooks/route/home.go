package route

// The page at "/": what this is; how to begin where nobody can sign in yet; in a demo the
// logins and the cases too.

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/store"
	"xuncha/web"
)

// Card is a login that a demo shows.
type Card struct{ Role, Name, Email, Password string }

type homePage struct {
	frame
	Operator    bool // somebody can sign in to the admin interface
	Cards, Rest []Card

	First         []homeCase // overdue and due soon
	Overdue, Soon int
	MoreOverdue   string // where they all are
	Open          int
	Tiles         []tile
	Listed        string // what the list below is of
	Filtered      bool
	Cases         []homeCase
	Total         int // of the list
}

// Home binds the pages for people, their style and their icon. Without cards it names no
// login and no case.
func Home(se *core.ServeEvent, cards []Card, now func() time.Time, ways *Ways) error {
	css, err := web.CSS()
	if err != nil {
		return err
	}
	icon, err := web.Icon()
	if err != nil {
		return err
	}
	asset(se, "/assets/page.css", "text/css; charset=utf-8", css)
	asset(se, "/assets/icon.svg", "image/svg+xml", icon)
	asset(se, "/favicon.ico", "image/svg+xml", icon)
	se.Router.GET("/{$}", func(e *core.RequestEvent) error { return home(e, cards, now()) })
	se.Router.Any("/", ways.lost)
	return nil
}

func asset(se *core.ServeEvent, path, kind string, data []byte) {
	se.Router.GET(path, func(e *core.RequestEvent) error {
		e.Response.Header().Set("Cache-Control", "no-cache")
		return e.Blob(http.StatusOK, kind, data)
	})
}

func home(e *core.RequestEvent, cards []Card, now time.Time) error {
	page := homePage{frame: newFrame(e.Request)}
	page.Demo = len(cards) > 0
	if !page.Demo {
		var err error
		if page.Operator, err = (store.Operators{App: e.App}).Any(); err != nil {
			return err
		}
		return send(e, http.StatusOK, web.Home, page)
	}
	asked := e.Request.URL.Query().Get("status")
	if asked != "" && asked != "overdue" && asked != "due_soon" && !casework.Process().State(casework.Status(asked)).Open {
		return note(e, http.StatusNotFound, "lost_status")
	}
	page.status = asked
	page.Cards, page.Rest = page.byRole(cards)
	if err := page.fill(store.Front{App: e.App}, now); err != nil {
		return err
	}
	return send(e, http.StatusOK, web.Home, page)
}

// byRole puts one login of each role first, and all others behind.
func (f frame) byRole(cards []Card) (first, rest []Card) {
	seen := map[string]bool{}
	for _, c := range cards {
		role := c.Role
		switch role {
		case "superuser":
			c.Role = f.T["operator"]
		case "complainant":
			c.Role, c.Name = f.T["complainant"], f.T["complainant_note"]
		default:
			c.Role = f.inWords("role", role)
		}
		if seen[role] {
			rest = append(rest, c)
			continue
		}
		seen[role] = true
		first = append(first, c)
	}
	return first, rest
}

// inWords is a code of process.json in the reader's language.
func (f frame) inWords(list, code string) string {
	w, ok := casework.Process().Word(list, code)
	switch {
	case !ok:
		return code
	case f.Lang == "en":
		return w.EN
	}
	return w.ZH
}

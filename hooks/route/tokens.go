package route

// Who asks: the user of a bearer token, remembered for a moment. A phone's sync, a board and
// its photos ask many times a second with the same token, and to read the user and check the
// signature takes longer than most of what is asked.

import (
	"strings"
	stdsync "sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// Tokens stands in place of PocketBase's loading of the user. What this process changes of a
// user counts at once; what another one does, a command beside the server, within a second.
type Tokens struct {
	App core.App
	Now func() time.Time // the server's clock

	mu      stdsync.Mutex
	known   map[string]asker
	changes int
}

type asker struct {
	user  *core.Record
	until time.Time
}

const (
	knownFor  = time.Second
	knownMost = 4096 // tokens; then all are forgotten
)

// Bind takes the place of PocketBase's own, and listens to what makes a token invalid.
func (t *Tokens) Bind() {
	t.known = map[string]asker{}
	t.App.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.Unbind(apis.DefaultLoadAuthTokenMiddlewareId)
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "xunchaTokens", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority, Func: t.load,
		})
		return se.Next()
	})
	record := func(e *core.RecordEvent) error {
		if e.Record.Collection().IsAuth() {
			t.forget()
		}
		return e.Next()
	}
	t.App.OnRecordAfterUpdateSuccess().BindFunc(record)
	t.App.OnRecordAfterDeleteSuccess().BindFunc(record)
	collection := func(e *core.CollectionEvent) error {
		t.forget() // its secrets may be others
		return e.Next()
	}
	t.App.OnCollectionAfterUpdateSuccess().BindFunc(collection)
	t.App.OnCollectionAfterDeleteSuccess().BindFunc(collection)
}

func (t *Tokens) load(e *core.RequestEvent) error {
	token := e.Request.Header.Get("Authorization")
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = rest
	}
	if e.Auth == nil && token != "" {
		e.Auth = t.user(token)
	}
	return e.Next()
}

// user finds whose a token is, nil if nobody's. The record is the caller's own.
func (t *Tokens) user(token string) *core.Record {
	t.mu.Lock()
	k, changes := t.known[token], t.changes
	t.mu.Unlock()
	now := t.Now()
	if now.Before(k.until) {
		return k.user.Clone()
	}
	user, err := t.App.FindAuthRecordByToken(token, core.TokenTypeAuth)
	if err != nil {
		t.App.Logger().Debug("a token is nobody's", "error", err)
		return nil
	}
	k = asker{user, now.Add(knownFor)}
	if claims, err := security.ParseUnverifiedJWT(token); err == nil { // it was verified just now
		if end, err := claims.GetExpirationTime(); err == nil && end != nil && end.Before(k.until) {
			k.until = end.Time
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changes == changes { // else it may be as it was before
		if len(t.known) >= knownMost {
			clear(t.known)
		}
		t.known[token] = k
	}
	return user.Clone()
}

func (t *Tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	clear(t.known)
}

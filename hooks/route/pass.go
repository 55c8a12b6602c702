package route

// Passes: addresses that work for a short while, also where a browser can send no header.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// passTime is how long an address works: long enough to begin on a slow line, since what has
// begun is not cut off.
const passTime = 2 * time.Minute

// Passes gives addresses and knows them again.
type Passes struct {
	Key []byte
	Now func() time.Time
}

// give answers with an address of a path, good for what it is told.
func (p Passes) give(e *core.RequestEvent, path, what string) error {
	until := p.Now().Add(passTime).UTC().Truncate(time.Second)
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusCreated, map[string]string{
		"url": path + "?pass=" + p.pass(path, what, until), "expires_at": until.Format(time.RFC3339),
	})
}

// pass is a token of three parts: what it is good for, until when, and that we said so.
func (p Passes) pass(path, what string, until time.Time) string {
	told := base64.RawURLEncoding.EncodeToString([]byte(what)) + "." + strconv.FormatInt(until.Unix(), 36)
	mac := hmac.New(sha256.New, p.Key)
	mac.Write([]byte(path + " " + told))
	return told + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// admits tells what the token of a request is good for now; ok is false if for nothing.
func (p Passes) admits(e *core.RequestEvent) (what string, ok bool) {
	token := e.Request.URL.Query().Get("pass")
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", false
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return "", false
	}
	seconds, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil {
		return "", false
	}
	until := time.Unix(seconds, 0)
	good := hmac.Equal([]byte(token), []byte(p.pass(e.Request.URL.Path, string(data), until))) && !p.Now().After(until)
	return string(data), good
}

package route

// PocketBase's own routes of records: who writes there is signed in.

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

const recordsPath = "/api/collections/{collection}/records"

var writing = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Records puts a guard before PocketBase's own writes of records. Their rules refuse too,
// but as a body that is not valid (400): a phone would not know that it has to sign in.
func Records(se *core.ServeEvent) {
	se.Router.BindFunc(func(e *core.RequestEvent) error {
		writes := slices.Contains(writing, e.Request.Method) && strings.Contains(e.Request.Pattern, recordsPath)
		if !writes || e.HasSuperuserAuth() {
			return e.Next()
		}
		if _, err := User(e); err != nil {
			return err
		}
		return e.Next()
	})
}

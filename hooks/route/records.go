package route

// PocketBase's own routes of records: who writes there is signed in, and what he writes means
// one thing.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"xuncha/hooks/problem"
)

const (
	collectionsPath = "/api/collections/{collection}/"
	recordsPath     = collectionsPath + "records"
)

var writing = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Records puts a guard before PocketBase's own writes of records. Their rules refuse too,
// but as a body that is not valid (400): a phone would not know that it has to sign in.
func Records(se *core.ServeEvent) {
	se.Router.BindFunc(func(e *core.RequestEvent) error {
		writes := slices.Contains(writing, e.Request.Method) && strings.Contains(e.Request.Pattern, collectionsPath)
		if !writes || e.HasSuperuserAuth() {
			return e.Next()
		}
		if strings.Contains(e.Request.Pattern, recordsPath) {
			if _, err := User(e); err != nil {
				return err
			}
		}
		return soundBody(e)
	})
}

// soundBody reads a body once before PocketBase does, which takes what it can of broken JSON.
func soundBody(e *core.RequestEvent) error {
	if e.Request.ContentLength == 0 {
		return e.Next()
	}
	told := e.Request.Header.Get("Content-Type")
	if told == "" { // whoever does not say means JSON
		told = "application/json"
		e.Request.Header.Set("Content-Type", told)
	}
	switch kind, params, err := mime.ParseMediaType(told); {
	case err != nil:
		return problem.New("body_type_unknown", "Content-Type %.80q is no type; send application/json", told)
	case params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8"):
		return problem.New("body_type_unknown", "charset %.40q; send UTF-8", params["charset"])
	case e.Request.Header.Get("Content-Encoding") != "":
		return problem.New("bad_encoding", "this address takes bodies that are not compressed")
	case kind == "multipart/form-data", kind == "application/x-www-form-urlencoded":
		return e.Next() // forms have no levels
	case kind != "application/json":
		return problem.New("body_type_unknown", "%.80q; send application/json", kind)
	}
	data, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	if err := sound(data); err != nil {
		return err
	}
	if err := knownFields(e, data); err != nil {
		return err
	}
	// A body of its own, for PocketBase counts what it reads again and again against its limit.
	again := &router.RereadableReadCloser{ReadCloser: io.NopCloser(bytes.NewReader(data))}
	e.Request.Body = again
	return errors.Join(e.Next(), again.Close())
}

// besides are what is sent with a record and is no field: the secrets of a user, and what a
// client got with the record that it sends back.
var besides = []string{"password", "passwordConfirm", "oldPassword", "collectionId", "collectionName", "expand"}

// knownFields refuses a field that PocketBase would leave out without a word.
func knownFields(e *core.RequestEvent, data []byte) error {
	if !strings.Contains(e.Request.Pattern, recordsPath) {
		return nil
	}
	collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return problem.New("not_found", "there is no such collection")
	}
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(data, &sent); err != nil {
		return problem.New("bad_json", "a record is an object")
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		field := collection.Fields.GetByName(strings.Trim(name, "+-")) // "a+" adds to a list
		switch {
		case slices.Contains(besides, name):
		case field == nil:
			return problem.New("field_unknown", "%.100q", name).With("field", clip(name))
		case field.GetHidden():
			return problem.New("field_locked", "field %q is written by the server", name).With("field", name)
		}
	}
	return nil
}

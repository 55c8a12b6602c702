package store

// Where the feed stands, what a user may read of it, and whether he still may.

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Reader reads where the feed stands, and for whom.
type Reader struct{ DB dbx.Builder }

var _ sync.Runs = Reader{}

// InRead runs do in one read transaction: everything it reads is of one moment.
func InRead(app core.App, do func(Reader) error) error {
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return fmt.Errorf("the read pool is a %T", app.ConcurrentDB())
	}
	return db.Transactional(func(tx *dbx.Tx) error { return do(Reader{tx}) })
}

const readState = `SELECT key, value FROM sync_meta`

// State returns the epoch and the head.
func (s Reader) State() (sync.State, error) {
	var rows []struct {
		Key   string `db:"key"`
		Value string `db:"value"`
	}
	var state sync.State
	if err := s.DB.NewQuery(readState).All(&rows); err != nil {
		return state, err
	}
	for _, row := range rows {
		if err := setMeta(&state, row.Key, row.Value); err != nil {
			return state, err
		}
	}
	return state, nil
}

// setMeta takes one row of sync_meta into the state.
func setMeta(state *sync.State, key, value string) (err error) {
	switch key {
	case "epoch":
		state.Epoch = value
	case "run":
		state.Run = value
	case "head":
		state.Head, err = strconv.ParseInt(value, 10, 64)
	case "compacted":
		state.Compacted, err = strconv.ParseInt(value, 10, 64)
	case "epoch_base":
		state.EpochBase, err = strconv.ParseInt(value, 10, 64)
	}
	if err != nil {
		err = fmt.Errorf("sync_meta %s: %w", key, err)
	}
	return err
}

// Applied returns whose a client id is and its highest n.
func (s Reader) Applied(client string) (string, int64, error) { return appliedOf(s.DB, client) }

// Grants returns the buckets a user may read and their generation.
func (s Reader) Grants(user string) ([]string, int64, error) { return grantsOf(s.DB, user) }

// Refusals of a log-in that was good when it was checked.
var (
	ErrDisabled  = errors.New("the user is disabled")
	ErrSignedOut = errors.New("the log-in does not count any more")
)

const readUser = `SELECT tokenKey, disabled_at FROM users WHERE id = {:id}`

// Standing tells whether a user is still who signed in: not disabled, and with the same
// key in his tokens, which a new password changes.
func (s Reader) Standing(user, tokenKey string) error {
	var rows []struct {
		Key      string `db:"tokenKey"`
		Disabled string `db:"disabled_at"`
	}
	err := s.DB.NewQuery(readUser).Bind(dbx.Params{"id": user}).All(&rows)
	switch {
	case err != nil:
		return err
	case len(rows) == 0, rows[0].Key != tokenKey:
		return ErrSignedOut
	case rows[0].Disabled != "":
		return ErrDisabled
	}
	return nil
}

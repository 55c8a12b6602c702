package archive

// The key of the custody log. Unlike the house's own it opens nothing: without it a restored
// house signs with another one, and says so for ever.

import (
	"errors"
	"io/fs"
	"path/filepath"

	"xuncha/evidence/custody"
	"xuncha/hooks/store"
)

// copyLogKey writes down which key signs the log, and puts it beside the house's key.
func (m *Made) copyLogKey(o Order) error {
	key, err := custody.ReadKey(store.LogKeyPath(o.House, o.LogKey))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the house has not been started since it keeps a log
	}
	if err != nil {
		return err
	}
	m.LogKey = key.Public()
	if o.Keys == "" {
		return nil
	}
	to := filepath.Join(o.Keys, logKeyName(m.LogKey))
	if there, err := custody.ReadKey(to); err == nil && there.Public() == m.LogKey {
		return nil
	}
	return key.Write(to)
}

func logKeyName(k custody.PublicKey) string { return "custody-" + k.Fingerprint() + ".key" }

// takeLogKey brings the key of the log into the new house, if it is found.
func (r *Restored) takeLogKey(fresh string, w Wish) error {
	if r.LogKey == "" || w.LogKey != "" { // where it lies at a path of its own it stays there
		return nil
	}
	places := []string{filepath.Join(w.House, store.LogKeyFile), filepath.Join(filepath.Dir(r.Path), "keys", logKeyName(r.LogKey))}
	if w.Keys != "" {
		beside := filepath.Dir(w.Keys)
		places = append(places, filepath.Join(w.Keys, logKeyName(r.LogKey)), filepath.Join(w.Keys, filepath.Base(store.LogKeyFile)),
			filepath.Join(beside, logKeyName(r.LogKey)), filepath.Join(beside, filepath.Base(store.LogKeyFile)))
	}
	for _, path := range places {
		if key, err := custody.ReadKey(path); err == nil && key.Public() == r.LogKey {
			return key.Write(filepath.Join(fresh, store.LogKeyFile))
		}
	}
	r.NoLogKey = true
	return nil
}

// logRestored writes into the log that a backup was put in place, and up to where the log had
// grown that is not in it.
func (r *Restored) logRestored(s store.Custody, w Wish) error {
	was, err := store.HeadBeside(w.House)
	if err != nil {
		was = "" // it cannot be read, which may be why
	}
	return s.Restored(map[string]any{"backup": r.MadeAt, "epoch": r.Epoch, "head": was})
}

package store

// What outlives the machine: a finished backup says in a file beside the database how far it
// holds everything.

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	stdsync "sync"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Backups tells phones what of theirs a backup holds.
type Backups struct {
	App core.App

	mu   stdsync.Mutex
	seen fs.FileInfo
	held *sync.Witness // nil where there is none that can be believed
}

// Durable is the highest seq of the epoch that the last finished backup holds; 0 where there
// was none in this epoch yet. What a backup of an earlier epoch holds may have been lost on
// the way here, so it says nothing.
func (s *Backups) Durable(state sync.State) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.App.DataDir(), BackupFile)
	now, err := os.Stat(path)
	if err != nil {
		s.seen, s.held = nil, nil
		return 0
	}
	if s.seen == nil || !os.SameFile(s.seen, now) || !s.seen.ModTime().Equal(now.ModTime()) || s.seen.Size() != now.Size() {
		s.seen, s.held = now, s.read(path, state)
	}
	if s.held == nil || s.held.Epoch != state.Epoch || s.held.Seq > state.Head {
		return 0
	}
	return s.held.Seq
}

// read believes a file only as far as this database can have been in that backup.
func (s *Backups) read(path string, state sync.State) *sync.Witness {
	w, err := ReadMark(path)
	against := false
	if err == nil && w != nil {
		against, err = w.Contradicts(state, Reader{s.App.ConcurrentDB()})
	}
	if err != nil {
		slog.Error("what the backup holds is not known: phones keep everything", "file", path, "error", err)
		return nil
	}
	if against {
		slog.Warn("the backup holds what this database never gave: phones keep everything", "file", path)
		return nil
	}
	return w
}

// Backed says that a backup up to w is finished. An earlier one of the same epoch that holds
// more goes on counting.
func Backed(dir string, w sync.Witness) error {
	path := filepath.Join(dir, BackupFile)
	if old, err := ReadMark(path); err == nil && old != nil && old.Epoch == w.Epoch && old.Seq >= w.Seq {
		return nil
	}
	return WriteMark(path, w)
}

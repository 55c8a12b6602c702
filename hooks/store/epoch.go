package store

// Epochs: where the database is an older one than it was, numbers begin anew above every
// number ever given, under a new name, so that phones notice and send again what was lost.

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Epochs watches over the epoch of a house. Open is called once, under the directory's lock,
// before anything else is written.
type Epochs struct {
	App core.App
	Now func() time.Time
}

const (
	putMeta   = `INSERT INTO sync_meta (key, value) VALUES ({:key}, {:value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	addRun    = `INSERT INTO sync_run (id, head) VALUES ({:id}, {:head})`
	dropRuns  = `DELETE FROM sync_run`
	readUntil = `SELECT r.n AS n, (SELECT head FROM sync_run WHERE n > r.n ORDER BY n LIMIT 1) AS head FROM sync_run r WHERE r.id = {:id}`
)

// Open begins a run. Where the files beside the database know more than it does, a new
// epoch begins, and why is told; else why is empty.
func (s Epochs) Open() (why string, err error) {
	files, err := readBeside(s.App.DataDir())
	if err != nil {
		return "", err
	}
	err = s.App.RunInTransaction(func(tx core.App) error {
		state, err := Reader{tx.DB()}.State()
		if err != nil {
			return err
		}
		if why, err = files.against(tx, state); err != nil {
			return err
		}
		if why != "" {
			return s.begin(tx, max(state.Head, files.highest()))
		}
		return run(tx, state.Head)
	})
	if err != nil {
		return "", err
	}
	return why, s.Mark()
}

// Behind says why the next opening will begin a new epoch; it only reads. It is empty if
// none will begin. The files are read first: a server at work moves the head, then the mark.
func (s Epochs) Behind() (string, error) {
	files, err := readBeside(s.App.DataDir())
	if err != nil {
		return "", err
	}
	state, err := Reader{s.App.DB()}.State()
	if err != nil {
		return "", err
	}
	return files.against(s.App, state)
}

// beside are the files beside the database; nil where one is not there.
type beside struct{ mark, backup *sync.Witness }

func readBeside(dir string) (b beside, err error) {
	if b.mark, err = ReadMark(filepath.Join(dir, MarkFile)); err != nil {
		return b, err
	}
	b.backup, err = ReadMark(filepath.Join(dir, BackupFile))
	return b, err
}

// highest is the highest seq that the files know of.
func (b beside) highest() (seq int64) {
	for _, w := range []*sync.Witness{b.mark, b.backup} {
		if w != nil {
			seq = max(seq, w.Seq)
		}
	}
	return seq
}

// against says why the database is an older one; empty if it need not be.
func (b beside) against(app core.App, state sync.State) (string, error) {
	switch {
	case b.mark == nil && state.Head > 0:
		return MarkFile + " is missing beside the database", nil
	case b.mark != nil && b.mark.Epoch != state.Epoch:
		return "the database is of another epoch than " + MarkFile, nil
	}
	for i, w := range []*sync.Witness{b.mark, b.backup} {
		if w == nil {
			continue
		}
		against, err := w.Contradicts(state, Reader{app.DB()})
		if err != nil {
			return "", err
		}
		if against {
			return fmt.Sprintf("%s knows of seq %d, which this database has not given", []string{MarkFile, BackupFile}[i], w.Seq), nil
		}
	}
	return "", nil
}

// Found begins a new epoch where a witness knows more than the database, and tells whether
// it did. The same again, or another of the epoch that has ended, begins none.
func (s Epochs) Found(w sync.Witness) (begun bool, err error) {
	files, err := readBeside(s.App.DataDir())
	if err != nil {
		return false, err
	}
	err = s.App.RunInTransaction(func(tx core.App) error {
		state, err := Reader{tx.DB()}.State()
		if err != nil {
			return err
		}
		against, err := w.Contradicts(state, Reader{tx.DB()})
		if err != nil || !against {
			return err
		}
		begun = true
		return s.begin(tx, max(state.Head, files.highest(), w.Seq))
	})
	if err != nil || !begun {
		return false, err
	}
	return true, s.Mark()
}

// Restart begins a new epoch above a seq, whatever the database says: it is a copy. It
// returns where the house stands then.
func (s Epochs) Restart(above int64) (state sync.State, err error) {
	err = s.App.RunInTransaction(func(tx core.App) error {
		state, err := Reader{tx.DB()}.State()
		if err != nil {
			return err
		}
		return s.begin(tx, max(state.Head, above))
	})
	if err != nil {
		return state, err
	}
	if state, err = (Reader{s.App.ConcurrentDB()}).State(); err != nil {
		return state, err
	}
	return state, s.Mark()
}

// epochBits: an epoch begins at the second of its birth, shifted by so many bits. So it lies
// above all earlier ones, whatever was lost, unless one gave two million seqs a second.
const epochBits = 21

// maxSeq is the last whole number that JavaScript knows exactly. The clock reaches it on
// 7 February 2106.
const maxSeq = 1<<53 - 1

// firstSeq is the first seq of an epoch that begins now.
func firstSeq(above int64, now time.Time) (int64, error) {
	seconds := now.Unix()
	if seconds < 0 || seconds > maxSeq>>epochBits {
		return 0, fmt.Errorf("a new epoch cannot begin at %s: the clock must lie between 1970 and 2106", now.UTC().Format(time.DateOnly))
	}
	first := max(above, seconds<<epochBits) + 1
	if first > maxSeq {
		return 0, fmt.Errorf("a new epoch cannot begin above seq %d: numbers end at %d", above, int64(maxSeq))
	}
	return first, nil
}

func (s Epochs) begin(tx core.App, above int64) error {
	first, err := firstSeq(above, s.Now())
	if err != nil {
		return err
	}
	feed, base := Feed{App: tx}, fmt.Sprint(first-1)
	for key, value := range map[string]string{"epoch": name(), "epoch_base": base, "head": base} {
		if err := feed.exec(putMeta, dbx.Params{"key": key, "value": value}); err != nil {
			return err
		}
	}
	if err := feed.exec(dropRuns, nil); err != nil { // they were of the other epoch
		return err
	}
	return run(tx, first-1)
}

// run begins a run at the present head.
func run(tx core.App, head int64) error {
	feed, id := Feed{App: tx}, name()[:12]
	if err := feed.exec(addRun, dbx.Params{"id": id, "head": head}); err != nil {
		return err
	}
	return feed.exec(putMeta, dbx.Params{"key": "run", "value": id})
}

// name is a new name of an epoch or a run.
func name() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Until returns the head at the end of a run.
func (s Reader) Until(id string) (head int64, known bool, err error) {
	var rows []struct {
		N    int64  `db:"n"`
		Head *int64 `db:"head"` // none while the run lasts
	}
	if err := s.DB.NewQuery(readUntil).Bind(dbx.Params{"id": id}).All(&rows); err != nil || len(rows) == 0 {
		return 0, false, err
	}
	if rows[0].Head != nil {
		return *rows[0].Head, true, nil
	}
	state, err := s.State()
	return state.Head, true, err
}

// Mark writes where the house stands into the file beside the database, if it has moved.
// It is never above what is on disk: each commit is, before it is seen.
func (s Epochs) Mark() error {
	var state sync.State
	if err := InRead(s.App, func(r Reader) (err error) {
		state, err = r.State()
		return err
	}); err != nil {
		return err
	}
	path, now := filepath.Join(s.App.DataDir(), MarkFile), sync.Witness{Epoch: state.Epoch, Seq: state.Head, Run: state.Run}
	if old, err := ReadMark(path); err == nil && old != nil && *old == now {
		return nil
	}
	return WriteMark(path, now)
}

package hooks_test

// fsck against every kind of damage: it is found and named, and what is derived is mended.

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
	"xuncha/internal/photo"
)

// worked is a hall with a case that went its way by actions: accepted, assigned, told.
func worked(t *testing.T) (h *hall, caseID string) {
	h = openHall(t, unlimited)
	shot := photo.JPEG(photo.Scene(5, 640, 480), photo.Tags{})
	status, answer := h.fileForm(h.intake.Token, complaint(), shot)
	if status != 201 {
		t.Fatalf("%d %v", status, answer)
	}
	caseID = answer["case"].(string)
	h.act(h.intake, caseID, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101", "urgent": false})
	h.act(h.dispatcher, caseID, "assign", map[string]any{"inspectors": []string{h.inspectors[0].ID, h.inspectors[1].ID}, "due": soon()})
	h.derived(t)
	return h, caseID
}

// derived waits for the worker: the complainant's photo is stored.
func (h *hall) derived(t *testing.T) {
	t.Helper()
	waitFor(t, "a photo to be stored", func() bool {
		var n int
		err := h.App.DB().NewQuery("SELECT count(*) FROM evidence WHERE state = 'pending'").Row(&n)
		return err == nil && n == 0
	})
}

func TestFsckFindsEveryDamageAndMendsWhatIsDerived(t *testing.T) {
	h, id := worked(t)
	whole(t, h.House)
	shelf := filepath.Join(h.Dir, "evidence")
	sql := func(s string) func() {
		return func() {
			if _, err := h.App.NonconcurrentDB().NewQuery(strings.ReplaceAll(s, "CASE_ID", id)).Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, damage := range []struct {
		name, check string
		do          func()
		mended      bool
	}{
		{"a record changed behind the hooks", "documents", sql("UPDATE cases SET address = '别处' WHERE id = 'CASE_ID'"), true},
		{"a row of the feed lost", "documents", sql("DELETE FROM sync_feed WHERE collection = 'cases'"), true},
		{"a document lost", "documents", sql("DELETE FROM sync_doc WHERE collection = 'agencies'"), true},
		{"rules and words lost", "documents", sql("DELETE FROM sync_doc WHERE collection = 'dictionaries'"), true},
		{"a colleague's document changed", "documents", sql("UPDATE sync_doc SET doc = replace(doc, '李强', '李弱') WHERE collection = 'colleagues'"), true},
		{"a document's seq set back", "documents", sql("UPDATE sync_doc SET seq = 1 WHERE collection = 'inspections'"), true},
		{"a document without its record", "documents", sql("INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ('evidence', 'nosuchrecord001', 3, '{\"seq\":3}', '{}')"), true},
		{"a row without a document", "documents", sql("INSERT INTO sync_feed (bucket, collection, record, seq) VALUES ('g', 'evidence', 'nosuchrecord001', 3)"), true},
		{"a row with another record's document", "documents", sql("UPDATE sync_feed SET doc = doc + 1 WHERE collection = 'cases'"), true},
		{"a head set back", "documents", sql("UPDATE sync_meta SET value = '1' WHERE key = 'head'"), true},
		{"a worker lost", "access", sql("DELETE FROM case_user"), true},
		{"a grant lost", "access", sql("DELETE FROM sync_grant WHERE bucket = 'g'"), true},
		{"a mark that the day does not bear out", "marks", sql("UPDATE cases SET overdue = 1 WHERE id = 'CASE_ID'"), true},
		{"a wrong count of repeats", "marks", sql("UPDATE cases SET repeat_count = 9 WHERE id = 'CASE_ID'"), true},
		{"a small copy lost", "files", func() { remove(t, shelf, "*/*.320.jpg") }, true},
		{"a status nobody moved", "history", sql("UPDATE cases SET status = 'closed' WHERE id = 'CASE_ID'"), false},
		{"a lead nobody named", "history", sql("UPDATE cases SET lead = 'aaaaaaaaaaaaaaa' WHERE id = 'CASE_ID'"), false},
		{"an action lost", "history", sql("DELETE FROM actions WHERE name = 'assign'"), false},
		{"an inspection lost", "parents", sql("DELETE FROM inspections"), false},
		{"a complainant lost", "parents", sql("DELETE FROM complainants"), false},
		{"a message lost", "outbox", sql("DELETE FROM notifications WHERE kind = 'accepted'"), false},
		{"an original lost", "files", func() { remove(t, shelf, "*/*[0-9a-f][0-9a-f][0-9a-f][0-9a-f]") }, false},
	} {
		t.Run(damage.name, func(t *testing.T) {
			before := h.fsck(t)
			damage.do()
			after := h.fsck(t)
			found := slices.ContainsFunc(after.Differences, func(d store.Difference) bool {
				return d.Check == damage.check && !slices.Contains(before.Differences, d)
			})
			if !found {
				t.Fatalf("fsck found nothing new in %s: %+v", damage.check, after.Differences)
			}
			if err := h.App.RunInTransaction(func(tx core.App) error {
				_, _, err := store.Fsck{App: tx}.Repair(t.Context(), logOf(h.App))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			left := h.fsck(t)
			if damage.mended && len(left.Differences) > 0 {
				t.Errorf("after the repair: %+v", left.Differences)
			}
			if !damage.mended && len(left.Differences) == 0 {
				t.Error("what somebody sent was made up anew")
			}
		})
	}
}

func TestOnePhotoThatCannotBeReadKeepsNothingFromTheRepair(t *testing.T) {
	h, _ := worked(t)
	shelf := filepath.Join(h.Dir, "evidence")
	remove(t, shelf, "*/*.320.jpg")
	originals, err := filepath.Glob(filepath.Join(shelf, "*/*[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"))
	if err != nil || len(originals) != 1 {
		t.Fatalf("%v %v", originals, err)
	}
	info, err := os.Stat(originals[0])
	if err == nil {
		err = errors.Join(os.Chmod(originals[0], 0o600), os.WriteFile(originals[0], make([]byte, info.Size()), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.App.NonconcurrentDB().NewQuery("DELETE FROM case_user").Execute(); err != nil {
		t.Fatal(err)
	}
	var left store.Report
	if err := h.App.RunInTransaction(func(tx core.App) (err error) {
		_, left, err = store.Fsck{App: tx}.Repair(t.Context(), logOf(h.App))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(left.Differences) != 1 || left.Differences[0].Check != "files" {
		t.Errorf("%+v", left.Differences)
	}
}

func (h *hall) fsck(t *testing.T) store.Report {
	t.Helper()
	report, err := store.Fsck{App: h.App}.Run()
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func remove(t *testing.T, dir, pattern string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v %v", pattern, files, err)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
}

// logOf writes the log of a house; it signs nothing.
func logOf(app core.App) store.Custody {
	return store.Custody{App: app, Now: time.Now, Nonce: rand.Text}
}

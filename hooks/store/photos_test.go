package store_test

// The checks and the database: what is asked, what is kept, and what stays.

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/evidence/check"
	"xuncha/evidence/likeness"
	"xuncha/hooks/store"
	"xuncha/internal/photo"
)

// What is asked for each photo touches a handful of rows, however many there are.
func TestTheQueriesOfTheChecksUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, sql := range store.PhotoQueries() {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, step := range plan {
			list := strings.HasPrefix(step.Detail, "SCAN json_each") || strings.HasPrefix(step.Detail, "SCAN CONSTANT")
			if strings.HasPrefix(step.Detail, "SCAN ") && !list || strings.Contains(step.Detail, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, step.Detail)
			}
			if strings.Contains(step.Detail, "state") {
				t.Errorf("%s goes through all that is not pending: %s", name, step.Detail)
			}
		}
	}
}

// photoRow stores a row as if it had come from a phone.
func photoRow(t *testing.T, app core.App, fields map[string]any) *core.Record {
	t.Helper()
	col, err := app.FindCollectionByNameOrId("evidence")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(col)
	for name, value := range fields {
		r.Set(name, value)
	}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}

func review(t *testing.T, app core.App, id string, results ...check.Result) *core.Record {
	t.Helper()
	if err := (&store.Photos{App: app}).Review(evidence.Item{ID: id}, results); err != nil {
		t.Fatal(err)
	}
	r, err := app.FindRecordById("evidence", id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func doubt(name check.Name, score float64) check.Result {
	return check.Result{Check: name, Score: score, Code: "far_from_case", Values: map[string]any{}}
}

func TestAReviewTakesBackFlagsOfChecksAndNoOthers(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	id := photoRow(t, app, map[string]any{"sha256": strings.Repeat("a", 64), "state": "flagged", "flags": []string{"device_chain", "late", "size_differs"}}).Id
	r := review(t, app, id, doubt(check.Speed, 1))
	if got := r.GetString("flags"); got != `["late","size_differs","speed"]` || r.GetString("state") != "flagged" {
		t.Errorf("%s %s", got, r.GetString("state"))
	}
	id = photoRow(t, app, map[string]any{"sha256": strings.Repeat("b", 64), "state": "flagged", "flags": []string{"device_chain"}}).Id
	if r := review(t, app, id, doubt(check.DeviceChain, 0)); r.GetString("state") != "stored" || r.GetString("flags") != "[]" {
		t.Errorf("%s %s", r.GetString("state"), r.GetString("flags"))
	}
}

func TestWhatAPersonHasDecidedIsNotTakenBack(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	accepted := func(flags ...string) map[string]any {
		return map[string]any{"verdict": "accepted", "reason": "已核对。", "by": "reviewer0000001", "flags": flags}
	}
	for _, c := range []struct {
		name    string
		sum     string
		flags   []string
		decided map[string]any
		state   string
		want    string
	}{
		{"a doubt that he saw and that is over stays on record", "c", []string{"device_chain"}, accepted("device_chain"), "flagged", `["device_chain","reused_file"]`},
		{"a doubt that he did not see is open", "d", []string{}, accepted("device_chain"), "flagged", `["reused_file"]`},
		{"a doubt that he saw is decided", "e", []string{"reused_file"}, accepted("reused_file"), "stored", `["reused_file"]`},
	} {
		id := photoRow(t, app, map[string]any{"sha256": strings.Repeat(c.sum, 64), "state": "stored", "flags": c.flags, "decision": c.decided}).Id
		r := review(t, app, id, doubt(check.DeviceChain, 0), doubt(check.ReusedFile, 1))
		if r.GetString("state") != c.state || r.GetString("flags") != c.want || !strings.Contains(r.GetString("checks"), "reused_file") {
			t.Errorf("%s: %s %s %s", c.name, r.GetString("state"), r.GetString("flags"), r.GetString("checks"))
		}
	}
}

// Pictures of before the checks are compared too; what shows nothing is looked at once.
func TestPicturesThatLackTheirHashGetIt(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	shelf := evidence.Shelf{Dir: t.TempDir()}
	blank := image.NewGray(image.Rect(0, 0, 64, 48))
	var ids []string
	for i, img := range []image.Image{photo.Scene(1, 320, 240), photo.Scene(2, 320, 240), blank, imaging.Rotate90(photo.Scene(1, 320, 240))} {
		data := photo.JPEG(img, photo.Tags{})
		sum, _, _, err := shelf.Put(bytes.NewReader(data), evidence.MaxBytes)
		if err == nil {
			err = shelf.PutDerivative(sum, evidence.Small, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, photoRow(t, app, map[string]any{
			"sha256": sum, "state": "stored", "case": fmt.Sprint("case", i), "purpose": "scene", "received_at": fmt.Sprintf("2026-11-2%dT01:00:00.000Z", i),
		}).Id)
	}
	photos := &store.Photos{App: app}
	for range 2 {
		if err := photos.Load(t.Context(), shelf); err != nil {
			t.Fatal(err)
		}
	}
	var rows []int
	if err := app.DB().NewQuery("SELECT low IS NULL FROM photo_hash").Column(&rows); err != nil || len(rows) != 4 || rows[0]+rows[1]+rows[2]+rows[3] != 1 {
		t.Errorf("%v %v", rows, err)
	}
	known, err := photos.Facts(evidence.Item{ID: ids[3]}, nil)
	if err != nil || len(known.Facts.Alike) != 1 || known.Facts.Alike[0].ID != ids[0] || known.Facts.Alike[0].Bits > likeness.Sure {
		t.Errorf("%+v %v", known.Facts.Alike, err)
	}
	if known, err := photos.Facts(evidence.Item{ID: ids[0]}, nil); err != nil || len(known.Facts.Alike) != 0 || !slices.Equal(known.Later, ids[3:]) {
		t.Errorf("the earlier: %+v %v", known, err)
	}
	if known, err := photos.Facts(evidence.Item{ID: ids[2]}, nil); err != nil || known.Facts.Alike != nil {
		t.Errorf("what shows nothing is compared: %+v %v", known, err)
	}
}

// What changes while a photo is being checked is not lost: it stays on the list.
func TestAPhotoListedWhileItIsCheckedStaysListed(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	photos := &store.Photos{App: app}
	id := photoRow(t, app, map[string]any{"sha256": strings.Repeat("e", 64), "state": "stored", "flags": []string{}}).Id
	list := func() []evidence.Item {
		items, err := photos.Again("", 10)
		if err != nil {
			t.Fatal(err)
		}
		return items
	}
	again := func() {
		if err := store.AgainItself(app, id); err != nil {
			t.Fatal(err)
		}
	}
	again()
	seen := list()
	again() // meanwhile
	if err := photos.Review(seen[0], nil); err != nil {
		t.Fatal(err)
	}
	left := list()
	if len(left) != 1 || left[0].ID != id {
		t.Fatalf("%v", left)
	}
	if err := photos.Review(left[0], nil); err != nil || len(list()) != 0 {
		t.Errorf("%v %v", err, list())
	}
}

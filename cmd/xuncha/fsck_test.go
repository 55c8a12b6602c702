package main

// fsck beside a server at work, and on damage.

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/jpeg"
	"os"
	"testing"
	"time"

	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/photo"
)

func TestFsckIsCleanBesideAServerAtWorkAndNamesWhatBypassedIt(t *testing.T) {
	h := house.New(t)
	agency := h.Agency("青河县分局", "990101")
	h.User("inspector", agency, "李强")
	h.Case(agency, "990101", "2026-000001")
	var report store.Report
	if err := json.Unmarshal([]byte(must(t, "fsck", "--json", "--dir", h.Dir)), &report); err != nil {
		t.Fatal(err)
	}
	if report.Records < 3 || report.Documents < 3 || len(report.Differences) != 0 {
		t.Errorf("%+v", report)
	}
	if _, err := h.App.NonconcurrentDB().NewQuery("UPDATE cases SET title = '改'").Execute(); err != nil {
		t.Fatal(err)
	}
	out, err := xuncha(t, "", "fsck", "--json", "--dir", h.Dir)
	if err == nil {
		t.Errorf("no difference: %s", out)
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Differences) != 1 || report.Differences[0].Collection != "cases" {
		t.Errorf("%v %s", err, out)
	}
	h.Stop()
	must(t, "fsck", "--repair", "--dir", h.Dir)
	must(t, "fsck", "--dir", h.Dir)
	for _, args := range [][]string{{"fsck"}, {"fsck", "--repair"}} {
		if _, err := xuncha(t, "", append(args, "--dir", t.TempDir())...); err == nil {
			t.Errorf("an empty folder is clean: %v", args)
		}
	}
}

// turned is a photo whose tags say that it lies on its side, and break off behind that.
func turned(t *testing.T) []byte {
	t.Helper()
	whole := photo.JPEG(photo.Scene(77, 160, 120), photo.Tags{Taken: time.Now(), Orientation: 6})
	data := bytes.Replace(whole, []byte("\x90\x03\x00\x02"), []byte("\x90\x03\x00\x63"), 1) // a type that there is none of
	if m, err := evidence.ReadMeta(bytes.NewReader(data), evidence.JPEG); !errors.Is(err, evidence.ErrTags) || m.Orientation != 6 {
		t.Fatalf("%+v %v", m, err)
	}
	return data
}

// twice is a house where two rows have the same bytes, and the copies are of another encoder
// than ours since the second: the first row's leaf does not fit them.
func twice(t *testing.T, data []byte) (dir string, shelf evidence.Shelf, sum string) {
	t.Helper()
	h := house.With(t, t.TempDir(), hooks.Config{Now: time.Now})
	agency := h.Agency("青河县分局", "990101")
	inspector := h.User("inspector", agency, "张三")
	of := h.Case(agency, "990101", "X-2026-1")
	sum, _, err := evidence.SumOf(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	row := func() string {
		return h.Record("evidence", map[string]any{
			"case": of, "purpose": "scene", "sha256": sum, "size": len(data), "mime": "image/jpeg", "state": "pending",
			"taken_at": "2026-11-24T09:30:00+08:00", "author": inspector.ID, "received_at": "2026-11-24T01:30:00.000Z", "flags": []string{},
		}).Id
	}
	shelf = store.ShelfOf(h.App)
	first := row()
	bring(t, h, inspector.Token, sum, data)
	waitStored(t, h, first)
	for _, px := range []int{evidence.Small, evidence.Large} {
		var b bytes.Buffer
		err := jpeg.Encode(&b, photo.Scene(77, 120, 160), &jpeg.Options{Quality: 30})
		if err == nil {
			err = shelf.PutDerivative(sum, px, b.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	waitStored(t, h, row())
	h.Stop()
	return h.Dir, shelf, sum
}

func TestCopiesThatFsckMakesAnewAreToldToTheLog(t *testing.T) {
	dir, shelf, sum := twice(t, turned(t))
	if r, err := verified(t, dir); err == nil || len(r.Findings) != 2 || !found(r, custody.CopyAltered) {
		t.Fatalf("the first row's two copies were altered: %v %s", err, list(r.Findings))
	}
	for _, px := range []int{evidence.Small, evidence.Large} {
		if err := os.Remove(shelf.Place(sum, px)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "fsck", "--repair", "--dir", dir)
	starts(t, dir)
	if r, err := verified(t, dir); err != nil || len(r.Findings) > 0 {
		t.Errorf("after the repair: %v %s", err, list(r.Findings))
	}
	data, err := os.ReadFile(shelf.Place(sum, evidence.Large))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != 120 || c.Height != 160 {
		t.Errorf("it lies on its side: %+v %v", c, err)
	}
	// What is lost is made anew; what somebody changed beside it stays told.
	err = shelf.PutDerivative(sum, evidence.Large, photo.JPEG(photo.Scene(78, 120, 160), photo.Tags{}))
	if err := errors.Join(err, os.Remove(shelf.Place(sum, evidence.Small))); err != nil {
		t.Fatal(err)
	}
	must(t, "fsck", "--repair", "--dir", dir)
	starts(t, dir)
	r, err := verified(t, dir)
	if err == nil || len(r.Findings) != 2 || r.Findings[0].Code != custody.CopyAltered || r.Findings[1].Code != custody.CopyAltered {
		t.Errorf("a changed copy is made good: %v %s", err, list(r.Findings))
	}
}

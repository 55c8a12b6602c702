package main

// verify as an operator types it, over a real house: untouched, and after each thing that
// somebody may do to it by night.

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/photo"
)

// shot is a photo that came by tus, with its row.
type shot struct{ id, sum string }

// gallery is a house where an inspector's phone brought n photos, ended in good order.
func gallery(t *testing.T, n int) (dir string, shots []shot) {
	t.Helper()
	cfg := hooks.Config{Now: time.Now}
	cfg.Limits.Writes = -1 // one inspector brings all of them in a minute
	h := house.With(t, t.TempDir(), cfg)
	agency := h.Agency("青河县分局", "990101")
	inspector := h.User("inspector", agency, "张三")
	of := h.Case(agency, "990101", "X-2026-1")
	previous := ""
	for i := range n {
		data := photo.JPEG(photo.Scene(uint64(i), 160, 120), photo.Tags{Lon: 116.5, Lat: 39.9, Taken: time.Now(), Orientation: 1})
		raw := sha256.Sum256(data)
		s := shot{sum: hex.EncodeToString(raw[:])}
		r := h.Record("evidence", map[string]any{
			"case": of, "purpose": "scene", "sha256": s.sum, "size": len(data), "mime": "image/jpeg", "state": "pending",
			"taken_at": "2026-11-24T09:30:00+08:00", "position": map[string]any{"lon": 116.5, "lat": 39.9, "accuracy_m": 8},
			"device": "phone-1", "previous": previous, "author": inspector.ID, "received_at": "2026-11-24T01:30:00.000Z", "flags": []string{},
		})
		s.id, previous = r.Id, s.sum
		bring(t, h, inspector.Token, s.sum, data)
		shots = append(shots, s)
	}
	for _, s := range shots {
		waitStored(t, h, s.id)
	}
	h.Stop()
	return h.Dir, shots
}

// bring uploads a photo by tus.
func bring(t *testing.T, h *house.House, token, sum string, data []byte) {
	t.Helper()
	ask := func(method, path string, header map[string]string, body []byte) *http.Response {
		req, err := http.NewRequest(method, path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", token)
		req.Header.Set("Tus-Resumable", "1.0.0")
		for k, v := range header {
			req.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	res := ask("POST", h.URL+"/api/evidence/upload/", map[string]string{
		"Upload-Length": strconv.Itoa(len(data)), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(sum)),
	}, nil)
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("upload: %d", res.StatusCode)
	}
	res = ask("PATCH", res.Header.Get("Location"), map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}, data)
	if res.StatusCode != http.StatusNoContent {
		t.Fatalf("upload: %d", res.StatusCode)
	}
}

func waitStored(t *testing.T, h *house.House, id string) {
	t.Helper()
	for range 500 {
		r, err := h.App.FindRecordById("evidence", id)
		if err != nil {
			t.Fatal(err)
		}
		if r.GetString("state") != "pending" {
			return
		}
		time.Sleep(10 * time.Millisecond) // the worker works after the commit; this polls as a desk would
	}
	t.Fatalf("photo %s stays pending", id)
}

// verified runs the command and reads its report.
func verified(t *testing.T, dir string, args ...string) (custody.Report, error) {
	t.Helper()
	said, err := xuncha(t, "", append([]string{"verify", "--json", "--dir", dir}, args...)...)
	var r custody.Report
	if jsonErr := json.Unmarshal([]byte(said), &r); jsonErr != nil {
		t.Fatalf("%v: %q, %v", jsonErr, said, err)
	}
	return r, err
}

// tampered is a copy of a house with its database open.
type tampered struct {
	t     *testing.T
	dir   string
	db    *sql.DB
	shots []shot
}

func (x tampered) sql(query string, args ...any) {
	x.t.Helper()
	res, err := x.db.Exec(query, args...)
	if err != nil {
		x.t.Fatalf("%s: %v", query, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		x.t.Fatalf("%s: changed nothing (%v)", query, err)
	}
}

func (x tampered) number(query string, args ...any) (n int64) {
	x.t.Helper()
	if err := x.db.QueryRow(query, args...).Scan(&n); err != nil {
		x.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (x tampered) original(i int) string {
	return evidence.Shelf{Dir: filepath.Join(x.dir, "evidence")}.Original(x.shots[i].sum)
}

func (x tampered) write(path string, data []byte) {
	x.t.Helper()
	if err := os.Remove(path); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o400); err != nil {
		x.t.Fatal(err)
	}
}

func (x tampered) read(path string) []byte {
	x.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		x.t.Fatal(err)
	}
	return data
}

// cut takes away all leaves from n on, with their hashes.
func (x tampered) cut(n int64) {
	x.t.Helper()
	x.sql(`DELETE FROM custody_leaves WHERE n >= ?`, n)
	x.sql(`DELETE FROM custody_hashes WHERE place >= ?`, tlog.StoredHashCount(n))
}

// texts are the leaves as they are.
func (x tampered) texts() (out [][]byte) {
	x.t.Helper()
	rows, err := x.db.Query(`SELECT leaf FROM custody_leaves ORDER BY n`)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			x.t.Fatal(err)
		}
		out = append(out, []byte(text))
	}
	if err := rows.Err(); err != nil {
		x.t.Fatal(err)
	}
	return out
}

// relog makes all hashes of the tree anew over the leaves as they are, as who knows the code could.
func (x tampered) relog() {
	x.t.Helper()
	texts := x.texts()
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(places))
		for i, p := range places {
			out[i] = all[p]
		}
		return out, nil
	})
	for n, text := range texts {
		hashes, err := tlog.StoredHashes(int64(n), text, reader)
		if err != nil {
			x.t.Fatal(err)
		}
		all = append(all, hashes...)
	}
	for place, h := range all {
		x.sql(`UPDATE custody_hashes SET hash = ? WHERE place = ?`, h[:], place)
	}
}

// manipulations are what somebody may do, and what verify has to call it.
var manipulations = []struct {
	name   string
	tamper func(x tampered)
	want   string
	whose  func(x tampered) string // the subject that has to be named; nil: any
}{
	{"a byte of a file", func(x tampered) {
		data := x.read(x.original(2))
		data[len(data)/2] ^= 4
		x.write(x.original(2), data)
	}, custody.FileAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a byte of a leaf", func(x tampered) {
		x.sql(`UPDATE custody_leaves SET leaf = replace(leaf, '"at":"2', '"at":"1') WHERE n = 4`)
	}, custody.LeafAltered, func(tampered) string { return "leaf 4" }},
	{"two files change places", func(x tampered) {
		a, b := x.read(x.original(1)), x.read(x.original(3))
		x.write(x.original(1), b)
		x.write(x.original(3), a)
	}, custody.FileAltered, func(x tampered) string { return "photo " + x.shots[3].id }},
	{"the last leaf is taken away", func(x tampered) {
		x.cut(x.number(`SELECT max(n) FROM custody_leaves`))
	}, custody.LogShort, nil},
	{"the log is rolled back, with its heads", func(x tampered) {
		head := x.oldest()
		x.cut(head.Size)
		x.sql(`DELETE FROM custody_heads WHERE size > ?`, head.Size)
	}, custody.LogShort, nil},
	{"the log is made anew over another leaf", func(x tampered) {
		x.sql(`UPDATE custody_leaves SET leaf = replace(leaf, '"actor":"', '"actor":"x') WHERE n = 4`)
		x.relog()
	}, custody.LogForked, nil},
	{"another key", func(x tampered) {
		other, err := custody.NewKey("xuncha-00000000")
		if err != nil {
			x.t.Fatal(err)
		}
		path := filepath.Join(x.dir, store.LogKeyFile)
		if err := os.Remove(path); err != nil {
			x.t.Fatal(err)
		}
		if err := other.Write(path); err != nil {
			x.t.Fatal(err)
		}
	}, custody.KeyReplaced, func(tampered) string { return "key" }},
	{"a record is edited", func(x tampered) {
		x.sql(`UPDATE evidence SET position = '{"lon":117.1,"lat":39.9,"accuracy_m":8}' WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a record is edited, and what the log wrote beside its leaf", func(x tampered) {
		x.sql(`UPDATE evidence SET taken_at = '2026-11-25T09:30:00+08:00' WHERE id = ?`, x.shots[2].id)
		x.sql(`UPDATE custody_leaves SET facts = replace(facts, '2026-11-24T09:30:00+08:00', '2026-11-25T09:30:00+08:00') WHERE evidence = ? AND event = 'captured'`, x.shots[2].id)
	}, custody.FactsAltered, nil},
	{"a device's photo is removed, row and file", func(x tampered) {
		x.sql(`DELETE FROM evidence WHERE id = ?`, x.shots[2].id)
		if err := os.Remove(x.original(2)); err != nil {
			x.t.Fatal(err)
		}
	}, custody.RecordMissing, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a device's photo never came", func(x tampered) { // the phone deleted it: the gap is told, which is no tampering here
		x.sql(`DELETE FROM evidence WHERE id = ?`, x.shots[2].id)
		x.sql(`DELETE FROM custody_leaves WHERE evidence = ?`, x.shots[2].id)
	}, custody.LeafMissing, nil},
	{"a receipt is edited", func(x tampered) {
		x.sql(`UPDATE evidence SET receipt = json_set(receipt, '$.size', 1) WHERE id = ?`, x.shots[2].id)
	}, custody.ReceiptAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a row is pointed at another photo's bytes", func(x tampered) {
		x.sql(`UPDATE evidence SET sha256 = ? WHERE id = ?`, x.shots[1].sum, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"the picture that people look at", func(x tampered) {
		shelf := evidence.Shelf{Dir: filepath.Join(x.dir, "evidence")}
		x.write(shelf.Derivative(x.shots[2].sum, evidence.Large), x.read(shelf.Derivative(x.shots[1].sum, evidence.Large)))
	}, custody.CopyAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a flag is put on", func(x tampered) {
		x.sql(`UPDATE evidence SET flags = '["edited"]', state = 'flagged' WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, nil},
	{"a photo of before becomes one of after", func(x tampered) {
		x.sql(`UPDATE evidence SET purpose = 'after', item = 'item-1' WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"what the tags say is edited", func(x tampered) {
		x.sql(`UPDATE evidence SET exif = json_set(exif, '$.lon', 117.5) WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"what the checks found is edited", func(x tampered) {
		x.sql(`UPDATE evidence SET checks = '[]' WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"a doubt is called off", func(x tampered) {
		x.sql(`UPDATE evidence SET state = CASE state WHEN 'stored' THEN 'flagged' ELSE 'stored' END WHERE id = ?`, x.shots[2].id)
	}, custody.RecordAltered, func(x tampered) string { return "photo " + x.shots[2].id }},
	{"leaves are filed elsewhere, and the copy is replaced", func(x tampered) {
		x.sql(`UPDATE custody_leaves SET evidence = '-' WHERE evidence = ? AND event IN ('derived', 'checked')`, x.shots[2].id)
		x.sql(`UPDATE evidence SET checks = NULL WHERE id = ?`, x.shots[2].id)
		shelf := evidence.Shelf{Dir: filepath.Join(x.dir, "evidence")}
		x.write(shelf.Derivative(x.shots[2].sum, evidence.Large), x.read(shelf.Derivative(x.shots[1].sum, evidence.Large)))
	}, custody.LeafAltered, nil},
	{"a head is forged", func(x tampered) {
		x.sql(`UPDATE custody_heads SET head = replace(head, 'time 2', 'time 1')`)
	}, custody.HeadAltered, nil},
	{"an original is removed", func(x tampered) {
		if err := os.Remove(x.original(0)); err != nil {
			x.t.Fatal(err)
		}
	}, custody.FileMissing, func(x tampered) string { return "photo " + x.shots[0].id }},
	{"a photo is slipped in", func(x tampered) {
		x.sql(`INSERT INTO evidence (id, "case", sha256, state, flags, author, received_at) VALUES ('slippedin000001', 'case00000000001', ?, 'stored', '[]', 'x', '2026')`, x.shots[0].sum)
	}, custody.RecordUnlogged, func(tampered) string { return "photo slippedin000001" }},
	{"the head beside the database is removed", func(x tampered) {
		if err := os.Remove(filepath.Join(x.dir, store.HeadFile)); err != nil {
			x.t.Fatal(err)
		}
	}, custody.HeadMissing, nil},
}

func (x tampered) oldest() custody.Head {
	x.t.Helper()
	var signed string
	if err := x.db.QueryRow(`SELECT json_extract(receipt, '$.tree_head') FROM evidence WHERE id = ?`, x.shots[0].id).Scan(&signed); err != nil {
		x.t.Fatal(err)
	}
	h, err := custody.PeekHead(signed)
	if err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(x.dir, store.HeadFile), []byte(signed), 0o600); err != nil {
		x.t.Fatal(err)
	}
	return h
}

func TestVerifyFindsNothingInAnUntouchedHouseAndNamesEveryManipulation(t *testing.T) {
	dir, shots := gallery(t, 6)
	clean, err := verified(t, dir)
	if err != nil || len(clean.Findings) > 0 || len(clean.Notices) > 0 || clean.Photos != 6 || clean.Files != 18 {
		t.Fatalf("untouched: %v, %+v", err, clean)
	}
	for _, m := range manipulations {
		t.Run(m.name, func(t *testing.T) {
			x := tampered{t: t, dir: filepath.Join(t.TempDir(), "house"), shots: shots}
			if err := os.CopyFS(x.dir, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if x.db, err = sql.Open("sqlite", filepath.Join(x.dir, "data.db")); err != nil {
				t.Fatal(err)
			}
			m.tamper(x)
			if err := x.db.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := verified(t, x.dir, "--key", string(clean.Key))
			if err == nil || !slices.ContainsFunc(r.Findings, func(f custody.Finding) bool {
				return f.Code == m.want && (m.whose == nil || f.Subject == m.whose(x))
			}) {
				t.Errorf("want %s, have %v: %s", m.want, err, list(r.Findings))
			}
		})
	}
}

func list(findings []custody.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "\n  %s: %s: %s", f.Code, f.Subject, f.What)
	}
	return b.String()
}

// closeCase closes the case of a gallery, past the process: what is told of it is asked for here.
func closeCase(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE cases SET status = 'closed', closed_at = '2026-11-25T01:00:00.000Z', outcome = 'substantiated'`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// manyPhotos is how many a store has that is verified whole; VERIFY_PHOTOS says another number.
func manyPhotos(t *testing.T) int {
	t.Helper()
	text := os.Getenv("VERIFY_PHOTOS")
	if text == "" {
		return 100
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnUntouchedStoreOfManyPhotosHasNoFindings(t *testing.T) {
	n := manyPhotos(t)
	dir, _ := gallery(t, n)
	began := time.Now()
	r, err := verified(t, dir)
	if err != nil || len(r.Findings) > 0 || len(r.Notices) > 0 || r.Photos != n || r.Files != 3*n {
		t.Errorf("%v %+v", err, r)
	}
	t.Logf("%d photos, %d leaves, %d files verified in %s", r.Photos, r.Leaves, r.Files, time.Since(began).Round(time.Millisecond))
}

package boardtest

// What happens before anything waits at a desk: complaints, officers with phones, photos.

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/internal/photo"
)

// act does something to a case, as somebody at the board.
func (o *Office) act(by house.User, id, name string, args map[string]any) {
	o.T.Helper()
	status, body := o.Do("POST", "/api/collections/actions/records", by.Token, map[string]any{"id": phone.ULID(time.Now()), "case": id, "name": name, "args": args})
	if status != http.StatusOK {
		o.T.Fatalf("%s by %s: %d %v", name, by.Name, status, body)
	}
}

// field is a case that two officers have on their phones.
type field struct {
	*Office
	id, visit string
	pa, pb    *phone.Phone
}

func (o *Office) field() field {
	o.T.Helper()
	f := field{Office: o, id: o.Case(o.Agency, Division, "2026-990101-000001")}
	f.pa, f.pb = phone.New(o.URL, o.Inspectors[0].Token), phone.New(o.URL, o.Inspectors[1].Token)
	o.act(o.Dispatcher, f.id, "accept", map[string]any{"types": []string{"odour"}, "division_code": Division, "urgent": false})
	o.act(o.Dispatcher, f.id, "assign", map[string]any{
		"inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, "lead": o.Inspectors[0].ID, "due": time.Now().AddDate(0, 0, 3).Format(time.DateOnly),
	})
	f.sync(f.pa, f.pb)
	var c struct {
		Inspection string `json:"inspection"`
	}
	if err := f.pa.Read("cases", f.id, &c); err != nil {
		o.T.Fatal(err)
	}
	f.visit = c.Inspection
	return f
}

func (f field) sync(phones ...*phone.Phone) {
	f.T.Helper()
	for _, p := range phones {
		if err := p.Sync(f.T.Context()); err != nil {
			f.T.Fatal(err)
		}
	}
}

// snap takes a photo on the first phone and uploads it; its id, once it was looked at.
func (f field) snap(seed uint64, more map[string]any) string {
	f.T.Helper()
	return f.file(photo.JPEG(photo.Scene(seed, 640, 480), photo.Tags{Lon: 116.4, Lat: 39.9, Taken: time.Now(), Orientation: 1}), "image/jpeg", more)
}

// file keeps a file on the first phone and uploads it; its id, once it was looked at.
func (f field) file(data []byte, mime string, more map[string]any) string {
	f.T.Helper()
	digest := sha256.Sum256(data)
	sum := hex.EncodeToString(digest[:])
	fields := map[string]any{
		"case": f.id, "inspection": f.visit, "purpose": "scene", "sha256": sum, "size": len(data), "mime": mime, "taken_at": time.Now().Format(time.RFC3339),
	}
	maps.Copy(fields, more)
	id := f.pa.Create("evidence", fields)
	f.sync(f.pa)
	f.upload(sum, data)
	f.until("the file "+id, func() bool {
		r, err := f.App.FindRecordById("evidence", id)
		return err == nil && r.GetString("state") != "pending"
	})
	return id
}

// upload sends bytes as a tus client does.
func (f field) upload(sum string, data []byte) {
	f.T.Helper()
	send := func(method, to string, more map[string]string, body []byte) *http.Response {
		req, err := http.NewRequest(method, to, bytes.NewReader(body))
		if err != nil {
			f.T.Fatal(err)
		}
		req.Header.Set("Authorization", f.Inspectors[0].Token)
		req.Header.Set("Tus-Resumable", "1.0.0")
		for name, value := range more {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil || res.StatusCode >= 300 {
			f.T.Fatalf("%s %s: %v %v", method, to, err, res)
		}
		_ = res.Body.Close()
		return res
	}
	made := send("POST", f.URL+"/api/evidence/upload/", map[string]string{
		"Upload-Length": strconv.Itoa(len(data)), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(sum)),
	}, nil)
	send("PATCH", made.Header.Get("Location"), map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}, data)
}

// until waits for what a worker of the house does after a commit.
func (o *Office) until(what string, done func() bool) {
	o.T.Helper()
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	o.T.Fatalf("%s: it did not come", what)
}

func (o *Office) status(id string) string {
	o.T.Helper()
	r, err := o.App.FindRecordById("cases", id)
	if err != nil {
		o.T.Fatal(err)
	}
	return r.GetString("status")
}

// press clicks the first button or link with a text, within what a selector finds.
func press(b *Board, within, text string) {
	b.T.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("%s")].flatMap((e) => [...e.querySelectorAll("button, a, input[type=radio], input[type=checkbox], summary")]).find((e) => (e.closest("label") ?? e).innerText.trim().startsWith(%q) && !e.disabled)`, strings.ReplaceAll(within, `"`, `'`), text)
	b.Wait(find)
	Eval[bool](b, "("+find+".click(), true)")
}

// fill writes into the field with a label, as a hand does.
func fill(b *Board, within, label, value string) {
	b.T.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("%s label")].find((l) => l.innerText.trim().startsWith(%q))?.querySelector("input, textarea, select")`, within, label)
	b.Wait(find)
	Eval[bool](b, fmt.Sprintf(`((e) => { e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); e.dispatchEvent(new Event("change", { bubbles: true })); return true; })(%s)`, value, find))
}

// sound fails the test where a control has no name, a word is lacking, something is cut off at
// the side, or axe finds anything, in both languages and both themes.
func sound(t *testing.T, b *Board, what string) {
	t.Helper()
	Eval[bool](b, axe(t)+"; true")
	for range 2 {
		for range 2 {
			b.still()
			for _, wrong := range slices.Concat(Eval[[]string](b, faults), Eval[[]string](b, violations)) {
				t.Errorf("%s, %s: %s", what, Eval[string](b, `document.documentElement.lang + " " + document.documentElement.dataset.theme`), wrong)
			}
			other := Eval[string](b, `((e) => (e.click(), e.lang))(document.querySelector("button[lang]:not([aria-pressed=true])"))`)
			b.Wait(fmt.Sprintf(`document.documentElement.lang === %q`, other))
		}
		Eval[bool](b, `(document.querySelector(".tools button.icon")?.click(), true)`)
	}
}

// boxed is sound for a dialog, over which nothing else can be pressed: as the screen is now.
func boxed(t *testing.T, b *Board, what string) {
	t.Helper()
	Eval[bool](b, axe(t)+"; true")
	for _, wrong := range slices.Concat(Eval[[]string](b, faults), Eval[[]string](b, violations)) {
		t.Errorf("%s: %s", what, wrong)
	}
}

// faults are what axe does not look for.
const faults = `(() => {
	const seen = (e) => e.getClientRects().length > 0;
	const name = (e) => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") && document.getElementById(e.getAttribute("aria-labelledby"))?.innerText) || e.innerText || [...(e.labels ?? [])].map((l) => l.innerText).join("") || e.title || "").trim();
	const out = [...document.querySelectorAll("button, a, input, select, textarea, [role=listbox], [role=region], dialog")].filter((e) => seen(e) && !name(e)).map((e) => "no name: " + e.outerHTML.slice(0, 120));
	if (document.documentElement.scrollWidth > innerWidth) out.push("wider than the screen: " + document.documentElement.scrollWidth);
	const raw = document.body.innerText.match(/\b(inbox|desk|admin|phones|review|supervise|queue|arg|purpose)_[a-z_]+/);
	if (raw) out.push("no word for " + raw[0]);
	const heads = document.querySelectorAll("h1").length;
	if (heads !== 1) out.push("h1: " + heads);
	return out;
})()`

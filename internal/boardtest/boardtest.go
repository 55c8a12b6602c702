// Package boardtest is test support: a real house with as many cases as a test wants, and the
// dispatch board in a real Chromium in front of it. What the page says to its console and what
// it asks that is refused is kept, so that a test may look for it.
package boardtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xuncha/internal/house"
)

// longest is how long a condition may take to come true. Nothing waits for it otherwise.
const longest = 30 * time.Second

// Test is who wants to know: a test, or a bench, which is none.
type Test interface {
	Helper()
	Name() string
	Context() context.Context
	Cleanup(f func())
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Browser is one Chromium; each board is a window of its own with its own storage.
type Browser struct {
	t   Test
	ctx context.Context
}

// Start starts Chromium, which ends with the test. BOARD_CHROMIUM names another one.
func Start(t Test) *Browser {
	t.Helper()
	path := os.Getenv("BOARD_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); path == "" && err == nil {
			path = found
		}
	}
	if path == "" {
		t.Fatal("no Chromium: install one, or name it in BOARD_CHROMIUM")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.NoSandbox, chromedp.Flag("headless", "new"), chromedp.Flag("use-gl", "angle"), chromedp.Flag("use-angle", "swiftshader"),
		chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("force-color-profile", "srgb"))
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(func() { end(); cancel() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &Browser{t, ctx}
}

// For is the same browser for another test.
func (b *Browser) For(t Test) *Browser { return &Browser{t, b.ctx} }

// View is how a board is opened; the zero value is 1440 by 900 px, light, in Chinese, signed out.
type View struct {
	Width, Height int64
	Theme, Lang   string
	As            *house.User       // signed in as
	Path          string            // below the house; "" is /board/
	Ready         string            // true in JavaScript once it is open; "" is a log-in or a board
	Script        string            // run before the page's own
	Kept          map[string]string // more of what the browser remembers
}

// Board is one open board.
type Board struct {
	T   Test
	Ctx context.Context // of its window, for chromedp
	URL string          // of the house

	Close func() // its window; the end of the test does it too

	mu   sync.Mutex
	said []string // by the page: errors, exceptions, what the policy refused
}

// Open opens a board in a window of its own, and waits until it shows something.
func (b *Browser) Open(h *house.House, v View) *Board {
	b.t.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1440, 900
	}
	if v.Path == "" {
		v.Path = "/board/"
	}
	if v.Ready == "" {
		v.Ready = `document.querySelector(".login, .top")`
	}
	board := &Board{T: b.t, URL: h.URL}
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(board.hear))
	b.t.Cleanup(end)
	board.Ctx, board.Close = ctx, end
	if err := chromedp.Do(ctx); err != nil { // the window lives as long as the context that it was opened in
		b.t.Fatal(err)
	}
	board.Do(chromedp.EmulateViewport(v.Width, v.Height))
	board.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: v.storage(b.t, h) + v.Script})
		return err
	})
	board.Do(chromedp.Navigate(h.URL + v.Path))
	board.Wait(v.Ready)
	return board
}

// storage is what the browser remembers of an earlier visit.
func (v View) storage(t Test, h *house.House) string {
	t.Helper()
	kept := map[string]string{}
	maps.Copy(kept, v.Kept)
	if v.Theme != "" {
		kept["xuncha.theme"] = v.Theme
	}
	if v.Lang != "" {
		kept["xuncha.language"] = v.Lang
	}
	if v.As != nil {
		record, err := h.App.FindRecordById("users", v.As.ID)
		if err != nil {
			t.Fatal(err)
		}
		user := map[string]any{"id": v.As.ID, "name": v.As.Name, "email": v.As.Email, "role": v.As.Role, "agency": v.As.Agency}
		user["scope_from"], user["scope_to"] = record.GetString("scope_from"), record.GetString("scope_to")
		kept["xuncha.session"] = text(t, map[string]any{"token": v.As.Token, "user": user})
	}
	return "if (!sessionStorage.seeded) { sessionStorage.seeded = 1; Object.assign(localStorage, " + text(t, kept) + "); }\n"
}

func text(t Test, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (b *Board) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			what += " " + e.ExceptionDetails.Exception.Description
		}
		b.said = append(b.said, "exception: "+what)
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" {
			b.said = append(b.said, fmt.Sprintf("%s %s", e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			b.said = append(b.said, "console: "+text(b.T, e.Args))
		}
	}
}

// Said returns what the page complained of since the last time it was asked.
func (b *Board) Said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

// Quiet fails the test if the page complained of anything but what is named.
func (b *Board) Quiet(but ...string) {
	b.T.Helper()
	for _, line := range b.Said() {
		known := false
		for _, part := range but {
			known = known || strings.Contains(line, part)
		}
		if !known {
			b.T.Errorf("the page says: %s", line)
		}
	}
}

// Do runs actions of chromedp, each within the longest time.
func (b *Board) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	b.call(func(ctx context.Context) error { return chromedp.Do(ctx, actions...) })
}

func (b *Board) call(run func(context.Context) error) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, longest)
	defer cancel()
	if err := run(ctx); err != nil {
		b.T.Fatal(err)
	}
}

// Wait waits until an expression of JavaScript is true; if it never is, a picture of the
// screen lies in the folder that BOARD_SHOTS names.
func (b *Board) Wait(expression string) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, 2*longest)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingTimeout(longest), chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		b.picture("failed")
		b.T.Fatalf("%s: %v\nthe page says: %q", expression, err, b.Said())
	}
}

// Eval returns the value of an expression of JavaScript, promises awaited.
func Eval[T any](b *Board, expression string) T {
	b.T.Helper()
	var got T
	b.call(func(ctx context.Context) (err error) {
		got, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return got
}

// Press presses a key, or keys one after the other, as a keyboard does: the letter comes of the
// key, so that a page which took the key for itself is not sent the letter too.
func (b *Board) Press(keys string) {
	b.T.Helper()
	for _, r := range keys {
		events := kb.Encode(r)
		if len(events) == 3 {
			events[0].Text, events[0].UnmodifiedText = events[1].Text, events[1].UnmodifiedText
			events = []*input.DispatchKeyEventParams{events[0], events[2]}
		}
		for _, e := range events {
			b.call(func(ctx context.Context) error {
				_, err := chromedp.Call(ctx, input.DispatchKeyEvent, *e)
				return err
			})
		}
	}
}

// Write writes words where the keyboard is, as an input method does.
func (b *Board) Write(words string) {
	b.T.Helper()
	b.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: words})
		return err
	})
}

// Reach goes by the Tab key until the element that has the focus satisfies an expression of
// JavaScript, in which it is e.
func (b *Board) Reach(expression string) {
	b.T.Helper()
	const most = 150 // stops of one screen
	b.Wait(`[...document.querySelectorAll("a, button, input, select, textarea, summary, canvas, [tabindex]")].some((e) => ` + expression + `)`)
	for range most {
		if Eval[bool](b, `((e) => Boolean(`+expression+`))(document.activeElement)`) {
			return
		}
		b.Press("\t")
	}
	b.Shot("failed")
	b.T.Fatalf("no Tab leads to where %s", expression)
}

// Click clicks the middle of what a selector finds, once it is there.
func (b *Board) Click(selector string) {
	b.T.Helper()
	b.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Say types into what a selector finds.
func (b *Board) Say(selector, words string) {
	b.T.Helper()
	b.Do(chromedp.SendKeys(chromedp.CSS(selector), words))
}

// Point is a place on the screen, px.
type Point struct{ X, Y float64 }

// Drag presses the button at the first place, goes to all others and lets it go at the last.
func (b *Board) Drag(way ...Point) {
	b.T.Helper()
	left := chromedp.ButtonType("left")
	send := func(kind input.DispatchMouseEventType, p Point) {
		b.Do(chromedp.MouseEvent(kind, p.X, p.Y, left, chromedp.ClickCount(1)))
	}
	send("mousePressed", way[0])
	for _, p := range way[1:] {
		send("mouseMoved", p)
		Eval[bool](b, `new Promise((done) => requestAnimationFrame(() => done(true)))`) // a hand is no faster
	}
	send("mouseReleased", way[len(way)-1])
}

// Text is what a person reads in what a selector finds; "" where there is nothing.
func (b *Board) Text(selector string) string {
	b.T.Helper()
	return Eval[string](b, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// Shot keeps a picture of the screen in the folder that BOARD_SHOTS names, if it names one.
func (b *Board) Shot(name string) {
	b.T.Helper()
	if os.Getenv("BOARD_SHOTS") == "" {
		return
	}
	b.still()
	b.picture(name)
}

// still waits until nothing moves or changes its colour.
func (b *Board) still() {
	b.T.Helper()
	b.Wait(`document.getAnimations().every((a) => a.playState !== "running")`)
}

// picture keeps one without waiting for anything: of what failed.
func (b *Board) picture(name string) {
	b.T.Helper()
	folder := os.Getenv("BOARD_SHOTS")
	if folder == "" {
		return
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		b.T.Fatal(err)
	}
	defer func() { _ = root.Close() }() // nothing is written through it any more
	if err := root.WriteFile(strings.ReplaceAll(b.T.Name(), "/", "-")+"-"+name+".png", b.PNG(), 0o600); err != nil {
		b.T.Fatal(err)
	}
}

// PNG is what the screen shows.
func (b *Board) PNG() (png []byte) {
	b.T.Helper()
	b.call(func(ctx context.Context) (err error) {
		png, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
		return err
	})
	return png
}

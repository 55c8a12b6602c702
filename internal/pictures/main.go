// Command pictures takes those of the dispatch board that the README shows. It reads what a demo
// that runs says of itself (demo --json) from its input, and writes into the folder that is named.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"xuncha/internal/boardtest"
	"xuncha/internal/house"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "pictures FOLDER < line of a demo")
		os.Exit(2)
	}
	if err := take(os.Stdin, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// demo is what is needed of its line.
type demo struct {
	URL   string
	Users []struct{ Role, Email, Password string }
}

// picture is a place of the board, and what is done there first.
type picture struct {
	name, theme, path string
	ready             string // true in JavaScript once it shows what it has
	keys              []key
}

// key is pressed, and did what it does once then is true.
type key struct{ press, then string }

const drawn = `document.querySelectorAll(".row .title").length > 2 && document.querySelector(".map[aria-busy=false]")`

var pictures = []picture{
	{"board", "light", "/board/", drawn, []key{{"j", drawn}, {"j", drawn}, {"\r", `document.querySelector("#part-course li") && document.querySelector(".panel-foot") && ` + drawn}}},
	{"board-plan", "dark", "/board/?status=accepted", drawn, []key{{"v", `document.querySelector(".selection b")`}, {"p", `document.querySelector("dialog .plan tbody tr")`}}},
	{"board-held", "light", "/board/inbox/held", `document.querySelectorAll(".side-of .quote").length === 2`, nil},
}

func take(line io.Reader, folder string) error {
	var d demo
	if err := json.NewDecoder(line).Decode(&d); err != nil {
		return err
	}
	i := slices.IndexFunc(d.Users, func(u struct{ Role, Email, Password string }) bool { return u.Role == "dispatcher" })
	if i < 0 {
		return fmt.Errorf("the demo has no dispatcher")
	}
	return boardtest.Watch(func(t boardtest.Test) error {
		browser := boardtest.Start(t)
		for _, p := range pictures {
			b := browser.Open(&house.House{URL: d.URL}, boardtest.View{Theme: p.theme, Lang: "zh-CN", Path: p.path})
			b.Say(`[name="identity"]`, d.Users[i].Email)
			b.Say(`[name="password"]`, d.Users[i].Password)
			b.Click(`button[type="submit"]`)
			b.Wait(p.ready)
			for _, k := range p.keys {
				b.Press(k.press)
				b.Wait(k.then)
			}
			b.Wait(`!document.querySelector(".message") && document.getAnimations().every((a) => a.playState !== "running")`)
			if err := os.WriteFile(filepath.Join(folder, p.name+".png"), b.PNG(), 0o644); err != nil { //nolint:gosec // a picture of the README
				return err
			}
			b.Close()
		}
		return nil
	})
}

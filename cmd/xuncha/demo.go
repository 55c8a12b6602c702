package main

// The demo: a synthetic city to try everything on.

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
	"xuncha/demo"
	"xuncha/hooks"
	"xuncha/hooks/store"
)

// demoOptions are the command's flags.
type demoOptions struct {
	http, dir string
	seed      uint64
	cases     int
	json      bool
	offset    time.Duration
}

func demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use: "demo", Short: "a synthetic city to try everything on 演示",
		Long: `Makes a synthetic city of two counties with a year of complaints in all states and serves
it. A login for each role is printed. Without --dir everything is in a temporary folder
that Ctrl-C removes; with --dir a demo that is there already goes on.

生成一座虚拟城市（两个县、一年的举报），并启动服务；打印各角色登录名和密码。`,
		Example: "  xuncha demo\n  xuncha demo --dir city --cases 500\n  xuncha demo --clock-offset 720h   # a month from now: what is overdue?",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.cases < 1 || o.cases > 100_000 {
				return fmt.Errorf("--cases must be 1 to 100,000, not %d", o.cases)
			}
			if !cmd.Flags().Changed("dir") {
				dir, err := os.MkdirTemp("", "xuncha-demo-*")
				if err != nil {
					return err
				}
				defer func() { _ = os.RemoveAll(dir) }()
				o.dir = dir
			} else if err := readDir(cmd, &o); err != nil {
				return err
			}
			return runDemo(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.http, "http", "127.0.0.1:8090", "address and port to listen on")
	f.Uint64Var(&o.seed, "seed", 1, "the same seed makes the same city")
	f.IntVar(&o.cases, "cases", 2000, "how many complaints the year has")
	f.BoolVar(&o.json, "json", false, "print one line of JSON when ready")
	f.DurationVar(&o.offset, "clock-offset", 0, "shift the server's clock, e.g. 240h, to try deadlines")
	return cmd
}

func readDir(cmd *cobra.Command, o *demoOptions) error {
	dir, err := cmd.Flags().GetString("dir")
	o.dir = dir
	return err
}

// logins is what a demo tells of itself, and keeps in demo.json.
type logins struct {
	URL       string `json:"url"`
	Superuser struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	} `json:"superuser"`
	Users      []login     `json:"users"`
	Complaints []complaint `json:"complaints"`

	fresh bool // made just now
}

type login struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Agency   string `json:"agency"`
	Email    string `json:"email"`
	Password string `json:"password"`

	client string // of an inspector's phone, where the demo was made just now
}

type complaint struct {
	Number string `json:"number"`
	Code   string `json:"code"`
	Phrase string `json:"phrase"`
}

func runDemo(cmd *cobra.Command, o demoOptions) error {
	// Before the work of seeding, and held: nobody else takes the port meanwhile.
	ln, err := listenOn(o.http)(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { _ = ln.Close() }() // a second time after the server did
	known, err := openDemo(cmd, o)
	if cmd.Context().Err() != nil {
		return nil //nolint:nilerr // Ctrl-C while the city was made: nothing of it is left
	}
	if err != nil {
		return err
	}
	cfg, err := settings()
	if err != nil {
		return err
	}
	cfg.Now = func() time.Time { return time.Now().Add(o.offset) }
	cfg.Demo = known.cards()
	held := func(context.Context) (net.Listener, error) { return ln, nil }
	return serve(cmd.Context(), o.dir, held, cfg, func(app core.App, url string) error {
		known.URL = url
		if known.fresh {
			f := field{app: app, url: url, now: cfg.Now}
			if err := f.disagree(cmd.Context(), known.Users); err != nil {
				return err
			}
		}
		if o.json {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(known)
		}
		return known.print(cmd)
	})
}

const demoFile = "demo.json"

// openDemo goes on with the demo that is in the folder, or makes one.
func openDemo(cmd *cobra.Command, o demoOptions) (logins, error) {
	var known logins
	data, err := os.ReadFile(filepath.Join(o.dir, demoFile))
	if err == nil {
		for _, flag := range []string{"cases", "seed"} {
			if cmd.Flags().Changed(flag) {
				fmt.Fprintf(cmd.ErrOrStderr(), "--%s is of no use: the demo in %s is there already and goes on. 已有演示数据，忽略 --%s\n", flag, o.dir, flag)
			}
		}
		return known, json.Unmarshal(data, &known)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return known, err
	}
	if holds, err := os.ReadDir(o.dir); err == nil && len(holds) > 0 {
		return known, fmt.Errorf("%s holds data that is no demo; choose an empty folder with --dir", o.dir)
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return known, err
	}
	making := dir + ".making"
	if err := os.Mkdir(making, 0o700); errors.Is(err, fs.ErrExist) {
		return known, fmt.Errorf("another demo is being made there, or was interrupted by a crash; if so delete the folder: %w", err)
	} else if err != nil {
		return known, fmt.Errorf("cannot make the demo's folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(making) }()
	o.dir = making
	if known, err = makeDemo(cmd, o); err != nil {
		return known, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty, or somebody came first
		return known, err
	}
	known.fresh = true
	return known, os.Rename(making, dir) // whole, or not at all
}

// makeDemo makes the city as it is now, whatever the server's clock will say: a shifted
// clock shows what becomes of it.
func makeDemo(cmd *cobra.Command, o demoOptions) (logins, error) {
	city, err := demo.Make(demo.Size{Seed: o.seed, Cases: o.cases, Now: time.Now()})
	if err != nil {
		return logins{}, err
	}
	app, err := openApp(o.dir, hooks.Config{Now: time.Now})
	if err != nil {
		return logins{}, err
	}
	known := told(city)
	keys, err := store.OpenKeys(o.dir)
	if err == nil {
		err = seeding{
			app: app, keys: keys, shelf: store.ShelfOf(app),
			ctx: hooks.Seeding(cmd.Context()), says: cmd.ErrOrStderr(),
		}.city(city)
	}
	if err == nil {
		err = app.RunInTransaction(func(tx core.App) error {
			return store.Custody{App: tx, Now: time.Now, Nonce: rand.Text}.Adopt()
		})
	}
	if err == nil {
		err = upsertSuperuser(app, known.Superuser.Email, known.Superuser.Password)
	}
	if err := errors.Join(err, hooks.Close(app)); err != nil {
		return known, err
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(known); err != nil {
		return known, err
	}
	return known, os.WriteFile(filepath.Join(o.dir, demoFile), b.Bytes(), 0o600)
}

// complaintsTold are the newest of each state, so that a complainant's view of each can
// be tried; those that are answered come first.
const complaintsTold = 3

func told(c demo.City) logins {
	var out logins
	out.Superuser.Email, out.Superuser.Password = "root@demo.test", "operator-demo-2026"
	clients := map[string]string{}
	for _, p := range c.Phones {
		clients[p.User] = p.Client
	}
	for _, p := range c.People {
		out.Users = append(out.Users, login{p.ID, p.Name, p.Role, p.Agency, p.Email, p.Password, clients[p.ID]})
	}
	seen, answered := map[string]int{}, map[string]int{}
	for i := len(c.Lives) - 1; i >= 0; i-- {
		l := c.Lives[i]
		if seen[string(l.Case.Status)]++; seen[string(l.Case.Status)] <= complaintsTold {
			out.Complaints = append(out.Complaints, complaint{l.Number, l.Code, l.Phrase})
			if l.Case.Status == casework.Closed {
				answered[l.Number] = 1
			}
		}
	}
	slices.SortStableFunc(out.Complaints, func(a, b complaint) int { return cmp.Compare(answered[b.Number], answered[a.Number]) })
	return out
}

// cards are the logins that the page of the demo shows.
func (k logins) cards() []hooks.Card {
	cards := []hooks.Card{{Role: "superuser", Email: k.Superuser.Email, Password: k.Superuser.Password}}
	for _, u := range k.Users {
		cards = append(cards, hooks.Card{Role: u.Role, Name: u.Name, Email: u.Email, Password: u.Password})
	}
	for _, c := range k.Complaints[:min(1, len(k.Complaints))] {
		cards = append(cards, hooks.Card{Role: "complainant", Email: c.Number + " " + c.Code, Password: c.Phrase})
	}
	return cards
}

func (k logins) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "\nXuncha 巡查 demo  %s\n\n", k.URL)
	w := tabwriter.NewWriter(out, 0, 4, 3, ' ', 0)
	fmt.Fprintln(w, "role\temail\tpassword\tname 姓名")
	shown := map[string]bool{"complainant": true}
	for _, c := range k.cards() {
		if shown[c.Role] {
			continue
		}
		shown[c.Role] = true
		zh := "运维"
		if word, ok := casework.Process().Word("role", c.Role); ok {
			zh = c.Name + "，" + word.ZH
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.Role, c.Email, c.Password, zh)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(k.Complaints) > 0 {
		c := k.Complaints[0]
		fmt.Fprintf(out, "\na complainant 举报人: number 编号 %s  code 查询码 %s  pass-phrase 口令 %s\n", c.Number, c.Code, c.Phrase)
	}
	fmt.Fprintf(out, "\nall logins stand on the page; Ctrl-C ends the demo. 网页上有全部登录名，Ctrl-C 结束。\n")
	return nil
}

package hooks_test

// A real client: an app on WatermelonDB in a Node process, driven line by line.

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync/watermelon"
)

// melon is one installation of the app.
type melon struct {
	t    *testing.T
	user house.User
	in   io.WriteCloser
	out  *bufio.Scanner
}

// said is what the app answers.
type said struct {
	Error   string                      `json:"error"`
	Failed  string                      `json:"failed"`  // a sync that did not end well
	Refused string                      `json:"refused"` // an edit that the app does not make
	Before  json.RawMessage             `json:"before"`  // what an edit found
	Done    []said                      `json:"done"`    // edits during the push
	Rows    map[string][]map[string]any `json:"rows"`
	Since   int64                       `json:"since"`
	Asked   []demand                    `json:"asked"`
	Tables  map[string][]map[string]any `json:"tables"`

	TooLarge map[string][]string `json:"tooLarge"` // rows that a sync left
}

// demand is a request that the app made.
type demand struct {
	Method string            `json:"method"`
	Query  map[string]string `json:"query"`
	Again  string            `json:"again"`
	Bytes  int               `json:"bytes"`
}

// ask is a line to the app.
type ask map[string]any

// storage is what the apps of a test store in: loki, in memory, or sqlite, on disk.
func storage() string {
	if kind := os.Getenv("WATERMELON_STORAGE"); kind != "" {
		return kind
	}
	return "loki"
}

func newMelon(t *testing.T, user house.User) *melon {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "watermelon.mjs")
	cmd.Dir = filepath.Join("..", "internal", "js")
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join("native", "node_modules"))
	cmd.Stderr = &words{t: t}
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	m := &melon{t: t, user: user, in: in, out: bufio.NewScanner(out)}
	m.out.Buffer(nil, 64<<20)
	t.Cleanup(func() {
		_ = in.Close() // it ends by itself
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the app ended with %v", err)
		}
	})
	m.ask("open", ask{"kind": storage(), "file": filepath.Join(t.TempDir(), "app.db")})
	return m
}

// words keeps what the app says for people, for when its test fails.
type words struct {
	t    *testing.T
	text []byte
}

func (w *words) Write(p []byte) (int, error) {
	w.text = append(w.text, p...)
	return len(p), nil
}

func (m *melon) ask(op string, what ask) said {
	m.t.Helper()
	line := ask{"op": op}
	for name, value := range what {
		line[name] = value
	}
	data, err := json.Marshal(line)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.in.Write(append(data, '\n')); err != nil {
		m.t.Fatal(err)
	}
	var s said
	if !m.out.Scan() {
		m.t.Fatalf("the app is gone: %v", m.out.Err())
	}
	if err := json.Unmarshal(m.out.Bytes(), &s); err != nil || s.Error != "" {
		m.t.Fatalf("%s: %s %v", op, m.out.Bytes(), err)
	}
	return s
}

func (m *melon) sync(h *house.House, more ...ask) said {
	m.t.Helper()
	line := ask{"url": h.URL, "token": m.user.Token}
	for _, a := range more {
		for name, value := range a {
			line[name] = value
		}
	}
	s := m.ask("sync", line)
	if len(more) == 0 && s.Failed != "" {
		m.t.Fatal(s.Failed)
	}
	return s
}

func (m *melon) edit(table, id, column string, value any) said {
	m.t.Helper()
	return m.ask("edit", ask{"table": table, "id": id, "column": column, "value": value})
}

// dump is what the app shows, by table and id.
func (m *melon) dump() map[string]map[string]map[string]any {
	m.t.Helper()
	out := map[string]map[string]map[string]any{}
	for table, rows := range m.ask("dump", nil).Rows {
		out[table] = map[string]map[string]any{}
		for _, r := range rows {
			id, _ := r["id"].(string)
			out[table][id] = r
		}
	}
	return out
}

// differs says what the app shows and the server does not, or the other way round. The
// server's view is what a new phone of the same user pulls.
func (m *melon) differs(h *house.House) []string {
	m.t.Helper()
	p := phone.New(h.URL, m.user.Token)
	if err := p.Sync(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	var out []string
	shown := m.dump()
	for _, table := range watermelon.Tables() {
		for id, r := range p.Rows(table) {
			row := shown[table][id]
			delete(shown[table], id)
			if row == nil {
				out = append(out, table+" "+id+" is not there")
				continue
			}
			if row["_status"] != "synced" || row["revoked"] != false {
				out = append(out, table+" "+id+" is "+encoded(row["_status"])+" revoked "+encoded(row["revoked"]))
			}
			for _, c := range watermelon.Columns(table) {
				if want := asColumn(c, r.Doc[c.Name]); encoded(row[c.Name]) != encoded(want) {
					out = append(out, table+" "+id+" "+c.Name+": "+encoded(row[c.Name])+", the server has "+encoded(want))
				}
			}
		}
		for id := range shown[table] {
			out = append(out, table+" "+id+" is not the server's")
		}
	}
	slices.Sort(out)
	return out
}

// asColumn is a field as the app's column holds it.
func asColumn(c watermelon.Column, value json.RawMessage) any {
	var v any
	_ = json.Unmarshal(value, &v) // none is nil
	switch {
	case v == nil:
		return map[string]any{"string": "", "number": 0, "boolean": false}[c.Type]
	case c.JSON:
		return string(value)
	}
	return v
}

package hooks_test

// The protocol's document: every example of it is sent to a running server, and its
// tables are those of the code.

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/internal/house"
	"xuncha/sync"
)

// exchange is one example: what is sent, and what comes back.
type exchange struct {
	method, path, as string
	body             string
	status           int
	answer           string
}

var (
	sendBlock = regexp.MustCompile("(?s)```json send (\\S+) (\\S+)(?: as (\\S+))?\n(.*?)```\n```json answer (\\d+)\n(.*?)```")
	anyBlock  = regexp.MustCompile("```json ")
)

func exchanges(t *testing.T, doc string) []exchange {
	t.Helper()
	var out []exchange
	for _, m := range sendBlock.FindAllStringSubmatch(doc, -1) {
		status, err := strconv.Atoi(m[5])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, exchange{m[1], m[2], m[3], m[4], status, m[6]})
	}
	if blocks := len(anyBlock.FindAllString(doc, -1)); blocks != 2*len(out) || len(out) < 10 {
		t.Fatalf("%d blocks make %d examples", blocks, len(out))
	}
	return out
}

// agrees holds an answer against an example; "…" stands for anything.
func agrees(path string, want, got any) error {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v", path, got)
		}
		for name, value := range w {
			member, there := g[name]
			if !there {
				return fmt.Errorf("%s.%s is missing", path, name)
			}
			if err := agrees(path+"."+name, value, member); err != nil {
				return err
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Errorf("%s is %v, want %d elements", path, got, len(w))
		}
		for i := range w {
			if err := agrees(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); err != nil {
				return err
			}
		}
	case string:
		if w == "…" && got != nil {
			return nil
		}
		if w != got {
			return fmt.Errorf("%s is %v, want %q", path, got, w)
		}
	default:
		if want != got {
			return fmt.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	return nil
}

func document(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheExamplesOfTheProtocolAreTrue(t *testing.T) {
	f := inField(t)
	words := map[string]string{
		"email": f.a.Email, "password": house.Password, "user": f.a.ID, "colleague": f.b.ID, "case": f.mine, "inspection": f.visit,
	}
	tokens := map[string]string{"phone": f.a.Token, "colleague": f.b.Token, "dispatcher": f.dispatcher.Token}
	fill := func(s string) string {
		for name, value := range words {
			s = strings.ReplaceAll(s, "{{"+name+"}}", value)
		}
		return s
	}
	for i, x := range exchanges(t, document(t)) {
		var body any
		if err := json.Unmarshal([]byte(fill(x.body)), &body); err != nil {
			t.Fatalf("example %d: %v\n%s", i, err, x.body)
		}
		status, got := f.h.Do(x.method, fill(x.path), tokens[x.as], body)
		var want any
		if err := json.Unmarshal([]byte(fill(x.answer)), &want); err != nil {
			t.Fatalf("example %d: %v\n%s", i, err, x.answer)
		}
		if err := agrees("the answer", want, any(got)); status != x.status || err != nil {
			t.Errorf("example %d, %s %s: %d, %v\n%v", i, x.method, x.path, status, err, got)
		}
		if items, ok := got["items"].([]any); ok && len(items) > 0 {
			item := items[0].(map[string]any)
			words["held"], words["version"] = item["id"].(string), item["version"].(string)
		}
		for _, name := range []string{"epoch", "cursor"} {
			if value, ok := got[name].(string); ok && value != "" && words[name] == "" {
				words[name] = value
			}
		}
	}
	clean(t, f.h)
}

// policies is the document's table of what a phone may write.
func policies() string {
	var b strings.Builder
	b.WriteString("| collection | creates | field | policy |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(sync.Writable)) {
		c := sync.Writable[name]
		byPolicy := map[sync.Policy][]string{}
		for field, f := range c.Fields {
			byPolicy[f.Policy] = append(byPolicy[f.Policy], field)
		}
		for _, policy := range slices.Sorted(maps.Keys(byPolicy)) {
			slices.Sort(byPolicy[policy])
			creates := "no"
			if c.Creatable {
				creates = "yes"
			}
			fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", name, creates, strings.Join(byPolicy[policy], "` `"), policy)
		}
	}
	return b.String()
}

// needs is the document's table of what a create may not leave out.
func needs() string {
	var b strings.Builder
	b.WriteString("| a create in | needs |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(sync.Writable)) {
		if c := sync.Writable[name]; c.Creatable {
			fmt.Fprintf(&b, "| `%s` | `%s` |\n", name, strings.Join(c.Required, "` `"))
		}
	}
	return b.String()
}

// forms is the document's table of the forms of fields.
func forms() string {
	fields := map[string]map[string]bool{}
	for _, c := range sync.Writable {
		for name, f := range c.Fields {
			if fields[f.Form()] == nil {
				fields[f.Form()] = map[string]bool{}
			}
			fields[f.Form()][name] = true
		}
	}
	var b strings.Builder
	b.WriteString("| form | fields |\n|---|---|\n")
	for _, form := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&b, "| %s | `%s` |\n", form, strings.Join(slices.Sorted(maps.Keys(fields[form])), "` `"))
	}
	return b.String()
}

// digests is the document's example of a digest.
func digests() string {
	var b strings.Builder
	var sum sync.Sum
	line := func(what string) {
		d := sum.Digest()
		fmt.Fprintf(&b, "| %s | %d | `%s` |\n", what, d.Count, d.Hash)
	}
	b.WriteString("| collection, id, seq | `count` | `hash` |\n|---|---|---|\n")
	line("none")
	for _, r := range []struct {
		collection, record string
		seq                int64
	}{{"cases", "01jd00000000001", 7}, {"inspections", "01JD0000000000000000000K01", 1510}, {"evidence", "01JD0000000000000000000F01", 4194304000001}} {
		sum.Add(r.collection, r.record, r.seq)
		line(fmt.Sprintf("`%s` `%s` `%d`", r.collection, r.record, r.seq))
	}
	return b.String()
}

// codes is the document's table of refusals, those of the process aside.
func codes() string {
	var b strings.Builder
	b.WriteString("| code | status | |\n|---|---|---|\n")
	rows := problem.Rows()
	for _, code := range slices.Sorted(maps.Keys(rows)) {
		if _, ofProcess := casework.Process().Sentence(code); !ofProcess {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", code, rows[code].Status, rows[code].EN)
		}
	}
	return b.String()
}

// results is the document's table of the codes of results.
func results() string {
	var b strings.Builder
	b.WriteString("| code | outcome | it means | the phone |\n|---|---|---|---|\n")
	for _, r := range sync.ResultCodes {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, r.Outcomes, r.Meaning, r.Advice)
	}
	return b.String()
}

func TestTheTablesOfTheProtocolAreThoseOfTheCode(t *testing.T) {
	doc := document(t)
	for name, table := range map[string]string{
		"policies": policies(), "needs": needs(), "forms": forms(), "digests": digests(), "codes": codes(), "results": results(),
	} {
		if !strings.Contains(doc, table) {
			t.Errorf("docs/protocol.md does not hold the table of %s:\n%s", name, table)
		}
	}
}

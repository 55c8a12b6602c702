package main

// What an import says of each row that it does not take, how far it is, and of the whole.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"xuncha/hooks/problem"
	"xuncha/intake"
)

// rowFault is one line of the report.
type rowFault struct {
	Line   int         `json:"line"`
	Kind   string      `json:"kind"`   // bad, or note: it is good, and there is something to say
	Column string      `json:"column"` // of the file; "" for the row as a whole
	Field  string      `json:"field"`  // of ours
	Value  string      `json:"value"`  // short; never of a contact
	Code   string      `json:"code"`   // stable
	ZH     string      `json:"zh"`
	EN     string      `json:"en"`
	Detail string      `json:"detail"` // what exactly, in English
	Also   []alsoFault `json:"also,omitempty"`
}

type alsoFault struct {
	Column string `json:"column"`
	Code   string `json:"code"`
}

// importSums are the numbers of the report.
type importSums struct {
	Rows   int  `json:"rows"`
	Stored int  `json:"stored"` // with --dry-run: would be
	Known  int  `json:"known"`
	Differ int  `json:"differ"` // of those known: with other content
	Bad    int  `json:"bad"`
	DryRun bool `json:"dry_run"`
}

// importReport writes the lines as they come: there may be a million.
type importReport struct {
	importSums
	out    io.Writer
	asJSON bool
	begun  bool
	quiet  bool // notes were told by the pass before
}

// sentences of a code: what a table says first, then what HTTP says.
func sentences(code string) (zh, en string) {
	if s, ok := intake.TableCodes[code]; ok {
		return s.ZH, s.EN
	}
	row := problem.Rows()[code]
	return row.ZH, row.EN
}

// Kinds of a line.
const (
	badKind  = "bad"
	noteKind = "note"
)

// fault describes the mistakes of a row in one line.
func fault(line int, kind string, t intake.Table, cells []string, found intake.Mistakes) rowFault {
	first := found[0]
	f := rowFault{
		Line: line, Kind: kind, Column: t.Column(first.Field), Field: first.Field, Value: t.Quote(cells, first.Field),
		Code: first.Code, Detail: first.Detail,
	}
	f.ZH, f.EN = sentences(f.Code)
	for _, m := range found[1:] {
		f.Also = append(f.Also, alsoFault{t.Column(m.Field), m.Code})
	}
	return f
}

func (r *importReport) add(f rowFault) error {
	if r.quiet && f.Kind == noteKind {
		return nil
	}
	if r.asJSON {
		data, err := json.Marshal(f)
		if err == nil {
			_, err = fmt.Fprintf(r.out, "%s%s", r.before(), data)
		}
		return err
	}
	_, err := fmt.Fprintln(r.out, f)
	return err
}

// before is what stands in front of the next line of the JSON list.
func (r *importReport) before() string {
	if r.begun {
		return ",\n"
	}
	r.begun = true
	return `{"faults": [` + "\n"
}

func (f rowFault) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d: ", f.Line)
	if f.Column != "" {
		b.WriteString(f.Column + " ")
	} else if f.Field != "" {
		b.WriteString(f.Field + " ")
	}
	if f.Value != "" {
		b.WriteString(strconv.Quote(f.Value) + " ")
	}
	fmt.Fprintf(&b, "%s %s %s", f.Code, f.ZH, f.EN)
	for _, a := range f.Also {
		b.WriteString(" + " + strings.TrimSpace(a.Column+" "+a.Code))
	}
	return b.String()
}

// end writes the numbers.
func (r *importReport) end() error {
	if !r.asJSON {
		_, err := fmt.Fprintln(r.out, r.importSums)
		return err
	}
	data, err := json.Marshal(r.importSums)
	if err != nil {
		return err
	}
	head := `{"faults": [`
	if r.begun {
		head = "\n"
	}
	_, err = fmt.Fprintf(r.out, "%s], %s\n", head, data[1:])
	return err
}

func (s importSums) String() string {
	stored := "stored"
	if s.DryRun {
		stored = "would be stored"
	}
	text := fmt.Sprintf("%s: %s %s, %s known already", countedRows(s.Rows), grouped(s.Stored), stored, grouped(s.Known))
	if s.Differ > 0 {
		text += fmt.Sprintf(" (%s with other content)", grouped(s.Differ))
	}
	return text + fmt.Sprintf(", %s bad", grouped(s.Bad))
}

func countedRows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return grouped(n) + " rows"
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// progress says how far a pass is, once a second after the first one.
type progress struct {
	out         io.Writer
	of          int
	word        string
	begun, last time.Time
	said        bool
}

func (p *progress) begin(storing bool) {
	p.begun, p.said, p.word = time.Now(), false, "checked"
	if p.last = p.begun; storing {
		p.word = "stored"
	}
}

func (p *progress) at(rows int) {
	now := time.Now()
	if now.Sub(p.last) < time.Second {
		return
	}
	p.last, p.said = now, true
	rate := float64(rows) / now.Sub(p.begun).Seconds()
	fmt.Fprintf(p.out, "\r%s %s of %s rows, %s rows/s ", p.word, grouped(rows), grouped(max(p.of, rows)), grouped(int(rate)))
}

func (p *progress) end() {
	if p.said {
		fmt.Fprintln(p.out)
	}
}

// errDryRun takes everything back that a dry run has done.
var errDryRun = errors.New("nothing is stored in a dry run")

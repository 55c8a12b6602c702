package intake

// One row of another system's table, read as a complaint and held to the same rules.

import (
	"crypto/sha256"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xuncha/casework"
)

// Table is a mapping bound to the columns of one file.
type Table struct {
	mapping Mapping
	at      map[string]int // column -> place
	width   int
}

// Row is a checked row.
type Row struct {
	Complaint
	ReceivedAt time.Time
}

// Origin is whose table it is and when it is read.
type Origin struct {
	System string
	Now    time.Time
}

// oldest is the year from which complaints are taken: an office program writes an empty
// date as 1900.
const oldest = 2000

// shanghai is the zone of times without one.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Read reads a row. Mistakes name the mapping's fields: lon, contact.phone; a row of another
// width has none.
func (t Table) Read(cells []string, from Origin) (Row, Mistakes) {
	if len(cells) != t.width {
		return Row{}, mistake("cells_wrong", "", t.width, "the row has %d cells, the header row %d", len(cells), t.width)
	}
	r := rowReader{Table: t, cells: cells}
	for _, name := range MappedFields {
		if text := r.raw(name); !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
			r.add("encoding_invalid", name, "%s is not in the file's encoding", name)
		}
	}
	if len(r.found) > 0 {
		return Row{}, r.found
	}
	body := r.body(from)
	out := Row{ReceivedAt: r.received(from.Now)}
	checked, found := Check(body, Asker{Staff: true, Now: from.Now})
	out.Complaint = checked
	return out, r.joined(found)
}

// Column is the column that a field is read from; "" for a constant and for a row as a whole.
func (t Table) Column(field string) string { return t.mapping[field].Column }

// Quote is what stands in a field, as a report may show it: short, and without who
// complains.
func (t Table) Quote(cells []string, field string) string {
	if field == "" || len(cells) != t.width || strings.HasPrefix(field, "contact.") {
		return ""
	}
	r := rowReader{Table: t, cells: cells}
	text := strings.ToValidUTF8(r.raw(field), "\uFFFD")
	switch field {
	case "text", "address", "respondent_name":
		text = casework.Redact(string(first([]rune(text), mostQuoted)), r.contact().Written())
	}
	return cut(strings.Join(strings.Fields(text), " "))
}

// mostQuoted characters are redacted for a quotation, which is shorter.
const mostQuoted = 200

func first(s []rune, n int) []rune { return s[:min(n, len(s))] }

// rowReader reads one row and gathers what cannot be read.
type rowReader struct {
	Table
	cells []string
	found Mistakes
}

func (r *rowReader) add(code, field, format string, args ...any) {
	r.found = append(r.found, mistake(code, field, 0, format, args...)...)
}

// raw is the text of a field, trimmed.
func (r *rowReader) raw(name string) string {
	c := r.mapping[name]
	if c.Column == "" {
		return c.Value
	}
	return strings.TrimSpace(r.cells[r.at[c.Column]])
}

func (r *rowReader) body(from Origin) Body {
	b := Body{
		Text: r.raw("text"), Source: r.word("source"), PollutionTypes: r.words("pollution_types"), OccurredAt: r.time("occurred_at"),
		Location: r.point(), Address: r.raw("address"), RespondentName: r.raw("respondent_name"),
		IdentityMode: r.word("identity_mode"), Contact: r.contact(), Language: r.word("language"), DivisionCode: r.word("division_code"),
	}
	if id := r.raw("external_id"); id != "" {
		b.ExternalID = &ExternalID{System: from.System, ID: id}
	} else {
		r.add("external_id_missing", "external_id", "the row has no number of the other system's")
	}
	return b
}

func (r *rowReader) contact() *Contact {
	c := Contact{
		Name: r.raw("contact.name"), Phone: r.raw("contact.phone"), Email: r.raw("contact.email"), IDNumber: r.raw("contact.id_number"),
	}
	return &c
}

// words are the words of a cell in ours.
func (r *rowReader) words(name string) []string {
	c := r.mapping[name]
	out := []string{}
	for _, word := range c.parts(r.raw(name)) {
		ours, ok := c.Words[word]
		switch {
		case c.Words == nil:
			ours = word
		case !ok && c.Else != nil:
			ours = *c.Else
		case !ok:
			r.add("word_unknown", name, "%q is not among the words of the mapping", cut(word))
			continue
		}
		if ours != "" && !slices.Contains(out, ours) {
			out = append(out, ours)
		}
	}
	return out
}

func (r *rowReader) word(name string) string {
	return strings.Join(r.words(name), "") // without a split there is one at most
}

// time reads a time in the mapping's layout; without one it is RFC 3339.
func (r *rowReader) time(name string) string {
	text, layout := r.raw(name), r.mapping[name].Layout
	if text == "" || layout == "" {
		return text
	}
	at, err := time.ParseInLocation(layout, text, shanghai)
	if err != nil {
		r.add("time_invalid", name, "%s does not fit the layout %s", name, layout)
		return ""
	}
	return at.Format(time.RFC3339)
}

// received is when the other system took the complaint; the clock runs from then. A mapping
// that does not say so means now.
func (r *rowReader) received(now time.Time) time.Time {
	const name = "received_at"
	if !r.mapping.has(name) {
		return now
	}
	before := len(r.found)
	text := r.time(name)
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case len(r.found) > before:
	case text == "":
		r.add("received_at_missing", name, "the row does not say when the complaint was received")
	case err != nil:
		r.add("time_invalid", name, "received_at is no RFC 3339 time; give its layout")
	case at.After(now):
		r.add("received_at_ahead", name, "received_at lies in the future")
	case at.In(shanghai).Year() < oldest:
		r.add("received_at_old", name, "received_at lies before %d", oldest)
	}
	return at
}

// point is the position; nil where neither coordinate is given.
func (r *rowReader) point() *Point {
	if r.raw("lon") == "" && r.raw("lat") == "" {
		return nil
	}
	p := Point{Lon: r.degrees("lon"), Lat: r.degrees("lat"), CRS: r.word("crs")}
	if text := r.raw("accuracy_m"); text != "" {
		m, err := strconv.ParseFloat(text, 64)
		if err != nil {
			r.add("accuracy_invalid", "accuracy_m", "accuracy_m is no number")
		}
		p.AccuracyM = m
	}
	return &p
}

func (r *rowReader) degrees(name string) *float64 {
	text := r.raw(name)
	if text == "" {
		r.add("coordinates_missing", name, "the position needs lon and lat")
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		r.add("coordinates_invalid", name, "%s is no number", name)
		return nil
	}
	return &n
}

// joined adds what Check found to what could not be read, each field once: what cannot be
// read is not missing besides.
func (r *rowReader) joined(found Mistakes) Mistakes {
	seen := map[string]bool{}
	for _, m := range r.found {
		seen[group(m.Field)] = true
	}
	out := r.found
	for _, m := range found {
		if seen[group(m.Field)] {
			continue
		}
		m.Field = r.fieldOf(m)
		out = append(out, m)
	}
	return out
}

// group puts the fields of a position together.
func group(field string) string {
	head, _, _ := strings.Cut(field, ".")
	switch {
	case slices.Contains(positionFields, field):
		return "location"
	case head == "external_id":
		return head
	}
	return field
}

// fieldOf is the mapping's field that Check speaks of.
func (r *rowReader) fieldOf(m Mistake) string {
	switch {
	case m.Code == "place_missing" && r.mapping.has("address"):
		return "address"
	case m.Code == "crs_unknown":
		return "crs"
	case m.Code == "accuracy_invalid":
		return "accuracy_m"
	case m.Field == "location":
		return "lon"
	case m.Field == "contact":
		return r.contactField()
	case strings.HasPrefix(m.Field, "external_id"):
		return "external_id"
	}
	return m.Field
}

// contactField is what stands in the way of an anonymous complaint.
func (r *rowReader) contactField() string {
	for _, name := range []string{"identity_mode", "contact.phone", "contact.name", "contact.email"} {
		if r.raw(name) != "" {
			return name
		}
	}
	return "contact.id_number"
}

// Blank tells whether a row holds nothing: office programs leave such rows at the end.
func Blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// TableCodes are the refusals that only a table can get, or that say something else there:
// what to do, in both languages. All others are answered as over HTTP.
var TableCodes = map[string]struct{ ZH, EN string }{
	"row_broken":          {"引号位置有误或未闭合，该行无法读取。", "A quotation mark stands where none can be, or is never closed."},
	"cells_wrong":         {"该行的列数与表头不同。", "The row has another number of cells than the header row."},
	"encoding_invalid":    {"有无法识别的字符，请以 UTF-8 或 GB18030 重新导出。", "There are broken characters; export the file again as UTF-8 or GB18030."},
	"word_unknown":        {"映射文件中没有这个词，请补充。", "The mapping has no word for this; add it."},
	"time_invalid":        {"时间与映射文件中的格式不符。", "The time does not fit the layout of the mapping."},
	"received_at_missing": {"缺少受理时间，办理期限从该时间起算。", "The time of receipt is missing; the deadlines are counted from it."},
	"received_at_ahead":   {"受理时间不能晚于现在。", "The time of receipt lies in the future."},
	"received_at_old":     {"受理时间早于 2000 年，请检查。", "The time of receipt lies before 2000; check it."},
	"external_id_missing": {"缺少来源系统的编号。", "The number of the other system is missing."},
	"external_id_differs": {"同一编号在文件中此前出现过，但内容不同。", "The same number stands in the file before, with other content."},
	"known_differs":       {"同一编号已登记，但内容不同；保留已登记的内容。", "It is stored already with other content; what is there is kept."},
}

// Sum is the same for rows of the same content.
func (r Row) Sum() ([sha256.Size]byte, error) {
	data, err := json.Marshal(r)
	return sha256.Sum256(data), err
}

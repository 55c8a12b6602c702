package dossier

// The document: what a person prints, reads and signs. In Chinese, as files of cases are.

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"xuncha/casework"
	"xuncha/evidence/check"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the document shows.
type page struct {
	Public     bool
	Number     string
	Title      string
	MadeAt     string
	Facts      []line // of the case
	Result     []line
	Complaints []Complaint
	Steps      []step
	Visits     [][]line
	Items      []item
	Photos     []*shown
}

// line is a name with its value.
type line struct{ Name, Value string }

// step is one action.
type step struct {
	At, Name, Who, Place string
	Late                 bool // it waits for a decision
	Lines                []line
	Photos               []int // their numbers
}

// item is one thing to be put right, with its photos before and after.
type item struct {
	Text, Result  string
	Before, After *shown
	Proof         []int // the photos of the verification
}

// shown is a photo with what is known of it.
type shown struct {
	N        int
	ID       string
	File     string // for reading; "" where there is none
	Original string // as it came; "" where it is not in the folder
	Kept     bool   // it came, and nothing of it can be shown: only the house has it
	Caption  string
	Lines    []line
	Flags    []string
}

// shanghai is the time of the document.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// clock is a time as people write it; what is no time stays.
func clock(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.In(shanghai).Format("2006年1月2日 15:04")
}

// day is a date as people write it; what is no date stays.
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2006年1月2日")
}

func pageOf(c Contents, list List) ([]byte, error) {
	b := building{Contents: c, byID: map[string]*shown{}}
	p := page{
		Public: c.Public, Number: c.Records.Case.Number, Title: c.Records.Case.Title, MadeAt: clock(c.MadeAt),
		Facts: b.facts(), Result: b.result(), Complaints: c.Records.Complaints,
	}
	for i := range p.Complaints {
		p.Complaints[i].ReceivedAt = clock(p.Complaints[i].ReceivedAt)
		p.Complaints[i].Source = word("source", p.Complaints[i].Source)
	}
	if err := b.gallery(list); err != nil {
		return nil, err
	}
	var err error
	if p.Steps, err = b.steps(); err != nil {
		return nil, err
	}
	if p.Visits, err = b.visits(); err != nil {
		return nil, err
	}
	if p.Items, err = b.items(); err != nil {
		return nil, err
	}
	p.Photos = b.photos
	var out bytes.Buffer
	err = pageTemplate.Execute(&out, p)
	return out.Bytes(), err
}

// building is a document in the making.
type building struct {
	Contents
	photos []*shown
	byID   map[string]*shown
}

func word(list, code string) string {
	if w, ok := casework.Process().Word(list, code); ok {
		return w.ZH
	}
	return code
}

// filled are the lines that say something.
func filled(lines ...line) []line {
	return slices.DeleteFunc(lines, func(l line) bool { return l.Value == "" })
}

func (b building) facts() []line {
	c := b.Records.Case
	types := make([]string, len(c.PollutionTypes))
	for i, t := range c.PollutionTypes {
		types[i] = word("pollution_type", t)
	}
	var unit struct {
		Name       string `json:"name"`
		CreditCode string `json:"credit_code"`
	}
	_ = json.Unmarshal(b.Records.Respondent, &unit) // there may be none
	lines := []line{
		{"案件编号", c.Number},
		{"办理状态", casework.Process().State(c.Status).ZH},
		{"污染类型", strings.Join(types, "、")},
		{"行政区划", c.DivisionCode},
		{"承办机构", b.Records.Agencies[c.Agency]},
		{"收到时间", clock(c.ReceivedAt)},
		{"受理时间", clock(c.AcceptedAt)},
		{"办结时间", clock(c.ClosedAt)},
	}
	if !b.Public {
		lines = append(lines, line{"被举报单位", strings.TrimSpace(unit.Name + " " + unit.CreditCode)}, line{"地址", c.Address},
			line{"位置", place(c.Location)}, line{"承办人", b.people(c.Inspectors)}, line{"法定期限", day(c.DueLegal)})
	}
	return filled(lines...)
}

func (b building) result() []line {
	c := b.Records.Case
	lines := []line{{"核查结论", word("outcome", string(c.Outcome))}, {"答复内容", c.ComplainantReply}, {"法律依据", c.LegalBasis}}
	if !b.Public {
		lines = append(lines, line{"处理结果", c.HandlingResult}, line{"责令改正文书号", c.OrderNo}, line{"整改措施", c.Measures},
			line{"整改期限", day(c.RectifyDeadline)}, line{"责任人", c.Responsible})
	}
	return filled(lines...)
}

// place is a position in words.
func place(p *casework.Position) string {
	if p == nil {
		return ""
	}
	east, north := "东经", "北纬"
	lon, lat := p.Lon, p.Lat
	if lon < 0 {
		east, lon = "西经", -lon
	}
	if lat < 0 {
		north, lat = "南纬", -lat
	}
	text := fmt.Sprintf("%s %.5f°，%s %.5f°（WGS-84）", east, lon, north, lat)
	if p.AccuracyM > 0 {
		text += fmt.Sprintf("，精度 %.0f 米", p.AccuracyM)
	}
	if p.Mock {
		text += "，设备报告为模拟位置"
	}
	return text
}

func (b building) name(id string) string {
	if p, ok := b.Records.People[id]; ok {
		return p.Name
	}
	return id
}

func (b building) person(id string) string {
	p, ok := b.Records.People[id]
	switch {
	case !ok:
		return id
	case p.CertificateNo == "":
		return p.Name
	}
	return p.Name + "（执法证号 " + p.CertificateNo + "）"
}

func (b building) people(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = b.person(id)
	}
	return strings.Join(names, "、")
}

// gallery numbers the photos, as their files are.
func (b *building) gallery(list List) error {
	rows := map[string]json.RawMessage{}
	for _, raw := range b.Records.Evidence {
		var row struct{ ID string }
		if err := json.Unmarshal(raw, &row); err != nil {
			return err
		}
		rows[row.ID] = raw
	}
	for i, entry := range list.Photos {
		photo := b.Photos[i]
		s := &shown{N: i + 1, ID: entry.ID, File: entry.Copy, Original: entry.Original, Kept: photo.Copy != nil && entry.Copy == "" && entry.Original == ""}
		sum := photo.SHA256
		if entry.Complainant {
			sum = "" // it would tell whose file it is
		}
		if err := b.describe(s, rows[entry.ID], sum); err != nil {
			return err
		}
		b.photos, b.byID[entry.ID] = append(b.photos, s), s
	}
	return nil
}

// purposes of photos in words.
var purposes = map[string]string{
	"before": "整改前", "after": "整改后", "scene": "现场", "document": "文书", "sample": "采样", "complaint": "举报人提供",
}

func (b building) describe(s *shown, raw json.RawMessage, sum string) error {
	if raw == nil {
		return nil // the public sees the picture alone
	}
	var row struct {
		Purpose, Caption, State, Author, Device string
		TakenAt                                 string `json:"taken_at"`
		Position                                *casework.Position
		Heading                                 float64
		Mime                                    string
		Flags                                   []string
		Receipt                                 struct {
			At       string
			Size     int64
			LogIndex *int64 `json:"log_index"`
		}
		Decision struct{ Verdict, Reason, By, At string }
	}
	if err := json.Unmarshal(raw, &row); err != nil {
		return fmt.Errorf("photo %s: %w", s.ID, err)
	}
	s.Caption = row.Caption
	for _, flag := range row.Flags {
		title := check.Titles[flag].ZH
		if title == "" {
			title = flag
		}
		s.Flags = append(s.Flags, title)
	}
	purpose := purposes[row.Purpose]
	lines := []line{{"用途", purpose}, {"拍摄时间", clock(row.TakenAt)}, {"拍摄人", b.author(row.Author)}, {"位置", place(row.Position)}}
	if row.State == "pending" {
		lines = append(lines, line{"状态", "原图尚未上传"})
	}
	lines = append(lines, line{"收到时间", clock(row.Receipt.At)}, line{"SHA-256", sum})
	if n := row.Receipt.LogIndex; n != nil {
		lines = append(lines, line{"保管日志", fmt.Sprintf("第 %d 条", *n)})
	}
	if d := row.Decision; d.Verdict != "" {
		lines = append(lines, line{"认定", fmt.Sprintf("%s（%s，%s）：%s", word("flag_verdict", d.Verdict), b.person(d.By), clock(d.At), d.Reason)})
	}
	s.Lines = filled(lines...)
	return nil
}

func (b building) author(id string) string {
	if id == "" {
		return ""
	}
	if _, ok := b.Records.People[id]; !ok {
		return ""
	}
	return b.person(id)
}

package main

// Imports of complaints as an operator runs them: on a directory on disk, whole or not at all.

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/intake"
	"xuncha/internal/house"
)

const hotlineMap = `{
	"external_id": "工单编号", "text": "诉求内容", "source": {"value": "hotline_12345"},
	"pollution_types": {"column": "类别", "words": {"恶臭": "odour", "噪声": "noise", "": ""}, "split": "、"},
	"occurred_at": {"column": "发生时间", "layout": "2006/1/2"}, "received_at": {"column": "受理时间", "layout": "2006/1/2 15:04"},
	"address": "地址", "respondent_name": "被举报单位", "identity_mode": {"column": "保密", "words": {"匿名": "anonymous"}, "else": ""},
	"contact.name": "姓名", "contact.phone": "联系电话", "lon": "经度", "lat": "纬度", "crs": {"value": "gcj02"}, "accuracy_m": "精度",
	"division_code": {"column": "县区", "words": {"青河县": "990101", "云川": "990100"}}, "language": {"value": "zh-CN"}
}`

var hotlineColumns = strings.Split("工单编号,诉求内容,类别,发生时间,受理时间,地址,被举报单位,保密,姓名,联系电话,经度,纬度,精度,县区", ",")

// order is one row of a hotline's file.
type order map[string]string

// goodOrder is the n-th row that can be taken.
func goodOrder(n int) order {
	return order{
		"工单编号": fmt.Sprintf("GD-%06d", n), "诉求内容": fmt.Sprintf("第%d号：工厂夜间排放刺鼻气味，请联系王小明，电话13912345678。", n),
		"类别": "恶臭、噪声", "受理时间": "2026/3/5 09:30", "地址": fmt.Sprintf("化工路%d号", n), "被举报单位": "某化工厂",
		"姓名": "王小明", "联系电话": "139 1234 5678", "县区": "青河县",
	}
}

func (o order) with(pairs ...string) order {
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	return o
}

func ordersFile(t *testing.T, orders ...order) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(hotlineColumns)
	for _, o := range orders {
		cells := make([]string, len(hotlineColumns))
		for i, name := range hotlineColumns {
			cells[i] = o[name]
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return file(t, b.String())
}

func goodOrders(n int) []order {
	var out []order
	for i := range n {
		out = append(out, goodOrder(i))
	}
	return out
}

// bureau is a folder with two agencies and a mapping.
func bureau(t *testing.T) (dir, mapping string) {
	t.Helper()
	dir = t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	return dir, file(t, hotlineMap)
}

// census counts the rows of every table, PocketBase's too, but for how often it was opened.
func census(t *testing.T, dir string) map[string]int {
	t.Helper()
	app, err := hooks.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	var names []string
	if err := app.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sync_run'").Column(&names); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, name := range names {
		n := 0
		if err := app.DB().NewQuery("SELECT count(*) FROM {{" + name + "}}").Row(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

// untouched: every table has as many rows as before, and everything agrees.
func untouched(t *testing.T, dir string, before map[string]int) {
	t.Helper()
	for name, n := range census(t, dir) {
		if n != before[name] {
			t.Errorf("%s has %d rows, %d before", name, n, before[name])
		}
	}
	must(t, "fsck", "--dir", dir)
}

type importJSON struct {
	importSums
	Faults []rowFault `json:"faults"`
}

func imported(t *testing.T, args ...string) (importJSON, error) {
	t.Helper()
	out, err := xuncha(t, "", append([]string{"import", "--json"}, args...)...)
	var r importJSON
	if bad := json.Unmarshal([]byte(out), &r); bad != nil {
		t.Fatalf("%v: no report: %q", err, out)
	}
	return r, err
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAHotlinesFileIsTakenInAndTheSameOneAgainAddsNothing(t *testing.T) {
	dir, mapping := bureau(t)
	path, out := ordersFile(t, goodOrders(3)...), filepath.Join(t.TempDir(), "secrets.csv")
	if said := must(t, "import", path, "--mapping", mapping, "--dir", dir, "--out", out); said != "3 rows: 3 stored, 0 known already, 0 bad\n" {
		t.Errorf("%q", said)
	}
	must(t, "fsck", "--dir", dir)
	before := census(t, dir)
	again := filepath.Join(t.TempDir(), "again.csv")
	if said := must(t, "import", path, "--mapping", mapping, "--dir", dir, "--out", again); said != "3 rows: 0 stored, 3 known already, 0 bad\n" {
		t.Errorf("%q", said)
	}
	untouched(t, dir, before)
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	first, second := readCSV(t, out), readCSV(t, again)
	if len(first) != 4 || len(second) != 4 || first[1][1] != "2026-000001" || second[1][1] != first[1][1] || second[1][4] != "" {
		t.Errorf("%v\n%v", first, second)
	}
	if _, err := xuncha(t, "", "import", path, "--mapping", mapping, "--dir", dir, "--out", out); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("the secrets were overwritten: %v", err)
	}
	opensWith(t, dir, first[1])
}

// opensWith: number, code and phrase open the complaint, whose identity is sealed, whose text
// is redacted and whose clock runs from its receipt.
func opensWith(t *testing.T, dir string, told []string) {
	t.Helper()
	h := house.With(t, dir, hooks.Config{Now: time.Now})
	defer h.Stop()
	keys, err := store.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	id, err := store.Complaints{App: h.App, Keys: keys}.ByQuery(told[1], told[3], told[4])
	if err != nil {
		t.Fatal(err)
	}
	complaint, err := h.App.FindRecordById("complaints", id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.App.FindRecordById("cases", told[2])
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"received_at": "2026-03-05T01:30:00.000Z", "due_strict": "2026-03-20", "division_code": "990101", "status": "registered",
		"number": told[1], "source": "hotline_12345", "identity_mode": intake.RealName, "overdue": "true",
	} {
		if got := c.GetString(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if text := c.GetString("text"); strings.Contains(text, "王小明") || strings.Contains(text, "139") {
		t.Errorf("the case's text shows who complained: %s", text)
	}
	who, err := h.App.FindRecordById("complainants", complaint.GetString("complainant"))
	if err != nil {
		t.Fatal(err)
	}
	contact, err := intake.Open(keys.For("identity"), id, who.GetString("sealed"))
	if err != nil || contact.Name != "王小明" || contact.Phone != "139 1234 5678" {
		t.Errorf("%v %v", contact, err)
	}
	if n := mustCount(t, h, "notifications"); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func mustCount(t *testing.T, h *house.House, collection string) int64 {
	t.Helper()
	n, err := h.App.CountRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What is written without asking PocketBase is what it would have let in.
func TestEveryImportedRecordIsValid(t *testing.T) {
	dir, mapping := bureau(t)
	must(t, "import", ordersFile(t, goodOrders(5)...), "--mapping", mapping, "--dir", dir)
	app, err := hooks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	for _, name := range []string{"complaints", "complainants", "respondents", "cases"} {
		records, err := app.FindAllRecords(name)
		if err != nil || len(records) != 5 {
			t.Fatalf("%d %s: %v", len(records), name, err)
		}
		for _, r := range records {
			if err := app.Validate(r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestNumbersGoOnWhereTheYearStands(t *testing.T) {
	dir, mapping := bureau(t)
	for round := range 2 {
		must(t, "import", ordersFile(t, goodOrder(round*3).with("受理时间", "2025/12/31 23:59"), goodOrder(round*3+1), goodOrder(round*3+2)),
			"--mapping", mapping, "--dir", dir)
	}
	app, err := hooks.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	var numbers []string
	if err := app.DB().NewQuery("SELECT number FROM complaints ORDER BY number").Column(&numbers); err != nil {
		t.Fatal(err)
	}
	if want := "2025-000001 2025-000002 2026-000001 2026-000002 2026-000003 2026-000004"; strings.Join(numbers, " ") != want {
		t.Errorf("%v", numbers)
	}
}

// badOrders are one row for each way in which a row can be bad.
var badOrders = []struct {
	code, column string
	change       []string
}{
	{"text_too_short", "诉求内容", []string{"诉求内容", "臭"}},
	{"too_long", "地址", []string{"地址", strings.Repeat("长", intake.MaxAddress+1)}},
	{"word_unknown", "类别", []string{"类别", "恶臭、辐射"}},
	{"word_unknown", "县区", []string{"县区", "无此县"}},
	{"time_invalid", "受理时间", []string{"受理时间", "5.3.2026"}},
	{"time_invalid", "发生时间", []string{"发生时间", "昨天"}},
	{"time_ahead", "发生时间", []string{"发生时间", "2999/1/1"}},
	{"received_at_missing", "受理时间", []string{"受理时间", ""}},
	{"received_at_ahead", "受理时间", []string{"受理时间", "2999/1/1 00:00"}},
	{"received_at_old", "受理时间", []string{"受理时间", "1900/1/1 00:00"}},
	{"external_id_missing", "工单编号", []string{"工单编号", " "}},
	{"external_id_differs", "工单编号", []string{"工单编号", "GD-000000"}},
	{"place_missing", "地址", []string{"地址", ""}},
	{"coordinates_missing", "纬度", []string{"经度", "116.3"}},
	{"coordinates_invalid", "经度", []string{"经度", "东", "纬度", "39.9"}},
	{"coordinates_swapped", "经度", []string{"经度", "39.9", "纬度", "116.3"}},
	{"accuracy_invalid", "精度", []string{"经度", "116.3", "纬度", "39.9", "精度", "-1"}},
	{"phone_invalid", "联系电话", []string{"联系电话", "无"}},
	{"contact_missing", "联系电话", []string{"联系电话", ""}},
	{"contact_unexpected", "保密", []string{"保密", "匿名"}},
	{"encoding_invalid", "诉求内容", []string{"诉求内容", "夜间\xff排放刺鼻气味"}},
}

func TestEachBadRowIsNamedAndNothingIsStored(t *testing.T) {
	dir, mapping := bureau(t)
	before := census(t, dir)
	orders := []order{goodOrder(0)}
	for i, b := range badOrders {
		orders = append(orders, goodOrder(i+1).with(b.change...))
	}
	path := ordersFile(t, orders...)
	more, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(more, "GD-7,\"夜间\"排放\nGD-8,夜间排放\n,,,,,,,,,,,,,\n")
	if err := more.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := imported(t, path, "--mapping", mapping, "--dir", dir)
	n := len(badOrders) + 2
	if err == nil || r.Bad != n || len(r.Faults) != n || r.Stored != 0 || r.Rows != n+1 {
		t.Fatalf("%v %+v", err, r.importSums)
	}
	for i, b := range badOrders {
		f := r.Faults[i]
		if f.Code != b.code || f.Column != b.column || f.Line != i+3 || f.ZH == "" || f.EN == "" || f.Kind != "bad" {
			t.Errorf("%+v, want %s in %s on line %d", f, b.code, b.column, i+3)
		}
	}
	for i, code := range []string{"row_broken", "cells_wrong"} {
		if f := r.Faults[len(badOrders)+i]; f.Code != code || f.ZH == "" || f.Line != len(badOrders)+3+i {
			t.Errorf("%+v, want %s", f, code)
		}
	}
	untouched(t, dir, before)
}

func TestAReportNeverShowsWhoComplains(t *testing.T) {
	dir, mapping := bureau(t)
	out, err := xuncha(t, "", "import", ordersFile(t,
		goodOrder(1).with("联系电话", "一三九无效", "姓名", "欧阳小芳"),
		goodOrder(2).with("地址", "欧阳小芳家，13911112222，"+strings.Repeat("长", 200), "姓名", "欧阳小芳", "联系电话", "13911112222"),
	), "--mapping", mapping, "--dir", dir)
	if err == nil || !strings.Contains(err.Error(), "2 bad rows, nothing was stored") || !strings.Contains(out, "2 rows: 0 stored, 0 known already, 2 bad") {
		t.Errorf("%v %s", err, out)
	}
	for _, word := range []string{"欧阳", "小芳", "1391111", "一三九"} {
		if strings.Contains(out, word) {
			t.Errorf("%s stands in %s", word, out)
		}
	}
	if !strings.Contains(out, "line 2: 联系电话 phone_invalid 电话号码有误，请检查。 The phone number is not valid; check it.\n") {
		t.Errorf("%s", out)
	}
}

func TestLenientStoresTheGoodRowsAndFailsOnlyWithoutOne(t *testing.T) {
	dir, mapping := bureau(t)
	bad := goodOrder(9).with("诉求内容", "臭")
	r, err := imported(t, ordersFile(t, goodOrder(1), bad, goodOrder(2)), "--mapping", mapping, "--dir", dir, "--lenient")
	if err != nil || r.Stored != 2 || r.Bad != 1 {
		t.Errorf("%v %+v", err, r)
	}
	must(t, "fsck", "--dir", dir)
	before := census(t, dir)
	if r, err := imported(t, ordersFile(t, bad), "--mapping", mapping, "--dir", dir, "--lenient"); err == nil || r.Bad != 1 {
		t.Errorf("no good row: %v %+v", err, r)
	}
	untouched(t, dir, before)
}

func TestADryRunChecksEverythingAndStoresNothing(t *testing.T) {
	dir, mapping := bureau(t)
	must(t, "import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", dir)
	before := census(t, dir)
	r, err := imported(t, ordersFile(t, goodOrder(1), goodOrder(2)), "--mapping", mapping, "--dir", dir, "--dry-run")
	if err != nil || r.Stored != 1 || r.Known != 1 || !r.DryRun {
		t.Errorf("%v %+v", err, r)
	}
	if _, err := imported(t, ordersFile(t, goodOrder(3), goodOrder(4).with("地址", "")), "--mapping", mapping, "--dir", dir, "--dry-run"); err == nil {
		t.Error("a bad row passed")
	}
	untouched(t, dir, before)
}

func TestAnExternalIDTwiceInOneFileAndStoredWithOtherContent(t *testing.T) {
	dir, mapping := bureau(t)
	r, err := imported(t, ordersFile(t, goodOrder(1), goodOrder(1), goodOrder(1).with("地址", "别处")), "--mapping", mapping, "--dir", dir, "--lenient")
	if err != nil || r.Stored != 1 || r.Known != 1 || r.Bad != 1 || r.Faults[0].Code != "external_id_differs" || r.Faults[0].Line != 4 {
		t.Errorf("%v %+v", err, r)
	}
	r, err = imported(t, ordersFile(t, goodOrder(1).with("地址", "别处")), "--mapping", mapping, "--dir", dir)
	if err != nil || r.Known != 1 || r.Differ != 1 || r.Faults[0].Code != "known_differs" || r.Faults[0].Kind != "note" {
		t.Errorf("%v %+v", err, r)
	}
	r, err = imported(t, ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", dir, "--system", "another")
	if err != nil || r.Stored != 1 {
		t.Errorf("another system's number is another's: %v %+v", err, r)
	}
}

func TestAFileInGB18030AndOneWithAMark(t *testing.T) {
	dir, mapping := bureau(t)
	text, err := os.ReadFile(ordersFile(t, goodOrders(40)...))
	if err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(string(text) + "GD-x,夜间排放刺鼻气味𠮷,,,2026/1/1 00:00,某路,,,,,,,,青河县\n")
	if err != nil {
		t.Fatal(err)
	}
	if out := must(t, "import", file(t, gb), "--mapping", mapping, "--dir", dir); !strings.HasPrefix(out, "41 rows: 41 stored") {
		t.Error(out)
	}
	if out := must(t, "import", file(t, "\ufeff"+string(text)), "--mapping", mapping, "--dir", dir); !strings.HasPrefix(out, "40 rows: 0 stored, 40 known") ||
		strings.Contains(out, "other content") {
		t.Error(out)
	}
}

func TestWhatIsNoTableOrNoMappingIsRefusedInOneLine(t *testing.T) {
	dir, mapping := bureau(t)
	good := ordersFile(t, goodOrder(1))
	for want, args := range map[string][]string{
		"save it as CSV":             {file(t, "PK\x03\x04xx"), "--mapping", mapping},
		"is UTF-16":                  {file(t, "\xff\xfea\x00"), "--mapping", mapping},
		"no header row":              {file(t, ""), "--mapping", mapping},
		"there is no column":         {file(t, "a,b\n1,2\n"), "--mapping", mapping},
		"never closed":               {file(t, strings.Join(hotlineColumns, ",")+"\n\""+strings.Repeat("长", longestRow/3+1)), "--mapping", mapping},
		"text is missing":            {good, "--mapping", file(t, `{"source": {"value": "web"}}`)},
		"there is no field \"txt\"":  {good, "--mapping", file(t, `{"txt": "a"}`)},
		"there is no \"dream\"":      {good, "--mapping", file(t, `{"source": {"value": "dream"}}`)},
		"there is no \"odor\"":       {good, "--mapping", file(t, `{"pollution_types": {"column": "a", "words": {"x": "odor"}}}`)},
		"2006/1/2 15:04":             {good, "--mapping", file(t, `{"received_at": {"column": "a", "layout": "YYYY/M/D"}}`)},
		"come together":              {good, "--mapping", file(t, `{"lon": "a", "lat": "b"}`)},
		"either \"column\"":          {good, "--mapping", file(t, `{"text": {}}`)},
		"unknown field \"colum\"":    {good, "--mapping", file(t, `{"text": {"colum": "a"}}`)},
		"nothing to write --out":     {good, "--mapping", mapping, "--dry-run", "--out", "x"},
		"is the public's":            {good, "--mapping", mapping, "--system", "public:x"},
		"--system has 1 to":          {good, "--mapping", mapping, "--system", " "},
		"required flag(s) \"mapping": {good},
	} {
		_, err := xuncha(t, "", append([]string{"import", "--dir", dir}, args...)...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	if n := count(t, dir, "complaints"); n != 0 {
		t.Errorf("%d complaints", n)
	}
}

// randomOrders are as many rows as a large hotline has in a month, of all shapes.
func randomOrders(seed uint64, n int) []order {
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same file for the same seed
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	words := []string{"工厂夜间排放刺鼻气味，", "楼下烧烤店油烟很大，", "工地夜间施工，", "河水发黑发臭，", "多次反映没有结果，"}
	out := make([]order, n)
	for i := range out {
		text := ""
		for range 2 + r.IntN(8) {
			text += words[r.IntN(len(words))]
		}
		at := time.Date(2025, 11, 1, 0, r.IntN(60*24*365), 0, 0, time.UTC)
		o := goodOrder(i).with("诉求内容", text+"联系13912345678。", "受理时间", at.Format("2006/1/2 15:04"), "类别", pick("恶臭", "噪声", "噪声、恶臭", ""),
			"县区", pick("青河县", "云川"), "联系电话", fmt.Sprintf("139%08d", r.IntN(1e8)))
		if r.IntN(4) == 0 {
			o = o.with("姓名", "", "联系电话", "", "保密", "匿名")
		}
		if r.IntN(2) == 0 {
			o = o.with("经度", fmt.Sprintf("%.6f", 116+r.Float64()), "纬度", fmt.Sprintf("%.6f", 39+r.Float64()), "精度", "30")
		}
		out[i] = o
	}
	return out
}

// manyOrders is how many rows the large file has; make soak says more.
func manyOrders(t *testing.T) int {
	t.Helper()
	text := os.Getenv("IMPORT_ROWS")
	if text == "" {
		return 2_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 10 {
		t.Fatalf("IMPORT_ROWS=%s", text)
	}
	return n
}

func TestALargeFileIsTakenInTwiceAndOneBadRowOfItLeavesNothing(t *testing.T) {
	seed, n := uint64(time.Now().UnixNano()), manyOrders(t)
	t.Logf("seed %d, %d rows", seed, n)
	dir, mapping := bureau(t)
	orders := randomOrders(seed, n)
	before := census(t, dir)
	broken := slices.Clone(orders)
	broken[n-n/10] = goodOrder(n).with("诉求内容", "臭")
	if r, err := imported(t, ordersFile(t, broken...), "--mapping", mapping, "--dir", dir); err == nil || r.Bad != 1 || r.Rows != n {
		t.Errorf("%v %+v", err, r)
	}
	untouched(t, dir, before)
	path := ordersFile(t, orders...)
	begun := time.Now()
	if r, err := imported(t, path, "--mapping", mapping, "--dir", dir); err != nil || r.Stored != n {
		t.Fatalf("%v %+v", err, r)
	}
	t.Logf("%d rows in %v", n, time.Since(begun))
	before = census(t, dir)
	if r, err := imported(t, path, "--mapping", mapping, "--dir", dir); err != nil || r.Known != n || r.Differ != 0 {
		t.Errorf("%v %+v", err, r)
	}
	untouched(t, dir, before)
}

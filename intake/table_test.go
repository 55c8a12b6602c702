package intake_test

// Tables of other systems: each cell is read as the mapping says, or its mistake is named.

import (
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/intake"
)

const tableMap = `{
	"external_id": "no", "text": "text", "source": {"value": "hotline_12345"},
	"pollution_types": {"column": "types", "words": {"恶臭": "odour", "臭气": "odour", "噪声": "noise", "无": ""}, "else": "other", "split": "、"},
	"occurred_at": {"column": "when", "layout": "2006/1/2"}, "received_at": {"column": "got", "layout": "2006/1/2 15:04"},
	"address": "address", "contact.phone": {"column": "phone"}, "lon": "lon", "lat": "lat", "crs": {"column": "crs", "words": {"高德": "gcj02"}}
}`

var tableHeader = []string{"no", "text", "types", "when", "got", "address", "phone", "lon", "lat", "crs", "of no use"}

func bound(t testing.TB, mapping string, header []string) intake.Table {
	t.Helper()
	m, err := intake.ReadMapping([]byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	table, err := m.Bind(header)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestARowIsReadAsTheMappingSays(t *testing.T) {
	row, found := bound(t, tableMap, tableHeader).Read(
		[]string{" A-1\t", "夜间排放刺鼻气味", "恶臭、臭气、油烟、无", "2026/3/4", "2026/3/5 9:30", "化工路3号", "139 1234 5678", "116.3975", "39.9089", "高德", "x"},
		intake.Origin{System: "hotline", Now: noon})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if want := time.Date(2026, 3, 5, 1, 30, 0, 0, time.UTC); !row.ReceivedAt.Equal(want) {
		t.Errorf("received %v, want %v", row.ReceivedAt, want)
	}
	if !slices.Equal(row.PollutionTypes, []string{"odour", "other"}) || row.OccurredAt != "2026-03-04T00:00:00+08:00" ||
		row.IdentityMode != intake.ContactOnly || row.ExternalID != (intake.ExternalID{System: "hotline", ID: "A-1"}) ||
		row.Location == nil || row.Location.CRS != "wgs84" || row.LocationRaw.CRS != "gcj02" {
		t.Errorf("%+v", row)
	}
}

func TestWithoutATimeOfReceiptItIsNow(t *testing.T) {
	row, found := bound(t, `{"external_id": "no", "text": "text", "source": {"value": "web"}, "address": "text"}`, []string{"no", "text"}).
		Read([]string{"1", "夜间排放刺鼻气味"}, intake.Origin{System: "s", Now: noon})
	if len(found) > 0 || !row.ReceivedAt.Equal(noon) {
		t.Errorf("%v %v", row.ReceivedAt, found)
	}
}

func TestWhatCannotBeReadIsNotMissingBesides(t *testing.T) {
	cells := []string{"", "臭", "恶臭", "2026/3/4", "gestern", "", "139 1234 5678", "east", "39.9", "", ""}
	_, found := bound(t, tableMap, tableHeader).Read(cells, intake.Origin{System: "s", Now: noon})
	var got []string
	for _, m := range found {
		got = append(got, m.Code+" "+m.Field)
	}
	want := "coordinates_invalid lon, external_id_missing external_id, time_invalid received_at, text_too_short text"
	if strings.Join(got, ", ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestAllThatIsWrongWithAMappingIsNamed(t *testing.T) {
	_, err := intake.ReadMapping([]byte(`{"txt": "a", "source": {"value": "dream"}, "address": {"column": "a", "words": {"x": "y"}},
		"occurred_at": {"column": "b", "split": ","}, "crs": {"column": "c", "words": {"x": "mars"}}, "language": {"column": "d", "else": "en"},
		"received_at": {"value": "x", "layout": "2006/1/2"}, "external_id": {"value": "1"}}`))
	for _, want := range []string{
		`no field "txt"`, `no "dream"`, `address: "words"`, `occurred_at: "split"`, `no "mars"`, `language: "else" comes`,
		`received_at: "words" and "layout"`, "external_id: want a column", "text is missing", "come together",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestColumnsOfTheMappingStandInTheHeaderOnce(t *testing.T) {
	m, err := intake.ReadMapping([]byte(tableMap))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Bind([]string{"no", "no", "x", "x", "types", "when", "got", "address", "phone", "lon", "lat", "crs"})
	if err == nil || !strings.Contains(err.Error(), `"no" stands there twice`) || !strings.Contains(err.Error(), `text: there is no column "text"`) ||
		strings.Contains(err.Error(), `"x"`) {
		t.Errorf("%v", err)
	}
}

func FuzzReadMapping(f *testing.F) {
	for _, seed := range []string{tableMap, `{}`, `null`, `[]`, `{"text": 1}`, `{"text": null}`, `{"text": {"column": null}}`, `{"received_at": {"column": "no", "layout": "06-1-2"}}`} {
		f.Add([]byte(seed), "no,text,types\n1,夜间排放刺鼻气味,恶臭")
	}
	f.Fuzz(func(t *testing.T, data []byte, sheet string) {
		m, err := intake.ReadMapping(data)
		if err != nil {
			return
		}
		head, rest, _ := strings.Cut(sheet, "\n")
		table, err := m.Bind(strings.Split(head, ","))
		if err != nil {
			return
		}
		cells := strings.Split(rest, ",")
		row, found := table.Read(cells, intake.Origin{System: "s", Now: noon})
		for _, m := range found {
			if m.Code == "" {
				t.Fatalf("%+v has no code", m)
			}
			_ = table.Quote(cells, m.Field)
		}
		if len(found) == 0 && (row.ExternalID.ID == "" || row.Text == "" || row.ReceivedAt.IsZero()) {
			t.Fatalf("%+v", row)
		}
	})
}

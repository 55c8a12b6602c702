package hooks_test

// Which county a complaint goes to, and the form that needs no JavaScript.

import (
	"bytes"
	"encoding/json"
	"math"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/geo"
	"xuncha/hooks/store"
)

// chart gives the hall two counties side by side, west 990101 and east 990102.
func (h *hall) chart() (border float64) {
	h.T.Helper()
	features := geo.Synthetic{
		Seed: 5, Bound: orb.Bound{Min: orb.Point{116, 39}, Max: orb.Point{117, 40}}, Columns: 2, Rows: 1, CodePrefix: "9901", Detail: 4,
	}.Features()
	data, err := json.Marshal(features)
	if err != nil {
		h.T.Fatal(err)
	}
	divisions, _, err := geo.ReadDivisions(data, geo.Reading{CRS: geo.WGS84, CodeField: "code", NameField: "name"})
	if err != nil {
		h.T.Fatal(err)
	}
	err = h.App.RunInTransaction(func(tx core.App) error {
		return store.Jurisdictions{App: tx}.Put(divisions, store.Import{Level: store.County, ValidFrom: "2020-01-01", CRS: "wgs84"})
	})
	if err != nil {
		h.T.Fatal(err)
	}
	partition := geo.NewPartition(divisions)
	west, east := 116.2, 116.8 // halve until the border lies between
	for range 40 {
		middle := (west + east) / 2
		owner, err := partition.Lookup(orb.Point{middle, 39.2}, 0)
		if err != nil {
			h.T.Fatal(err)
		}
		if owner.Code == "990101" {
			west = middle
		} else {
			east = middle
		}
	}
	return west
}

func place(lon float64, accuracy float64) map[string]any {
	return map[string]any{"lon": lon, "lat": 39.2, "crs": "wgs84", "accuracy_m": accuracy}
}

func TestAComplaintFindsItsCounty(t *testing.T) {
	h := openHall(t, unlimited)
	east := h.elsewhere()
	city := h.Agency("甲市局", "990100")
	border := h.chart()
	cityIntake := h.User("intake", city, "市受理")
	none := complaint()
	delete(none, "location")
	for name, c := range map[string]struct {
		token     string
		body      map[string]any
		by, code  string
		agency    string
		uncertain bool
		second    string
	}{
		"in the west":                {"", with(complaint(), "location", place(border-0.05, 10)), "location", "990101", h.agency, false, ""},
		"in the east":                {"", with(complaint(), "location", place(border+0.05, 10)), "location", "990102", east, false, ""},
		"near the border":            {"", with(complaint(), "location", place(border-0.0005, 200)), "location", "990101", h.agency, true, "990102"},
		"beyond the map":             {"", with(complaint(), "location", place(100, 10)), "widest_agency", "990100", city, true, ""},
		"an address, the public":     {"", none, "widest_agency", "990100", city, true, ""},
		"an address, a desk":         {h.intake.Token, none, "intake_agency", "990101", h.agency, true, ""},
		"the desk knows":             {cityIntake.Token, with(complaint(), "division_code", "990102"), "division_code", "990102", east, false, ""},
		"the desk names a town":      {cityIntake.Token, with(complaint(), "division_code", "990102003"), "division_code", "990102003", east, false, ""},
		"the desk knows better":      {cityIntake.Token, with(with(complaint(), "location", place(border-0.05, 10)), "division_code", "990102"), "division_code", "990102", east, false, ""},
		"a county without an agency": {cityIntake.Token, with(complaint(), "division_code", "990109"), "division_code", "990109", city, false, ""},
		"another province":           {cityIntake.Token, with(complaint(), "division_code", "110101"), "division_code", "110101", city, true, ""},
	} {
		status, answer := h.Do("POST", "/api/complaints", c.token, c.body)
		if status != http.StatusCreated {
			t.Fatalf("%s: %d %v", name, status, answer)
		}
		routing := answer["routing"].(map[string]any)
		second, _ := routing["second_code"].(string)
		if routing["by"] != c.by || routing["division_code"] != c.code || routing["agency"] != c.agency || routing["uncertain"] != c.uncertain || second != c.second {
			t.Errorf("%s: %v", name, routing)
		}
		row, err := h.App.FindFirstRecordByData("cases", "number", answer["number"])
		if err != nil {
			t.Fatal(err)
		}
		if row.GetString("agency") != c.agency || row.GetString("division_code") != c.code || row.GetBool("uncertain") != c.uncertain || row.GetString("second_code") != c.second {
			t.Errorf("%s: %v", name, row.FieldsData())
		}
	}
}

func TestAFormOfPlainFieldsIsAComplaint(t *testing.T) {
	h := openHall(t, unlimited)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, field := range [][2]string{
		{"text", "化工厂夜间排放刺鼻气味"},
		{"source", "web"},
		{"pollution_types", "odour"},
		{"pollution_types", "noise"},
		{"location.lon", "116.3975461789"},
		{"location.lat", "39.9088592767"},
		{"location.crs", "gcj02"},
		{"location.accuracy_m", ""},
		{"contact.phone", "139-1234-5678"},
		{"contact.name", ""},
		{"address", ""},
	} {
		_ = w.WriteField(field[0], field[1])
	}
	_ = w.Close()
	status, data := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": w.FormDataContentType()}, &body)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, data)
	}
	row, err := h.App.FindFirstRecordByFilter("complaints", "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ Lon, Lat float64 }
	_ = row.UnmarshalJSONField("location", &at)
	if row.GetString("identity_mode") != "contact_only" || row.GetString("pollution_types") != `["odour","noise"]` || math.Abs(at.Lon-116.391305) > 1e-9 || math.Abs(at.Lat-39.907458) > 1e-9 {
		t.Errorf("%v", row.FieldsData())
	}
}

package hooks_test

// The checks of photos, from the row to the desk: what is doubted and why, what changes when
// something else comes, and who is told.

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/evidence/check"
	"xuncha/internal/phone"
	"xuncha/internal/photo"
)

// shot is a photo with its row's fields; it is created and uploaded by p's user.
func (f field) shot(t *testing.T, p *phone.Phone, token string, data []byte, fields map[string]any) string {
	t.Helper()
	id := f.row(t, p, data, fields)
	upload(t, f.h, token, data)
	stored(t, f.h, id)
	return id
}

func (f field) row(t *testing.T, p *phone.Phone, data []byte, fields map[string]any) string {
	t.Helper()
	all := map[string]any{
		"case": f.mine, "purpose": "scene", "sha256": sumOf(data), "size": len(data), "mime": "image/jpeg",
		"taken_at": snapped.Format(time.RFC3339), "position": map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8},
	}
	for name, value := range fields {
		all[name] = value
	}
	id := p.Create("evidence", all)
	f.sync(t, p)
	return id
}

type verdictOn struct {
	check.Result
	Doubtful bool   `json:"doubtful"`
	Text     string `json:"text"`
	TextZH   string `json:"text_zh"`
}

type shownPhoto struct {
	ID     string      `json:"id"`
	State  string      `json:"state"`
	Flags  []string    `json:"flags"`
	Checks []verdictOn `json:"checks"`
}

func (p shownPhoto) of(name check.Name) verdictOn {
	for _, c := range p.Checks {
		if c.Check == name {
			return c
		}
	}
	return verdictOn{}
}

// file is a photo in the file of its case as somebody sees it.
func (f field) file(t *testing.T, token, id string) shownPhoto {
	t.Helper()
	status, body := f.h.Raw("GET", "/api/cases/"+f.mine, map[string]string{"Authorization": token}, nil)
	var answer struct {
		Evidence []shownPhoto `json:"evidence"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != 200 {
		t.Fatalf("%d %v %.300s", status, err, body)
	}
	i := slices.IndexFunc(answer.Evidence, func(p shownPhoto) bool { return p.ID == id })
	if i < 0 {
		t.Fatalf("%s is not in the file", id)
	}
	return answer.Evidence[i]
}

// becomes waits until a check of a photo says something.
func (f field) becomes(t *testing.T, id string, name check.Name, code string) shownPhoto {
	t.Helper()
	var p shownPhoto
	waitFor(t, id+" "+code, func() bool {
		p = f.file(t, f.dispatcher.Token, id)
		return p.of(name).Code == code
	})
	return p
}

func TestTheDeskReadsWhyAPhotoIsDoubtedAndAPhoneDoesNot(t *testing.T) {
	f := inField(t)
	set(t, f.h, "cases", f.mine, map[string]any{"location": map[string]any{"lon": 116.4, "lat": 39.9}})
	far := photo.JPEG(photo.Scene(21, 640, 480), photo.Tags{Lon: 116.4, Lat: 39.93, Taken: snapped, Orientation: 1})
	id := f.shot(t, f.pa, f.a.Token, far, map[string]any{
		"position": map[string]any{"lon": 116.4, "lat": 39.93, "accuracy_m": 20}, "mock_location": true, "device": "dev1",
	})
	p := f.file(t, f.dispatcher.Token, id)
	if p.State != "flagged" || !slices.Contains(p.Flags, "case_distance") || !slices.Contains(p.Flags, "mock_location") {
		t.Errorf("%+v", p)
	}
	c := p.of(check.CaseDistance)
	if c.TextZH != "拍摄位置距案件地点 3.3 公里，定位精度 20 米" || !c.Doubtful || c.Values["distance_m"] == nil {
		t.Errorf("%+v", c)
	}
	for name, done := range map[check.Name]bool{check.ExifClock: true, check.ReceivedTime: true, check.PairPlace: false, check.VisitTime: false, check.DeviceChain: false} {
		if got := p.of(name); (got.Code != "") != done || got.Score != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if own := f.file(t, f.a.Token, id); own.Checks != nil {
		t.Errorf("an inspector reads %+v", own.Checks)
	}
	f.sync(t, f.pa, f.pb)
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		disk, err := json.Marshal(p.Disk)
		if err != nil || strings.Contains(string(disk), "distance_m") || strings.Contains(string(disk), `"checks"`) || !strings.Contains(string(disk), "case_distance") {
			t.Errorf("a phone holds the checks, or not the flag: %v", err)
		}
	}
	clean(t, f.h)
}

func TestAGapInTheChainClosesWhenThePhotoComesAndAForkStays(t *testing.T) {
	f := inField(t)
	first, second, third := snap(31), snap(32), snap(33)
	b := f.shot(t, f.pa, f.a.Token, second, map[string]any{"device": "dev1", "previous": sumOf(first)})
	if p := f.file(t, f.dispatcher.Token, b); p.State != "flagged" || p.of(check.DeviceChain).Code != "chain_gap" {
		t.Fatalf("%+v", p)
	}
	f.row(t, f.pa, first, map[string]any{"device": "dev1", "taken_at": snapped.Add(-time.Minute).Format(time.RFC3339)}) // its bytes may still come
	if p := f.becomes(t, b, check.DeviceChain, "chain_whole"); p.State != "stored" || len(p.Flags) != 0 {
		t.Errorf("%+v", p)
	}
	c := f.shot(t, f.pa, f.a.Token, third, map[string]any{"device": "dev1", "previous": sumOf(first), "taken_at": snapped.Add(time.Minute).Format(time.RFC3339)})
	f.becomes(t, c, check.DeviceChain, "chain_forks")
	if p := f.file(t, f.dispatcher.Token, b); p.of(check.DeviceChain).Code != "chain_whole" {
		t.Errorf("the earlier one is told too: %+v", p)
	}
	clean(t, f.h)
}

func TestTheAfterIsComparedWithTheBeforeWhicheverComesFirst(t *testing.T) {
	f := inField(t)
	scene := photo.Scene(41, 640, 480)
	taken := func(d time.Duration, heading int, fields map[string]any) map[string]any {
		fields["taken_at"], fields["heading"], fields["item"] = snapped.Add(d).Format(time.RFC3339), heading, "i1"
		return fields
	}
	tags := photo.Tags{Lon: 116.4, Lat: 39.9, Taken: snapped, Orientation: 1}
	one, turned := photo.JPEG(scene, tags), photo.JPEG(scene, photo.Tags{Lon: 116.4, Lat: 39.9, Taken: snapped.Add(time.Minute), Orientation: 6})
	after := f.shot(t, f.pa, f.a.Token, turned, taken(time.Minute, 200, map[string]any{"purpose": "after"}))
	if p := f.file(t, f.dispatcher.Token, after); p.of(check.PairPicture).Code != "" {
		t.Errorf("nothing to compare with yet: %+v", p)
	}
	f.shot(t, f.pa, f.a.Token, one, taken(0, 20, map[string]any{"purpose": "before"}))
	p := f.becomes(t, after, check.PairPicture, "pair_one_picture")
	if p.State != "flagged" || !slices.Contains(p.Flags, "pair_picture") || !slices.Contains(p.Flags, "pair_heading") || p.of(check.PairOrder).Score != 0 {
		t.Errorf("%+v", p)
	}
	clean(t, f.h)
}

func TestAPictureOfAnotherCaseIsReportedOnTheLaterPhotoOnly(t *testing.T) {
	f := inField(t)
	scene := photo.Scene(51, 640, 480)
	tags := photo.Tags{Lon: 116.4, Lat: 39.9, Taken: snapped, Orientation: 1}
	one := photo.JPEG(scene, tags)
	tags.Camera = "another file of the same picture"
	two := photo.JPEG(scene, tags)
	early := f.row(t, f.pa, one, map[string]any{"purpose": "sample"})
	late := f.row(t, f.pa, two, map[string]any{"purpose": "scene", "item": "i2"})
	upload(t, f.h, f.a.Token, two) // the bytes come the other way round
	stored(t, f.h, late)
	if c := f.file(t, f.dispatcher.Token, late).of(check.ReusedPicture); c.Code != "picture_new" {
		t.Errorf("%+v", c)
	}
	upload(t, f.h, f.a.Token, one)
	stored(t, f.h, early)
	if p := f.becomes(t, late, check.ReusedPicture, "picture_of_other_item"); p.State != "flagged" || p.of(check.ReusedPicture).Values["other"] != early {
		t.Errorf("%+v", p)
	}
	if p := f.file(t, f.dispatcher.Token, early); p.of(check.ReusedPicture).Code != "picture_new" || p.State != "stored" {
		t.Errorf("the earlier: %+v", p)
	}
	clean(t, f.h)
}

// Where a complainant stood stands in nobody's checks.
func TestTheChecksOfAComplainantsPhotoSayNothingOfItsPlace(t *testing.T) {
	f := inField(t)
	f.complainants(t, photo.JPEG(photo.Scene(61, 640, 480), photo.Tags{Lon: 116.777111, Lat: 39.222111, Taken: snapped, Orientation: 1}))
	records, err := f.h.App.FindAllRecords("evidence")
	if err != nil || len(records) != 1 {
		t.Fatalf("%d %v", len(records), err)
	}
	var results []check.Result
	if err := records[0].UnmarshalJSONField("checks", &results); err != nil || len(results) == 0 {
		t.Fatalf("%v %v", results, err)
	}
	for _, r := range results {
		if !slices.Contains([]check.Name{check.Software, check.ReusedFile, check.ReusedPicture}, r.Check) || r.Values["distance_m"] != nil {
			t.Errorf("%+v", r)
		}
	}
}

// The times of the inspection may come days after its photos.
func TestThePhotosOfAnInspectionAreCheckedAgainWhenItsTimesCome(t *testing.T) {
	f := inField(t)
	id := f.shot(t, f.pa, f.a.Token, snap(71), map[string]any{"inspection": f.visit})
	set(t, f.h, "inspections", f.visit, map[string]any{
		"started_at":  snapped.Add(-9 * time.Hour).Format(time.RFC3339),
		"finished_at": snapped.Add(-6 * time.Hour).Format(time.RFC3339),
	})
	if p := f.becomes(t, id, check.VisitTime, "after_visit"); !slices.Contains(p.Flags, "visit_time") {
		t.Errorf("%+v", p)
	}
	clean(t, f.h)
}

// A preview is there before the worker was, but for none whose bytes another brought.
func TestAPhotoIsSeenFromItsThumbnailBeforeItIsStored(t *testing.T) {
	f := inField(t)
	data := snap(81)
	upload(t, f.h, f.a.Token, data)
	mine := f.row(t, f.pa, data, nil)
	theirs := f.row(t, f.pb, data, nil)
	stored(t, f.h, mine)
	set(t, f.h, "evidence", mine, map[string]any{"state": "pending"})
	for name, c := range map[string]struct {
		id, form string
		status   int
	}{
		"the small one":                          {mine, "320", 200},
		"the large one":                          {mine, "1600", 404},
		"the original":                           {mine, "original", 404},
		"the small one of bytes that he has not": {theirs, "320", 404},
	} {
		if status, _ := formOf(t, f.h, f.dispatcher.Token, c.id, c.form); status != c.status {
			t.Errorf("%s: %d", name, status)
		}
	}
	if _, head := f.head(t, "/api/evidence/"+mine+"/320", f.dispatcher.Token); head.Get("Cache-Control") != "no-store" {
		t.Errorf("a preview is kept: %v", head)
	}
}

// A case may be found elsewhere after its photos were taken.
func TestThePhotosOfACaseAreCheckedAgainWhenItsPlaceIsCorrected(t *testing.T) {
	f := inField(t)
	id := f.shot(t, f.pa, f.a.Token, snap(91), nil)
	if p := f.file(t, f.dispatcher.Token, id); p.of(check.CaseDistance).Code != "near_case" {
		t.Fatalf("%+v", p)
	}
	set(t, f.h, "cases", f.mine, map[string]any{"location": map[string]any{"lon": 116.4, "lat": 39.8}})
	if p := f.becomes(t, id, check.CaseDistance, "far_from_case"); p.State != "flagged" {
		t.Errorf("%+v", p)
	}
	clean(t, f.h)
}

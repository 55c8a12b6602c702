package check

// Each check with the photo it must doubt and the honest one that it must not.

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	site = orb.Point{116.5, 39.9}
)

// off is a place so many metres north of the site.
func off(metres float64) *Place {
	return &Place{orb.Point{site[0], site[1] + metres/111_195}, 20}
}

// gcj is the site as a Chinese map service writes it.
func gcj() *Place {
	at, _ := geo.FromWGS84(site, geo.GCJ02) // the site lies on the globe
	return &Place{At: at}
}

// honest is a photo that nothing speaks against.
func honest() Facts {
	return Facts{
		Photo: Photo{
			ID: "this", Case: "c", Item: "i", Purpose: "after", Device: "d", Previous: "s0", Sum: "s1", Taken: noon, Received: noon.Add(time.Hour), Place: off(10), Heading: 90,
			Tags: Tags{Read: true, Place: off(20), Taken: noon.Add(3 * time.Second), OffsetKnown: true, Satellites: noon.Add(-time.Minute), Camera: "P60", Software: "HarmonyOS 4.0"},
		},
		Case: &Place{At: site}, Started: noon.Add(-time.Hour), Ended: noon.Add(time.Hour),
		Device:   []Photo{{ID: "p", Sum: "s0", Taken: noon.Add(-10 * time.Minute), Place: off(300), Tags: Tags{Read: true, Camera: "P60"}}},
		Before:   &Photo{ID: "b", Case: "c", Item: "i", Purpose: "before", Sum: "s2", Taken: noon.AddDate(0, 0, -20), Place: off(15), Heading: 80},
		PairBits: 50, SameFile: nil, Alike: []Alike{}, Link: &Photo{ID: "p", Device: "d", Sum: "s0", Taken: noon.Add(-10 * time.Minute)},
	}
}

// shots are photos of the device, each so many minutes earlier than the last.
func shots(n int, gap time.Duration, each func(*Photo)) (list []Photo) {
	for i := range n {
		p := Photo{ID: "p" + string(rune('a'+i)), Taken: noon.Add(-time.Duration(n-i) * gap), Place: off(300 + 7*float64(i)), Tags: Tags{Read: true, Camera: "P60"}}
		each(&p)
		list = append(list, p)
	}
	return list
}

func of(results []Result, name Name) *Result {
	for i := range results {
		if results[i].Check == name {
			return &results[i]
		}
	}
	return nil
}

func TestNothingSpeaksAgainstAnHonestPhotoAndEverythingWasChecked(t *testing.T) {
	results := Run(honest())
	for _, r := range results {
		if r.Score != 0 {
			t.Errorf("%+v: %s", r, r.Say("en"))
		}
	}
	if len(results) != 19 || len(Flags(results)) != 0 {
		t.Errorf("%d checks, flags %v", len(results), Flags(results))
	}
}

func TestEachCheckDoubtsWhatItShouldAndSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*Facts)
		check   Name
		code    string
		doubted bool
	}{
		"3 km from the case":              {func(f *Facts) { f.Photo.Place = off(3_200) }, CaseDistance, "far_from_case", true},
		"the far end of a large plant":    {func(f *Facts) { f.Photo.Place = off(600) }, CaseDistance, "far_from_case", false},
		"a phone that is sure of nothing": {func(f *Facts) { f.Photo.Place = off(30_000); f.Photo.Place.Accuracy = 1e6 }, CaseDistance, "far_from_case", true},
		"only the tags know, far":         {func(f *Facts) { f.Photo.Place = nil; f.Photo.Tags.Place = off(5_000) }, CaseDistance, "far_from_case", true},
		"only the tags know, in GCJ-02":   {func(f *Facts) { f.Photo.Place = nil; f.Photo.Tags.Place = gcj() }, CaseDistance, "near_case", false},
		"the tags are elsewhere":          {func(f *Facts) { f.Photo.Tags.Place = off(2_000) }, ExifDistance, "tags_elsewhere", true},
		"the tags are in GCJ-02":          {func(f *Facts) { f.Photo.Tags.Place = gcj() }, ExifDistance, "tags_in_gcj02", false},
		"a day before the inspection":     {func(f *Facts) { f.Photo.Taken = noon.AddDate(0, 0, -1) }, VisitTime, "before_visit", true},
		"three hours behind its end":      {func(f *Facts) { f.Photo.Taken = noon.Add(4 * time.Hour) }, VisitTime, "after_visit", true},
		"from the car":                    {func(f *Facts) { f.Photo.Taken = noon.Add(80 * time.Minute) }, VisitTime, "within_visit", false},
		"the inspection still goes on":    {func(f *Facts) { f.Ended = time.Time{}; f.Photo.Taken = noon.Add(5 * time.Hour) }, VisitTime, "within_visit", false},
		"from tomorrow":                   {func(f *Facts) { f.Photo.Taken = noon.AddDate(0, 0, 1) }, ReceivedTime, "from_the_future", true},
		"a minute ahead":                  {func(f *Facts) { f.Photo.Received = noon.Add(-time.Minute) }, ReceivedTime, "before_receipt", false},
		"from the gallery":                {func(f *Facts) { f.Photo.Tags.Taken = noon.AddDate(0, -1, 0) }, ExifClock, "camera_clock_differs", true},
		"a camera on the time of Urumqi":  {func(f *Facts) { f.Photo.Tags.Taken, f.Photo.Tags.OffsetKnown = noon.Add(-2*time.Hour), false }, ExifClock, "camera_in_another_zone", false},
		"two hours off, and it says so":   {func(f *Facts) { f.Photo.Tags.Taken = noon.Add(-2 * time.Hour) }, ExifClock, "camera_clock_differs", true},
		"satellites of another day":       {func(f *Facts) { f.Photo.Tags.Satellites = noon.AddDate(0, 0, -2) }, SatelliteClock, "satellites_differ", true},
		"mocked":                          {func(f *Facts) { f.Photo.Mock = true }, MockLocation, "location_mocked", true},
		"100 km in ten minutes":           {func(f *Facts) { f.Device[0].Place = off(100_000) }, Speed, "speed_impossible", true},
		"in a fast train":                 {func(f *Facts) { f.Device[0].Place, f.Device[0].Taken = off(250_000), noon.Add(-time.Hour) }, Speed, "speed_impossible", false},
		"a jump within the accuracy":      {func(f *Facts) { f.Device[0].Taken, f.Device[0].Place.Accuracy = noon.Add(-time.Second), 400 }, Speed, "speed_possible", false},
		"one fix for an hour":             {func(f *Facts) { f.Device = shots(4, 15*time.Minute, func(p *Photo) { p.Place = off(10) }) }, SameFix, "fix_never_moves", true},
		"one fix for a burst":             {func(f *Facts) { f.Device = shots(9, 5*time.Second, func(p *Photo) { p.Place = off(10) }) }, SameFix, "fix_moves", false},
		"one fix for two photos":          {func(f *Facts) { f.Device = shots(1, time.Hour, func(p *Photo) { p.Place = off(10) }) }, SameFix, "fix_moves", false},
		"Photoshop":                       {func(f *Facts) { f.Photo.Tags.Software = "Adobe Photoshop 25.1 (Windows)" }, Software, "edited_by", true},
		"a watermark app":                 {func(f *Facts) { f.Photo.Tags.Software = "今日水印相机" }, Software, "stamped_by", true},
		"no tags, where there are some": {func(f *Facts) {
			f.Photo.Tags = Tags{Read: true, Empty: true}
			f.Device = shots(5, time.Minute, func(*Photo) {})
		}, Metadata, "tags_missing", true},
		"no tags, as ever": {func(f *Facts) {
			f.Photo.Tags = Tags{Read: true, Empty: true}
			f.Device = shots(5, time.Minute, func(p *Photo) { p.Tags = f.Photo.Tags })
		}, Metadata, "tags_never_written", false},
		"another camera":                {func(f *Facts) { f.Photo.Tags.Camera = "iPhone 16"; f.Device = shots(5, time.Minute, func(*Photo) {}) }, Camera, "camera_changed", true},
		"the file of another case":      {func(f *Facts) { f.SameFile = []Photo{{ID: "o", Case: "x"}} }, ReusedFile, "file_of_other_case", true},
		"the file of another item":      {func(f *Facts) { f.SameFile = []Photo{{ID: "o", Case: "c", Item: "j"}} }, ReusedFile, "file_of_other_item", true},
		"sent twice":                    {func(f *Facts) { f.SameFile = []Photo{{ID: "o", Case: "c", Item: "i"}} }, ReusedFile, "file_twice_here", false},
		"the picture of another case":   {func(f *Facts) { f.Alike = []Alike{{Photo{ID: "o", Case: "x"}, 4}} }, ReusedPicture, "picture_of_other_case", true},
		"a stranger that looks like it": {func(f *Facts) { f.Alike = []Alike{{Photo{ID: "o", Case: "x"}, MaybeAlike}} }, ReusedPicture, "picture_of_other_case", false},
		"the picture of another item": {func(f *Facts) {
			f.Alike = []Alike{{Photo{ID: "o", Case: "c", Item: "j", Purpose: "after"}, MaybeAlike}}
		}, ReusedPicture, "picture_of_other_item", true},
		"one of a burst": {func(f *Facts) {
			f.Alike = []Alike{{Photo{ID: "o", Case: "c", Item: "i", Purpose: "after", Taken: noon.Add(time.Second)}, 2}}
		}, ReusedPicture, "picture_of_a_burst", false},
		"before and after 600 m apart":      {func(f *Facts) { f.Before.Place = off(600) }, PairPlace, "pair_apart", true},
		"before and after back to back":     {func(f *Facts) { f.Before.Heading = 270 }, PairHeading, "pair_turned", true},
		"46 degrees, across the north":      {func(f *Facts) { f.Photo.Heading, f.Before.Heading = 20, 334 }, PairHeading, "pair_turned", true},
		"44 degrees, across the north":      {func(f *Facts) { f.Photo.Heading, f.Before.Heading = 20, 336 }, PairHeading, "pair_one_way", false},
		"after before before":               {func(f *Facts) { f.Before.Taken = noon.Add(time.Minute) }, PairOrder, "pair_backwards", true},
		"before and after are one picture":  {func(f *Facts) { f.PairBits = 3 }, PairPicture, "pair_one_picture", true},
		"before and after are one file":     {func(f *Facts) { f.Before.Sum = "s1" }, PairPicture, "pair_one_file", true},
		"the previous photo never came":     {func(f *Facts) { f.Link = nil }, DeviceChain, "chain_gap", true},
		"two photos with one previous":      {func(f *Facts) { f.Fork = &Photo{ID: "o"} }, DeviceChain, "chain_forks", true},
		"the previous is another device's":  {func(f *Facts) { f.Link.Device = "other" }, DeviceChain, "chain_of_other_device", true},
		"the previous was taken later":      {func(f *Facts) { f.Link.Taken = noon.Add(time.Hour) }, DeviceChain, "chain_backwards", true},
		"the chain begins anew":             {func(f *Facts) { f.Photo.Previous = ""; f.Device[0].Previous = "s9" }, DeviceChain, "chain_begins_anew", true},
		"the chain is whole":                {func(*Facts) {}, DeviceChain, "chain_whole", false},
		"the tags agree and the clock does": {func(*Facts) {}, SatelliteClock, "satellites_agree", false},
	} {
		f := honest()
		c.change(&f)
		results := Run(f)
		r := of(results, c.check)
		if r == nil || r.Code != c.code || (r.Score >= Doubtful) != c.doubted || slices.Contains(Flags(results), string(c.check)) != c.doubted {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestWhatIsNotKnownIsNotCheckedAndDoesNotPass(t *testing.T) {
	bare := Facts{Photo: Photo{ID: "this", Case: "c"}, PairBits: -1}
	if got := Run(bare); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	for name, c := range map[string]struct {
		change func(*Facts)
		gone   []Name
	}{
		"no place":        {func(f *Facts) { f.Photo.Place, f.Photo.Tags.Place = nil, nil }, []Name{CaseDistance, ExifDistance, MockLocation, Speed, SameFix, PairPlace}},
		"no tags":         {func(f *Facts) { f.Photo.Tags = Tags{} }, []Name{ExifDistance, ExifClock, SatelliteClock, Metadata, Software, Camera}},
		"no case place":   {func(f *Facts) { f.Case = nil }, []Name{CaseDistance}},
		"no pair":         {func(f *Facts) { f.Before = nil }, []Name{PairPlace, PairHeading, PairOrder, PairPicture}},
		"no compass":      {func(f *Facts) { f.Photo.Heading = 0 }, []Name{PairHeading}},
		"no picture":      {func(f *Facts) { f.Alike, f.PairBits = nil, -1 }, []Name{ReusedPicture, PairPicture}},
		"no inspection":   {func(f *Facts) { f.Started = time.Time{} }, []Name{VisitTime}},
		"the first photo": {func(f *Facts) { f.Device, f.Photo.Previous = nil, "" }, []Name{Speed, SameFix, DeviceChain, Camera}},
	} {
		f := honest()
		c.change(&f)
		results := Run(f)
		for _, gone := range c.gone {
			if r := of(results, gone); r != nil {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}

// Where and when a complainant stood is not looked at, so no result can tell it.
func TestOfAComplainantsPhotoOnlyTheFileIsChecked(t *testing.T) {
	f := honest()
	f.Complainant = true
	for _, r := range Run(f) {
		if !slices.Contains([]Name{Software, ReusedFile, ReusedPicture}, r.Check) {
			t.Errorf("%+v", r)
		}
	}
}

func TestASentenceHoldsTheValues(t *testing.T) {
	f := honest()
	f.Photo.Place = off(3_200)
	r := of(Run(f), CaseDistance)
	if got := r.Say("zh-CN"); got != "拍摄位置距案件地点 3.2 公里，定位精度 20 米" {
		t.Error(got)
	}
	if got := r.Say("en"); got != "Taken 3.2 km from the case, accurate to 20 m" {
		t.Error(got)
	}
	data, err := json.Marshal(r)
	var back Result
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || back.Say("en") != r.Say("en") {
		t.Errorf("what was stored says %q: %v", back.Say("en"), err)
	}
}

var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// Both languages name the same values, and no code that a check gives lacks its sentence.
func TestEveryCodeHasItsSentences(t *testing.T) {
	for code, text := range Texts {
		zh, en := hole.FindAllString(text.ZH, -1), hole.FindAllString(text.EN, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if text.ZH == "" || text.EN == "" || !slices.Equal(zh, en) {
			t.Errorf("%s: %v %v", code, zh, en)
		}
	}
	for _, r := range Run(honest()) {
		for _, language := range []string{"zh-CN", "en"} {
			if said := r.Say(language); said == "" || strings.ContainsAny(said, "{}") {
				t.Errorf("%s: %q", r.Code, said)
			}
		}
	}
}

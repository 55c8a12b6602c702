package check

// The page that explains the checks says what the code does.

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var row = regexp.MustCompile("(?m)^\\| `([a-z_]+)` [^|]+\\| [^|]+\\| ([^|]*) \\| ([^|]*) \\|")

func TestThePageNamesEveryCheckWithItsLimits(t *testing.T) {
	page, err := os.ReadFile("../../docs/evidence.md")
	if err != nil {
		t.Fatal(err)
	}
	minutes := func(d time.Duration) string { return fmt.Sprintf("%d min", int(d.Minutes())) }
	limits := map[Name][2]string{
		CaseDistance: {fmt.Sprintf("%d m", SiteFrom), fmt.Sprintf("%d m", SiteTo)}, ExifDistance: {fmt.Sprintf("%d m", FixFrom), fmt.Sprintf("%d m", FixTo)},
		VisitTime: {minutes(VisitFrom), minutes(VisitTo)}, ReceivedTime: {minutes(AheadFrom), minutes(AheadTo)},
		ExifClock: {minutes(CameraFrom), minutes(CameraTo)}, SatelliteClock: {minutes(SkyFrom), minutes(SkyTo)},
		Speed: {fmt.Sprintf("%d km/h", SpeedFrom), fmt.Sprintf("%d km/h", SpeedTo)}, SameFix: {minutes(FixedFrom), minutes(FixedTo)},
		PairPlace: {fmt.Sprintf("%d m", PairFrom), fmt.Sprintf("%d m", PairTo)}, PairHeading: {fmt.Sprintf("%d°", PairTurn), "180°"},
	}
	var named []Name
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		name := Name(m[1])
		named = append(named, name)
		if want, ok := limits[name]; ok && (m[2] != want[0] || m[3] != want[1]) {
			t.Errorf("%s: %q to %q, want %v", name, m[2], m[3], want)
		}
	}
	for _, name := range Names {
		title, ok := Titles[string(name)]
		if !ok || title.EN == "" || !strings.Contains(string(page), fmt.Sprintf("| `%s` %s |", name, title.ZH)) {
			t.Errorf("%s is called %q, and not so on the page", name, title.ZH)
		}
	}
	if !slices.Equal(named, Names) {
		t.Errorf("the page names %v\nwant %v", named, Names)
	}
	for _, said := range []string{
		fmt.Sprintf("**%d bits** is asked of every photo", SurelyAlike), fmt.Sprintf("**%d bits** is asked within a case", MaybeAlike),
		fmt.Sprintf("count as %d m", UnsaidAccuracy), fmt.Sprintf("%d m: more would excuse any place", WorstAccuracy),
	} {
		if !strings.Contains(string(page), said) {
			t.Errorf("the page does not say %q", said)
		}
	}
}

// Every code that stands in the source has its sentences, and every sentence its code.
func TestTheCodesOfTheSourceAreThoseOfTheSentences(t *testing.T) {
	quoted := regexp.MustCompile(`"([a-z]+(?:_[a-z0-9]+)+)"`)
	var source strings.Builder
	for _, file := range []string{"place.go", "clocks.go", "device.go", "reuse.go", "pair.go", "chain.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	for code := range Texts {
		if !strings.Contains(source.String(), `"`+code+`"`) {
			t.Errorf("no check says %s", code)
		}
	}
	values := []string{"distance_m", "accuracy_m", "case_accuracy_m", "before_accuracy_m", "off_s", "ahead_s", "offset_known", "took_s", "speed_kmh", "span_s", "turn_deg", "later_s"}
	for _, m := range quoted.FindAllStringSubmatch(source.String(), -1) {
		if _, ok := Texts[m[1]]; !ok && !slices.Contains(values, m[1]) {
			t.Errorf("%s has no sentence", m[1])
		}
	}
}

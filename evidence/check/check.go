// Package check says which photo to doubt and why. Facts come in, results come out: each
// named check has a score from 0 (nothing to doubt) to 1 (certain), a stable code and the
// values that were compared. A check that had nothing to compare gives no result: "not
// checked" is not "passed". Nothing is refused here; a person decides. There is no clock,
// no database and no disk in this package.
package check

// What is known of a photo, and what the checks say.

import (
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Name of a check. As a flag it stands in the row of a photo that is doubted.
type Name string

// The checks.
const (
	CaseDistance   Name = "case_distance"   // 距案件地点: where it was taken, and where the case is
	ExifDistance   Name = "exif_distance"   // the position in the tags, and the phone's
	VisitTime      Name = "visit_time"      // 核查时段: within the inspection
	ReceivedTime   Name = "received_time"   // not after the server had it
	ExifClock      Name = "exif_clock"      // the camera's clock, and the phone's
	SatelliteClock Name = "satellite_clock" // the clock of the satellites, and the phone's
	MockLocation   Name = "mock_location"   // 模拟定位: what the phone says of its own position
	Speed          Name = "speed"           // 移动速度: from the device's photo before this one
	SameFix        Name = "same_fix"        // 定位不变: the same coordinates for too long
	Software       Name = "software"        // 编辑软件: who wrote the tags
	Metadata       Name = "metadata"        // tags are missing where the device writes some
	Camera         Name = "camera"          // another camera than the device had before
	ReusedFile     Name = "reused_file"     // 重复使用: the same bytes elsewhere
	ReusedPicture  Name = "reused_picture"  // 画面雷同: the same picture elsewhere
	PairPlace      Name = "pair_place"      // 整改前后: before and after from one place
	PairHeading    Name = "pair_heading"    // before and after in one direction
	PairOrder      Name = "pair_order"      // after comes after before
	PairPicture    Name = "pair_picture"    // before and after are two pictures
	DeviceChain    Name = "device_chain"    // 设备照片链: the device's previous photo is known
)

// Names are all checks, in the order above.
var Names = []Name{
	CaseDistance, ExifDistance, VisitTime, ReceivedTime, ExifClock, SatelliteClock, MockLocation, Speed, SameFix, Software,
	Metadata, Camera, ReusedFile, ReusedPicture, PairPlace, PairHeading, PairOrder, PairPicture, DeviceChain,
}

// Doubtful is the score from which on a photo is flagged. Each check's ramp is laid so that
// one half is where a reviewer should look.
const Doubtful = 0.5

// Result is what one check says.
type Result struct {
	Check  Name           `json:"check"`
	Score  float64        `json:"score"`  // 0 nothing to doubt … 1 certain
	Code   string         `json:"code"`   // stable; Texts has the sentence
	Values map[string]any `json:"values"` // what was compared; the end of a name is its unit
}

// Place is a position in WGS-84.
type Place struct {
	At       orb.Point // lon, lat in degrees
	Accuracy float64   // metres; 0 is not said
}

// Tags are what a file says of itself.
type Tags struct {
	Read        bool   // the file's tags were looked at
	Empty       bool   // and there were none
	Place       *Place // WGS-84, as the standard says
	Taken       time.Time
	OffsetKnown bool // else Asia/Shanghai was assumed
	Satellites  time.Time
	Camera      string
	Software    string
}

// Photo is a row with what its file says. Zero values are not known.
type Photo struct {
	ID, Case, Item, Purpose string
	Device, Previous, Sum   string
	Taken, Received         time.Time // by the phone's clock, by the server's
	Place                   *Place    // the phone's
	Heading                 float64   // degrees; 0 is not said
	Mock                    bool
	Tags                    Tags
}

// Alike is another photo with a picture like this one's.
type Alike struct {
	Photo
	Bits int // that differ, of likeness.Bits
}

// Facts are all that is known when a photo is checked. What is not known stays zero.
type Facts struct {
	Photo          Photo
	Complainant    bool   // whoever complained took it: where and when is not checked
	Case           *Place // where the case is
	Started, Ended time.Time
	Device         []Photo // other photos of the device, in the order they were taken
	Before         *Photo  // the one that this is the "after" of
	PairBits       int     // by which the two pictures differ; -1 is not known
	SameFile       []Photo // that came earlier with the same bytes
	Alike          []Alike // that came earlier with a picture like this
	Link           *Photo  // the photo that Previous names; nil is not known
	Fork           *Photo  // an earlier photo with the same Previous
}

// checks are all of them, in the order in which they are shown. The second list is for a
// complainant's photos too: she need not be where the case is, and nobody learns where she was.
var checks, anybodys = []func(Facts) []Result{
	caseDistance, exifDistance, visitTime, receivedTime, exifClock, satelliteClock, mockLocation, speed, sameFix,
	metadata, camera, pair, chain,
}, []func(Facts) []Result{software, reusedFile, reusedPicture}

// Run checks a photo.
func Run(f Facts) []Result {
	list := anybodys
	if !f.Complainant {
		list = slices.Concat(checks, anybodys)
	}
	out := []Result{}
	for _, c := range list {
		out = append(out, c(f)...)
	}
	return out
}

// Flags are the names of the checks that doubt the photo, each once.
func Flags(results []Result) []string {
	out := []string{}
	for _, r := range results {
		if r.Score >= Doubtful && !slices.Contains(out, string(r.Check)) {
			out = append(out, string(r.Check))
		}
	}
	return out
}

// none is a check that had nothing to compare.
func none() []Result { return nil }

func one(name Name, score float64, code string, values map[string]any) []Result {
	return []Result{{name, score, code, values}}
}

// judged is a result whose score decides between two codes.
func judged(name Name, score float64, good, bad string, values map[string]any) []Result {
	if score > 0 {
		return one(name, score, bad, values)
	}
	return one(name, 0, good, values)
}

// ramp is 0 up to from, 1 beyond to, and straight between them; with two digits.
func ramp(v, from, to float64) float64 {
	s := min(1, max(0, (v-from)/(to-from)))
	return float64(int(s*100+0.5)) / 100
}

package check

// Where a photo was taken: by the phone, by its tags, and where the case is.

import (
	"math"

	"github.com/paulmach/orb/geo"

	ours "xuncha/geo"
)

// Thresholds of places, in metres, beyond what the accuracies explain.
const (
	// SiteFrom to SiteTo: a plant is some hundred metres large and its case is one point, so
	// 300 m are nothing; 1,000 m is another place.
	SiteFrom, SiteTo = 300, 1_700
	// FixFrom to FixTo: two readings of one phone in one moment.
	FixFrom, FixTo = 200, 800
	// PairFrom to PairTo: whoever repeats a photo stands where it was taken.
	PairFrom, PairTo = 50, 250
)

// Accuracies in metres: of a phone that does not say its own, and of tags, which never do.
// What a phone claims counts up to WorstAccuracy: more would excuse any place.
const (
	UnsaidAccuracy = 50
	WorstAccuracy  = 1_000
)

func accuracy(p Place) float64 {
	if p.Accuracy <= 0 || math.IsNaN(p.Accuracy) {
		return UnsaidAccuracy
	}
	return min(p.Accuracy, WorstAccuracy)
}

// apart is the distance in metres, and what of it the accuracies do not explain.
func apart(a, b Place) (distance, beyond float64) {
	distance = geo.DistanceHaversine(a.At, b.At)
	return math.Round(distance), max(0, distance-accuracy(a)-accuracy(b))
}

// taken is where a photo was taken: the phone's word, else the tags'.
func taken(p Photo) *Place {
	if p.Place != nil {
		return p.Place
	}
	return p.Tags.Place
}

// shifted are tags read as GCJ-02. The standard says WGS-84, and so do we; but there are
// camera apps in China that write what their map service gave them. Such a photo is not
// doubted for the 100 to 700 m of that shift, it is named.
func shifted(p Place) (Place, bool) {
	at, err := ours.ToWGS84(p.At, ours.GCJ02)
	return Place{at, p.Accuracy}, err == nil && at != p.At
}

func caseDistance(f Facts) []Result {
	at := taken(f.Photo)
	if at == nil || f.Case == nil {
		return none()
	}
	d, beyond := apart(*at, *f.Case)
	if other, ok := shifted(*at); ok && f.Photo.Place == nil {
		if d2, beyond2 := apart(other, *f.Case); beyond2 < beyond {
			d, beyond = d2, beyond2
		}
	}
	return judged(CaseDistance, ramp(beyond, SiteFrom, SiteTo), "near_case", "far_from_case",
		map[string]any{"distance_m": d, "accuracy_m": accuracy(*at), "case_accuracy_m": accuracy(*f.Case), "by": by(f.Photo)})
}

// by says who knows the place.
func by(p Photo) string {
	if p.Place != nil {
		return "phone"
	}
	return "tags"
}

func exifDistance(f Facts) []Result {
	phone, tags := f.Photo.Place, f.Photo.Tags.Place
	if phone == nil || tags == nil {
		return none()
	}
	d, beyond := apart(*phone, *tags)
	values := map[string]any{"distance_m": d, "accuracy_m": accuracy(*phone)}
	score := ramp(beyond, FixFrom, FixTo)
	if other, ok := shifted(*tags); ok && score > 0 {
		if _, beyond := apart(*phone, other); beyond == 0 {
			return one(ExifDistance, 0.2, "tags_in_gcj02", values)
		}
	}
	return judged(ExifDistance, score, "tags_agree", "tags_elsewhere", values)
}

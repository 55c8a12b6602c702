package intake

// What two matters are to each other.

import (
	"slices"
	"testing"
	"time"
)

var reported = time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)

func matter(change func(*Matter)) Matter {
	m := Matter{Types: []string{"air_odour"}, Text: "化工路三号院子里每天夜里都有刺鼻的气味，睡不着觉", At: reported, Contact: "a"}
	change(&m)
	return m
}

func TestWhatAPairOfMattersIs(t *testing.T) {
	asked := matter(func(*Matter) {})
	for name, c := range map[string]struct {
		other   Matter
		shown   bool
		kind    Kind
		reasons []string
	}{
		"the same words by another channel": {matter(func(m *Matter) { m.At = reported.Add(time.Hour) }), true, SameMessage, []string{"near", "same_types", "same_days", "same_words", "same_contact"}},
		"the same person, again": {matter(func(m *Matter) {
			m.Text, m.At, m.DistanceM = "又闻到了，还是那家厂", reported.AddDate(0, 0, 20), 60
		}), true, SamePerson, []string{"near", "same_types", "same_days", "same_contact"}},
		"a neighbour": {matter(func(m *Matter) {
			m.Text, m.Contact, m.DistanceM = "化工路三号夜里有刺鼻气味", "b", 40
		}), true, SameMatter, []string{"near", "same_types", "same_days"}},
		"nobody knows who, and where": {matter(func(m *Matter) { m.Contact, m.NoDistance = "", true }), true, SameMatter, []string{"same_types", "same_days", "same_words"}},
		"another thing at the other end of the street": {matter(func(m *Matter) {
			m.Types, m.Text, m.Contact, m.DistanceM = []string{"noise_construction"}, "工地半夜打桩", "b", 240
		}), false, SameMatter, []string{"same_days"}},
		"long ago and about something else": {matter(func(m *Matter) {
			m.Types, m.Text, m.Contact, m.At = []string{"water"}, "河水发黑", "", reported.AddDate(0, -2, 0)
		}), false, SameMatter, []string{"near"}},
	} {
		l, shown := Compare(asked, c.other, NearPublic)
		if shown != c.shown || l.Kind != c.kind || !slices.Equal(l.Reasons, c.reasons) {
			t.Errorf("%s: %v %+v", name, shown, l)
		}
		if back, _ := Compare(c.other, asked, NearPublic); back.Score != l.Score || back.Kind != l.Kind {
			t.Errorf("%s: the other way round it is %+v, not %+v", name, back, l)
		}
	}
}

func TestTwoMattersThatSayNothingAreNotAlike(t *testing.T) {
	if l, shown := Compare(Matter{NoDistance: true}, Matter{NoDistance: true, At: reported}, NearPublic); shown || l.Score != 0 {
		t.Errorf("%+v", l)
	}
}

package intake_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuncha/casework"
	"xuncha/intake"
)

func TestAGoodComplaintIsTakenClean(t *testing.T) {
	body, err := intake.Decode([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	body.Text = " \x07化工厂\r\n夜间排放\t "
	body.Address = "化工路 \n 3号"
	body.PollutionTypes = []string{"odour", "odour", "noise"}
	c, mistakes := intake.Check(body, asker)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if c.Text != "化工厂\n夜间排放" || c.Address != "化工路 3号" || fmt.Sprint(c.PollutionTypes) != "[odour noise]" {
		t.Errorf("%q %q %v", c.Text, c.Address, c.PollutionTypes)
	}
	if c.Location.CRS != "wgs84" || c.LocationRaw.CRS != "gcj02" || *c.LocationRaw.Lon != 116.397 || c.Location.Lon == 116.397 || c.Location.AccuracyM != 20 {
		t.Errorf("%+v %+v", c.Location, c.LocationRaw)
	}
}

func TestAllMistakesAreFoundAtOnce(t *testing.T) {
	_, mistakes := intake.Check(intake.Body{Text: "臭", Source: "dream", IdentityMode: "secret", Language: "?"}, asker)
	var codes []string
	for _, m := range mistakes {
		codes = append(codes, m.Code)
	}
	want := []string{"identity_mode_unknown", "language_invalid", "place_missing", "source_unknown", "text_too_short"}
	slices.Sort(codes)
	if !slices.Equal(codes, want) {
		t.Errorf("%v", codes)
	}
}

func TestIdentityFollowsFromTheContact(t *testing.T) {
	for sentence, c := range map[string]struct {
		mode    string
		contact intake.Contact
		want    string // a mode, or a code
	}{
		"nothing said, nothing given":   {"", intake.Contact{}, "anonymous"},
		"a phone alone":                 {"", intake.Contact{Phone: "13912345678"}, "contact_only"},
		"a name and a phone":            {"", intake.Contact{Name: "王小明", Phone: "13912345678"}, "real_name"},
		"a name alone":                  {"", intake.Contact{Name: "王小明"}, "contact_missing"},
		"a name and an id number":       {"real_name", intake.Contact{Name: "王小明", IDNumber: "110101199003078515"}, "real_name"},
		"an id number is no way to ask": {"contact_only", intake.Contact{IDNumber: "110101199003078515"}, "contact_missing"},
		"anonymous with a home":         {"anonymous", intake.Contact{Home: &intake.Point{}}, "coordinates_missing"},
		"anonymous with an e-mail":      {"anonymous", intake.Contact{Email: "a@b.cn"}, "contact_unexpected"},
	} {
		got, mistakes := intake.Check(intake.Body{Text: "化工厂夜间排放", Address: "化工路", Source: "web", IdentityMode: c.mode, Contact: &c.contact}, asker)
		result := got.IdentityMode
		if len(mistakes) > 0 {
			result = mistakes.Code()
		}
		if result != c.want {
			t.Errorf("%s: %s, want %s", sentence, result, c.want)
		}
	}
}

func TestSecretsAreDrawnFairlyAndReadAsWritten(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	count := map[rune]int{}
	seen := map[string]bool{}
	for range 3000 {
		s, err := intake.NewSecrets(random)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Code) != 6 || len(s.Phrase) != 12 || strings.ContainsAny(s.Code+strings.ToUpper(s.Phrase), "0O1IL") {
			t.Fatalf("%+v", s)
		}
		seen[s.Phrase] = true
		for _, r := range s.Phrase {
			count[r]++
		}
		if intake.FoldCode(" "+strings.ToLower(s.Code[:3])+"-"+s.Code[3:]) != s.Code || intake.FoldPhrase(strings.ToUpper(s.Phrase[:6])+" "+s.Phrase[6:]) != s.Phrase {
			t.Fatalf("%+v is not read as it is written down", s)
		}
	}
	mean := 3000.0 * 12 / 31
	chi := 0.0
	for _, n := range count {
		chi += (float64(n) - mean) * (float64(n) - mean) / mean
	}
	if len(count) != 31 || len(seen) != 3000 || chi > 60 { // 30 degrees of freedom: p = 0.001
		t.Errorf("%d letters, %d phrases, chi square %.1f", len(count), len(seen), chi)
	}
	if _, err := intake.NewSecrets(bytes.NewReader([]byte{1, 2, 3})); err == nil {
		t.Error("secrets were drawn from nothing")
	}
}

func TestAYearBeginsInShanghai(t *testing.T) {
	for at, want := range map[string]string{"2026-12-31T15:59:59Z": "2026", "2026-12-31T16:00:00Z": "2027"} {
		when, _ := time.Parse(time.RFC3339, at)
		if got := intake.Year(when); got != want {
			t.Errorf("%s: %s", at, got)
		}
	}
	if got := intake.Number("2026", 123); got != "2026-000123" {
		t.Error(got)
	}
}

func TestASealOpensOnlyWithItsKeyAndComplaint(t *testing.T) {
	key, contact := bytes.Repeat([]byte{1}, 32), intake.Contact{Name: "王小明", Phone: "13912345678"}
	random := rand.NewChaCha8([32]byte{2})
	sealed, err := intake.Seal(key, "complaint1", contact, random)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := intake.Seal(key, "complaint1", contact, random)
	if sealed == again {
		t.Error("two seals of one contact are the same text: the nonce repeats")
	}
	if got, err := intake.Open(key, "complaint1", sealed); err != nil || got != contact {
		t.Errorf("%v %v", got, err)
	}
	tampered := []byte(sealed)
	tampered[len(tampered)/2] ^= 1
	for name, c := range map[string]struct {
		key          []byte
		complaint, s string
	}{
		"another key":       {bytes.Repeat([]byte{2}, 32), "complaint1", sealed},
		"another complaint": {key, "complaint2", sealed},
		"a changed byte":    {key, "complaint1", string(tampered)},
		"cut off":           {key, "complaint1", sealed[:len(sealed)/2]},
		"too short":         {key, "complaint1", "v1:AAAA"},
		"no seal":           {key, "complaint1", "王小明"},
	} {
		if got, err := intake.Open(c.key, c.complaint, c.s); !errors.Is(err, intake.ErrSealed) || got != (intake.Contact{}) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

func TestOnePersonHasOneHash(t *testing.T) {
	key := []byte("k")
	base := intake.ContactHash(key, intake.Contact{Phone: "13912345678", Name: "王小明"})
	for _, phone := range []string{"139 1234 5678", "139-1234-5678", "+8613912345678", "+86 139 1234 5678", "8613912345678", "１３９１２３４５６７８", "008613912345678"} {
		if got := intake.ContactHash(key, intake.Contact{Phone: phone, Email: "other@b.cn"}); got != base {
			t.Errorf("%s is another person", phone)
		}
	}
	for name, other := range map[string]string{
		"another phone": intake.ContactHash(key, intake.Contact{Phone: "13912345679"}),
		"another key":   intake.ContactHash([]byte("l"), intake.Contact{Phone: "13912345678"}),
		"an e-mail":     intake.ContactHash(key, intake.Contact{Email: "13912345678"}),
	} {
		if other == base || other == "" {
			t.Errorf("%s has the same hash, or none", name)
		}
	}
	if intake.ContactHash(key, intake.Contact{Name: "王小明"}) != "" {
		t.Error("a name alone is no person")
	}
	if intake.ContactHash(key, intake.Contact{Email: "A@b.cn"}) != intake.ContactHash(key, intake.Contact{Email: "a@B.cn"}) {
		t.Error("the case of an e-mail address makes a person")
	}
}

func TestMasks(t *testing.T) {
	m := intake.Contact{Name: "张三丰", Phone: "+86 138-0000-1234", Email: "zhang@example.org", IDNumber: "110101199003078515", Home: &intake.Point{}}.Masked()
	if m != (intake.Mask{Name: "张*", Phone: "138****1234", Email: "z***@example.org", IDNumber: "1***5", Home: true}) {
		t.Errorf("%+v", m)
	}
	if m := (intake.Contact{Phone: "13800001234"}).Masked(); m.Phone != "138****1234" {
		t.Errorf("%+v", m)
	}
	if m := (intake.Contact{Phone: "62345678"}).Masked(); m.Phone != "****78" {
		t.Errorf("%+v", m)
	}
}

func TestNetworks(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "::ffff:203.0.113.5": "203.0.113.0/24", "2001:db8:1:2ff:3::4": "2001:db8:1::/48",
		"fe80::1%eth0": "fe80::/48", "not an address": "not an address", "": "",
	} {
		if got := intake.Network(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// In any stretch of time no more pass than the burst and what has come back meanwhile.
func TestARateIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := intake.Rate{PerHour: rapid.IntRange(1, 100).Draw(t, "per hour"), Burst: rapid.IntRange(1, 20).Draw(t, "burst")}
		now, passed := noon, []time.Time{}
		for range rapid.IntRange(1, 200).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			wait := r.Take("a", now)
			if wait == 0 {
				passed = append(passed, now)
				continue
			}
			if later := now.Add(wait); rapid.Bool().Draw(t, "waits") {
				now = later.Add(time.Second)
				if again := r.Take("a", now); again > 0 {
					t.Fatalf("told to wait %s, then again %s", wait, again)
				}
				passed = append(passed, now)
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				most := float64(r.Burst) + passed[j].Sub(passed[i]).Hours()*float64(r.PerHour) + 1e-6
				if float64(j-i+1) > most {
					t.Fatalf("%d passed in %s", j-i+1, passed[j].Sub(passed[i]))
				}
			}
		}
	})
}

func TestWrongTriesAreCountedRightOnesAreNot(t *testing.T) {
	tries := intake.Tries{Most: 3}
	for range 100 {
		if tries.Begin("k", noon) > 0 {
			t.Fatal("a right try was counted")
		}
		tries.Right("k")
	}
	for i := range 3 {
		if tries.Begin("k", noon.Add(time.Duration(i)*time.Minute)) > 0 {
			t.Fatal(i)
		}
	}
	if wait := tries.Begin("k", noon.Add(4*time.Minute)); wait != 11*time.Minute {
		t.Errorf("wait %s", wait)
	}
	if tries.Begin("other", noon) > 0 {
		t.Error("another key waits too")
	}
	if wait := tries.Begin("k", noon.Add(intake.TryWindow)); wait > 0 {
		t.Errorf("wait %s", wait)
	}
}

func TestALimitForgetsRatherThanFillTheMemory(t *testing.T) {
	r, tries := intake.Rate{PerHour: 1, Burst: 1}, intake.Tries{Most: 1}
	for i := range 250_000 {
		key := fmt.Sprint(i)
		if r.Take(key, noon) > 0 || tries.Begin(key, noon) > 0 {
			t.Fatalf("key %d waits at once", i)
		}
	}
	if wait := r.Take("249999", noon); wait == 0 {
		t.Log("the last key was forgotten") // allowed: memory is bounded, not perfect
	}
}

func TestEveryPlaceHasAnOwner(t *testing.T) {
	codes := rapid.SampledFrom([]string{"000000", "990000", "990100", "990101", "990102", "990200", "990201", "990101003", "110101", "110000"})
	rapid.Check(t, func(t *rapid.T) {
		var agencies []intake.Agency
		for i, code := range rapid.SliceOfN(codes, 1, 6).Draw(t, "agencies") {
			agencies = append(agencies, intake.Agency{ID: fmt.Sprintf("a%d", i), DivisionCode: code})
		}
		given := rapid.OneOf(rapid.Just(""), codes).Draw(t, "given")
		own := rapid.SampledFrom([]string{"", "a0", "a3", "gone"}).Draw(t, "own")
		var found *intake.Found
		if rapid.Bool().Draw(t, "found") {
			found = &intake.Found{DivisionCode: codes.Draw(t, "place"), Agency: rapid.SampledFrom([]string{"", "a1", "gone"}).Draw(t, "named")}
		}
		r := intake.Owner(agencies, given, own, found)
		i := slices.IndexFunc(agencies, func(a intake.Agency) bool { return a.ID == r.Agency })
		if i < 0 || r.DivisionCode == "" || r.By == "" {
			t.Fatalf("no owner: %+v", r)
		}
		from, to, err := casework.Scope(agencies[i].DivisionCode)
		if err != nil {
			t.Fatal(err)
		}
		named := found != nil && given == "" && found.Agency == r.Agency
		if !casework.InScope(r.DivisionCode, from, to) && !r.Uncertain && !named {
			t.Fatalf("the owner does not reach the place, and nobody is told: %+v", r)
		}
		for _, a := range agencies { // nobody nearer is passed over
			aFrom, aTo, _ := casework.Scope(a.DivisionCode)
			if !named && !r.Uncertain && casework.InScope(r.DivisionCode, aFrom, aTo) && aFrom >= from && aTo <= to && (aFrom != from || aTo != to) {
				t.Fatalf("%+v is nearer than %+v", a, r)
			}
		}
	})
}

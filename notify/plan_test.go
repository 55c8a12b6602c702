package notify

// Tests of what is put into the outbox: the table, the payload, the night.

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 6, 12, 0, 0, 0, shanghai)

func notice(kind string, audience Audience) Notice {
	return Notice{
		Event: "event0000000001", Kind: kind, Audience: audience, Recipient: "user00000000001", Case: "case00000000001",
		Number: "HB-2026-000123", Revision: 42,
	}
}

func TestEachKindIsWholeAndStandsOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		name := k.Kind + "/" + string(k.Audience)
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		for language, s := range map[string]Sentence{"zh-CN": k.ZH, "en": k.EN} {
			if s.Title == "" || s.Body == "" {
				t.Errorf("%s has no sentence in %s", name, language)
			}
			if k.Kind != "warning" && !strings.Contains(s.Body, "{number}") {
				t.Errorf("%s does not name the matter in %s", name, language)
			}
		}
		if k.Urgency != Normal && k.Urgency != UrgentCase && k.Urgency != Urgent {
			t.Errorf("%s: urgency %q", name, k.Urgency)
		}
		if k.Collapse != CollapseCase && k.Collapse != CollapseKind && k.Collapse != CollapseOwn {
			t.Errorf("%s: collapse %q", name, k.Collapse)
		}
		if k.TTLHours < 12 || k.Mandatory && !k.Default {
			t.Errorf("%s: would expire in the night, or is mandatory and off: %+v", name, k)
		}
		if k.Audience == Complainant && k.Urgency != Normal {
			t.Errorf("%s wakes a complainant", name)
		}
	}
}

func TestAPayloadHoldsFourThingsAndNothingElse(t *testing.T) {
	devices := []Device{{ID: "device000000001", Owner: "user00000000001", Channel: "fcm", Token: "secret-token"}}
	for _, k := range Kinds() {
		messages, err := Plan([]Notice{notice(k.Kind, k.Audience)}, devices, noon, QuietNights)
		if err != nil {
			t.Fatal(err)
		}
		m := messages[0]
		var fields map[string]any
		if err := json.Unmarshal(m.Payload, &fields); err != nil {
			t.Fatal(err)
		}
		if len(fields) != 4 || fields["id"] != m.ID || fields["kind"] != k.Kind || fields["number"] != "HB-2026-000123" || fields["revision"] != 42.0 {
			t.Errorf("%s: %s", k.Kind, m.Payload)
		}
		for _, private := range []string{"user00000000001", "case00000000001", "device000000001", "secret-token"} {
			if strings.Contains(string(m.Payload)+m.CollapseKey, private) {
				t.Errorf("%s: %q is in %s %s", k.Kind, private, m.Payload, m.CollapseKey)
			}
		}
	}
}

func TestATooLargePayloadIsLeftOut(t *testing.T) {
	n := notice("assigned", Inspector)
	n.Number = strings.Repeat("9", MaxPayload)
	messages, err := Plan([]Notice{n, notice("recalled", Inspector)}, nil, noon, QuietNights)
	if !errors.Is(err, ErrPayloadTooLarge) || len(messages) != 1 || messages[0].Kind != "recalled" {
		t.Fatalf("%v %v", messages, err)
	}
}

func TestAnUnknownKindIsNamedAndTheOthersStand(t *testing.T) {
	messages, err := Plan([]Notice{notice("teleported", Inspector), notice("assigned", Inspector)}, nil, noon, QuietNights)
	if !errors.Is(err, ErrKindUnknown) || !strings.Contains(err.Error(), "teleported") || len(messages) != 1 {
		t.Fatalf("%v %v", messages, err)
	}
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9]{15,26}$`)

func TestTheSameEventPlannedAgainIsTheSameRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			notices []Notice
			devices []Device
		)
		for range rapid.IntRange(1, 5).Draw(t, "notices") {
			k := rapid.SampledFrom(Kinds()).Draw(t, "kind")
			n := notice(k.Kind, k.Audience)
			n.Recipient = rapid.SampledFrom([]string{"user00000000001", "user00000000002"}).Draw(t, "recipient")
			notices = append(notices, n)
		}
		for range rapid.IntRange(0, 4).Draw(t, "devices") {
			devices = append(devices, Device{
				ID: rapid.StringMatching(`[a-z0-9]{15}`).Draw(t, "device"), Channel: "fcm",
				Owner: rapid.SampledFrom([]string{"user00000000001", "user00000000002"}).Draw(t, "owner"),
			})
		}
		a, errA := Plan(notices, devices, noon, QuietNights)
		b, errB := Plan(append(notices, notices[0]), devices, noon, QuietNights)
		if errA != nil || errB != nil || len(a) != len(b) {
			t.Fatalf("%d and %d messages, %v %v", len(a), len(b), errA, errB)
		}
		seen := map[string]bool{}
		for i := range a {
			if a[i].ID != b[i].ID || !idPattern.MatchString(a[i].ID) || seen[a[i].ID] {
				t.Fatalf("ids %s and %s", a[i].ID, b[i].ID)
			}
			seen[a[i].ID] = true
			for j, d := range a[i].Deliveries {
				if d.ID != b[i].Deliveries[j].ID || !idPattern.MatchString(d.ID) || seen[d.ID] {
					t.Fatalf("delivery ids %s and %s", d.ID, b[i].Deliveries[j].ID)
				}
				seen[d.ID] = true
			}
		}
	})
}

func TestTheNightIsQuiet(t *testing.T) {
	at := func(text string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct{ now, want string }{
		{"2026-05-06 21:59", "2026-05-06 21:59"},
		{"2026-05-06 22:00", "2026-05-07 07:00"},
		{"2026-05-06 23:59", "2026-05-07 07:00"},
		{"2026-05-07 00:00", "2026-05-07 07:00"},
		{"2026-05-07 06:59", "2026-05-07 07:00"},
		{"2026-05-07 07:00", "2026-05-07 07:00"},
		{"2026-12-31 22:30", "2027-01-01 07:00"},
	} {
		if got := QuietNights.After(at(c.now).UTC(), false); !got.Equal(at(c.want)) {
			t.Errorf("%s: %v, want %s", c.now, got, c.want)
		}
		if got := QuietNights.After(at(c.now), true); !got.Equal(at(c.now)) {
			t.Errorf("%s, urgent: %v", c.now, got)
		}
	}
}

func TestQuietHoursAlwaysEndWithinADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quiet{From: rapid.IntRange(0, 23).Draw(t, "from"), To: rapid.IntRange(0, 23).Draw(t, "to")}
		now := time.Unix(rapid.Int64Range(1_700_000_000, 2_000_000_000).Draw(t, "now"), 0)
		after := q.After(now, false)
		if after.Before(now) || after.Sub(now) > 24*time.Hour || q.Holds(after) {
			t.Fatalf("%+v %v -> %v", q, now, after)
		}
	})
}

func TestAnUrgentCasePassesTheNightForInspectorsOnly(t *testing.T) {
	night := time.Date(2026, 5, 6, 23, 0, 0, 0, shanghai)
	inspector, complainant := notice("assigned", Inspector), notice("assigned", Complainant)
	inspector.Urgent, complainant.Urgent = true, true
	complainant.Recipient = "complaint000001"
	messages, err := Plan([]Notice{inspector, complainant}, nil, night, QuietNights)
	if err != nil {
		t.Fatal(err)
	}
	if !messages[0].NotBefore.Equal(night) || !messages[1].NotBefore.Equal(night.Add(8*time.Hour)) {
		t.Fatalf("%+v", messages)
	}
}

func TestADigestIsCollectedToTheHalfHour(t *testing.T) {
	messages, err := Plan([]Notice{notice("held_edits", Dispatcher)}, nil, noon.Add(7*time.Minute), QuietNights)
	if err != nil || !messages[0].NotBefore.Equal(noon.Add(30*time.Minute)) || messages[0].CollapseKey != "held_edits" {
		t.Fatalf("%+v %v", messages, err)
	}
}

func TestALanguageWeDoNotSpeakReadsChinese(t *testing.T) {
	k, _ := KindOf("assigned", Inspector)
	for language, want := range map[string]string{
		"": "新派案件", "zh-CN": "新派案件", "fr": "新派案件", "english": "新派案件", "en": "Case assigned", "en-GB": "Case assigned",
	} {
		if got := k.Text(language, "HB-1"); got.Title != want || !strings.Contains(got.Body, "HB-1") {
			t.Errorf("%q: %+v", language, got)
		}
	}
}

func FuzzParseQuiet(f *testing.F) {
	for _, text := range []string{"", "off", "22-7", "0-6", "24-7", "-1-7", "22-", "22-7x", " 22-7", "022-7", "9999999999999999999-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuiet(text)
		if err != nil {
			return
		}
		if again, err := ParseQuiet(q.String()); err != nil || again != q && q.From != q.To {
			t.Fatalf("%q -> %+v -> %q -> %+v %v", text, q, q.String(), again, err)
		}
	})
}

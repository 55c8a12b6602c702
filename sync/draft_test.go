package sync_test

// Drafts: what a client without mutations sends is judged beside what stands.

import (
	"encoding/json"
	"testing"

	"xuncha/sync"
)

// draft is ann's inspection as she sends it, having had assumed before her.
func draft(k key, assumed, next sync.Fields) sync.Draft {
	return sync.Draft{
		Collection: k.collection, Record: k.id, Raw: encoded(next), Identity: string(encoded([]sync.Fields{assumed, next})), Touch: true,
		Edit: func(stands sync.Standing) (sync.Edited, error) {
			e := sync.Edited{Op: sync.OpPatch, Set: sync.Fields{}, Base: map[string]string{}, At: "2026-11-24T09:30:00+08:00"}
			for field, value := range next {
				if sync.Same(assumed[field], value) {
					continue
				}
				e.Set[field], e.Base[field] = value, "0"
				if sync.Same(assumed[field], stands.Doc[field]) {
					e.Base[field] = stands.Versions[field]
				}
			}
			return e, nil
		},
	}
}

func weather(w string) sync.Fields { return sync.Fields{"weather": encoded(w)} }

func findings(w string) sync.Fields { return sync.Fields{"findings": encoded(w)} }

func push(t *testing.T, s *server, user string, d sync.Draft) sync.Drafted {
	t.Helper()
	out, err := sync.PushDrafts(t.Context(), s, sync.User{ID: user}, s.w.epoch, []sync.Draft{d})
	if err != nil || len(out) != 1 {
		t.Fatalf("%v %v", out, err)
	}
	return out[0]
}

func TestADraftThatSaysTheSameAgainLaterIsNotARepeat(t *testing.T) {
	s, k := oneCase()
	for _, words := range [][2]string{{"", "rain"}, {"rain", "fog"}, {"fog", "rain"}, {"rain", "fog"}} {
		if d := push(t, s, "ann", draft(k, weather(words[0]), weather(words[1]))); d.Outcome != sync.OK || !d.Stands {
			t.Errorf("%v: %+v", words, d)
		}
		s.shows(t, k, "weather", `"`+words[1]+`"`)
	}
}

func TestADraftSentTwiceIsKeptOnce(t *testing.T) {
	s, k := oneCase()
	d := draft(k, nil, findings("a smell"))
	push(t, s, "ann", d)
	say(t, s, "bob", patch(k, `{"findings":"no smell"}`, `{"findings":"`+s.w.rows[k].versions["findings"]+`"}`))
	head, held := s.w.head, len(s.w.held)
	again := push(t, s, "ann", d)
	if again.Outcome != sync.OK || again.Stands || len(s.w.held) != held || string(again.Doc["findings"]) != `"no smell"` {
		t.Errorf("%+v, %d held", again, len(s.w.held))
	}
	if s.w.head != head+1 { // the touch
		t.Errorf("the head went from %d to %d", head, s.w.head)
	}
}

func TestADraftThatDoesNotStandIsKeptAndTouched(t *testing.T) {
	s, k := oneCase()
	say(t, s, "bob", patch(k, `{"findings":"no smell"}`, `{"findings":""}`))
	before := s.w.feed["u:ann"][k].seq
	d := push(t, s, "ann", draft(k, nil, findings("a smell")))
	is(t, d.Result, sync.Conflict, sync.CodeReview)
	if d.Stands || s.w.feed["u:ann"][k].seq <= before || !isHeld(s.w, k, "findings", encoded("a smell")) {
		t.Errorf("%+v: %v", d, s.w.feed["u:ann"][k])
	}
	if bob := s.w.feed["u:bob"][k].seq; bob != before {
		t.Errorf("bob's row moved from %d to %d", before, bob)
	}
}

func TestADraftThatChangesNothingWritesNothing(t *testing.T) {
	s, k := oneCase()
	push(t, s, "ann", draft(k, nil, weather("rain")))
	head := s.w.head
	d := push(t, s, "ann", draft(k, nil, weather("rain")))
	if d.Outcome != sync.Noop || !d.Stands || s.w.head != head {
		t.Errorf("%+v, the head went from %d to %d", d, head, s.w.head)
	}
}

func TestADraftOfASomebodyElsesRecordTellsNothing(t *testing.T) {
	s, k := oneCase()
	d := push(t, s, "eve", draft(k, nil, weather("rain")))
	is(t, d.Result, sync.Held, sync.CodeNotInScope)
	if d.Shown || d.Doc != nil || s.w.feed["u:eve"][k].gone != "scope" {
		t.Errorf("%+v %v", d, s.w.feed["u:eve"])
	}
}

func TestADraftMayBeKeptWhole(t *testing.T) {
	s, k := oneCase()
	d := draft(k, nil, weather("rain"))
	edit := d.Edit
	d.Edit = func(stands sync.Standing) (sync.Edited, error) {
		e, err := edit(stands)
		e.Keep = "recovered_copy"
		return e, err
	}
	got := push(t, s, "ann", d)
	is(t, got.Result, sync.Held, "recovered_copy")
	if !isHeld(s.w, k, "weather", json.RawMessage(`"rain"`)) {
		t.Errorf("%+v", s.w.held)
	}
}

func TestADraftOfALostEpochIsRefused(t *testing.T) {
	s, k := oneCase()
	_, err := sync.PushDrafts(t.Context(), s, sync.User{ID: "ann"}, "another", []sync.Draft{draft(k, nil, weather("rain"))})
	if err == nil || len(s.w.rows[k].doc["weather"]) > 0 {
		t.Errorf("%v %s", err, s.w.rows[k].doc["weather"])
	}
}

package sync_test

// After a restore phones come back in any order, some with answers and some whose answer was
// lost: newer work stands, and nobody loses to what he had seen.

import (
	"fmt"
	"strings"
	"testing"

	"xuncha/sync"
)

// restored is a house of a new epoch that has forgotten all mutations; stands is the weather
// that it still knows.
func restored(stands string) (*server, key) {
	s, k := oneCase()
	if stands != "" {
		s.w.write(k, s.w.rows[k], sync.Fields{"weather": encoded(stands)}, byServer)
	}
	s.w.base, s.w.head = 100, 100
	return s, k
}

// replayed is a weather that was answered before the restore and had won.
func replayed(k key, value, base string, seq int) string {
	was := fmt.Sprintf(`,"was":{"outcome":"ok","seq":%d,"fields":{"weather":{"winner":"client","version":"%d.x"}}}}`, seq, seq)
	return strings.TrimSuffix(says(k, value, base), "}") + was
}

func says(k key, value, base string) string {
	return patch(k, fmt.Sprintf(`{"weather":%q}`, value), fmt.Sprintf(`{"weather":%q}`, base))
}

// made is the id of a user's n-th mutation.
func made(user string, n int) string { return fmt.Sprintf("%s%0*d", user, 26-len(user), n) }

// keeps: these values, and no others, do not stand and are kept.
func (s *server) keeps(t *testing.T, codes map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, h := range s.w.held {
		got[string(h.Ours)] = h.Code
	}
	if fmt.Sprint(got) != fmt.Sprint(codes) {
		t.Errorf("kept are %v, want %v", got, codes)
	}
}

// bob wrote 雨, and 雪 upon it; ann, who saw 雪, wrote 晴. Her phone comes back first, then one
// of bob's that knows of 雨 only, then the one that made 雪.
func TestWhatSawWhatStandsIsNotSupersededByWorkThatStandsNoMore(t *testing.T) {
	s, k := restored("阴")
	is(t, say(t, s, "ann", says(k, "晴", "34."+made("bob", 2))), sync.OK, "")
	is(t, say(t, s, "bob", says(k, "雨", "")), sync.OK, "")
	s.shows(t, k, "weather", `"雨"`)
	is(t, say(t, s, "bob", says(k, "雪", "."+made("bob", 1))), sync.OK, "")
	s.shows(t, k, "weather", `"雪"`)
	s.keeps(t, map[string]string{`"阴"`: sync.CodeDisplaced, `"晴"`: sync.CodeDisplaced})
}

// As above, but somebody else wrote meanwhile: that bob had not seen.
func TestWhatDidNotSeeWhatStandsIsSupersededByWhoBuiltOnIt(t *testing.T) {
	s, k := restored("")
	is(t, say(t, s, "ann", says(k, "晴", "34."+made("bob", 2))), sync.OK, "")
	is(t, say(t, s, "bob", says(k, "雨", "")), sync.OK, "")
	s.serverWrites(k, "weather", encoded("风"), false)
	is(t, say(t, s, "bob", says(k, "雪", "."+made("bob", 1))), sync.Conflict, sync.CodeSuperseded)
	s.shows(t, k, "weather", `"风"`)
}

// ann put 雨 back to 晴, which the restored house still has: it does not become 雨 again.
func TestWhoPutAValueBackIsNewerThanWhatItReplaced(t *testing.T) {
	for name, rain := range map[string]func(key, string) string{
		"its answer was lost": func(k key, base string) string { return says(k, "雨", base) },
		"it had won":          func(k key, base string) string { return replayed(k, "雨", base, 34) },
	} {
		t.Run(name, func(t *testing.T) {
			s, k := restored("晴")
			base := s.w.rows[k].versions["weather"]
			is(t, say(t, s, "ann", says(k, "晴", "34."+made("bob", 1))), sync.Noop, "")
			is(t, say(t, s, "bob", rain(k, base)), sync.Conflict, sync.CodeSuperseded)
			s.shows(t, k, "weather", `"晴"`)
			s.keeps(t, map[string]string{`"雨"`: sync.CodeSuperseded})
		})
	}
}

// bob's chain of three comes back, the first without its answer; the second finds the case
// closed. The third had seen the first through it.
func TestAReplaySeesThroughItsOwnWorkThatIsHeld(t *testing.T) {
	s, k := restored("")
	is(t, say(t, s, "bob", says(k, "雨", "")), sync.OK, "")
	s.w.closed[s.w.rows[k].caseID] = true
	is(t, say(t, s, "bob", replayed(k, "雪", "."+made("bob", 1), 34)), sync.Held, sync.CodeCaseClosed)
	s.w.closed[s.w.rows[k].caseID] = false
	is(t, say(t, s, "bob", replayed(k, "晴", "."+made("bob", 2), 35)), sync.OK, "")
	s.shows(t, k, "weather", `"晴"`)
}

// Of two that built on it one stands no more; the other put back what stands.
func TestOneOfThoseWhoBuiltOnItStandsIsEnough(t *testing.T) {
	s, k := restored("")
	upon := "34." + made("bob", 2)
	is(t, say(t, s, "ann", says(k, "晴", upon)), sync.OK, "")
	is(t, say(t, s, "bob", says(k, "雨", "")), sync.OK, "")
	is(t, say(t, s, "ann", says(k, "雨", upon)), sync.Noop, "")
	is(t, say(t, s, "bob", says(k, "雪", "."+made("bob", 1))), sync.Conflict, sync.CodeSuperseded)
	s.shows(t, k, "weather", `"雨"`)
}

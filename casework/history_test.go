// Tests of what the history of a case tells: rounds, arrivals, officers, proof.

package casework_test

import (
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

// failed is a case whose first verification failed.
func failed(t *testing.T) *casetest.World {
	t.Helper()
	w := casetest.At(casework.Verifying)
	if v := w.Do(w.By(casetest.Lin, "verify", casetest.Verification(w, "item2"))); v.Case.Round != 2 {
		t.Fatalf("%s %+v", v.Code, v.Case)
	}
	return w
}

func TestArrivalsBelongToTheirRound(t *testing.T) {
	equal(t, "in the first round", len(casetest.At(casework.Rectifying).Arrivals()), 2)
	equal(t, "after a verification that passed", len(casetest.At(casework.Verified).Arrivals()), 2)
	w := failed(t)
	equal(t, "after a verification that failed", len(w.Arrivals()), 0)
	done(t, w, "submit", "verify", "reply", "approve", "reopen", "assign")
	equal(t, "round", w.Case.Round, 3)
	equal(t, "in the new round", len(w.Arrivals()), 0)
	done(t, w, "arrive")
	equal(t, "arrived again", len(w.Arrivals()), 2)
	equal(t, "concluded again", done(t, w, "conclude").Case.Status, casework.Rectifying)
}

func TestAKeptActionBeginsNoRoundAndIsNoArrival(t *testing.T) {
	w := casetest.At(casework.Assigned)
	w.Do(by(w, casetest.Lin, "arrive", casetest.Args{"certificate_shown": false}))
	equal(t, "arrivals", len(w.Arrivals()), 0)
	w.Do(w.By(casetest.Lin, "verify", casetest.Args{"officers": list(casetest.Lin, casetest.Wu), "items": list(casetest.Args{"id": "a", "passed": false, "reason": "x"})}))
	done(t, w, "arrive")
	equal(t, "arrivals", len(w.Arrivals()), 2)
}

func TestWhoHandsInThePapersIsNoOfficer(t *testing.T) {
	w := casetest.At(casework.Rectifying)
	w.Do(by(w, casetest.Dispatcher, "submit", nil))
	equal(t, "officers", w.Officers(), []string{casetest.Lin, casetest.Wu})
}

func TestWhoOnlyWroteTheConclusionIsNoNewEye(t *testing.T) {
	w := casetest.At(casework.Assigned)
	w.Do(by(w, casetest.Dispatcher, "assign", casetest.Args{"inspectors": list(casetest.Lin, casetest.Wu, casetest.Zhou)}))
	done(t, w, "arrive") // Lin and Wu
	w.Do(by(w, casetest.Zhou, "conclude", nil))
	done(t, w, "submit", "star")
	v := w.Do(by(w, casetest.Zhou, "verify", casetest.Args{"officers": list(casetest.Zhou, casetest.Lin)}))
	equal(t, "code", v.Code, "new_officer_missing")
}

func TestTheProofOfAFrozenRoundIsNotAskedForAgain(t *testing.T) {
	w := casetest.At(casework.Reopened)
	done(t, w, "assign", "arrive")
	a := w.Example("conclude")
	a.Args = casetest.With(a.Args, casetest.Args{"outcome": "unsubstantiated", "order": nil})
	w.Do(a)
	done(t, w, "reply")
	photo(casetest.Photo("scene", "item1"), func(e *casework.Evidence) { e.State = "pending" })(w)
	equal(t, "approved", done(t, w, "approve").Case.Status, casework.Closed)
}

func TestTheProofOfAFailedRoundIsStillAskedFor(t *testing.T) {
	w := failed(t)
	done(t, w, "submit", "verify", "reply")
	photo(casetest.Photo("scene", "item1"), func(e *casework.Evidence) { e.State = "pending" })(w)
	equal(t, "code", w.Do(w.Example("approve")).Code, "evidence_pending")
}

func TestFeedbackOfAHandOverIsToldToTheSender(t *testing.T) {
	w := casetest.At(casework.Accepted)
	w.Do(by(w, casetest.Dispatcher, "transfer", casetest.Args{"mode": "hand_over"}))
	v := done(t, w, "receive", "feed_back")
	equal(t, "told", v.Notices[0].Agency, casetest.County)
	equal(t, "agency", v.Case.Agency, casetest.Elsewhere)
}

func TestAnotherPlatformFeedsBackForItsAgencyOnly(t *testing.T) {
	w := casetest.At(casework.Transferred)
	a := w.Example("feed_back")
	a.ActorKind, a.Actor, a.ActorRole, a.ActorAgency = casework.ByPlatform, "cell-88", "", casetest.County
	equal(t, "another's", w.Clone().Do(a).Code, "not_transfer_target")
	a.ActorAgency = ""
	equal(t, "nobody's", w.Clone().Do(a).Code, "not_transfer_target")
	a.ActorAgency = casetest.Elsewhere
	equal(t, "its own", w.Do(a).Code, "")
}

func TestAPhonesClockIsBelievedForThirtyDays(t *testing.T) {
	for ago, believed := range map[time.Duration]bool{
		0: true, 30 * 24 * time.Hour: true, 30*24*time.Hour + time.Second: false, -time.Second: false,
	} {
		w := casetest.At(casework.Assigned)
		a := w.Example("arrive")
		a.Device, a.DeviceAt = "phone000000001", casetest.Now.Add(-ago).Format(time.RFC3339)
		got := w.Do(a).InspectionChange.StartedAt == casework.Stamp(casetest.Now.Add(-ago))
		equal(t, ago.String(), got, believed)
	}
}

// Guards about what was done on site: the visit, the order, the photos.

package casework

import (
	"math"
	"slices"
	"time"
)

func (j *judgement) certificateShown() (string, bool) { return "", j.in.Certificate }

func (j *judgement) positionGiven() (string, bool) {
	p := j.action.Position
	return "", p != nil && (p.Lon != 0 || p.Lat != 0) && math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90
}

// inspectionOfRound: the one that assign created, or a further visit of the same round.
func (j *judgement) inspectionOfRound() (string, bool) {
	if j.in.Inspection == j.Case.Inspection {
		return "", true
	}
	i := j.Inspection
	return j.in.Inspection, i != nil && i.ID == j.in.Inspection && i.Case == j.Case.ID && i.Round == j.Case.Round
}

func (j *judgement) evidenceOfCase() (string, bool) {
	for _, id := range cited(j.action, j.in) {
		if e, ok := j.Evidence[id]; !ok || e.Case != j.Case.ID {
			return id, false
		}
	}
	return "", true
}

// needsOrder: what was found true and is not put right before the officers leave.
func (j *judgement) needsOrder() bool {
	return j.in.Outcome != Unsubstantiated && !j.in.Corrected
}

func (j *judgement) correctionProved() (string, bool) {
	return "", !j.in.Corrected || len(j.action.Evidence) > 0
}

func (j *judgement) orderGiven() (string, bool) { return "order", !j.needsOrder() || j.in.Order != nil }

func (j *judgement) orderNotGiven() (string, bool) {
	return "order", j.needsOrder() || j.in.Order == nil
}

// clockSlack: how far a phone's clock may run ahead of ours.
const clockSlack = 10 * time.Minute

func (j *judgement) orderDated() (string, bool) {
	o := j.in.Order
	if o == nil {
		return "", true
	}
	served := mustTime(o.ServedAt)
	return o.ServedAt, !served.After(j.now.Add(clockSlack)) && o.Deadline >= Date(served)
}

// mustTime reads a time that readArgs has checked.
func mustTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic("casework: unchecked time " + s)
	}
	return t
}

// orderNew: an order is served once, under an id of its own.
func (j *judgement) orderNew() (string, bool) {
	if j.in.Order == nil {
		return "", true
	}
	return j.in.Order.Rectification, !j.OrderTaken
}

func (j *judgement) itemsDistinct() (string, bool) {
	if j.in.Order == nil {
		return "", true
	}
	return firstTwice(j.in.Order.Items, func(i Item) string { return i.ID })
}

func firstTwice[T any](list []T, id func(T) string) (string, bool) {
	seen := map[string]bool{}
	for _, entry := range list {
		if seen[id(entry)] {
			return id(entry), false
		}
		seen[id(entry)] = true
	}
	return "", true
}

// rectificationOfCase: verify names none, it means the case's own.
func (j *judgement) rectificationOfCase() (string, bool) {
	named := j.in.Rectification == "" || j.in.Rectification == j.Case.Rectification
	return j.in.Rectification, named && j.Rectification != nil && j.Rectification.ID == j.Case.Rectification
}

// openItems are the items of the order that have not passed yet.
func (j *judgement) openItems() []string {
	var out []string
	for _, i := range j.Rectification.Items {
		if !i.Passed {
			out = append(out, i.ID)
		}
	}
	return out
}

func (j *judgement) itemsKnown() (string, bool) {
	open := j.openItems()
	for _, i := range j.in.Items {
		if !slices.Contains(open, i.ID) {
			return i.ID, false
		}
	}
	return firstTwice(j.in.Items, func(i item) string { return i.ID })
}

// itemsPaired: the two photos of each named item are asked for by the arguments.
func (j *judgement) itemsPaired() (string, bool) { return j.allItemsNamed() }

func (j *judgement) itemsJudged() (string, bool) { return j.allItemsNamed() }

func (j *judgement) allItemsNamed() (string, bool) {
	for _, id := range j.openItems() {
		if !slices.ContainsFunc(j.in.Items, func(i item) bool { return i.ID == id }) {
			return id, false
		}
	}
	return "", true
}

func (j *judgement) pairsMatch() (string, bool) {
	for _, i := range j.in.Items {
		before, after := j.Evidence[i.Before], j.Evidence[i.After]
		if !pair(i.ID, before, after) {
			return i.ID, false
		}
	}
	return "", true
}

// pair: two photos, not the same picture, that claim neither another item, another purpose
// nor another partner. What a photo leaves open, the action says.
func pair(item string, before, after Evidence) bool {
	same := before.ID == after.ID || (before.SHA256 != "" && before.SHA256 == after.SHA256)
	return !same && before.claims(item, "before", after.ID) && after.claims(item, "after", before.ID)
}

func (e Evidence) claims(item, purpose, partner string) bool {
	fits := func(has, want string) bool { return has == "" || has == want }
	return fits(e.Item, item) && (fits(e.Purpose, purpose) || (purpose == "before" && e.Purpose == "scene")) &&
		fits(e.PairOf, partner)
}

func (j *judgement) passedItemsProved() (string, bool) {
	for _, i := range j.in.Items {
		if i.Passed && len(i.Evidence) == 0 {
			return i.ID, false
		}
	}
	return "", true
}

func (j *judgement) failedItemsExplained() (string, bool) {
	for _, i := range j.in.Items {
		if !i.Passed && blank(i.Reason) {
			return i.ID, false
		}
	}
	return "", true
}

// proofStored: the bytes of every photo that the result rests on are here.
func (j *judgement) proofStored() (string, bool) {
	for _, id := range j.proof() {
		if e, ok := j.Evidence[id]; !ok || e.State == "pending" || e.State == "" {
			return id, false
		}
	}
	return "", true
}

// photosAccepted: nothing is concluded, passed or closed on a photo that was rejected.
func (j *judgement) photosAccepted() (string, bool) {
	rests := cited(j.action, j.in)
	switch j.rule.Name {
	case "approve":
		rests = j.restsOn()
	case "verify":
		rests = append(rests, j.passedPairs()...)
	}
	for _, id := range rests {
		if j.Evidence[id].rejected() {
			return id, false
		}
	}
	return "", true
}

// passedPairs are the photos, submitted before, of the items that verify passes.
func (j *judgement) passedPairs() []string {
	var out []string
	for _, i := range j.Rectification.Items {
		if slices.ContainsFunc(j.in.Items, func(in item) bool { return in.ID == i.ID && in.Passed }) {
			out = append(out, i.Before, i.After)
		}
	}
	return out
}

// photosDoubted: a decision answers a doubt, or takes the place of an earlier decision.
func (j *judgement) photosDoubted() (string, bool) {
	for _, id := range j.in.Photos {
		if e := j.Evidence[id]; len(e.Doubts) == 0 && e.Decision == nil {
			return id, false
		}
	}
	return "", true
}

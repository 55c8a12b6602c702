package intake

// What a complainant may say once his case is closed: is it solved? (问题解决了吗)

import (
	"encoding/json"
	"errors"
	"time"

	"xuncha/casework"
)

// RatingBody is what is sent to rate.
type RatingBody struct {
	Code   string `json:"code"` // the query code, if it is not in the address
	Solved *bool  `json:"solved"`
	Score  *int   `json:"score"`
	Text   string `json:"text"`
}

// WithdrawBody is what is sent to withdraw.
type WithdrawBody struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// Read decodes a small JSON body into v. Every error is a Mistakes.
func Read(data []byte, v any) error {
	if len(data) > MaxBody {
		return mistake("body_too_large", "", MaxBody, "the body has %d bytes, at most %d", len(data), MaxBody)
	}
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return decodeMistake(err)
	}
	return mistake("bad_json", "", 0, "%v", err)
}

// CheckRating cleans a rating and finds its mistakes.
func CheckRating(b RatingBody) (Rating, Mistakes) {
	c := checker{}
	r := Rating{Text: c.text("text", b.Text, MaxRatingText)}
	if b.Solved == nil {
		c.add("rating_incomplete", "solved", 0, "solved is missing: true or false")
	} else {
		r.Solved = *b.Solved
	}
	if b.Score == nil || *b.Score < 1 || *b.Score > 5 {
		c.add("score_invalid", "score", 5, "score is a whole number from 1 to 5")
	} else {
		r.Score = *b.Score
	}
	return r, c.found
}

// CheckReason cleans a reason of at least least characters (0: it may be empty).
func CheckReason(reason string, least int) (string, Mistakes) {
	c := checker{}
	reason = c.text("reason", reason, MaxReason)
	if n := Characters(reason); n < least {
		c.add("reason_too_short", "reason", least, "the reason has %d characters, at least %d", n, least)
	}
	return reason, c.found
}

// MinReveal: characters of the reason for seeing an identity.
const MinReveal = 5

// reopenings: how often a dissatisfied rating reopens a case by itself.
const reopenings = 2

// Reopens says whether a rating reopens the case by rule: the matter is not solved, the
// answer is not older than the law gives for asking again, and the rule has not done so
// twice before. Otherwise a supervisor is warned and decides. The term ends on its legal
// last day: one that is not worked moves to the next working day.
func (r Rating) Reopens(c casework.Case, earlier int, terms Terms, now time.Time) bool {
	closed, err := time.Parse(time.RFC3339, c.ClosedAt)
	if r.Solved || err != nil || earlier >= reopenings {
		return false
	}
	rule := casework.RuleFor(terms.Rules, c, casework.StepReviewRequest)
	last, err := terms.Calendar.Deadline(casework.Date(closed), rule.Number, rule.Unit)
	return err == nil && casework.Date(now) <= last.Legal
}

// Terms are what periods are counted by.
type Terms struct {
	Rules    []casework.DeadlineRule
	Calendar casework.Calendar
}

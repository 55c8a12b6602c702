package notify

// What the answers of a channel mean for its deliveries and for itself. Pure.

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	firstRetry  = 5 * time.Second
	longestWait = 15 * time.Minute // between two tries
	throttleFor = time.Minute      // a 429 that names no time
	longestRest = time.Hour        // whatever a 429 names
	stopFor     = 10 * time.Minute // a channel that refuses us is tried again after
	errorMax    = 300              // bytes kept of an error
)

var errNoAnswer = errors.New("the channel gave no answer")

// verdict is what one batch of answers leads to.
type verdict struct {
	done       []Settlement
	accepted   bool      // at least one message went through
	restsUntil time.Time // the channel sends nothing before; zero: it goes on
	stopped    bool      // the channel refuses us
	alarm      error     // for the operator; nil when all is well
}

// sift takes out what is not to be sent now: what has expired, and at night what is not urgent.
func sift(batch []Delivery, now time.Time, quiet Quiet) (due []Delivery, done []Settlement) {
	for _, d := range batch {
		at := quiet.After(now, d.Urgent)
		switch {
		case !d.Expires.After(now):
			done = append(done, Settlement{ID: d.ID, Attempt: d.Attempt, State: Expired, Error: "nobody needs it any more"})
		case at.After(now):
			done = append(done, Settlement{ID: d.ID, Attempt: d.Attempt, State: Queued, At: at})
		default:
			d.Keep = d.Expires.Sub(now)
			due = append(due, d)
		}
	}
	return due, done
}

// judge turns answers into settlements. A token of a foreign project stops the channel,
// for our key may be the wrong one; but once the channel has accepted a message the key is
// right, and that one token is removed: else anybody could stop the channel by registering.
func judge(batch []Delivery, results []Result, now time.Time, proven bool) verdict {
	var v verdict
	for _, r := range results {
		v.accepted = v.accepted || r.Answer == Accepted
	}
	proven = proven || v.accepted
	for i, d := range batch {
		r := results[i]
		s := Settlement{ID: d.ID, Attempt: d.Attempt, Error: describe(r.Err, d.Device.Token)}
		switch r.Answer {
		case Accepted:
			s.State = Sent
		case Malformed:
			s.State = Failed
		case Gone:
			s.State, s.Prune = Failed, &batch[i].Device
		case Foreign:
			v.foreign(&s, &batch[i].Device, now, proven)
		case Locked:
			v.stop(&s, now)
		case Throttled:
			s.State, s.At = Queued, now.Add(pause(r.RetryAfter))
			v.rest(s.At)
		default:
			s.State, s.At = Queued, now.Add(max(backoff(d.Attempt), min(r.RetryAfter, longestRest)))
		}
		v.done = append(v.done, s)
	}
	return v
}

func (v *verdict) foreign(s *Settlement, d *Device, now time.Time, proven bool) {
	if proven {
		s.State, s.Prune = Failed, d
		v.alarm = errors.Join(v.alarm, fmt.Errorf("device %s is removed: its token belongs to another sender", d.ID))
		return
	}
	v.stop(s, now)
}

func (v *verdict) stop(s *Settlement, now time.Time) {
	s.State, s.At = Queued, now.Add(stopFor)
	v.rest(s.At)
	if !v.stopped {
		v.alarm = errors.Join(v.alarm, fmt.Errorf("the channel refuses us and rests %v: %s", stopFor, s.Error))
	}
	v.stopped = true
}

func (v *verdict) rest(until time.Time) {
	if until.After(v.restsUntil) {
		v.restsUntil = until
	}
}

// backoff is the wait after a failed attempt: 5 s, 20 s, 80 s, 320 s, then 15 min.
func backoff(attempt int) time.Duration {
	wait := firstRetry
	for range attempt - 1 {
		if wait *= 4; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

func pause(named time.Duration) time.Duration {
	if named <= 0 {
		return throttleFor
	}
	return min(named, longestRest)
}

// describe is an error for the operator: short, and never with the token in it.
func describe(err error, token string) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	if token != "" {
		text = strings.ReplaceAll(text, token, "(token)")
	}
	if len(text) > errorMax {
		text = strings.ToValidUTF8(text[:errorMax], "")
	}
	return text
}

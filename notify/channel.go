package notify

// The port of a channel: one way to reach devices, and the answers it can give.

import (
	"context"
	"time"
)

// Channel carries messages to devices.
type Channel interface {
	// Send tries each delivery once and answers for each, in order. It returns soon
	// after ctx ends.
	Send(ctx context.Context, batch []Delivery) []Result
}

// Answer is what a channel says to a message.
type Answer int

const (
	Accepted  Answer = iota // the channel has it
	Retry                   // not now: network, 5xx
	Throttled               // too many: the channel wants a pause
	Gone                    // the device's token is dead
	Foreign                 // the token belongs to somebody else's project
	Locked                  // the channel refuses us: key, rights
	Malformed               // it will never take this message
)

// Result is the answer to one delivery.
type Result struct {
	Answer     Answer
	RetryAfter time.Duration // of Throttled and Retry; 0 when the channel named none
	Err        error         // nil when accepted
}

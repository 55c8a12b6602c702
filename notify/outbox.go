package notify

// The port of the outbox: what the worker asks of whoever keeps it.

import (
	"context"
	"time"
)

// State is where a delivery stands.
type State string

const (
	Queued     State = "queued"     // 待投递
	Leased     State = "leased"     // 投递中: a worker has it until lease_until
	Sent       State = "sent"       // 已投递: the channel took it
	Failed     State = "failed"     // 投递失败: it will never work
	Superseded State = "superseded" // 已被取代: a newer message says more
	Expired    State = "expired"    // 已过期
)

// Outbox keeps the deliveries of all channels. A newer delivery supersedes an older one with
// the same device and collapse key, unless the older is urgent and the newer is not.
type Outbox interface {
	// Lease hands out deliveries of one channel that are due, oldest first, those of
	// lapsed leases before others. Each carries its attempt; a delivery whose device is
	// gone, or that a newer one has superseded, is settled instead of handed out.
	Lease(ctx context.Context, want Want) ([]Delivery, error)
	// Settle writes what became of deliveries, all or none. It leaves alone whatever is
	// no longer leased with the attempt given. A delivery that goes back to Queued is
	// superseded if a newer one with its device and collapse key exists.
	Settle(ctx context.Context, now time.Time, done []Settlement) error
	// Next is when the channel's next delivery is due, lapsing leases included; ok is
	// false when nothing waits.
	Next(ctx context.Context, channel string) (due time.Time, ok bool, err error)
}

// Want is what a worker asks for.
type Want struct {
	Channel string
	Now     time.Time
	Until   time.Time // when the lease lapses and the delivery is handed out again
	Max     int
}

// Delivery is one message on its way to one device.
type Delivery struct {
	ID          string
	Attempt     int // from 1; also tells this lease from a later one
	Payload     Payload
	Audience    Audience
	Urgent      bool
	CollapseKey string
	Expires     time.Time
	Keep        time.Duration // how long it is of use yet; set by the worker at each attempt
	Device      Device
}

// Settlement is what became of a delivery.
type Settlement struct {
	ID      string
	Attempt int
	State   State
	At      time.Time // of the next attempt, when State is Queued
	Error   string    // for the operator; without the token
	Prune   *Device   // remove this device if nobody has registered it anew since
}

// Package notifytest holds the in-memory peer of the outbox and the suite that every
// outbox passes.
package notifytest

import (
	"context"
	"slices"
	stdsync "sync"
	"time"

	"xuncha/notify"
)

// Memory is an outbox that lives as long as the process.
type Memory struct {
	mu      stdsync.Mutex
	rows    []*row
	devices map[string]notify.Device
}

// row is a delivery with its message and where it stands.
type row struct {
	notify.Delivery
	device, channel string
	state           notify.State
	next            time.Time
	err             string
}

var _ Subject = (*Memory)(nil)

// NewMemory returns an empty outbox.
func NewMemory() *Memory { return &Memory{devices: map[string]notify.Device{}} }

// Enqueue takes messages in; one that is there already stays as it is.
func (m *Memory) Enqueue(_ context.Context, messages []notify.Message, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, msg := range messages {
		if slices.ContainsFunc(m.rows, func(r *row) bool { return r.Payload.ID == msg.ID }) {
			continue
		}
		for _, d := range msg.Deliveries {
			m.add(msg, d)
		}
	}
	return nil
}

func (m *Memory) add(msg notify.Message, d notify.Planned) {
	for _, r := range m.rows {
		if r.device == d.Device && r.CollapseKey == msg.CollapseKey && r.state == notify.Queued && (msg.Urgent || !r.Urgent) {
			r.state = notify.Superseded
		}
	}
	payload, err := notify.DecodePayload(msg.Payload)
	if err != nil {
		panic(err) // test support
	}
	m.rows = append(m.rows, &row{
		Delivery: notify.Delivery{
			ID: d.ID, Payload: payload, Audience: msg.Audience, Urgent: msg.Urgent,
			CollapseKey: msg.CollapseKey, Expires: msg.Expires,
		},
		device: d.Device, channel: d.Channel, state: notify.Queued, next: msg.NotBefore,
	})
}

// Lease implements notify.Outbox.
func (m *Memory) Lease(_ context.Context, want notify.Want) ([]notify.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []notify.Delivery
	for _, state := range []notify.State{notify.Leased, notify.Queued} {
		for _, r := range m.due(state, want) {
			device, known := m.devices[r.device]
			switch {
			case len(out) == want.Max:
				return out, nil
			case !known:
				r.state, r.err = notify.Failed, "the device is gone"
			case m.newer(r):
				r.state = notify.Superseded
			default:
				r.state, r.next, r.Device = notify.Leased, want.Until, device
				r.Attempt++
				out = append(out, r.Delivery)
			}
		}
	}
	return out, nil
}

func (m *Memory) due(state notify.State, want notify.Want) []*row {
	var out []*row
	for _, r := range m.rows {
		if r.state == state && r.channel == want.Channel && !r.next.After(want.Now) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *row) int { return a.next.Compare(b.next) })
	return out
}

// newer tells whether a later row says more than r.
func (m *Memory) newer(r *row) bool {
	later := m.rows[slices.Index(m.rows, r)+1:]
	return slices.ContainsFunc(later, func(n *row) bool {
		return n.device == r.device && n.CollapseKey == r.CollapseKey && (n.Urgent || !r.Urgent) &&
			(n.state == notify.Queued || n.state == notify.Leased || n.state == notify.Sent)
	})
}

// Settle implements notify.Outbox.
func (m *Memory) Settle(ctx context.Context, _ time.Time, done []notify.Settlement) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range done {
		i := slices.IndexFunc(m.rows, func(r *row) bool { return r.ID == s.ID })
		if i < 0 || m.rows[i].state != notify.Leased || m.rows[i].Attempt != s.Attempt {
			continue
		}
		r := m.rows[i]
		r.state, r.err = s.State, s.Error
		if s.State == notify.Queued {
			r.next = s.At
			if m.newer(r) {
				r.state = notify.Superseded
			}
		}
		if s.Prune != nil && m.devices[s.Prune.ID] == *s.Prune {
			delete(m.devices, s.Prune.ID)
		}
	}
	return nil
}

// Next implements notify.Outbox.
func (m *Memory) Next(_ context.Context, channel string) (time.Time, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var (
		due   time.Time
		found bool
	)
	for _, r := range m.rows {
		waits := r.channel == channel && (r.state == notify.Queued || r.state == notify.Leased)
		if waits && (!found || r.next.Before(due)) {
			due, found = r.next, true
		}
	}
	return due, found, nil
}

// SetDevice registers a device, or registers it anew.
func (m *Memory) SetDevice(d notify.Device) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.devices[d.ID] = d
	return nil
}

// HasDevice tells whether a device is registered.
func (m *Memory) HasDevice(id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.devices[id]
	return ok, nil
}

// StateOf tells where a delivery stands.
func (m *Memory) StateOf(delivery string) (notify.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.ID == delivery {
			return r.state, nil
		}
	}
	return "", nil
}

package notifytest

// The suite: what every outbox promises, whoever keeps it.

import (
	"context"
	"slices"
	"testing"
	"time"

	"xuncha/notify"
)

// Subject is an outbox under test with what the suite needs beside the port.
type Subject interface {
	notify.Outbox
	Enqueue(ctx context.Context, messages []notify.Message, now time.Time) error
	SetDevice(d notify.Device) error
	HasDevice(id string) (bool, error)
	StateOf(delivery string) (notify.State, error)
}

// noon is when the suite happens: not at night.
var noon = time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)

// Phone is a device of the suite's users: phone000000000A belongs to user000000000A.
func Phone(letter string) notify.Device {
	return notify.Device{
		ID: "phone000000000" + letter, Owner: "user0000000000" + letter, Channel: "fcm", Token: "token-" + letter,
		Language: "zh-CN", Seen: "2026-05-01T00:00:00.000Z",
	}
}

// Told is an event that tells the owner of a phone something about a case.
func Told(phone notify.Device, event, kind, number string, urgent bool) []notify.Message {
	return planned([]notify.Device{phone}, event, kind, number, urgent)
}

func planned(phones []notify.Device, event, kind, number string, urgent bool) []notify.Message {
	messages, err := notify.Plan([]notify.Notice{{
		Event: event, Kind: kind, Audience: notify.Inspector, Recipient: phones[0].Owner, Case: "case00000000001",
		Number: number, Revision: 7, Urgent: urgent,
	}}, phones, noon, notify.QuietNights)
	if err != nil {
		panic(err)
	}
	return messages
}

// bench is one subject and the shorthand of the suite.
type bench struct {
	Subject
	t *testing.T
}

func (b bench) enqueue(m []notify.Message) string {
	b.t.Helper()
	if err := b.Enqueue(b.t.Context(), m, noon); err != nil {
		b.t.Fatal(err)
	}
	return m[0].Deliveries[0].ID
}

func (b bench) lease(at time.Time) []notify.Delivery {
	b.t.Helper()
	out, err := b.Lease(b.t.Context(), notify.Want{Channel: "fcm", Now: at, Until: at.Add(time.Minute), Max: 10})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// one leases and expects exactly this delivery.
func (b bench) one(at time.Time, id string) notify.Delivery {
	b.t.Helper()
	out := b.lease(at)
	if len(out) != 1 || out[0].ID != id {
		b.t.Fatalf("leased %+v, want %s", out, id)
	}
	return out[0]
}

func (b bench) none(at time.Time) {
	b.t.Helper()
	if out := b.lease(at); len(out) != 0 {
		b.t.Fatalf("leased %+v, want nothing", out)
	}
}

func (b bench) settle(at time.Time, s ...notify.Settlement) {
	b.t.Helper()
	if err := b.Settle(b.t.Context(), at, s); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) state(id string, want notify.State) {
	b.t.Helper()
	got, err := b.StateOf(id)
	if err != nil {
		b.t.Fatal(err)
	}
	if got != want {
		b.t.Fatalf("delivery %s is %q, want %q", id, got, want)
	}
}

func (b bench) has(device string, want bool) {
	b.t.Helper()
	got, err := b.HasDevice(device)
	if err != nil {
		b.t.Fatal(err)
	}
	if got != want {
		b.t.Fatalf("device %s registered: %v, want %v", device, got, want)
	}
}

func (b bench) phone(letter string) notify.Device {
	b.t.Helper()
	p := Phone(letter)
	if err := b.SetDevice(p); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// Outbox runs the suite; open gives an empty subject.
func Outbox(t *testing.T, open func(t *testing.T) Subject) {
	for name, test := range map[string]func(b bench){
		"a delivery carries its message and is leased once": carries,
		"a lapsed lease is handed out again":                lapses,
		"a late settlement changes nothing":                 late,
		"what is put off comes when it is due":              putOff,
		"a newer message supersedes a waiting one":          supersedes,
		"a retry gives way to a newer message":              retryGivesWay,
		"a lapsed lease gives way to a newer message":       lapsedGivesWay,
		"an urgent message is not superseded by a plain":    urgentStays,
		"another case or device supersedes nothing":         othersStay,
		"the same event is told once":                       once,
		"a dead token is removed":                           prunes,
		"a token registered anew stays":                     renewed,
		"a delivery to a device that is gone fails":         deviceGone,
		"each channel has its own":                          channels,
		"at most so many are leased, oldest first":          atMost,
		"next tells when to come back":                      next,
	} {
		t.Run(name, func(t *testing.T) { test(bench{open(t), t}) })
	}
}

func carries(b bench) {
	p := b.phone("A")
	id := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", true))
	b.none(noon.Add(-time.Second))
	d := b.one(noon, id)
	if d.Attempt != 1 || d.Device != p || d.Payload.Kind != "assigned" || d.Payload.Number != "HB-1" || d.Payload.Revision != 7 ||
		d.Audience != notify.Inspector || !d.Urgent || d.CollapseKey != "case:HB-1" || !d.Expires.Equal(noon.Add(48*time.Hour)) {
		b.t.Fatalf("%+v", d)
	}
	b.none(noon)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Sent})
	b.state(id, notify.Sent)
	b.none(noon.Add(time.Hour))
}

func lapses(b bench) {
	id := b.enqueue(Told(b.phone("A"), "event0000000001", "assigned", "HB-1", false))
	first := b.one(noon, id)
	b.none(noon.Add(59 * time.Second))
	again := b.one(noon.Add(time.Minute), id)
	if again.Attempt != 2 || again.Payload.ID != first.Payload.ID {
		b.t.Fatalf("first %+v, again %+v", first, again)
	}
}

func late(b bench) {
	id := b.enqueue(Told(b.phone("A"), "event0000000001", "assigned", "HB-1", false))
	b.one(noon, id)
	b.one(noon.Add(time.Minute), id)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Failed})
	b.state(id, notify.Leased)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 2, State: notify.Sent})
	b.settle(noon, notify.Settlement{ID: id, Attempt: 2, State: notify.Failed})
	b.state(id, notify.Sent)
}

func putOff(b bench) {
	id := b.enqueue(Told(b.phone("A"), "event0000000001", "assigned", "HB-1", false))
	b.one(noon, id)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Queued, At: noon.Add(20 * time.Second), Error: "503"})
	b.none(noon.Add(19 * time.Second))
	b.one(noon.Add(20*time.Second), id)
}

func supersedes(b bench) {
	p := b.phone("A")
	old := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	id := b.enqueue(Told(p, "event0000000002", "recalled", "HB-1", false))
	b.state(old, notify.Superseded)
	b.one(noon, id)
}

func retryGivesWay(b bench) {
	p := b.phone("A")
	old := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.one(noon, old)
	id := b.enqueue(Told(p, "event0000000002", "recalled", "HB-1", false))
	b.state(old, notify.Leased)
	b.one(noon, id)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Sent})
	b.settle(noon, notify.Settlement{ID: old, Attempt: 1, State: notify.Queued, At: noon.Add(time.Second)})
	b.state(old, notify.Superseded)
}

func lapsedGivesWay(b bench) {
	p := b.phone("A")
	old := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.one(noon, old)
	id := b.enqueue(Told(p, "event0000000002", "recalled", "HB-1", false))
	b.one(noon.Add(time.Hour), id)
	b.state(old, notify.Superseded)
}

func urgentStays(b bench) {
	p := b.phone("A")
	urgent := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", true))
	plain := b.enqueue(Told(p, "event0000000002", "extended", "HB-1", false))
	b.state(urgent, notify.Queued)
	if got := b.lease(noon); len(got) != 2 || got[0].ID != urgent || got[1].ID != plain {
		b.t.Fatalf("leased %+v", got)
	}
	b.settle(noon, notify.Settlement{ID: urgent, Attempt: 1, State: notify.Queued, At: noon})
	b.state(urgent, notify.Queued)
	b.enqueue(Told(p, "event0000000003", "recalled", "HB-1", true))
	b.state(urgent, notify.Superseded)
}

func othersStay(b bench) {
	p, q := b.phone("A"), b.phone("B")
	first := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.enqueue(Told(p, "event0000000002", "assigned", "HB-2", false))
	b.enqueue(Told(q, "event0000000003", "assigned", "HB-1", false))
	b.state(first, notify.Queued)
}

func once(b bench) {
	p := b.phone("A")
	id := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.state(id, notify.Queued)
	b.one(noon, id)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Sent})
	b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.state(id, notify.Sent)
	b.none(noon.Add(time.Hour))
}

func prunes(b bench) {
	p := b.phone("A")
	id := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	d := b.one(noon, id)
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Failed, Prune: &d.Device})
	b.state(id, notify.Failed)
	b.has(p.ID, false)
}

func renewed(b bench) {
	p := b.phone("A")
	id := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	d := b.one(noon, id)
	p.Seen = "2026-05-06T04:00:01.000Z"
	if err := b.SetDevice(p); err != nil {
		b.t.Fatal(err)
	}
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Failed, Prune: &d.Device})
	b.has(p.ID, true)
}

func deviceGone(b bench) {
	p := Phone("A") // never registered
	id := b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.none(noon)
	b.state(id, notify.Failed)
}

func channels(b bench) {
	p := Phone("A")
	p.Channel = "other"
	if err := b.SetDevice(p); err != nil {
		b.t.Fatal(err)
	}
	b.enqueue(Told(p, "event0000000001", "assigned", "HB-1", false))
	b.none(noon)
	if _, ok, err := b.Next(b.t.Context(), "fcm"); ok || err != nil {
		b.t.Fatalf("next: %v %v", ok, err)
	}
}

func atMost(b bench) {
	p := b.phone("A")
	var ids []string
	for _, n := range []string{"HB-1", "HB-2", "HB-3"} {
		ids = append(ids, b.enqueue(Told(p, "event0000000001"+n[3:], "assigned", n, false)))
	}
	want := notify.Want{Channel: "fcm", Now: noon, Until: noon.Add(time.Minute), Max: 2}
	got, err := b.Lease(b.t.Context(), want)
	if err != nil || len(got) != 2 || !slices.Equal([]string{got[0].ID, got[1].ID}, ids[:2]) {
		b.t.Fatalf("%+v %v", got, err)
	}
	b.one(noon, ids[2])
}

func next(b bench) {
	when := func(want time.Time) {
		b.t.Helper()
		due, ok, err := b.Next(b.t.Context(), "fcm")
		if err != nil || !ok || !due.Equal(want) {
			b.t.Fatalf("next is %v %v %v, want %v", due, ok, err, want)
		}
	}
	if _, ok, err := b.Next(b.t.Context(), "fcm"); ok || err != nil {
		b.t.Fatalf("an empty outbox: %v %v", ok, err)
	}
	id := b.enqueue(Told(b.phone("A"), "event0000000001", "assigned", "HB-1", false))
	when(noon)
	b.one(noon, id)
	when(noon.Add(time.Minute))
	b.settle(noon, notify.Settlement{ID: id, Attempt: 1, State: notify.Queued, At: noon.Add(5 * time.Second)})
	when(noon.Add(5 * time.Second))
}

package notify

// What an event puts into the outbox. Pure: the same event planned again is the same rows.

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Plan makes the messages for notices and their deliveries to the recipients' devices. A
// notice that cannot be told (ErrKindUnknown, ErrPayloadTooLarge) is left out and named
// in the error; the other messages are good and in order.
func Plan(notices []Notice, devices []Device, now time.Time, quiet Quiet) ([]Message, error) {
	byOwner := make(map[string][]Device, len(devices))
	for _, d := range devices {
		byOwner[d.Owner] = append(byOwner[d.Owner], d)
	}
	var (
		out  []Message
		errs []error
	)
	for _, n := range notices {
		m, err := plan(n, byOwner[n.Recipient], now, quiet)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if !slices.ContainsFunc(out, func(o Message) bool { return o.ID == m.ID }) {
			out = append(out, m)
		}
	}
	return out, errors.Join(errs...)
}

func plan(n Notice, devices []Device, now time.Time, quiet Quiet) (Message, error) {
	kind, ok := KindOf(n.Kind, n.Audience)
	if !ok {
		return Message{}, fmt.Errorf("%w: %q for %s", ErrKindUnknown, n.Kind, n.Audience)
	}
	urgent := kind.urgent(n.Urgent)
	m := Message{
		ID: idOf("message", n.Event, n.Recipient, n.Kind), Event: n.Event, Kind: n.Kind, Audience: n.Audience,
		Recipient: n.Recipient, Case: n.Case, Urgent: urgent, CollapseKey: kind.collapseKey(n.Number),
		NotBefore: quiet.After(kind.digest(now), urgent),
	}
	m.Expires = m.NotBefore.Add(time.Duration(kind.TTLHours) * time.Hour)
	payload, err := Payload{ID: m.ID, Kind: n.Kind, Number: n.Number, Revision: n.Revision}.Encode()
	if err != nil {
		return Message{}, err
	}
	m.Payload = payload
	for _, d := range devices {
		m.Deliveries = append(m.Deliveries, Planned{ID: idOf("delivery", m.ID, d.ID), Device: d.ID, Channel: d.Channel})
	}
	return m, nil
}

// idLength is in hexadecimal digits: 96 bits, and an id of 15 to 26 letters and digits.
const idLength = 24

// idOf makes an id out of what may exist only once.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:idLength]
}

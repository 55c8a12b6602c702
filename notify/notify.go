// Package notify tells people that something happened to a case: a hint, never the
// truth. Whoever opens the app gets the truth by sync.
//
// A message (通知) is written in the transaction of the case change, one delivery
// (投递) for each device, and carried out later at least once: each message has an
// id, so that a phone shows it once. Nothing personal is in it: kind, number of the
// case or complaint, revision and id. A newer message about the same matter takes the
// place of an older one that still waits. At night (22:00-07:00 in Asia/Shanghai)
// only urgent messages go out.
package notify

// This file holds the words: who is told what, and on which device.

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Audience is in which capacity somebody is told.
type Audience string

const (
	Complainant Audience = "complainant" // 举报人
	Inspector   Audience = "inspector"   // 执法人员
	Dispatcher  Audience = "dispatcher"  // 派单员
)

// Notice asks to tell one recipient one thing. The same event, recipient and kind is
// told once.
type Notice struct {
	Event     string // id of the action, or of whatever else happened
	Kind      string // of kinds.json
	Audience  Audience
	Recipient string // id of a user; for a complainant the id of his complaint
	Case      string // id; stays in the house
	Number    string // what the recipient knows the matter by: of the case, or of his complaint
	Revision  int64  // the case's seq after the event
	Urgent    bool   // the case is urgent
}

// Device is a phone or a browser that somebody registered. Owner is a user or a complaint.
type Device struct {
	ID       string
	Owner    string
	Channel  string // fcm
	Token    string // the channel's address of the device
	Language string // zh-CN, en; anything else reads zh-CN
	Seen     string // when it was last registered; tells a renewed token from a dead one
}

// Payload is all that leaves the house, beside the fixed sentences of its kind.
type Payload struct {
	ID       string `json:"id"` // of the message: a device shows each id once
	Kind     string `json:"kind"`
	Number   string `json:"number"`
	Revision int64  `json:"revision"`
}

// MaxPayload is the most a payload may take, in bytes of JSON.
const MaxPayload = 2 << 10

var (
	// ErrKindUnknown: the table of kinds has no such kind for this audience.
	ErrKindUnknown = errors.New("kind of message unknown")
	// ErrPayloadTooLarge: more than MaxPayload; something that does not belong there got in.
	ErrPayloadTooLarge = errors.New("payload of a message too large")
)

// Encode returns the payload as JSON.
func (p Payload) Encode() (json.RawMessage, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("payload %s: %w", p.ID, err)
	}
	if len(data) > MaxPayload {
		return nil, fmt.Errorf("payload %s: %w: %d bytes, at most %d", p.ID, ErrPayloadTooLarge, len(data), MaxPayload)
	}
	return data, nil
}

// DecodePayload reads a payload as Encode wrote it.
func DecodePayload(data []byte) (Payload, error) {
	var p Payload
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("payload: %w", err)
	}
	return p, nil
}

// Message is one row of the outbox, with its deliveries.
type Message struct {
	ID          string
	Event       string
	Kind        string
	Audience    Audience
	Recipient   string
	Case        string
	Urgent      bool
	CollapseKey string
	Payload     json.RawMessage
	NotBefore   time.Time
	Expires     time.Time
	Deliveries  []Planned
}

// Planned is a delivery that waits to be made.
type Planned struct {
	ID      string
	Device  string
	Channel string
}

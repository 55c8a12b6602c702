package sync

// What a phone says of itself in a round trip, for the desk that waits for its work. Nothing
// of the sync depends on it, so what cannot be read is left out.

import (
	"encoding/json"
	"math"
)

// Phone is how an installation stands. Whatever it does not say is zero.
type Phone struct {
	Unsent         int64           `json:"unsent"`           // mutations and photos that wait to be sent
	OldestUnsentAt Stamp           `json:"oldest_unsent_at"` // by its own clock
	At             Stamp           `json:"at"`               // its clock now
	StorageFree    int64           `json:"storage_free"`     // bytes
	Battery        float64         `json:"battery"`          // 0 to 1
	Errors         []PhoneError    `json:"errors"`           // what it was refused, by code
	Position       json.RawMessage `json:"position"`         // {lon, lat, accuracy_m, at}, while its user is on duty
}

// PhoneError is how often a phone met a code since it was last well.
type PhoneError struct {
	Code string `json:"code"`
	N    int64  `json:"n"`
}

// Limits of what a phone says of itself.
const (
	maxPhoneErrors   = 20
	maxPhonePosition = 400 // bytes
)

// UnmarshalJSON reads each part by itself.
func (p *Phone) UnmarshalJSON(data []byte) error {
	*p = Phone{}
	members, ok := Members(data)
	if !ok {
		return nil // nothing is said
	}
	for name, into := range map[string]any{
		"oldest_unsent_at": &p.OldestUnsentAt, "at": &p.At, "battery": &p.Battery, "errors": &p.Errors,
	} {
		_ = json.Unmarshal(members[name], into) // see above
	}
	for name, into := range map[string]*int64{"unsent": &p.Unsent, "storage_free": &p.StorageFree} {
		var n float64
		if json.Unmarshal(members[name], &n) == nil && n >= 0 && n < math.MaxInt64 {
			*into = int64(n)
		}
	}
	if p.Battery < 0 || p.Battery > 1 {
		p.Battery = 0
	}
	if at := members["position"]; len(at) > 0 && len(at) <= maxPhonePosition {
		p.Position = at
	}
	p.Errors = p.Errors[:min(len(p.Errors), maxPhoneErrors)]
	return nil
}

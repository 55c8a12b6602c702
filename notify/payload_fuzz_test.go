package notify

// A payload as it lies in the outbox: whatever is read is written again as the same.

import (
	"reflect"
	"testing"
)

func FuzzDecodePayload(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"kind":"assigned","case":"x","args":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := DecodePayload(data)
		if err != nil {
			return
		}
		text, err := p.Encode()
		if err != nil {
			return // too large to be sent
		}
		again, err := DecodePayload(text)
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%+v became %+v: %v", p, again, err)
		}
	})
}

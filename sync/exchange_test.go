package sync_test

// One round trip as a whole.

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"xuncha/sync"
)

func TestTheHeadIsThatAfterThePushForADisabledUserToo(t *testing.T) {
	s, k := oneCase()
	desk := sync.Desk{House: s, Key: []byte("k"), Now: func() time.Time { return time.Unix(1_795_000_000, 0) }}
	req := sync.Request{Client: sync.Client{ID: "P0000000000000000000000001", Schema: 1}, Push: []json.RawMessage{
		[]byte(`{"n":1,"id":"M0000000000000000000000001",` + patch(k, `{"weather":"晴"}`, `{"weather":""}`)[1:]),
	}}
	a, err := desk.Answer(context.Background(), sync.User{ID: "ann", Disabled: true}, req)
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetDisabled || len(a.Results) != 1 {
		t.Fatalf("%+v %v", a, err)
	}
	if a.Results[0].Seq > a.Head {
		t.Errorf("the result has seq %d, the head is %d", a.Results[0].Seq, a.Head)
	}
}

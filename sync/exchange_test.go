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

// A phone that was wiped holds nothing, but it still knows how far the server was: where the
// database is put back meanwhile it may be the only one.
func TestAWipedPhoneStillTestifies(t *testing.T) {
	s, _ := oneCase()
	testified := 0
	desk := sync.Desk{
		House: s, Key: []byte("k"), Now: func() time.Time { return time.Unix(1_795_000_000, 0) },
		Restored: func(sync.Witness) error { testified++; return nil },
	}
	a, err := desk.Answer(context.Background(), sync.User{ID: "ann", Disabled: true}, hello(""))
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetDisabled || a.Cursor == "" {
		t.Fatalf("disabled: %+v %v", a, err)
	}
	wiped := hello(a.Cursor)
	if a, err = ask(t, desk, wiped); err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetScope || testified > 0 {
		t.Errorf("enabled again: %+v %v, %d testimonies", a, err, testified)
	}
	s.w.head--
	if _, err = ask(t, desk, wiped); err != nil || testified != 1 {
		t.Errorf("an older database: %d testimonies, %v", testified, err)
	}
}

// Between two pages a phone knows of all that had moved when the first was read: a record that
// had moved behind its place is below it again where the database is put back.
func TestAPageInTheMiddleTestifiesToItsMoment(t *testing.T) {
	s, k := oneCase()
	testified := 0
	desk := sync.Desk{
		House: s, Key: []byte("k"), Now: func() time.Time { return time.Unix(1_795_000_000, 0) },
		Restored: func(sync.Witness) error { testified++; return nil },
	}
	a, err := ask(t, desk, hello(""))
	if err != nil || a.More {
		t.Fatalf("%+v %v", a, err)
	}
	for _, k := range []key{k, {"rectifications", "r0000000000000000000000001"}, k} {
		s.w.write(k, s.w.rows[k], sync.Fields{"weather": encoded(time.Now().String())}, byServer)
	}
	req := hello(a.Cursor)
	req.Pull.Limit = 1
	if a, err = ask(t, desk, req); err != nil || !a.More || testified > 0 {
		t.Fatalf("%+v %v", a, err)
	}
	req.Cursor = a.Cursor
	s.w.head--
	if _, err = ask(t, desk, req); err != nil || testified != 1 {
		t.Errorf("an older database: %d testimonies, %v", testified, err)
	}
}

package sync_test

// Drafts that change nothing, and those that were refused and come again.

import (
	"testing"

	"xuncha/sync"
)

func TestADraftThatUndoesWhatTheClientDidBringsTheRecordBack(t *testing.T) {
	s, k := oneCase()
	back := sync.Draft{Collection: k.collection, Record: k.id, Touch: true, Edit: func(stands sync.Standing) (sync.Edited, error) {
		return sync.Edited{Back: stands.Shown}, nil
	}}
	before, head := s.w.feed["u:ann"][k].seq, s.w.head
	if d := push(t, s, "ann", back); d.Outcome != sync.Noop || d.Stands || s.w.feed["u:ann"][k].seq <= before || s.w.head != head+1 {
		t.Errorf("%+v %v", d, s.w.feed["u:ann"][k])
	}
	if d := push(t, s, "eve", back); d.Outcome != sync.Noop || !d.Stands || len(s.w.feed["u:eve"]) > 0 {
		t.Errorf("%+v %v", d, s.w.feed["u:eve"])
	}
}

func TestADraftThatIsNotNeededIsNotRead(t *testing.T) {
	s, k := oneCase()
	d := draft(k, nil, weather("rain"))
	d.Skip = func() bool { return true }
	if got := push(t, s, "ann", d); got.Outcome != sync.Noop || !got.Stands || len(s.w.rows[k].doc["weather"]) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestADraftThatWasRefusedAndComesAgainIsKeptOnce(t *testing.T) {
	s, k := oneCase()
	s.w.closed[s.w.rows[k].caseID] = true
	for range 3 {
		is(t, push(t, s, "ann", draft(k, nil, weather("rain"))).Result, sync.Held, sync.CodeCaseClosed)
	}
	if len(s.w.held) != 1 {
		t.Errorf("%+v", s.w.held)
	}
}

package hooks_test

// Large documents: a small edit of one rewrites all of it, and meanwhile nobody else writes.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/sync"
)

// scale weighs the transactions of a house.
type scale struct {
	sync.House
	times, heaviest int
}

func (s *scale) InTransaction(mutations int, do func(sync.Tx) error) error {
	s.times++
	return s.House.InTransaction(mutations, func(tx sync.Tx) error {
		err := do(tx)
		s.heaviest = max(s.heaviest, tx.Spent())
		return err
	})
}

func TestAPushOfLargeDocumentsTakesManyTransactions(t *testing.T) {
	f := inField(t)
	for i := range 4 {
		text := strings.Repeat("字", 80_000)
		f.pa.Edit("inspections", f.visit, map[string]any{"notes": []map[string]any{{"id": fmt.Sprint("n", i), "at": "2026-11-23T09:30:00+08:00", "text": text}}})
	}
	f.sync(t, f.pa)
	large := 0
	for _, value := range f.pa.Rows("inspections")[f.visit].Doc {
		large += len(value)
	}
	if large < 900_000 {
		t.Fatalf("%d bytes are not large", large)
	}
	const edits = 30
	var raws []json.RawMessage
	for i := range edits {
		raws = append(raws, json.RawMessage(fmt.Sprintf(`{"n":%d,"id":"01JD00000000000000000HEA%02d","op":"patch","collection":"inspections","record":%q,"set":{"weather":"%d"},"base":{"weather":""}}`,
			i+1, i, f.visit, i)))
	}
	s := &scale{House: store.NewBooks(f.h.App, time.Now)}
	p, err := sync.Push(t.Context(), s, sync.User{ID: f.a.ID}, "01JD00000000000000000HEAVY", sync.InEpoch(f.pa.Epoch), raws)
	if err != nil || len(p.Results) != edits || p.Applied != edits {
		t.Fatalf("%v: %d results, %d applied", err, len(p.Results), p.Applied)
	}
	if s.heaviest > 3<<20+large || s.times < edits*large/(3<<20) {
		t.Errorf("%d transactions, the heaviest of %d bytes, documents of %d", s.times, s.heaviest, large)
	}
	f.stands(t, "weather", fmt.Sprintf("%q", fmt.Sprint(edits-1)))
	clean(t, f.h)
}

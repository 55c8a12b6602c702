package store_test

// The lists of words on a phone are those of the program.

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/hooks/store"
	"xuncha/internal/house"
)

func TestTheListsOfWordsAreRewrittenWhenTheProgramChanges(t *testing.T) {
	h := house.New(t)
	words := store.Words{App: h.App}
	count := func(sql string) (n int64) {
		if err := h.App.DB().NewQuery(sql).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const lists = `SELECT count(*) FROM sync_doc d JOIN sync_feed f ON f.record = d.record AND f.bucket = 'g' AND f.gone = '' AND f.seq = d.seq
		WHERE json_extract(d.doc, '$.kind') = 'word_list'`
	const head = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'`
	all := int64(len(casework.Process().Words))
	if got := count(lists); got != all || all < 5 {
		t.Errorf("%d lists, want %d", got, all)
	}
	before := count(head)
	if err := words.Furnish(); err != nil || count(head) != before {
		t.Errorf("nothing changed, the head went from %d to %d (%v)", before, count(head), err)
	}
	for _, sql := range []string{
		`UPDATE sync_doc SET doc = json_set(doc, '$.words', json('[]')) WHERE json_extract(doc, '$.name') = 'source'`,
		`INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ('dictionaries', 'oldwords0000001', 1, '{"id":"oldwords0000001","kind":"word_list","seq":1}', '{}')`,
		`INSERT INTO sync_feed (bucket, collection, record, seq, doc) SELECT 'g', collection, record, 1, id FROM sync_doc WHERE record = 'oldwords0000001'`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if report, err := (store.Fsck{App: h.App}).Run(); err != nil || len(report.Differences) != 2 {
		t.Errorf("%+v %v", report.Differences, err)
	}
	if err := words.Furnish(); err != nil || count(lists) != all || count(head) != before+2 {
		t.Errorf("%d lists, head %d after %d (%v)", count(lists), count(head), before, err)
	}
	if _, err := h.App.NonconcurrentDB().NewQuery(`DELETE FROM sync_feed WHERE bucket = 'g' AND record IN
		(SELECT record FROM sync_doc WHERE json_extract(doc, '$.kind') = 'word_list')`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, left, err := (store.Fsck{App: h.App}).Repair(t.Context(), store.Custody{Now: time.Now, Nonce: rand.Text}); err != nil || len(left.Differences) != 0 || count(lists) != all {
		t.Errorf("%+v, %d lists (%v)", left.Differences, count(lists), err)
	}
	report, err := store.Fsck{App: h.App}.Run()
	if err != nil || len(report.Differences) != 0 {
		t.Errorf("%+v %v", report.Differences, err)
	}
	var doc string
	if err := h.App.DB().NewQuery(`SELECT doc FROM sync_doc WHERE json_extract(doc, '$.name') = 'source'`).Row(&doc); err != nil {
		t.Fatal(err)
	}
	var list struct{ Words []casework.Word }
	if err := json.Unmarshal([]byte(doc), &list); err != nil || len(list.Words) == 0 || list.Words[0].ZH == "" {
		t.Errorf("%s %v", doc, err)
	}
}

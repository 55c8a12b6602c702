package store

// The lists of words of the process as documents: a phone shows its choices in the field's
// terms, and those of the program that it speaks to.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Words are the documents of kind word_list in the dictionaries. No record stands behind
// them: their text is the program's.
type Words struct{ App core.App }

const (
	wordsAs   = "dictionaries"
	wordsKind = "word_list"
)

// wordsID is the id of a list's document, the same in every house.
func wordsID(list string) string {
	sum := sha256.Sum256([]byte(wordsKind + "\x00" + list))
	return hex.EncodeToString(sum[:10])
}

// wordDocs are the documents by id, without their seq.
func wordDocs() map[string]map[string]any {
	out := map[string]map[string]any{}
	for list, words := range casework.Process().Words {
		id := wordsID(list)
		out[id] = map[string]any{"id": id, "kind": wordsKind, "name": list, "words": words}
	}
	return out
}

// Furnish writes what differs from the program's text, and takes away what it has no more.
func (s Words) Furnish() error {
	return s.App.RunInTransaction(func(tx core.App) error {
		docs := wordDocs()
		for _, id := range slices.Sorted(maps.Keys(docs)) {
			if err := (Words{tx}).put(id, docs[id]); err != nil {
				return err
			}
		}
		return Words{tx}.dropOthers(docs)
	})
}

func (s Words) put(id string, doc map[string]any) error {
	feed := Feed{App: s.App}
	old, versions, err := feed.Doc(wordsAs, id)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(doc)
	if err != nil {
		return err
	}
	changed := changedFields(old, fields)
	present, err := feed.present(wordsAs, id)
	if err != nil || len(changed) == 0 && slices.Equal(present, []string{"g"}) {
		return err
	}
	seq, err := feed.Next()
	if err != nil {
		return err
	}
	for _, name := range changed {
		versions[name] = strconv.FormatInt(seq, 10)
	}
	return feed.Write(Change{Seq: seq, id: id, as: wordsAs, doc: fields, versions: versions, buckets: []string{"g"}, present: present})
}

const readWordDocs = `SELECT record FROM sync_doc WHERE collection = 'dictionaries' AND json_extract(doc, '$.kind') = 'word_list'`

func (s Words) dropOthers(docs map[string]map[string]any) error {
	var ids []string
	if err := s.App.DB().NewQuery(readWordDocs).Column(&ids); err != nil {
		return err
	}
	feed := Feed{App: s.App}
	for _, id := range ids {
		if docs[id] != nil {
			continue
		}
		seq, err := feed.Next()
		if err != nil {
			return err
		}
		if err := feed.gone("g", wordsAs, id, seq, "deleted", ""); err != nil {
			return err
		}
		if err := feed.exec(dropDoc, dbx.Params{"c": wordsAs, "r": id}); err != nil {
			return err
		}
	}
	return nil
}

// words: the lists of words are as the program has them.
func (s Fsck) words(r *Report) error {
	for id, want := range wordDocs() {
		have, _, err := Feed{App: s.App}.Doc(wordsAs, id)
		if err != nil {
			return err
		}
		if have == nil {
			r.repairable(wordsAs, id, "has no document; the next start writes it")
			continue
		}
		want["seq"] = json.RawMessage(have["seq"])
		if err := compare(r, wordsAs, id, want, have); err != nil {
			return err
		}
		present, err := Feed{App: s.App}.present(wordsAs, id)
		if err != nil {
			return err
		}
		if !slices.Equal(present, []string{"g"}) {
			r.repairable(wordsAs, id, "lies in buckets %v, should lie in [g]", present)
		}
	}
	return nil
}

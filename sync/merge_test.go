package sync

// The merge of one field by itself: whatever the order, and however often, edits of people
// who did not know of each other end in the same record, and no value is lost.

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// stand is a record with everything that did not stand in it.
type stand struct {
	record Record
	kept   []string
	seq    int64
}

func (s *stand) apply(m Mutation) {
	bases := map[string]int64{}
	for field, token := range m.Base {
		bases[field] = ParseVersion(token).Seq
	}
	out := mergeFields(&m, s.record, bases)
	s.seq++
	for field, value := range out.set {
		s.record.Doc[field], s.record.Versions[field] = value, Version{s.seq, m.ID}.String()
	}
	for _, loss := range out.losses {
		s.kept = append(s.kept, loss.Field+"="+string(loss.Ours))
	}
}

func empty() *stand {
	return &stand{record: Record{Doc: map[string]json.RawMessage{}, Versions: map[string]string{}}}
}

// edits are by people who had all seen the empty record.
func edits() *rapid.Generator[[]Mutation] {
	return rapid.Custom(func(t *rapid.T) []Mutation {
		n := rapid.IntRange(1, 6).Draw(t, "people")
		out := make([]Mutation, n)
		for i := range out {
			set := map[string]json.RawMessage{}
			if rapid.Bool().Draw(t, "notes") {
				set["notes"] = Encode([]map[string]string{{"id": fmt.Sprintf("note-%d", rapid.IntRange(0, 3).Draw(t, "note")), "text": "到场"}})
			}
			if rapid.Bool().Draw(t, "samples") {
				set["samples"] = Encode(rapid.SliceOfN(rapid.SampledFrom([]string{"S1", "S2", "S3"}), 1, 3).Draw(t, "sample"))
			}
			if rapid.Bool().Draw(t, "noise") {
				set["max_noise_db"] = Encode(rapid.IntRange(40, 90).Draw(t, "dB"))
			}
			base := map[string]string{}
			for field := range set {
				base[field] = ""
			}
			out[i] = Mutation{ID: fmt.Sprintf("01JD%022d", i), Op: OpPatch, Collection: "inspections", Set: set, Base: base}
		}
		return out
	})
}

// shown is the record without the order of entries, which is the server's.
func (s *stand) shown(t *rapid.T) string {
	notes, err := decode[[]struct{ ID string }](s.record.Doc["notes"])
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(notes))
	for i, n := range notes {
		ids[i] = n.ID
	}
	slices.Sort(ids)
	return fmt.Sprint(ids, string(s.record.Doc["samples"]), string(s.record.Doc["max_noise_db"]))
}

func TestMergeConvergesInEveryOrderWithRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := edits().Draw(t, "edits")
		order := rapid.Permutation(in).Draw(t, "another order")
		again := rapid.SampledFrom(in).Draw(t, "comes twice")
		a, b := empty(), empty()
		for _, m := range in {
			a.apply(m)
		}
		for _, m := range append(order, again) {
			b.apply(m)
		}
		if a.shown(t) != b.shown(t) {
			t.Fatalf("diverged:\n%s\n%s", a.shown(t), b.shown(t))
		}
	})
}

func TestNoValueOfAMergeIsLost(t *testing.T) {
	fields := []string{"findings", "weather", "max_noise_db"}
	rapid.Check(t, func(t *rapid.T) {
		s, sent := empty(), map[string]bool{}
		seen := map[string]bool{} // displaced by who had seen it
		for i := range rapid.IntRange(1, 8).Draw(t, "edits") {
			field := rapid.SampledFrom(fields).Draw(t, "field")
			value := Encode(fmt.Sprintf("v%d", i))
			if field == "max_noise_db" {
				value = Encode(40 + i)
			}
			m := Mutation{
				ID: fmt.Sprintf("01JD%022d", i), Op: OpPatch, Collection: "inspections",
				Set: map[string]json.RawMessage{field: value}, Base: map[string]string{},
			}
			switch rapid.SampledFrom([]string{"seen", "stale", "unknown"}).Draw(t, "base") {
			case "seen":
				m.Base[field] = s.record.Versions[field]
				seen[field+"="+string(s.record.Doc[field])] = true
			case "stale":
				m.Base[field] = ""
			}
			sent[field+"="+string(value)] = true
			s.apply(m)
		}
		for _, value := range slices.Sorted(maps.Keys(sent)) {
			stands := slices.ContainsFunc(fields, func(f string) bool { return value == f+"="+string(s.record.Doc[f]) })
			if !stands && !seen[value] && !slices.Contains(s.kept, value) {
				t.Fatalf("%s is nowhere: the record %v, kept %v", value, s.record.Doc, s.kept)
			}
		}
	})
}

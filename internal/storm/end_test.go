package storm

// The quiet end of a schedule: everybody has a line, nothing moves any more, and what is
// left is looked at.

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"xuncha/hooks/store"
	"xuncha/sync"
)

func readAgain(a *answer) io.ReadCloser { return io.NopCloser(bytes.NewReader(a.Bytes())) }

// settle lets every phone sync until nothing moves.
func (s *storm) settle() {
	for _, user := range inspectors {
		if r, err := s.app.FindRecordById("users", user); err != nil || r.GetString("disabled_at") != "" {
			s.setUser(user, "disabled_at", "")
		}
	}
	s.logf("the network is quiet")
	for range 2 {
		for _, d := range s.devices {
			d.late = nil
			s.converge(d)
		}
	}
	s.i9DisjointEditsCommute()
	for range 2 {
		for _, d := range s.devices {
			s.converge(d)
		}
	}
	if len(s.found) > 0 {
		return
	}
	s.i14IdlePhonesWriteNothing()
	s.i1QuietPhonesAgree()
	s.i3i10NothingIsLost()
	s.whole()
}

// i1QuietPhonesAgree: every phone shows what the server holds for its user, and their
// digests agree.
func (s *storm) i1QuietPhonesAgree() {
	for _, d := range s.devices {
		s.same(d, s.view(d.user), "I1")
		req := d.Request()
		req.Pull.Digest = true
		a, err := d.Send(context.Background(), req)
		if err != nil || a.Digest == nil || *a.Digest != d.Digest() {
			s.fail("I1", "%s: the digests differ: %v %v %v", d.name, a.Digest, d.Digest(), err)
		}
	}
}

// i9DisjointEditsCommute: two phones edit different fields of one record, and both stand
// whichever comes first.
func (s *storm) i9DisjointEditsCommute() {
	a, b := pick(s, s.devices), pick(s, s.devices)
	var both []string
	for _, id := range shows(a, "inspections") {
		if slices.Contains(shows(b, "inspections"), id) {
			both = append(both, id)
		}
	}
	if a == b || len(both) == 0 || len(s.found) > 0 {
		return
	}
	k := key{"inspections", pick(s, both)}
	one := s.edits(a, k, []string{"findings", "samples"})
	two := s.edits(b, k, []string{"statement", "weather", "notes"})
	if s.IntN(2) == 0 {
		a, b, one, two = b, a, two, one
	}
	s.converge(a)
	s.converge(b)
	for _, r := range []*sync.Result{a.Result(one), b.Result(two)} {
		if r != nil && (r.Outcome == sync.Conflict || r.Outcome == sync.Rejected) {
			s.fail("I9", "edits of different fields of %s: %s", k.id, encoded(r))
		}
	}
}

// i14IdlePhonesWriteNothing: phones that have nothing to say move nothing.
func (s *storm) i14IdlePhonesWriteNothing() {
	count := func() (n int64) {
		err := s.app.DB().NewQuery("SELECT (SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head') + " +
			"(SELECT count(*) FROM sync_mutation) + (SELECT count(*) FROM held_edits) + (SELECT sum(seq) FROM sync_feed) + " +
			"(SELECT sum(seq) FROM sync_doc) + (SELECT coalesce(sum(applied), 0) FROM sync_client)").Row(&n)
		if err != nil {
			s.fail("harness", "%v", err)
		}
		return n
	}
	before := count()
	for range 2 {
		for _, d := range s.devices {
			a, err := d.Step(context.Background())
			if err != nil {
				s.fail("I14", "%s: %v", d.name, err)
			}
			if a.Reset != nil || len(a.Changes) > 0 {
				s.fail("I11", "%s is idle and is sent %d rows again: %s", d.name, len(a.Changes), encoded(a.Reset))
			}
		}
	}
	if after := count(); after != before {
		s.fail("I14", "idle phones moved something: %d, then %d", before, after)
	}
}

// archive is all that the server holds of what phones did.
type archive struct {
	docs map[key]map[string]json.RawMessage
	held []keptRow
}

type keptRow struct {
	Kind       string `db:"kind"`
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Field      string `db:"field"`
	Ours       string `db:"ours"`
	Mutation   string `db:"mutation"`
}

func (s *storm) archive() archive {
	a := archive{docs: map[key]map[string]json.RawMessage{}}
	var rows []row
	err := s.app.DB().NewQuery("SELECT collection, record, seq, doc, versions FROM sync_doc").All(&rows)
	if err != nil {
		s.fail("harness", "%v", err)
	}
	for _, r := range rows {
		doc := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(r.Doc), &doc); err != nil {
			s.fail("harness", "%v", err)
		}
		a.docs[key{r.Collection, r.Record}] = doc
	}
	if err := s.app.DB().NewQuery("SELECT kind, collection, record, field, ours, mutation FROM held_edits").All(&a.held); err != nil {
		s.fail("harness", "%v", err)
	}
	return a
}

// i3i10NothingIsLost: each value of each mutation stands, is kept, or was overwritten by
// somebody who had seen it; after a restore too.
func (s *storm) i3i10NothingIsLost() {
	invariant := "I3"
	if s.life > 0 {
		invariant = "I10"
	}
	all := s.archive()
	for _, d := range s.devices {
		for _, m := range d.made {
			if m.forgotten {
				continue
			}
			r := d.Result(m.ID)
			if r != nil && r.Outcome == sync.Rejected {
				s.fail(invariant, "%s of %s is rejected: %s", m.ID, d.name, r.Code)
			}
			if where := s.missing(all, m.Mutation); where != "" {
				s.fail(invariant, "%s of %s (%s %s) is nowhere: %s; its result: %s", m.ID, d.name, m.Collection, m.Record, where, encoded(r))
			}
		}
	}
}

// missing names what of a mutation is nowhere; "" is nothing.
func (s *storm) missing(all archive, m sync.Mutation) string {
	k := key{m.Collection, m.Record}
	doc, stands := all.docs[k]
	whole := slices.ContainsFunc(all.held, func(h keptRow) bool { return h.Record == m.Record && h.Mutation == m.ID && h.Kind != "edit" })
	switch {
	case whole || s.deleted[k]:
		return ""
	case m.Op == sync.OpCreate && !stands:
		return "the record"
	case m.Collection == "actions":
		return ""
	}
	for field, value := range m.Set {
		if f := sync.Writable[m.Collection].Fields[field]; f.Policy != sync.Once && !s.somewhere(all, k, field, value, doc[field]) {
			return field + " " + string(value)
		}
	}
	return ""
}

// somewhere: a value stands, is kept, or whoever wrote what stands or is kept had seen it.
func (s *storm) somewhere(all archive, k key, field string, value, stands json.RawMessage) bool {
	if grows(k, field) && within(value, string(stands)) || s.oracle.knew(name(k, field, stands), name(k, field, value)) {
		return true
	}
	return slices.ContainsFunc(all.held, func(h keptRow) bool {
		switch {
		case h.Record != k.id:
			return false
		case h.Field == "": // a whole create; the entries of its lists are there too
			return strings.Contains(h.Ours, string(value)) || grows(k, field) && within(value, h.Ours)
		case h.Field != field:
			return false
		case grows(k, field):
			return within(value, h.Ours)
		}
		return s.oracle.knew(name(k, field, json.RawMessage(h.Ours)), name(k, field, value))
	})
}

// whole asks fsck, which makes everything anew from the records.
func (s *storm) whole() {
	report, err := store.Fsck{App: s.app}.Run()
	if err != nil {
		s.fail("fsck", "%v", err)
	}
	for _, d := range report.Differences {
		s.fail("fsck", "%s: %s %s %s", d.Check, d.Collection, d.Record, d.What)
	}
}

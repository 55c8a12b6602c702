package storm

// The invariants, each with its name. What is checked at each answer is here; what is
// checked at the quiet end is in end_test.go.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"xuncha/sync"
)

// invariants are what the protocol promises.
var invariants = map[string]string{
	"I1":      "quiet network: every client equals the server's view of its user",
	"I2":      "an applied state equals the view at some committed seq, and seqs only grow",
	"I3":      "every mutation answered ok, merged, conflict or held is in the record, in held_edits or in the actions",
	"I4":      "any retry, duplicate or reordering gives the same state and the same result",
	"I5":      "read your writes; the screen changes only with a finished snapshot or the user's own edit",
	"I6":      "nothing outside the scope after the pull that follows its loss; no ghost after a delete",
	"I7":      "what enters the scope arrives, whatever its age",
	"I8":      "no committed change is skipped",
	"I9":      "disjoint field edits commute",
	"I10":     "after a restore every mutation that a live client holds is applied again, or kept",
	"I11":     "compaction is invisible or a reset",
	"I12":     "an older client never wipes fields it does not know",
	"I13":     "no byte of a record that was never in the user's scope; after it left, only its id",
	"I14":     "two idle clients cause no writes",
	"I15":     "no value is displaced unless its editor had seen it or it is kept",
	"I16":     "no conflict against a value that the editor had seen or made",
	"harness": "the schedule itself goes on",
	"fsck":    "what phones hold is what the records say",
}

// view is what a phone of a user must show: by record its seq, document and versions.
type view map[key]row

type row struct {
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Seq        int64  `db:"seq"`
	Doc        string `db:"doc"`
	Versions   string `db:"versions"`
}

func (s *storm) view(user string) view {
	var rows []row
	err := s.app.DB().NewQuery("SELECT f.collection, f.record, f.seq, d.doc, d.versions FROM sync_feed f " +
		"JOIN sync_grant g ON g.bucket = f.bucket AND g.user = {:user} AND g.active = 1 " +
		"JOIN sync_doc d ON d.collection = f.collection AND d.record = f.record WHERE f.gone = '' ORDER BY f.seq").
		Bind(dbx.Params{"user": user}).All(&rows)
	if err != nil {
		s.fail("harness", "%v", err)
	}
	out := view{}
	for _, r := range rows {
		out[key{r.Collection, r.Record}] = r
	}
	return out
}

func (s *storm) head() (head int64, err error) {
	err = s.app.DB().NewQuery("SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'").Row(&head)
	return head, err
}

// scopes notes which cases each user has now, and so once had. Only desks, and who puts a
// backup back, change that.
func (s *storm) scopes() {
	all, err := s.cases()
	if err != nil {
		s.fail("harness", "%v", err)
	}
	byID := map[string]standing{}
	for _, c := range all {
		byID[c.ID] = c
	}
	s.has = map[string][]string{}
	for _, c := range all {
		root := c
		for root.Primary != "" {
			root = byID[root.Primary]
		}
		for _, user := range root.officers() {
			s.has[user] = append(s.has[user], c.ID)
			s.had[user+c.ID] = true
		}
	}
}

// inspect looks at what the server did and said.
func (s *storm) inspect(q sent, a *answer) {
	req, err := sync.ReadRequest(q.plain)
	if err != nil {
		s.fail("harness", "%v", err)
	}
	s.judge(&req)
	data, err := unpack(&http.Response{Header: a.header, Body: readAgain(a)})
	if err != nil {
		s.fail("harness", "%v", err)
	}
	if a.status != http.StatusOK {
		if a.status >= http.StatusInternalServerError {
			s.fail("I4", "a request is answered %d %s", a.status, data)
		}
		return
	}
	var got sync.Answer
	if err := json.Unmarshal(data, &got); err != nil {
		s.fail("harness", "%v", err)
	}
	s.met["answers"]++
	for _, r := range got.Results {
		s.met[string(r.Outcome)+" "+r.Code]++
	}
	if got.Reset != nil {
		s.met["reset "+got.Reset.Reason]++
	}
	s.i2SeqsGrow(got)
	s.i10OldEpochsAreAnsweredAlone(req, got)
	s.i4SameResult(q.user, got)
	s.i6i13OnlyHis(q.user, data, got)
	s.i16NoFalseConflict(req, got)
	if at := q.user + got.Cursor; got.Cursor != "" && !got.More && s.shown[at] == nil {
		s.shown[at] = s.view(q.user)
	}
}

// i2SeqsGrow: no head goes back, through restores too, and no result is above it.
func (s *storm) i2SeqsGrow(a sync.Answer) {
	if a.Head < s.newest {
		s.fail("I2", "the head was %d and is %d", s.newest, a.Head)
	}
	s.newest = a.Head
	for _, r := range a.Results {
		if r.Seq == 0 || r.Seq > a.Head {
			s.fail("I2", "mutation %s has seq %d, the head is %d", r.ID, r.Seq, a.Head)
		}
	}
	if a.Durable > a.Head {
		s.fail("I2", "durable is %d, the head %d", a.Durable, a.Head)
	}
}

// i10OldEpochsAreAnsweredAlone: of a request from a lost epoch nothing is applied; its phone is
// to bring what it holds in order.
func (s *storm) i10OldEpochsAreAnsweredAlone(req sync.Request, a sync.Answer) {
	old := req.Epoch != "" && req.Epoch != a.Epoch
	if renew := a.Reset != nil && a.Reset.Reason == sync.ResetEpoch; old && !renew || renew && len(a.Results)+len(a.Changes) > 0 {
		s.fail("I10", "a request of epoch %s is answered in %s: %s, %d results, %d rows", req.Epoch, a.Epoch, encoded(a.Reset), len(a.Results), len(a.Changes))
	}
}

// inLife is a name for as long as no backup is put back.
func (s *storm) inLife(parts ...string) string { return fmt.Sprint(s.life, parts) }

// i4SameResult: however often a mutation comes, its result is the first.
func (s *storm) i4SameResult(user string, a sync.Answer) {
	for _, r := range a.Results {
		r.N = 0
		id, data := s.inLife(user, r.ID), string(encoded(r))
		if old, ok := s.results[id]; ok && old != data {
			s.fail("I4", "mutation %s had the result %s, then %s", r.ID, old, data)
		}
		s.results[id] = data
	}
}

// i6i13OnlyHis: an answer holds documents of the user's cases only, and no byte of one that
// never was his.
func (s *storm) i6i13OnlyHis(user string, data []byte, a sync.Answer) {
	now := s.has[user]
	for _, id := range allCases {
		if !s.had[user+id] && strings.Contains(string(data), secret(id)) {
			s.fail("I13", "%s receives %s, which was never his", names[user], names[id])
		}
	}
	for _, c := range a.Changes {
		if c.Gone != "" && len(c.Doc)+len(c.Versions) > 0 {
			s.fail("I13", "the mark of %s %s says %s", c.Collection, c.Record, c.Doc)
		}
		if c.Gone != "" || c.Collection != "cases" && !slices.Contains(edited, c.Collection) && c.Collection != "actions" {
			continue
		}
		var doc struct{ ID, Case string }
		if err := json.Unmarshal(c.Doc, &doc); err != nil {
			s.fail("harness", "%v", err)
		}
		if c.Collection == "cases" {
			doc.Case = doc.ID
		}
		if !slices.Contains(now, doc.Case) {
			s.fail("I6", "%s receives %s %s of %s, which is not his", names[user], c.Collection, c.Record, names[doc.Case])
		}
	}
}

// judge looks at the saves since the last time; req is the request that made them, nil
// where a desk did.
func (s *storm) judge(req *sync.Request) {
	changes, rows := s.watch.take()
	sent := mutations(req)
	for _, k := range rows {
		was := sent[k.mutation].Was
		k.lostBefore = was != nil && (was.Outcome == sync.Held || was.Fields[k.field].Winner != sync.ByClient)
		k.knew = s.oracle.knew(name(k.key, k.field, k.ours), name(k.key, k.field, k.theirs))
		s.lost[s.inLife(k.mutation, k.field)] = k
	}
	for _, c := range changes {
		s.i12OnlyNamedFields(req, c)
		s.i15NothingDisplacedUnseen(c)
	}
}

// mutations of a request by their ids; a desk sends none.
func mutations(req *sync.Request) map[string]sync.Mutation {
	out := map[string]sync.Mutation{}
	if req == nil {
		return out
	}
	for _, raw := range req.Push {
		var m sync.Mutation
		if json.Unmarshal(raw, &m) == nil { // phones of ours send nothing else
			out[m.ID] = m
		}
	}
	return out
}

// i12OnlyNamedFields: a push changes the fields that it names and no others.
func (s *storm) i12OnlyNamedFields(req *sync.Request, c change) {
	if req == nil {
		return // a desk
	}
	for _, m := range mutations(req) {
		if _, named := m.Set[c.field]; named && strings.EqualFold(m.Record, c.id) {
			return
		}
	}
	s.fail("I12", "%s of %s became %s, and no mutation names it", c.field, c.id, c.now)
}

// i15NothingDisplacedUnseen: a value that goes was seen by who displaced it, or is kept.
func (s *storm) i15NothingDisplacedUnseen(c change) {
	switch {
	case absent(c.old):
	case grows(c.key, c.field):
		if !within(c.old, string(c.now)) {
			s.fail("I15", "%s of %s was %s and is %s", c.field, c.id, c.old, c.now)
		}
	case s.oracle.knew(name(c.key, c.field, c.now), name(c.key, c.field, c.old)), s.isKept(c.key, c.field, c.old):
	default:
		s.fail("I15", "%s of %s: %s displaced %s, which its author had not seen and nobody kept", c.field, c.id, c.now, c.old)
	}
}

// isKept tells whether held_edits holds a value of a field.
func (s *storm) isKept(k key, field string, value json.RawMessage) bool {
	var rows []string
	err := s.app.DB().NewQuery("SELECT ours FROM held_edits WHERE record = {:record} AND field = {:field}").
		Bind(dbx.Params{"record": k.id, "field": field}).Column(&rows)
	if err != nil {
		s.fail("harness", "%v", err)
	}
	return slices.ContainsFunc(rows, func(ours string) bool { return string(plain(json.RawMessage(ours))) == string(plain(value)) })
}

// i16NoFalseConflict: what loses had not seen what stands, unless it had lost before. A value
// that a desk took and a restore lost comes back as its author wrote it.
func (s *storm) i16NoFalseConflict(req sync.Request, a sync.Answer) {
	for _, r := range a.Results {
		for field, f := range r.Fields {
			k := s.lost[s.inLife(r.ID, field)]
			asAuthor := k.knew && !s.taken[name(k.key, k.field, k.ours)]
			if f.Winner == sync.ByServer && r.Outcome == sync.Conflict && asAuthor && !k.lostBefore && !absent(k.theirs) {
				s.fail("I16", "%s of %s: %s (%s, based on %q) lost against %s, which its author had seen: %s",
					field, k.id, k.ours, r.ID, mutations(&req)[r.ID].Base[field], k.theirs, k.code)
			}
		}
	}
}

// i5ScreenStands: before the snapshot is complete nothing on the screen moves.
func (s *storm) i5ScreenStands(d *device, before string) {
	if now := screen(d); !d.Wiped && now != before && (d.Staging != nil || d.Cursor == "") {
		s.fail("I5", "the screen of %s changed before the snapshot was complete: %s, then %s", d.name, before, now)
	}
}

// look compares what a phone shows, without its own edits, with the server's view at the
// moment of its cursor.
func (s *storm) look(d *device, a sync.Answer) {
	want, complete := s.shown[d.user+d.Cursor]
	if !complete || d.Wiped || d.Staging != nil || d.Cursor == "" {
		return
	}
	s.same(d, want, "I2")
	if d.Head < d.head {
		s.fail("I2", "%s showed the snapshot of %d and shows that of %d", d.name, d.head, d.Head)
	}
	d.head = d.Head
	s.i5OwnWrites(d, a)
}

// i5OwnWrites: what the answer says that stands is in the snapshot that it completes.
func (s *storm) i5OwnWrites(d *device, a sync.Answer) {
	if a.Cursor != d.Cursor || a.More {
		return
	}
	for _, r := range a.Results {
		for field, f := range r.Fields {
			k := slices.IndexFunc(d.made, func(m made) bool { return m.ID == r.ID })
			if k < 0 || f.Winner != sync.ByClient {
				continue
			}
			m := d.made[k]
			shown, held := d.Snapshot[m.Collection][m.Record]
			if held && sync.ParseVersion(shown.Versions[field]).Seq < sync.ParseVersion(f.Version).Seq && r.Outcome != sync.Noop {
				s.fail("I5", "%s of %s stands with %s, the snapshot of %s has %s", field, m.Record, f.Version, d.name, shown.Versions[field])
			}
		}
	}
}

// same compares a phone with a view: what is too much was to go (I6), what is missing was to
// come (I7), and what is older was skipped (I8).
func (s *storm) same(d *device, want view, otherwise string) {
	for collection, rows := range d.Snapshot {
		for id, got := range rows {
			r, ok := want[key{collection, id}]
			switch {
			case !ok:
				s.fail("I6", "%s shows %s %s, which is not his", d.name, collection, id)
			case got.Seq < r.Seq:
				s.fail("I8", "%s shows %s %s of seq %d, it stands at %d", d.name, collection, id, got.Seq, r.Seq)
			case d.looked[key{collection, id}] == got.Seq && otherwise != "I1": // it was looked at
			case got.Seq != r.Seq, string(encoded(got.Doc)) != r.Doc, string(encoded(got.Versions)) != r.Versions:
				s.fail(otherwise, "%s shows %s %s as %d %s %s, not %d %s %s", d.name, collection, id,
					got.Seq, encoded(got.Doc), encoded(got.Versions), r.Seq, r.Doc, r.Versions)
			default:
				d.looked[key{collection, id}] = got.Seq
			}
		}
	}
	for k := range want {
		if _, ok := d.Snapshot[k.collection][k.id]; !ok {
			s.fail("I7", "%s does not show %s %s", d.name, k.collection, k.id)
		}
	}
}

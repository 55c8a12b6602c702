package sync

// The judgement of one new mutation: form, then state, then the merge. State refusals
// are held, form refusals are rejected, and both are kept.

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

type judge struct {
	ctx    context.Context
	tx     Tx
	user   User
	client string
	a      *arrival
	m      *Mutation
	bases  map[string]int64 // the seq that each field's base stood for
}

// run judges a mutation and does what the judgement says.
func (j *judge) run() (Result, error) {
	sent, spelled := j.m.Set, echo(j.m.Record)
	defer func() { j.m.Record = spelled }() // in the ledger, as the phone knows it
	for field, token := range j.m.Base {
		j.m.Base[field] = echo(token) // what is longer is no token of ours
	}
	if j.a.bad != "" {
		return j.reject(j.a.bad)
	}
	j.m.Set = present(j.m)
	if code, _ := shape(j.m); code != "" {
		return j.reject(code)
	}
	if err := j.believe(); err != nil {
		return Result{}, err
	}
	j.m.Set = j.stamped(j.m.Set)
	result, err := j.state()
	if err != nil {
		return result, err
	}
	if result.Code == "" && j.m.At == "" {
		result.Code = CodeBadTime
	}
	return j.named(result, sent), nil
}

// named names the fields of a mutation that said nothing too.
func (j *judge) named(result Result, sent Fields) Result {
	for field := range sent {
		if _, ok := result.Fields[field]; ok || len(field) > maxEcho {
			continue
		}
		winner := ByClient
		if result.Outcome == Held || result.Outcome == Rejected {
			winner = ByServer
		}
		result.Fields[field] = FieldResult{Winner: winner}
	}
	return result
}

// reject keeps the body of what has no valid form.
func (j *judge) reject(code string) (Result, error) {
	j.m.Collection, j.m.Record = echo(j.m.Collection), echo(j.m.Record)
	m := *j.m
	m.ID, m.Base = j.a.key, nil
	seq, err := j.tx.Hold(j.user, j.client, &m, Holding{
		Kind: KindBody, State: StateRefused, Loss: Loss{Code: code, Ours: bodyOf(j.a.raw)},
	})
	return j.lost(Result{Outcome: Rejected, Code: code, Seq: seq, Fields: map[string]FieldResult{}}, Record{}), err
}

// echo is what is repeated of a malformed word.
func echo(s string) string {
	if len(s) > maxEcho {
		return ""
	}
	return s
}

// state looks where the record stands for this user.
func (j *judge) state() (Result, error) {
	place, err := j.tx.Place(j.user, j.m)
	if err != nil {
		return Result{}, err
	}
	if place.Record != "" && (place.InScope || place.Had) { // else nobody learns how it is spelled
		j.m.Record = place.Record
	}
	if j.m.Collection == "actions" {
		return j.action(place)
	}
	switch {
	case j.user.Disabled:
		return j.hold(place, CodeDisabled)
	case !place.InScope:
		return j.hold(place, CodeNotInScope)
	case j.m.Was != nil && j.m.Was.Outcome == Held:
		return j.hold(place, cmp.Or(echo(j.m.Was.Code), CodeSuperseded)) // as it was before the restore
	case j.a.keep != "":
		return j.hold(place, j.a.keep)
	case place.Closed && !(j.m.Collection == "evidence" && j.m.Op == OpCreate && j.before(place.ClosedAt)):
		return j.hold(place, CodeCaseClosed)
	case place.Frozen:
		return j.hold(place, CodeRoundFrozen)
	case j.m.Op == OpCreate:
		return j.create(place)
	case !place.Exists:
		return j.hold(place, CodeNotInScope)
	}
	return j.patch(place)
}

// before tells whether the device says that it happened before a time of ours.
func (j *judge) before(closed string) bool {
	at := string(j.m.At)
	if taken, err := decode[string](j.m.Set["taken_at"]); err == nil && taken != "" {
		at = taken
	}
	then, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return false
	}
	end, err := time.Parse(time.RFC3339Nano, closed)
	return err == nil && then.Before(end)
}

// hold keeps all of a mutation for a dispatcher; nothing is applied.
func (j *judge) hold(place Place, code string) (Result, error) {
	result := Result{Outcome: Held, Code: code, Fields: map[string]FieldResult{}}
	var record Record
	var err error
	if place.InScope {
		if record, err = j.tx.Record(j.m.Collection, j.m.Record); err != nil {
			return result, err
		}
	}
	for _, h := range j.holdings(record) {
		h.State, h.Case, h.Code = StateOpen, place.Case, code
		if result.Seq, err = j.tx.Hold(j.user, j.client, j.m, h); err != nil {
			return result, err
		}
	}
	return j.lost(result, record), nil
}

// holdings are a create as a whole, a patch field by field.
func (j *judge) holdings(record Record) []Holding {
	if j.m.Op == OpCreate {
		kind := KindCreate
		if j.m.Collection == "actions" {
			kind = KindAction
		}
		return []Holding{{Kind: kind, Loss: Loss{Ours: Encode(j.m.Set)}}}
	}
	var out []Holding
	for _, field := range slices.Sorted(maps.Keys(j.m.Set)) {
		out = append(out, Holding{Kind: KindEdit, Loss: Loss{Field: field, Theirs: record.Doc[field], Ours: j.m.Set[field]}})
	}
	return out
}

// lost names every field of a mutation as not standing.
func (j *judge) lost(result Result, record Record) Result {
	for field := range j.m.Set {
		if len(field) <= maxEcho {
			result.Fields[field] = FieldResult{ByServer, record.Versions[field]}
		}
	}
	return result
}

// action stores an action where the case is or was the user's; casework judges it.
func (j *judge) action(place Place) (Result, error) {
	if j.m.Op != OpCreate || !place.Had && !place.InScope {
		return j.hold(place, CodeNotInScope)
	}
	if place.Exists {
		return j.twin(place)
	}
	if j.a.keep != "" { // a copy is no act of who sends it: it does not go into the case's history
		return j.hold(place, j.a.keep)
	}
	review := j.user.Disabled || j.m.Was != nil && j.m.Was.Outcome == Held
	saved, err := j.tx.Save(j.ctx, Write{User: j.user, Client: j.client, M: j.m, Set: j.m.Set, Create: true, Review: review})
	if err != nil {
		return Result{}, err
	}
	return j.won(Result{Outcome: saved.Outcome, Code: saved.Code, Seq: saved.Seq, Fields: map[string]FieldResult{}}), nil
}

// create makes a record; one that is there already is the same one, or another's. A text
// that its column does not take is kept beside it.
func (j *judge) create(place Place) (Result, error) {
	if place.Exists {
		return j.twin(place)
	}
	set, losses := Fitting(j.m.Collection, j.m.Set)
	versions := j.oldVersions()
	saved, err := j.tx.Save(j.ctx, Write{
		User: j.user, Client: j.client, M: j.m, Set: set, Create: true, Late: place.Closed, Versions: versions,
	})
	if err != nil {
		return Result{}, err
	}
	result := j.won(Result{Outcome: OK, Seq: saved.Seq, Fields: map[string]FieldResult{}})
	for field, version := range versions {
		result.Fields[field] = FieldResult{ByClient, version}
	}
	j.version(&result)
	for _, loss := range losses {
		result.Outcome, result.Fields[loss.Field] = Conflict, FieldResult{Winner: ByServer}
	}
	if err := j.keep(&result, place, losses); err == nil && result.Code == "" && place.Closed {
		result.Code = CodeLate
	}
	return result, err
}

// Fitting divides a create into what its columns take and what they do not; that is kept
// beside the record, for a person.
func Fitting(collection string, sent Fields) (set Fields, losses []Loss) {
	set = maps.Clone(sent)
	for _, field := range slices.Sorted(maps.Keys(sent)) {
		if value := sent[field]; Writable[collection].Fields[field].tooLong(value) {
			delete(set, field)
			losses = append(losses, Loss{Field: field, Ours: value, Code: CodeTooLarge, Asks: true})
		}
	}
	return set, losses
}

// twin is a create of an id that is taken. What its author says a second time, and
// differently, is an edit that did not see what stands.
func (j *judge) twin(place Place) (Result, error) {
	if !place.InScope && !place.Had {
		return j.hold(place, CodeNotInScope)
	}
	record, err := j.tx.Record(j.m.Collection, j.m.Record)
	if err != nil {
		return Result{}, err
	}
	if place.Author != j.user.ID || !j.sameOnce(record) {
		return j.reject(CodeIDTaken)
	}
	if verdict := verdictOf(record); j.m.Collection == "actions" {
		return j.stands(verdict, record), nil
	}
	edits := Fields{}
	for field, value := range j.m.Set {
		if Writable[j.m.Collection].Fields[field].Policy != Once {
			edits[field] = value
		}
	}
	whole := j.m.Set
	j.m.Set, j.m.Base = edits, nil
	result, err := j.patch(place)
	j.m.Set = whole
	for field := range whole {
		if _, edited := edits[field]; !edited {
			result.Fields[field] = FieldResult{ByClient, record.Versions[field]}
		}
	}
	return result, err
}

// verdictOf is the answer that an action once got, as far as its record tells.
func verdictOf(record Record) Result {
	outcome, _ := decode[string](record.Doc["outcome"])
	code, _ := decode[string](record.Doc["code"])
	if outcome == needsReview {
		return Result{Outcome: Held, Code: code}
	}
	return Result{Outcome: Noop, Code: code}
}

// needsReview is the outcome of an action that waits for a dispatcher.
const needsReview = "needs_review"

// stands names every field of a mutation as it stands already.
func (j *judge) stands(result Result, record Record) Result {
	result.Fields = map[string]FieldResult{}
	for field := range j.m.Set {
		result.Fields[field] = FieldResult{ByClient, record.Versions[field]}
	}
	return result
}

// sameOnce compares what is written once.
func (j *judge) sameOnce(record Record) bool {
	for name, f := range Writable[j.m.Collection].Fields {
		ours, sent := j.m.Set[name]
		if f.Policy == Once && sent && !equalJSON(record.Doc[name], ours) {
			return false
		}
	}
	return true
}

// won names every field of a mutation as standing; version fills the token in.
func (j *judge) won(result Result) Result {
	for field := range j.m.Set {
		result.Fields[field] = FieldResult{Winner: ByClient}
	}
	return result
}

// stamped brings lists into their form, says in each entry of an append field who wrote
// it, and leaves the id out, which the mutation names itself.
func (j *judge) stamped(set Fields) Fields {
	out := maps.Clone(set)
	delete(out, "id")
	for name, value := range out {
		policy := Writable[j.m.Collection].Fields[name].Policy
		out[name] = tidy(policy, value)
		if policy != Append {
			continue
		}
		list, _ := decode[[]map[string]json.RawMessage](out[name]) // its form was checked
		for _, entry := range list {
			if _, named := entry["by"]; !named || j.a.keep == "" { // a copy may be of another's entry
				entry["by"] = quoted(j.user.ID)
			}
		}
		out[name] = Encode(list)
	}
	return out
}

// version writes the token of the result's seq into the fields that the client won.
func (j *judge) version(result *Result) {
	for field, f := range result.Fields {
		if f.Winner == ByClient && f.Version == "" {
			f.Version = Version{result.Seq, j.m.ID}.String()
			result.Fields[field] = f
		}
	}
}

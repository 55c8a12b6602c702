package sync

// A patch: the merge, what it writes, and what it keeps. A replay of a mutation that a
// restore forgot repeats its old verdict.

import (
	"maps"
	"slices"
)

func (j *judge) patch(place Place) (Result, error) {
	record, err := j.tx.Record(j.m.Collection, j.m.Record)
	if err != nil {
		return Result{}, err
	}
	j.m.Set = j.stamped(j.m.Set)
	out, err := mergeFields(j.m, record, func(field string) (int64, bool, error) {
		token, known := j.m.Base[field]
		if !known {
			return 0, false, nil
		}
		seq, err := resolve(j.tx, j.user.ID, field, token)
		return seq, true, err
	})
	if err != nil {
		return Result{}, err
	}
	if err := j.succeeded(&out, record); err != nil {
		return Result{}, err
	}
	if j.m.Was != nil {
		j.repeat(&out, record)
	}
	return j.write(place, out, record)
}

// succeeded: where a mutation that was built on this one stands already, this one's
// value is the older: it is kept and does not stand.
func (j *judge) succeeded(out *merged, record Record) error {
	for _, field := range slices.Sorted(maps.Keys(j.m.Set)) {
		policy := Writable[j.m.Collection].Fields[field].Policy
		if policy == Append || policy == Union || out.fields[field] == ByServer {
			continue
		}
		next, err := j.tx.Successor(j.m.ID, field)
		if err != nil {
			return err
		}
		if next != "" {
			out.lose(field, Loss{Theirs: record.Doc[field], Ours: j.m.Set[field], Code: CodeSuperseded})
		}
	}
	return nil
}

// lose turns a decision around: the server's value stands.
func (out *merged) lose(field string, l Loss) {
	delete(out.set, field)
	delete(out.versions, field)
	out.losses = slices.DeleteFunc(out.losses, func(old Loss) bool { return old.Field == field })
	l.Field = field
	out.fields[field], out.rank[field] = ByServer, Conflict
	out.losses = append(out.losses, l)
}

// repeat gives a replayed mutation its old verdict: what had lost is kept; what had won
// is written with its old version, unless what stands is as new or newer.
func (j *judge) repeat(out *merged, record Record) {
	for field, was := range j.m.Was.Fields {
		value, sent := j.m.Set[field]
		policy := Writable[j.m.Collection].Fields[field].Policy
		if !sent || policy == Append || policy == Union {
			continue
		}
		stands := ParseVersion(record.Versions[field])
		old := ParseVersion(was.Version).Seq
		if old == 0 {
			old = j.m.Was.Seq
		}
		names := ParseVersion(j.m.Base[field]).Mutation
		switch {
		case equalJSON(record.Doc[field], value):
		case was.Winner != ByClient, stands.Seq >= old && (names == "" || names != stands.Mutation):
			out.lose(field, Loss{Theirs: record.Doc[field], Ours: value, Code: CodeSuperseded})
		case names != "" && names == stands.Mutation:
			out.win(field, value, "")
		default:
			out.win(field, value, Version{old, j.m.ID}.String())
		}
	}
}

func (out *merged) win(field string, value []byte, version string) {
	out.losses = slices.DeleteFunc(out.losses, func(old Loss) bool { return old.Field == field && !old.Other })
	out.set[field], out.fields[field], out.rank[field] = value, ByClient, OK
	if version != "" {
		out.versions[field] = version
	}
}

// oldVersions are the tokens that a replayed create once had.
func (j *judge) oldVersions(versions map[string]string) map[string]string {
	if j.m.Was == nil || j.m.Was.Seq == 0 {
		return versions
	}
	out := map[string]string{}
	for field := range j.m.Set {
		out[field] = Version{j.m.Was.Seq, j.m.ID}.String()
	}
	return out
}

// write saves what stands, keeps what does not, and names every field.
func (j *judge) write(place Place, out merged, record Record) (Result, error) {
	result := Result{Outcome: out.outcome(), Fields: map[string]FieldResult{}}
	written := int64(0) // the seq of the save; what is kept takes others
	if len(out.set) > 0 {
		saved, err := j.tx.Save(j.ctx, Write{User: j.user, Client: j.client, M: j.m, Set: out.set, Versions: out.versions})
		if err != nil {
			return result, err
		}
		result.Seq, written = saved.Seq, saved.Seq
	}
	for _, loss := range out.losses {
		state := StateDismissed
		if loss.Asks {
			state = StateOpen
		}
		seq, err := j.tx.Hold(j.user, j.client, j.m, Holding{Kind: KindEdit, State: state, Case: place.Case, Loss: loss})
		if err != nil {
			return result, err
		}
		if loss.Code != CodeDisplaced || !loss.Other {
			result.Code = loss.Code
		}
		result.Seq = max(result.Seq, seq)
	}
	for field, winner := range out.fields {
		f := FieldResult{Winner: winner, Version: record.Versions[field]}
		if _, wrote := out.set[field]; wrote {
			f.Version = out.versions[field]
			if f.Version == "" {
				f.Version = Version{written, j.m.ID}.String()
			}
		}
		result.Fields[field] = f
	}
	return result, nil
}

package sync

// Replays: after a restore a phone sends again what the server has forgotten, each with
// the result that it once got. The old verdict is repeated, whatever the order in which
// phones come back.

import (
	"maps"
	"slices"
)

// believe takes a replay's word only where it can be true: what was lost is older than
// this epoch. Within an epoch the ledger knows better.
func (j *judge) believe() error {
	if j.m.Was == nil {
		return nil
	}
	base, err := j.tx.EpochBase()
	if err != nil {
		return err
	}
	if j.m.Was.Seq <= 0 || j.m.Was.Seq > base {
		j.m.Was = nil
	}
	return nil
}

// wasSeq is the seq at which a field was written before the restore.
func (j *judge) wasSeq(field string) int64 {
	seq := ParseVersion(j.m.Was.Fields[field].Version).Seq
	if seq <= 0 || seq > j.m.Was.Seq {
		return j.m.Was.Seq
	}
	return seq
}

// oldVersions are the tokens that a replayed create once had.
func (j *judge) oldVersions() map[string]string {
	out := map[string]string{}
	if j.m.Was == nil {
		return out
	}
	for field := range j.m.Set {
		out[field] = Version{j.wasSeq(field), j.m.ID}.String()
	}
	return out
}

// succeeded: where a mutation that was built on this one was applied already, this one's
// value is the older: it is kept and does not stand. It is not the older where that one
// stands no more and the editor had seen what stands instead: work older still, which came
// again between the two.
func (j *judge) succeeded(out *merged, record Record) error {
	for _, field := range slices.Sorted(maps.Keys(j.m.Set)) {
		if j.gathers(field) || out.fields[field] == ByServer || equalValue(record.Doc[field], j.m.Set[field]) {
			continue
		}
		at, found, err := j.tx.Successor(j.m.ID, field)
		if err != nil {
			return err
		}
		if found && !(out.seen[field] && at.Seq < ParseVersion(record.Versions[field]).Seq) {
			out.lose(field, Loss{Theirs: record.Doc[field], Ours: j.m.Set[field], Code: CodeSuperseded})
		}
	}
	return nil
}

// gathers: a field that only ever grows needs no old verdict.
func (j *judge) gathers(field string) bool {
	policy := Writable[j.m.Collection].Fields[field].Policy
	return policy == Append || policy == Union
}

// repeat gives each field of a replay its old verdict: what had lost is kept; what had
// won is written with its old version, unless what stands is as new or newer. Whose editor
// had seen what stands now is the next in any case.
func (j *judge) repeat(out *merged, record Record) {
	for _, field := range slices.Sorted(maps.Keys(j.m.Set)) {
		was, named := j.m.Was.Fields[field]
		if !named || j.gathers(field) || equalValue(record.Doc[field], j.m.Set[field]) {
			continue
		}
		stands, old := ParseVersion(record.Versions[field]), j.wasSeq(field)
		switch {
		case was.Winner != ByClient:
			out.lose(field, Loss{Theirs: record.Doc[field], Ours: j.m.Set[field], Code: CodeSuperseded})
		case stands.Seq < old:
			out.win(field, j.m.Set[field], record, Version{old, j.m.ID}.String())
		case out.seen[field]:
			out.win(field, j.m.Set[field], record, "")
		default:
			out.lose(field, Loss{Theirs: record.Doc[field], Ours: j.m.Set[field], Code: CodeSuperseded})
		}
	}
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

// win turns a decision around: the value stands. One that had not seen what it displaces
// leaves it to be kept.
func (out *merged) win(field string, value []byte, record Record, version string) {
	unseen := out.rank[field] == Conflict
	out.losses = slices.DeleteFunc(out.losses, func(old Loss) bool { return old.Field == field && !old.Other })
	if unseen && record.Versions[field] != "" {
		out.losses = append(out.losses, Loss{
			Field: field, Theirs: value, Ours: record.Doc[field], Code: CodeDisplaced, Other: true,
			Mutation: ParseVersion(record.Versions[field]).Mutation,
		})
	}
	out.set[field], out.fields[field], out.rank[field] = value, ByClient, OK
	if version != "" {
		out.versions[field] = version
	}
}

package sync

// A patch: the merge, what it writes, and what it keeps.

func (j *judge) patch(place Place) (Result, error) {
	record, err := j.tx.Record(j.m.Collection, j.m.Record)
	if err != nil {
		return Result{}, err
	}
	if err := j.resolveBases(record); err != nil {
		return Result{}, err
	}
	out := mergeFields(j.m, record, j.bases)
	if j.m.Was != nil {
		j.repeat(&out, record)
	}
	if err := j.succeeded(&out, record); err != nil {
		return Result{}, err
	}
	return j.write(place, out, record)
}

// resolveBases finds what each field's base stands for; a field without one is left out.
func (j *judge) resolveBases(record Record) error {
	j.bases = map[string]int64{}
	for field := range j.m.Set {
		token, known := j.m.Base[field]
		if !known {
			continue
		}
		if token != "" && token == record.Versions[field] { // what stands needs no history
			j.bases[field] = ParseVersion(token).Seq
			continue
		}
		seq, err := resolve(j.tx, j.user.ID, field, token)
		if err != nil {
			return err
		}
		j.bases[field] = seq
	}
	return nil
}

// baseOf is what the ledger keeps of a mutation's bases: where one was resolved, its
// seq, so that a long chain of edits that did not stand is not walked again and again.
func (j *judge) baseOf() map[string]string {
	out := map[string]string{}
	for field := range j.m.Set {
		token, known := j.m.Base[field]
		switch seq := j.bases[field]; {
		case seq > 0:
			out[field] = Version{Seq: seq}.String()
		case known:
			out[field] = echo(token)
		}
	}
	return out
}

// write saves what stands, keeps what does not, and names every field.
func (j *judge) write(place Place, out merged, record Record) (Result, error) {
	result := Result{Outcome: out.outcome(), Fields: map[string]FieldResult{}}
	written := int64(0) // the seq of the save; what is kept takes others
	if len(out.set) > 0 {
		saved, err := j.tx.Save(j.ctx, Write{User: j.user, Client: j.client, M: j.m, Set: out.set, Versions: out.versions, Stands: record})
		if err != nil {
			return result, err
		}
		result.Seq, written = saved.Seq, saved.Seq
	}
	if err := j.keep(&result, place, out.losses); err != nil {
		return result, err
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

// keep keeps what does not stand.
func (j *judge) keep(result *Result, place Place, losses []Loss) error {
	for _, loss := range losses {
		state := StateDismissed
		if loss.Asks {
			state = StateOpen
		}
		seq, err := j.tx.Hold(j.user, j.client, j.m, Holding{Kind: KindEdit, State: state, Case: place.Case, Loss: loss})
		if err != nil {
			return err
		}
		if !loss.Other {
			result.Code = loss.Code
		}
		result.Seq = max(result.Seq, seq)
	}
	return nil
}

// basedOn remembers for each field that stood which mutation it was built on.
func (j *judge) basedOn(result Result) map[string]string {
	out := map[string]string{}
	for field, f := range result.Fields {
		id := ParseVersion(j.m.Base[field]).Mutation
		if f.Winner == ByClient && id != "" && id != j.m.ID {
			out[field] = id
		}
	}
	return out
}

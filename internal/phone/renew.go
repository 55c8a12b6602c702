package phone

// Beginning anew: after a restore of the server, a clone of the phone, or where the
// server has forgotten what it had applied.

import "slices"

// renew takes a new client id, puts what was answered before what was not, in the old
// order and with the results it got, and pulls everything again.
func (p *Phone) renew(epoch string) {
	var again []Kept
	for _, k := range p.Answered {
		again = append(again, k.again())
	}
	p.Outbox, p.Answered = append(again, p.Outbox...), nil
	p.Client, p.Epoch, p.Cursor, p.N = p.NewID(), epoch, "", 0
	for i := range p.Outbox {
		p.N++
		p.Outbox[i].Mutation.N = p.N
	}
	p.Staging, p.Replace = nil, true
}

// again is an answered mutation as it is replayed: the first result that it ever got
// stays with it.
func (k Kept) again() Kept {
	if k.Mutation.Was == nil {
		k.Mutation.Was = k.Result
	}
	k.Result = nil
	return k
}

// rewind puts back what the server does not know any more. Where that is not a whole
// run of numbers, the phone renews.
func (p *Phone) rewind(applied int64) {
	i := slices.IndexFunc(p.Answered, func(k Kept) bool { return k.Mutation.N > applied })
	if i < 0 {
		i = len(p.Answered)
	}
	var again []Kept
	for _, k := range p.Answered[i:] {
		again = append(again, k.again())
	}
	p.Answered, p.Outbox = p.Answered[:i], append(again, p.Outbox...)
	if len(p.Outbox) > 0 && p.Outbox[0].Mutation.N != applied+1 {
		p.renew(p.Epoch)
	}
}

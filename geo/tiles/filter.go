package tiles

// Which cases are looked at.

import "slices"

// Filter says which cases count. The zero value takes all.
type Filter struct {
	Statuses uint16 // bit set; 0 is every status
	Types    uint16 // a case with any of them; 0 is every case
	With     Flags  // all of these are set
	Without  Flags  // none of these is
	From, To int    // first and last day of Received, both in; 0 is no end
}

// attr is all that a case carries, in one word: status, flags, types, day, and above them
// the number of the set of nodes that it is in.
type attr uint64

const (
	flagBits = 4
	typeBits = 8
	dayBits  = 24
	setBits  = 40

	everyStatus = 1<<Statuses - 1
	maxSets     = 1 << (64 - setBits)
)

func attrOf(p Point, set uint32) attr {
	return attr(p.Status) | attr(p.Flags)<<flagBits | attr(p.Types)<<typeBits | attr(p.Received)<<dayBits | attr(set)<<setBits
}

func (a attr) status() uint8 { return uint8(a & (Statuses - 1)) }
func (a attr) flags() Flags  { return Flags(a >> flagBits & attr(allFlags)) }
func (a attr) set() uint32   { return uint32(a >> setBits) }

// overdue is 1 or 0.
func (a attr) overdue() uint32 { return uint32(a >> flagBits & attr(Overdue)) }

// match is a filter made ready.
type match struct {
	plain    bool // it asks for statuses alone: the tallies know
	statuses uint64
	flags    uint64 // that are looked at
	want     uint64 // what they must be
	types    uint64
	from, to uint64 // days, the second one behind the last
}

func (f Filter) match() match {
	m := match{
		statuses: uint64(f.Statuses), flags: uint64(f.With|f.Without) << flagBits, want: uint64(f.With) << flagBits,
		types: uint64(f.Types) << typeBits, from: uint64(max(0, min(f.From, lastDay+1))), to: lastDay + 1,
	}
	if m.statuses == 0 {
		m.statuses = everyStatus
	}
	if f.To != 0 {
		m.to = uint64(max(0, min(f.To, lastDay)+1))
	}
	if f.With&f.Without != 0 || m.to <= m.from {
		m.statuses = 0 // nothing is both, and no day is in between
	}
	m.plain = m.flags == 0 && m.types == 0 && m.from == 0 && m.to > lastDay
	return m
}

// takes tells whether a case is looked at.
func (m *match) takes(a attr) bool {
	v := uint64(a)
	day := v >> dayBits & lastDay
	return m.statuses>>a.status()&1 != 0 && (v^m.want)&m.flags == 0 && (m.types == 0 || v&m.types != 0) && day >= m.from && day < m.to
}

// pick gives the places of the cases that are looked at; into is room for them. It asks one
// thing after the other, of those that are left, and notes each place whether it stays or
// not: a filter that takes every second case would have the processor guess wrong.
func (m *match) pick(into []int32, attrs []attr) []int32 {
	into = slices.Grow(into[:0], len(attrs))[:len(attrs)]
	for i := range into {
		into[i] = int32(i)
	}
	if m.flags != 0 {
		n := 0
		for _, i := range into {
			into[n] = i
			if (uint64(attrs[i])^m.want)&m.flags == 0 {
				n++
			}
		}
		into = into[:n]
	}
	if m.statuses != everyStatus {
		n := 0
		for _, i := range into {
			into[n] = i
			n += int(m.statuses >> attrs[i].status() & 1)
		}
		into = into[:n]
	}
	if m.types != 0 {
		n := 0
		for _, i := range into {
			into[n] = i
			if uint64(attrs[i])&m.types != 0 {
				n++
			}
		}
		into = into[:n]
	}
	if m.from > 0 || m.to <= lastDay {
		n := 0
		for _, i := range into {
			into[n] = i
			if uint64(attrs[i])>>dayBits&lastDay-m.from < m.to-m.from {
				n++
			}
		}
		into = into[:n]
	}
	return into
}

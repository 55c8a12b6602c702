package tiles

// Where the case with an id lies, in 12 bytes a case and some room.

import "hash/maphash"

// index is a table of places with open addressing. It does not know the ids: a place is found
// by 32 bits of its id's hash, and who asks looks whether the case is there.
type index struct {
	hash   func(packed) uint32 // not 0
	tags   []uint32            // 0 is an empty slot
	places []uint64
	n      int
}

func newIndex() index {
	seed := maphash.MakeSeed()
	return index{hash: func(id packed) uint32 { return max(1, uint32(maphash.Bytes(seed, id[:])>>32)) }}
}

// empty is an index with the same hash.
func (x *index) empty() index { return index{hash: x.hash} }

// home is the slot that a tag is in, or behind.
func (x *index) home(tag uint32) int { return int(uint64(tag) * uint64(len(x.tags)) >> 32) }

// next is the slot behind one.
func (x *index) next(slot int) int {
	if slot++; slot < len(x.tags) {
		return slot
	}
	return 0
}

// find is the slot of an id, the one whose place is it.
func (x *index) find(id packed, is func(place uint64) bool) (slot int, found bool) {
	if len(x.tags) == 0 {
		return 0, false
	}
	tag := x.hash(id)
	for slot = x.home(tag); x.tags[slot] != 0; slot = x.next(slot) {
		if x.tags[slot] == tag && is(x.places[slot]) {
			return slot, true
		}
	}
	return slot, false
}

// add notes the place of a case that has none.
func (x *index) add(id packed, place uint64) {
	if 4*(x.n+1) > 3*len(x.tags) {
		x.grow(2 * x.n)
	}
	x.put(x.hash(id), place)
	x.n++
}

// grow makes room for n cases, with half as much again left empty.
func (x *index) grow(n int) {
	tags, places, slots := x.tags, x.places, 16+n+n/2
	x.tags, x.places = make([]uint32, slots), make([]uint64, slots)
	for i, tag := range tags {
		if tag != 0 {
			x.put(tag, places[i])
		}
	}
}

func (x *index) put(tag uint32, place uint64) {
	slot := x.home(tag)
	for x.tags[slot] != 0 {
		slot = x.next(slot)
	}
	x.tags[slot], x.places[slot] = tag, place
}

// remove empties a slot and moves those behind it up that would not be found otherwise.
func (x *index) remove(slot int) {
	hole := slot
	for at := x.next(slot); x.tags[at] != 0; at = x.next(at) {
		if home := x.home(x.tags[at]); x.reaches(home, hole, at) {
			x.tags[hole], x.places[hole] = x.tags[at], x.places[at]
			hole = at
		}
	}
	x.tags[hole] = 0
	x.n--
}

// reaches tells whether the way from home to at leads over a hole.
func (x *index) reaches(home, hole, at int) bool {
	if home <= at {
		return home <= hole && hole < at
	}
	return home <= hole || hole < at // around the end
}

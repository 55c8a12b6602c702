package dispatch

// The order of a way through places: two beginnings, nearest neighbour and farthest
// insertion, each made shorter by 2-opt and Or-opt until neither helps. It knows distances
// only, and of two that are equal takes the first.

import (
	"math"
	"slices"
)

// tour finds orders; its memory is used again.
type tour struct {
	n     int       // nodes: the start, the stops, the end
	dist  []float64 // metres, n × n
	seq   []int32   // the order: the start first, the end last
	spare []int32   // another one
	apart []float64 // metres of each node from the way; less than nothing for those on it
}

// gain in metres below which nothing is changed: rounding is no reason to turn round.
const gain = 1e-6

// segment is the longest piece that Or-opt moves.
const segment = 3

// reset makes room for a start, some stops and an end.
func (t *tour) reset(stops int) {
	t.n = stops + 2
	if cap(t.dist) < t.n*t.n {
		t.dist = make([]float64, t.n*t.n)
	}
	t.dist, t.seq = t.dist[:t.n*t.n], t.seq[:0]
}

func (t *tour) set(i, j int, metres float64) {
	t.dist[i*t.n+j], t.dist[j*t.n+i] = metres, metres
}

func (t *tour) d(i, j int32) float64 { return t.dist[int(i)*t.n+int(j)] }

// order puts the nodes into seq.
func (t *tour) order() {
	t.nearest()
	t.improve()
	first := t.length()
	t.spare, t.seq = t.seq, t.spare[:0]
	t.farthest()
	t.improve()
	if t.length() > first-gain {
		t.spare, t.seq = t.seq, t.spare
	}
}

func (t *tour) improve() {
	for t.twoOpt() || t.orOpt() {
	}
}

// farthest takes each time the place that is farthest from the way to where it costs least.
func (t *tour) farthest() {
	t.seq = append(t.seq, 0, int32(t.n-1))
	t.apart = append(t.apart[:0], t.dist[:t.n]...)
	for len(t.seq) < t.n {
		far := int32(-1)
		for k := int32(1); k < int32(t.n-1); k++ {
			if t.apart[k] >= 0 && (far < 0 || t.apart[k] > t.apart[far]) {
				far = k
			}
		}
		at, cost := 0, math.Inf(1)
		for p := 1; p < len(t.seq); p++ {
			a, b := t.seq[p-1], t.seq[p]
			if c := t.d(a, far) + t.d(far, b) - t.d(a, b); c < cost {
				at, cost = p, c
			}
		}
		t.seq = slices.Insert(t.seq, at, far)
		t.apart[far] = -1
		for k := int32(1); k < int32(t.n-1); k++ {
			t.apart[k] = min(t.apart[k], t.d(k, far))
		}
	}
}

// nearest goes each time to the nearest place that is left; of equals to the first.
func (t *tour) nearest() {
	for i := range t.n - 1 {
		t.seq = append(t.seq, int32(i))
	}
	for i := 1; i < len(t.seq); i++ {
		nearest := i
		for j := i + 1; j < len(t.seq); j++ {
			a, b := t.d(t.seq[i-1], t.seq[j]), t.d(t.seq[i-1], t.seq[nearest])
			if a < b || a == b && t.seq[j] < t.seq[nearest] {
				nearest = j
			}
		}
		t.seq[i], t.seq[nearest] = t.seq[nearest], t.seq[i]
	}
	t.seq = append(t.seq, int32(t.n-1))
}

// twoOpt turns pieces round wherever that is shorter.
func (t *tour) twoOpt() bool {
	found := false
	s := t.seq
	for i := 0; i < t.n-3; i++ {
		for j := i + 2; j < t.n-1; j++ {
			// the piece i+1 … j
			before := t.d(s[i], s[i+1]) + t.d(s[j], s[j+1])
			if t.d(s[i], s[j])+t.d(s[i+1], s[j+1]) < before-gain {
				reverse(s[i+1 : j+1])
				found = true
			}
		}
	}
	return found
}

func reverse(s []int32) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}

// orOpt moves pieces of up to three to where they fit better, turned round if that helps.
func (t *tour) orOpt() bool {
	found := false
	for length := 1; length <= segment; length++ {
		for i := 1; i+length < t.n; i++ {
			found = t.move(i, length) || found
		}
	}
	return found
}

// move takes the piece of a length at i to its best place, if that is shorter.
func (t *tour) move(i, length int) bool {
	s := t.seq
	first, last := s[i], s[i+length-1]
	before, after := s[i-1], s[i+length]
	saved := t.d(before, first) + t.d(last, after) - t.d(before, after)
	best, to, turned := saved-gain, -1, false
	for p := 0; p < t.n-1; p++ {
		if p >= i-1 && p < i+length {
			continue
		}
		a, b := s[p], s[p+1]
		open := t.d(a, b)
		if c := t.d(a, first) + t.d(last, b) - open; c < best {
			best, to, turned = c, p, false
		}
		if c := t.d(a, last) + t.d(first, b) - open; c < best {
			best, to, turned = c, p, true
		}
	}
	if to < 0 {
		return false
	}
	if turned {
		reverse(s[i : i+length])
	}
	if to < i { // three turns move a piece
		rotate(s[to+1:i+length], i-to-1)
	} else {
		rotate(s[i:to+1], length)
	}
	return true
}

// rotate brings what stands from k on to the front.
func rotate(s []int32, k int) {
	reverse(s[:k])
	reverse(s[k:])
	reverse(s)
}

func (t *tour) length() float64 {
	sum := 0.0
	for i := 1; i < len(t.seq); i++ {
		sum += t.d(t.seq[i-1], t.seq[i])
	}
	return sum
}

package tiles

// Vector tiles, written by hand: one layer of points. The numbers are those of the fields in
// vector_tile.proto, version 2.1.

import (
	"encoding/binary"
	"strconv"

	"github.com/paulmach/orb/maptile"
)

// Tags of protobuf fields: number<<3 | wire type.
const (
	tileLayer = 3<<3 | 2

	layerName    = 1<<3 | 2
	layerFeature = 2<<3 | 2
	layerKey     = 3<<3 | 2
	layerValue   = 4<<3 | 2
	layerExtent  = 5 << 3
	layerVersion = 15 << 3

	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2
	valueUint   = 5 << 3
	valueBool   = 7 << 3

	aPoint = 1        // as a type
	moveTo = 1 | 1<<3 // as a command, for one point
)

// Keys of properties; behind them those of the statuses.
const (
	keyN = iota
	keyOverdue
	keyID
	keyStatus
	keyDueSoon
	keyUrgent
	keyStarred
	keyCrowded
	keyShares
	keys = keyShares + Statuses
)

// words are what the tiles of a set are written with.
type words struct {
	keys     [keys]string
	statuses [Statuses]string
}

func wordsOf(statuses [Statuses]string) words {
	w := words{keys: [keys]string{"n", "overdue", "id", "status", "due_soon", "urgent", "starred", "crowded"}, statuses: statuses}
	for i, name := range statuses {
		if name == "" {
			w.statuses[i] = strconv.Itoa(i)
		}
		w.keys[keyShares+i] = "s_" + w.statuses[i]
	}
	return w
}

// layer is a tile that is being written. Keys and values stand once in it, in the order of
// their first use, and features name them by their number.
type layer struct {
	words    *words
	origin   spot
	zoom     maptile.Zoom
	features []byte
	keys     []byte
	values   []byte

	keyed   [keys]uint32      // number of each key, + 1
	named   [Statuses]uint32  // and of each status as a value
	yes     uint32            // and of true
	small   [128]uint32       // number of each value below 128, + 1
	large   map[uint64]uint32 // and of those above
	nKeys   uint32
	nValues uint32
	tags    []byte // of one feature
}

func newLayer(w *words, t maptile.Tile) *layer {
	return &layer{words: w, origin: corner(t), zoom: t.Z, large: map[uint64]uint32{}}
}

// cluster writes many cases at their mean place.
func (l *layer) cluster(s *sum, crowded bool) {
	l.counts(s)
	if crowded {
		l.yesTo(keyCrowded)
	}
	n := uint64(s.N)
	l.feature(spot(s.x/n)<<32 | spot(s.y/n))
}

// single writes one case.
func (l *layer) single(r row) {
	var one sum
	one.point(r.spot, r.attr)
	l.counts(&one)
	l.tag(keyID, l.text(r.id.String()))
	status := r.attr.status()
	if l.named[status] == 0 {
		l.named[status] = l.text(l.words.statuses[status]) + 1
	}
	l.tag(keyStatus, l.named[status]-1)
	for i, flag := range [...]Flags{DueSoon, Urgent, Starred} {
		if r.attr.flags()&flag != 0 {
			l.yesTo(keyDueSoon + i)
		}
	}
	l.feature(r.spot)
}

// counts are the properties that every feature has.
func (l *layer) counts(s *sum) {
	l.tags = l.tags[:0]
	l.tag(keyN, l.number(s.N))
	l.tag(keyOverdue, l.number(s.Overdue))
	for status, n := range s.Status {
		if n > 0 {
			l.tag(keyShares+status, l.number(n))
		}
	}
}

func (l *layer) tag(key int, value uint32) {
	if l.keyed[key] == 0 {
		l.nKeys++
		l.keyed[key] = l.nKeys
		l.keys = text(l.keys, layerKey, l.words.keys[key])
	}
	l.tags = binary.AppendUvarint(l.tags, uint64(l.keyed[key]-1))
	l.tags = binary.AppendUvarint(l.tags, uint64(value))
}

func (l *layer) yesTo(key int) {
	if l.yes == 0 {
		l.yes = l.value(valueBool, 1) + 1
	}
	l.tag(key, l.yes-1)
}

// number is the number of a value that is a number.
func (l *layer) number(n int) uint32 {
	v := uint64(n)
	if v < uint64(len(l.small)) {
		if l.small[v] == 0 {
			l.small[v] = l.value(valueUint, v) + 1
		}
		return l.small[v] - 1
	}
	at, known := l.large[v]
	if !known {
		at = l.value(valueUint, v)
		l.large[v] = at
	}
	return at
}

func (l *layer) value(tag byte, v uint64) uint32 {
	var body [1 + binary.MaxVarintLen64]byte
	l.values = block(l.values, layerValue, binary.AppendUvarint(append(body[:0], tag), v))
	l.nValues++
	return l.nValues - 1
}

func (l *layer) text(s string) uint32 {
	body := text(make([]byte, 0, 2*longestID), valueString, s)
	l.values = block(l.values, layerValue, body)
	l.nValues++
	return l.nValues - 1
}

// feature ends one with the tags so far.
func (l *layer) feature(at spot) {
	var geometry [1 + 2*binary.MaxVarintLen32]byte
	g := append(geometry[:0], moveTo)
	g = binary.AppendUvarint(g, zigzag(l.local(at.x(), l.origin.x())))
	g = binary.AppendUvarint(g, zigzag(l.local(at.y(), l.origin.y())))
	// 24 properties of four bytes at most and the place: each length is one byte
	l.features = append(l.features, layerFeature, byte(2+len(l.tags)+2+2+len(g)))
	l.features = block(l.features, featureTags, l.tags)
	l.features = append(l.features, featureType, aPoint)
	l.features = block(l.features, featureGeometry, g)
}

// local is a place within the tile, 0 to extent-1.
func (l *layer) local(v, origin uint64) uint64 { return (v - origin) * extent >> (32 - l.zoom) }

// zigzag of a number that is not negative.
func zigzag(v uint64) uint64 { return v << 1 }

// bytes is the tile.
func (l *layer) bytes() []byte {
	if len(l.features) == 0 {
		return nil
	}
	head := text(nil, layerName, "cases")
	tail := binary.AppendUvarint([]byte{layerExtent}, extent)
	tail = append(tail, layerVersion, 2)
	size := len(head) + len(l.features) + len(l.keys) + len(l.values) + len(tail)
	out := make([]byte, 0, size+1+binary.MaxVarintLen32)
	out = binary.AppendUvarint(append(out, tileLayer), uint64(size))
	for _, part := range [][]byte{head, l.features, l.keys, l.values, tail} {
		out = append(out, part...)
	}
	return out
}

// block appends a field of bytes.
func block(to []byte, tag byte, body []byte) []byte {
	return append(binary.AppendUvarint(append(to, tag), uint64(len(body))), body...)
}

func text(to []byte, tag byte, s string) []byte {
	return append(binary.AppendUvarint(append(to, tag), uint64(len(s))), s...)
}

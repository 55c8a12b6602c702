package board

// The filters of a list that an index can answer.

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	stdsync "sync"
	"time"

	"xuncha/casework"
	"xuncha/geo/tiles"
	"xuncha/hooks/store/desk"
)

// statusNumber is that of a state in tiles; a state that nobody knows is the last.
func statusNumber(status casework.Status) uint8 {
	i := slices.IndexFunc(order, func(s casework.State) bool { return s.Code == status })
	if i < 0 {
		return tiles.Statuses - 1
	}
	return uint8(i) //nolint:gosec // there are fifteen
}

// Status is the state of a number in tiles.
func Status(n int) casework.Status {
	if n < 0 || n >= len(order) {
		return ""
	}
	return order[n].Code
}

// Open is the bit set of the states in which a case is open.
func Open() (set uint16) {
	for i, s := range order {
		if s.Open {
			set |= 1 << i
		}
	}
	return set
}

// pollution are the words of types, in the order of their bits.
var pollution = func() (codes []string) {
	for _, w := range casework.Process().Words["pollution_type"] {
		codes = append(codes, w.Code)
	}
	return codes
}()

// seenTypes are the bits of lists of types as they stand in the database: there are few.
var seenTypes stdsync.Map

func typesOf(p desk.Pin) uint16 {
	if bits, ok := seenTypes.Load(p.TypeList); ok {
		return bits.(uint16)
	}
	bits := bitsOf(p.Types())
	seenTypes.Store(p.TypeList, bits)
	return bits
}

func bitsOf(types []string) (bits uint16) {
	for _, t := range types {
		if i := slices.Index(pollution, t); i >= 0 {
			bits |= 1 << i
		}
	}
	return bits
}

func flagsOf(p desk.Pin) (f tiles.Flags) {
	if p.Overdue {
		f |= tiles.Overdue
	}
	if p.DueSoon {
		f |= tiles.DueSoon
	}
	if p.Urgent {
		f |= tiles.Urgent
	}
	if p.Starred {
		f |= tiles.Starred
	}
	return f
}

var flags = map[string]tiles.Flags{"overdue": tiles.Overdue, "due_soon": tiles.DueSoon, "urgent": tiles.Urgent, "starred": tiles.Starred}

// FilterOf reads the filters of a list, which store.ParseCaseFilter has taken; ok is false where
// the index does not know what is asked for.
func FilterOf(q url.Values) (f tiles.Filter, ok bool) {
	for name := range q {
		if !addTo(&f, name, q.Get(name)) {
			return tiles.Filter{}, false
		}
	}
	return f, true
}

func addTo(f *tiles.Filter, name, value string) bool {
	switch name {
	case "sort", "page", "per_page":
		return true
	case "status":
		for _, s := range words(value) {
			f.Statuses |= 1 << statusNumber(casework.Status(s))
		}
		return true
	case "type":
		f.Types = bitsOf(words(value))
		return value == "" || f.Types != 0
	case "received_from":
		return day(&f.From, value)
	case "received_to":
		return day(&f.To, value)
	}
	flag, known := flags[name]
	on, err := strconv.ParseBool(value)
	switch {
	case value == "" && known:
	case err != nil || !known:
		return false
	case on:
		f.With |= flag
	default:
		f.Without |= flag
	}
	return true
}

func words(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}

// day reads a day as the number of days since 1970.
func day(into *int, value string) bool {
	if value == "" {
		return true
	}
	at, err := time.Parse(time.DateOnly, value)
	*into = int(at.Unix() / (24 * 3600))
	return err == nil && *into > 0
}

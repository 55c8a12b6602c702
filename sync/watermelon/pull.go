package watermelon

// Pull: all that changed since a client's number, in one answer, from one moment.

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"

	"xuncha/sync"
)

// Pull is what a client asks for.
type Pull struct {
	Since int64           // the timestamp of an earlier answer; 0 where there was none
	Lost  bool            // the client's number cannot be read
	Whole map[string]bool // tables that are new to the client, or have new columns
}

// ReadPull reads the parameters of a pull. Nothing in them is refused: a client that is told
// no asks the same for ever. What cannot be read is answered with everything.
func ReadPull(lastPulledAt, migration string) Pull {
	p := Pull{}
	var known bool
	if p.Since, known = readNumber(lastPulledAt); !known {
		p.Lost = true
	}
	p.Whole = readMigration(migration)
	return p
}

// readNumber reads a timestamp; 0 is none. known is false where it is none of ours.
func readNumber(s string) (n int64, known bool) {
	switch s {
	case "", "null", "undefined", "0":
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return 0, false
	}
	return n, true
}

func readMigration(s string) map[string]bool {
	whole := map[string]bool{}
	if s == "" || s == "null" {
		return whole
	}
	var m struct {
		Tables  []string `json:"tables"`
		Columns []struct {
			Table string `json:"table"`
		} `json:"columns"`
	}
	if json.Unmarshal([]byte(s), &m) != nil {
		for name := range tables {
			whole[name] = true
		}
	}
	for _, name := range m.Tables {
		whole[name] = true
	}
	for _, c := range m.Columns {
		whole[c.Table] = true
	}
	return whole
}

// Pulled says how an answer is to be taken.
type Pulled struct {
	Again bool // the client should ask once more at once
}

// fresh is the timestamp of a client that has to begin anew with its next pull.
const fresh = 1

// Answer writes what a client asks for. All of it is of the moment that v shows.
func (p Pull) Answer(v sync.View, user sync.User, w io.Writer) (out Pulled, err error) {
	a := answer{w: bufio.NewWriter(w), v: v}
	if err := a.look(p, user); err != nil {
		return out, err
	}
	a.write(`{"changes":{`)
	for i, name := range Tables() {
		if i > 0 {
			a.write(",")
		}
		if err := a.table(name); err != nil {
			return out, err
		}
	}
	a.write(`},"timestamp":` + strconv.FormatInt(a.timestamp, 10) + a.strategy + "}")
	return Pulled{Again: a.left}, a.w.Flush()
}

// answer is a pull on its way.
type answer struct {
	w         *bufio.Writer
	v         sync.View
	buckets   []string
	timestamp int64
	strategy  string
	blank     bool             // the user is disabled: no content goes out
	left      bool             // something left since
	from      map[string]int64 // of each table: rows at or above this seq
	revoked   map[string][]string
	deleted   map[string][]string
	row       []byte
}

// look finds out what of the client's number is still true.
func (a *answer) look(p Pull, user sync.User) error {
	state, err := a.v.State()
	if err != nil {
		return err
	}
	if a.buckets, _, err = a.v.Grants(user.ID); err != nil {
		return err
	}
	regranted, err := a.v.Regranted(user.ID)
	if err != nil {
		return err
	}
	a.timestamp, a.blank, a.from = state.Head+1, user.Disabled, map[string]int64{}
	anew := p.Lost || p.Since == fresh || p.Since > 0 && !continues(p.Since, state)
	moved := p.Since > 0 && p.Since <= regranted
	for name, t := range tables {
		if !anew && !a.blank && !p.Whole[name] && !(moved && t.shared) {
			a.from[name] = p.Since
		}
	}
	switch {
	case a.blank:
		a.timestamp = fresh
	case anew:
		a.strategy = `,"experimentalStrategy":"replacement"`
	case moved:
		a.strategy = `,"experimentalStrategy":` + string(sync.Encode(map[string]any{"default": "incremental", "override": replaced}))
	}
	return a.gone(p, anew, state.Compacted)
}

// replaced are the tables whose rows a change of grants exchanges.
var replaced = func() map[string]string {
	out := map[string]string{}
	for name, t := range tables {
		if t.shared {
			out[name] = "replacement"
		}
	}
	return out
}()

// continues tells whether what changed since a number can be told: it is of this epoch, it
// was given already, and no mark after it was dropped.
func continues(since int64, state sync.State) bool {
	seen := since - 1
	return seen <= state.Head && (state.EpochBase == 0 || seen > state.EpochBase) && seen >= state.Compacted
}

// gone divides the marks. What left since the client's number is shown empty first, so that
// it sends what it has not sent; what it was shown so is deleted, told as long as marks are
// kept. Who begins anew gets nothing deleted: what he edited would go with it.
func (a *answer) gone(p Pull, anew bool, compacted int64) error {
	a.revoked, a.deleted = map[string][]string{}, map[string][]string{}
	if p.Since <= fresh && !a.blank {
		return nil
	}
	return a.v.Gone(a.buckets, func(collection, record string, seq int64) {
		switch {
		case a.blank || seq >= p.Since:
			a.left = !a.blank
			a.revoked[collection] = append(a.revoked[collection], record)
		case !anew && seq > compacted:
			a.deleted[collection] = append(a.deleted[collection], record)
		}
	})
}

func (a *answer) write(s string) { _, _ = a.w.WriteString(s) } // Flush tells

// pageRows is how many rows are read at a time: the memory of an answer is theirs.
const pageRows = 500

func (a *answer) table(name string) error {
	a.write(string(sync.Encode(name)) + `:{"created":[],"updated":[`)
	told, sep := map[string]bool{}, ""
	put := func(id string, row []byte) {
		if !told[id] { // a client takes each record once
			a.write(sep)
			_, _ = a.w.Write(row)
			told[id], sep = true, ","
		}
	}
	if err := a.rows(name, put); err != nil {
		return err
	}
	for _, id := range slices.Sorted(slices.Values(a.revoked[name])) {
		a.row = appendRevoked(a.row[:0], name, id)
		put(id, a.row)
	}
	a.write(`],"deleted":`)
	deleted := slices.AppendSeq([]string{}, slices.Values(a.deleted[name]))
	slices.Sort(deleted)
	a.write(string(sync.Encode(deleted)) + "}")
	return nil
}

// rows hands out what stands of a table.
func (a *answer) rows(name string, put func(id string, row []byte)) error {
	after := sync.Position{Seq: a.from[name]}
	for {
		n := 0
		var bad error
		err := a.v.Rows(sync.Query{Buckets: a.buckets, Collection: name, After: after, Base: math.MaxInt64, Limit: pageRows}, func(r *sync.Row) bool {
			n++
			after = sync.Position{Seq: r.Seq, Collection: r.Collection, Record: r.Record}
			if a.blank {
				a.row = appendRevoked(a.row[:0], name, r.Record)
			} else if a.row, bad = appendRow(a.row[:0], name, r.Doc); bad != nil {
				return false
			}
			put(r.Record, a.row)
			return true
		})
		if err == nil {
			err = bad
		}
		if err != nil || n < pageRows {
			return err
		}
	}
}

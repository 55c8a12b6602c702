package sync

// A page on its way out: the answer in the form of the wire, its rows appended as they
// are read. Stored documents go out as the bytes that were stored.

import (
	"encoding/json"
	"io"
	"strconv"
)

const (
	smallPage = 32 << 10    // bytes of documents that are read without a turn
	keptSpace = 3 * MaxPage // bytes of a buffer that is kept for the next page
	rowFrame  = 120         // bytes of a row beside its document, about
	chunk     = 64 << 10    // bytes that go ahead together
)

// Page is an answer with rows while it is written.
type Page struct {
	data []byte
	most int // bytes of documents
	size int // of documents so far
	rows int
	full bool // a row did not fit any more
	done bool // the end is written too
	gate *Gate

	ahead io.Writer // nil: all of it goes at the end
	gone  int       // bytes that went ahead
}

// open begins an answer: all of it that stands before the rows.
func (p *Page) open(a *Answer) {
	head := Encode(struct {
		Epoch   string   `json:"epoch"`
		Now     string   `json:"now"`
		Code    string   `json:"code"`
		Applied int64    `json:"applied"`
		Results []Result `json:"results"`
	}{a.Epoch, a.Now, a.Code, a.Applied, a.Results})
	p.data = append(append(p.data[:0], head[:len(head)-1]...), `,"changes":[`...)
	p.size, p.rows, p.full, p.done, p.gone = 0, 0, false, false, 0
}

// close ends an answer: all of it that stands behind the rows.
func (p *Page) close(a *Answer) []byte {
	if p.done {
		return p.data
	}
	p.done = true
	tail := Encode(struct {
		Cursor  string  `json:"cursor"`
		More    bool    `json:"more"`
		Head    int64   `json:"head"`
		Durable int64   `json:"durable"`
		Digest  *Digest `json:"digest"`
		Reset   *Reset  `json:"reset"`
	}{a.Cursor, a.More, a.Head, a.Durable, a.Digest, a.Reset})
	p.data = append(append(p.data, "],"...), tail[1:]...)
	return p.data
}

// add appends a row; false says that it does not fit. A large page takes its first row
// however large it is.
func (p *Page) add(r *Row) bool {
	size := p.size + len(r.Doc) + len(r.Versions) + rowFrame
	if size > p.most && (p.rows > 0 || p.most < MaxPage) {
		p.full = true
		return false
	}
	if p.rows > 0 {
		p.data = append(p.data, ',')
	}
	p.size, p.rows = size, p.rows+1
	d := append(p.data, `{"collection":`...)
	d = appendText(d, r.Collection)
	d = append(d, `,"record":`...)
	d = appendText(d, r.Record)
	d = append(d, `,"seq":`...)
	d = strconv.AppendInt(d, r.Seq, 10)
	d = appendMember(d, `,"doc":`, r.Doc)
	d = appendMember(d, `,"versions":`, r.Versions)
	if r.Gone != "" {
		d = appendText(append(d, `,"gone":`...), r.Gone)
	}
	if r.Reason != "" {
		d = appendText(append(d, `,"reason":`...), r.Reason)
	}
	p.data = append(d, '}')
	if p.ahead != nil && len(p.data)-p.gone >= chunk {
		_, _ = p.ahead.Write(p.data[p.gone:]) // who takes it says at the end what failed
		p.gone = len(p.data)
	}
	return true
}

func appendMember(d []byte, name string, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return d
	}
	return append(append(d, name...), raw...)
}

// appendText appends a text as JSON; names and ids are plain, all else is escaped.
func appendText(d []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return append(d, Encode(s)...)
		}
	}
	d = append(d, '"')
	d = append(d, s...)
	return append(d, '"')
}

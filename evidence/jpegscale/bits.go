package jpegscale

// The entropy-coded data: bytes, of which 0xff is followed by a zero, bits, and Huffman codes
// (ITU-T T.81, annexes C and F).

import (
	"bytes"
	"errors"
	"io"
)

// stream reads the file and hands out bits; the next bit is the highest of acc.
type stream struct {
	src    io.Reader
	buf    []byte
	at     int // in buf
	err    error
	acc    uint64
	have   int  // bits of acc that count
	marker byte // what ended the data; 0 while it goes on
	beyond int  // bits that were made up behind the end
}

const bufferSize = 64 << 10

func newStream(r io.Reader) *stream { return &stream{src: r, buf: make([]byte, 0, bufferSize)} }

// more reads on; at the end of the file it returns false.
func (s *stream) more() bool {
	if s.err != nil {
		return false
	}
	left := copy(s.buf[:cap(s.buf)], s.buf[s.at:])
	s.at = 0
	n, err := s.src.Read(s.buf[left:cap(s.buf)])
	for n == 0 && err == nil {
		n, err = s.src.Read(s.buf[left:cap(s.buf)])
	}
	s.buf = s.buf[:left+n]
	if n == 0 {
		s.err = err
		return false
	}
	return true
}

// readByte reads one byte outside of entropy-coded data.
func (s *stream) readByte() (byte, error) {
	if s.at == len(s.buf) && !s.more() {
		return 0, s.end()
	}
	c := s.buf[s.at]
	s.at++
	return c, nil
}

func (s *stream) end() error {
	if errors.Is(s.err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return s.err
}

func (s *stream) readFull(p []byte) error {
	for i := range p {
		c, err := s.readByte()
		if err != nil {
			return err
		}
		p[i] = c
	}
	return nil
}

func (s *stream) skip(n int) error {
	for n > 0 {
		if s.at == len(s.buf) && !s.more() {
			return s.end()
		}
		step := min(n, len(s.buf)-s.at)
		s.at += step
		n -= step
	}
	return nil
}

// fill makes at least 48 bits ready. Behind the end of the data there are zeros, which count
// as beyond.
func (s *stream) fill() {
	if s.marker == 0 && s.at+8 <= len(s.buf) {
		next := s.buf[s.at : s.at+8]
		if n := (64 - s.have) >> 3; bytes.IndexByte(next[:n], 0xff) < 0 {
			word := uint64(next[0])<<56 | uint64(next[1])<<48 | uint64(next[2])<<40 | uint64(next[3])<<32 |
				uint64(next[4])<<24 | uint64(next[5])<<16 | uint64(next[6])<<8 | uint64(next[7])
			s.acc |= word >> s.have
			s.have += n << 3
			s.at += n
			if s.have < 64 {
				s.acc &= ^uint64(0) << (64 - s.have)
			}
			return
		}
	}
	for s.have <= 56 {
		c, ok := s.next()
		if !ok {
			s.beyond += 8
		}
		s.acc |= uint64(c) << (56 - s.have)
		s.have += 8
	}
}

// next is a byte of entropy-coded data; false at its end.
func (s *stream) next() (byte, bool) {
	if s.marker != 0 || s.at == len(s.buf) && !s.more() {
		return 0, false
	}
	c := s.buf[s.at]
	s.at++
	if c != 0xff {
		return c, true
	}
	for c == 0xff { // bytes of 0xff may fill up before a marker
		var err error
		if c, err = s.readByte(); err != nil {
			return 0, false
		}
		if c == 0 {
			return 0xff, true
		}
	}
	s.marker = c
	return 0, false
}

// bits takes n bits, 16 at most.
func (s *stream) bits(n int) int {
	if s.have < n {
		s.fill()
	}
	v := int(s.acc >> (64 - n)) //nolint:gosec // 16 bits at most
	s.acc <<= n
	s.have -= n
	return v
}

// extended takes a number of n bits, the first half of whose range is negative.
func (s *stream) extended(n int) int {
	if n == 0 {
		return 0
	}
	v := s.bits(n)
	if v < 1<<(n-1) {
		v += -1<<n + 1
	}
	return v
}

// aligned drops what is left of the last byte, and returns the marker behind the data.
func (s *stream) aligned() (byte, error) {
	if s.overrun() {
		return 0, broken("the data of a scan ends too soon")
	}
	for s.marker == 0 { // more than it needs is skipped, as others do
		if _, ok := s.next(); !ok && s.marker == 0 {
			return 0, s.end()
		}
	}
	m := s.marker
	s.acc, s.have, s.beyond, s.marker = 0, 0, 0, 0
	return m, nil
}

// overrun tells whether bits were taken that were made up.
func (s *stream) overrun() bool { return s.beyond > s.have }

// lookBits is the length of codes that are found at once.
const lookBits = 10

// huffman is a table of codes.
type huffman struct {
	look   [1 << lookBits]uint16 // length << 8 | value; 0 where the code is longer
	whole  [1 << lookBits]int32  // of AC codes, with the coefficient behind them: see wholeOf
	values [256]byte
	first  [18]int // by length: the first code, aligned to 16 bits; one beyond all others at the end
	index  [17]int // by length: where its values begin, less its first code
	known  bool
}

// build makes the table from how many codes there are of each length.
func (h *huffman) build(counts *[16]byte, values []byte) error {
	*h = huffman{known: true}
	copy(h.values[:], values)
	code, k := 0, 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.index[length] = k - code
		for range n {
			if code >= 1<<length {
				return broken("a Huffman table has too many codes")
			}
			if length <= lookBits {
				for i := range 1 << (lookBits - length) {
					h.look[code<<(lookBits-length)|i] = uint16(length)<<8 | uint16(values[k]) //nolint:gosec // 10 at most
				}
			}
			code++
			k++
		}
		h.first[length] = code << (16 - length) // the first that is longer
		code <<= 1
	}
	h.first[17] = 1 << 16
	for ahead := range h.whole {
		h.whole[ahead] = h.wholeOf(ahead)
	}
	return nil
}

// wholeOf is what lookBits bits of AC data begin with, if a code and its coefficient are both
// within them: the coefficient << 8 | the zeros before it << 4 | the bits of both; 0 if not.
func (h *huffman) wholeOf(ahead int) int32 {
	e := h.look[ahead]
	length, run, size := int(e>>8), int(e>>4)&15, int(e&15)
	if e == 0 || size == 0 || length+size > lookBits {
		return 0
	}
	v := ahead >> (lookBits - length - size) & (1<<size - 1)
	if v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return int32(v<<8 | run<<4 | (length + size)) //nolint:gosec // a few bits
}

// symbol takes a code; false where there is no such code.
func (s *stream) symbol(h *huffman) (byte, bool) {
	if s.have < 16 {
		s.fill()
	}
	if e := h.look[s.acc>>(64-lookBits)]; e != 0 {
		s.acc <<= e >> 8
		s.have -= int(e >> 8)
		return byte(e), true
	}
	ahead := int(s.acc >> 48) //nolint:gosec // 16 bits
	for length := lookBits + 1; length <= 16; length++ {
		if ahead < h.first[length] {
			s.acc <<= length
			s.have -= length
			return h.values[ahead>>(16-length)+h.index[length]], true
		}
	}
	return 0, false
}

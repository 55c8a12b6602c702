package main

// A large CSV file, read a row at a time. One look over its bytes says first how it is
// encoded and how many rows it has.

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// longestRow in bytes: a quotation mark that is never closed would swallow the file.
const longestRow = 1 << 20

// sheet is an open file behind its header row.
type sheet struct {
	file   *os.File
	csv    *csv.Reader
	header []string
	rows   int // about: rows that hold nothing are counted too
}

// sheetRow is one row; broken: its quotation marks make no sense.
type sheetRow struct {
	line   int
	cells  []string // good until the next row
	broken bool
}

// openSheet opens a file in UTF-8 or GB18030.
func openSheet(path string) (*sheet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := readHeader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s %w", path, err), f.Close())
	}
	return s, nil
}

func readHeader(f *os.File) (*sheet, error) {
	seen, err := look(f)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(int64(seen.mark), io.SeekStart); err != nil {
		return nil, err
	}
	var in io.Reader = f
	if !seen.isUTF8() {
		in = transform.NewReader(f, simplifiedchinese.GB18030.NewDecoder())
	}
	s := &sheet{file: f, csv: csv.NewReader(in), rows: max(seen.rows-1, 0)}
	s.csv.FieldsPerRecord = -1 // counted by us, so that the rows behind are read too
	header, err := s.csv.Read()
	if err != nil {
		return nil, errors.New("has no header row")
	}
	s.header, s.csv.ReuseRecord = header, true
	return s, nil
}

// next reads a row; io.EOF is the end.
func (s *sheet) next() (sheetRow, error) {
	cells, err := s.csv.Read()
	var bad *csv.ParseError
	if errors.As(err, &bad) { // the reader goes on with the next line
		return sheetRow{line: bad.StartLine, broken: true}, nil
	}
	if err != nil {
		return sheetRow{}, err
	}
	line, _ := s.csv.FieldPos(0)
	return sheetRow{line: line, cells: cells}, nil
}

func (s *sheet) close() error { return s.file.Close() }

// looked is what one look over the bytes has found.
type looked struct {
	mark      int // bytes of a byte order mark
	rows      int // the header row too
	wide, bad int // characters of several bytes, and bytes that are none
	line      int
}

// isUTF8: a file with a few broken characters is still UTF-8. Chinese in GB18030 has seldom
// a valid character among many that are not.
func (l looked) isUTF8() bool { return l.mark > 0 || l.wide >= 8*l.bad }

// others are files that people take for CSV, by how they begin.
var others = []struct{ begins, is string }{
	{"PK\x03\x04", "is a workbook (.xlsx); save it as CSV"},
	{"\xd0\xcf\x11\xe0", "is a workbook (.xls); save it as CSV"},
	{"\xff\xfe", "is UTF-16; save it as CSV in UTF-8"},
	{"\xfe\xff", "is UTF-16; save it as CSV in UTF-8"},
}

func look(f io.Reader) (looked, error) {
	l, in := looked{line: 1}, bufio.NewReaderSize(f, 1<<16)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return l, err
	}
	for _, other := range others {
		if bytes.HasPrefix(head, []byte(other.begins)) {
			return l, errors.New(other.is)
		}
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		l.mark, _ = in.Discard(3)
	}
	return l, l.over(in)
}

// places inside a row, as encoding/csv sees them.
const (
	fieldBegins = iota
	plain
	quoted
	maybeClosed // behind a quotation mark inside quotes
)

// over counts to the end of the file. Neither a quotation mark nor a line's end is ever the
// second byte of a character in GB18030.
func (l *looked) over(in *bufio.Reader) error {
	place, length, begins := fieldBegins, 0, 1
	for {
		r, size, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			l.rows += min(length, 1)
			return nil
		}
		if err != nil {
			return err
		}
		l.count(r, size)
		place = after(place, r)
		if r == '\n' && place == fieldBegins {
			l.rows += min(length, 1)
			length, begins = 0, l.line
			continue
		}
		if r != '\r' || place == quoted {
			length += size
		}
		if length > longestRow {
			return fmt.Errorf("has a row of more than %d bytes that begins on line %d; is a quotation mark never closed?", longestRow, begins)
		}
	}
}

func (l *looked) count(r rune, size int) {
	switch {
	case r == '\n':
		l.line++
	case size > 1:
		l.wide++
	case r == utf8.RuneError:
		l.bad++
	}
}

func after(place int, r rune) int {
	switch {
	case place == quoted && r == '"':
		return maybeClosed
	case place == quoted:
		return quoted
	case r == '"' && place != plain: // a field begins with it, or it is written twice
		return quoted
	case r == ',' || r == '\n':
		return fieldBegins
	case place == maybeClosed && r == '\r':
		return maybeClosed
	}
	return plain
}

package main

// CSV files of people and agencies: read whole, every bad row named, all rows or none.

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// form is what a CSV file looks like: its columns, and what a row must hold by itself.
type form struct {
	required, known []string
	check           func(row) error
}

// row is one line of a CSV file by the names of its header row.
type row struct {
	line   int
	fields map[string]string
	fault  error // why it cannot be taken, whatever the database holds
}

// readTable reads a CSV file with a header row, in UTF-8 or GB18030 (what office programs
// in China save). Bad rows are among the rows, with their fault.
func readTable(path string, f form) ([]row, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		if data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data); err != nil {
			return nil, fmt.Errorf("%s is neither UTF-8 nor GB18030: %w", path, err)
		}
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1 // counted by us, so that the rows behind are read too
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s has no header row; it needs: %s", path, strings.Join(f.known, ","))
	}
	if err := f.checkHeader(header); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return readRows(r, header, f)
}

func (f form) checkHeader(header []string) error {
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		switch {
		case !slices.Contains(f.known, header[i]):
			return fmt.Errorf("column %q is unknown; known are: %s", header[i], strings.Join(f.known, ","))
		case slices.Contains(header[:i], header[i]):
			return fmt.Errorf("column %q stands there twice", header[i])
		}
	}
	for _, name := range f.required {
		if !slices.Contains(header, name) {
			return fmt.Errorf("column %q is missing", name)
		}
	}
	return nil
}

func readRows(r *csv.Reader, header []string, f form) ([]row, error) {
	var rows []row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) { // the reader goes on with the next line
			rows = append(rows, row{line: bad.StartLine, fault: errors.New("a quotation mark stands where none can be, or is never closed")})
			continue
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, f.row(line, header, cells))
	}
}

// row reads one line and looks at it.
func (f form) row(line int, header, cells []string) row {
	r := row{line: line, fields: map[string]string{}}
	if len(cells) != len(header) {
		r.fault = fmt.Errorf("%s, but the header row has %d", counted(len(cells), "cell"), len(header))
		return r
	}
	for i, cell := range cells {
		r.fields[header[i]] = strings.TrimSpace(cell)
	}
	var empty []error
	for _, name := range f.required {
		if r.fields[name] == "" {
			empty = append(empty, fmt.Errorf("%s is empty", name))
		}
	}
	r.fault = oneLine(errors.Join(errors.Join(empty...), f.check(r)))
	return r
}

// refused names every bad row of a file in its order; nil where there is none.
func refused(path string, rows []row) error {
	var bad []string
	for _, r := range rows {
		if r.fault != nil {
			bad = append(bad, fmt.Sprintf("line %d: %v", r.line, r.fault))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("%s has %s, nothing was changed:\n%s", filepath.Base(path), counted(len(bad), "bad row"), strings.Join(bad, "\n"))
}

// oneLine puts what errors.Join wrote on lines into one.
func oneLine(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}

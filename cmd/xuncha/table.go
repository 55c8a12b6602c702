package main

// CSV files of people and agencies: read whole, every bad row named, all rows or none.

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// row is one line of a CSV file by the names of its head line.
type row struct {
	line   int
	fields map[string]string
}

// readTable reads a CSV file with a head line, in UTF-8 or GB18030 (what office
// programs in China save).
func readTable(path string, required, known []string) ([]row, error) {
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
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s has no head line; it needs: %s", path, strings.Join(known, ","))
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
		if !slices.Contains(known, head[i]) {
			return nil, fmt.Errorf("%s: column %q is unknown; known are: %s", path, head[i], strings.Join(known, ","))
		}
	}
	for _, name := range required {
		if !slices.Contains(head, name) {
			return nil, fmt.Errorf("%s: column %q is missing", path, name)
		}
	}
	return readRows(r, head, required)
}

func readRows(r *csv.Reader, head, required []string) ([]row, error) {
	var (
		rows []row
		bad  []error
	)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, errors.Join(bad...)
		}
		if err != nil {
			return nil, errors.Join(append(bad, err)...)
		}
		line, _ := r.FieldPos(0)
		fields := map[string]string{}
		for i, value := range record {
			fields[head[i]] = strings.TrimSpace(value)
		}
		for _, name := range required {
			if fields[name] == "" {
				bad = append(bad, fmt.Errorf("line %d: %s is empty", line, name))
			}
		}
		rows = append(rows, row{line, fields})
	}
}

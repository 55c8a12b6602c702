package main

// The look over the bytes of a file sees the rows that the CSV reader reads.

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheLookCountsTheRowsThatAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a,"\n 恶]{0,6}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 1, 4), 1, 8).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if rapid.Bool().Draw(t, "cut") {
			text = strings.TrimRight(text, "\r\n")
		}
		read, r := 0, csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		for ; ; read++ {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if l, err := look(strings.NewReader(text)); err != nil || l.rows != read || !l.isUTF8() {
			t.Fatalf("%q: %+v, read %d: %v", text, l, read, err)
		}
	})
}

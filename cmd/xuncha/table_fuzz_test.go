package main

// A CSV file, whatever stands in it: rows whose fields are the columns, or what is wrong.

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzReadTable(f *testing.F) {
	f.Add([]byte("name,code\n甲县分局,990101\n"))
	f.Add([]byte("\xef\xbb\xbfname,code\r\n\"a\"\"b\",\r\n\"open,1"))
	f.Add([]byte("name,code\n\xbc\xd7\xcf\xd8,1\n"))
	known := form{required: []string{"name"}, known: []string{"name", "code"}, check: func(row) error { return nil }}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "table.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, err := readTable(path, known)
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.fault == nil && r.fields["name"] == "" || r.line < 1 {
				t.Errorf("%+v", r)
			}
		}
		_ = refused(path, rows)
	})
}

package main

// docs/import.md: its files are imported and its codes are those of the table.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xuncha/intake"
)

var docBlock = regexp.MustCompile("(?s)```(\\w+)( \\S+)?\n(.*?)```")

func TestTheExamplesOfImportingAreRun(t *testing.T) {
	doc, err := os.ReadFile("../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := bureau(t)
	folder, ran, said := t.TempDir(), 0, ""
	for _, m := range docBlock.FindAllStringSubmatch(string(doc), -1) {
		kind, name, text := m[1], strings.TrimSpace(m[2]), m[3]
		switch kind {
		case "csv", "json":
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		case "sh":
			args := strings.Fields(text)[1:]
			for i, arg := range args {
				if filepath.Ext(arg) != "" {
					args[i] = filepath.Join(folder, arg)
				}
			}
			said, _ = xuncha(t, "", append(args, "--dir", dir)...) // the dry run finds a bad row
		case "text":
			ran++
			if said != text {
				t.Errorf("said:\n%s\nin the document:\n%s", said, text)
			}
		}
	}
	if ran != 3 {
		t.Errorf("%d examples", ran)
	}
	for code, s := range intake.TableCodes {
		if row := fmt.Sprintf("| `%s` | %s | %s |\n", code, s.ZH, s.EN); !strings.Contains(string(doc), row) {
			t.Errorf("the document does not hold %s", row)
		}
	}
	if n := strings.Count(string(doc), "\n| `"); n < len(intake.TableCodes) {
		t.Errorf("%d rows", n)
	}
}

// The mapping that --help shows is one that is taken.
func TestTheMappingInTheHelpIsTaken(t *testing.T) {
	from := strings.Index(importLong, "{\n")
	to := strings.Index(importLong, "\n  }")
	if _, err := intake.ReadMapping([]byte(importLong[from : to+4])); err != nil {
		t.Error(err)
	}
	if help := must(t, "import", "--help"); !strings.Contains(help, "contact.id_number") || strings.Contains(help, "%!") {
		t.Error(help)
	}
}

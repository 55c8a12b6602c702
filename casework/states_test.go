// The diagram in the docs is the table; -update writes it.

package casework_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuncha/casework"
)

var update = flag.Bool("update", false, "write docs/states.md")

func TestTheDiagramInTheDocsIsTheTable(t *testing.T) {
	path := filepath.Join("..", "docs", "states.md")
	want := casework.StatesDoc()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/states.md is out of date: run go generate ./casework")
	}
}

func TestTheDiagramKnowsEveryState(t *testing.T) {
	drawn := casework.Mermaid()
	for _, s := range casework.Process().States {
		if !strings.Contains(drawn, string(s.Code)+": "+s.ZH) {
			t.Errorf("%s is not drawn", s.Code)
		}
	}
}

func TestATitleNamesThePlaceAndThePollution(t *testing.T) {
	for _, c := range []struct {
		respondent, address string
		types               []string
		want                string
	}{
		{"好味烧烤店", "东城路 1 号", []string{"cooking_fume"}, "好味烧烤店：餐饮油烟"},
		{" ", "东城路 1 号", []string{"dust", "construction_noise", "water"}, "东城路 1 号：扬尘、建筑施工噪声等"},
		{"", "", nil, "地点待查"},
	} {
		equal(t, "title", casework.Title(c.respondent, c.address, c.types), c.want)
	}
}

package hooks_test

// The document of complaints: every example of it is sent to a running server.

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"xuncha/intake"
)

func TestTheExamplesOfComplaintsAreTrue(t *testing.T) {
	data, err := os.ReadFile("../docs/complaints.md")
	if err != nil {
		t.Fatal(err)
	}
	h := openHall(t, intake.Limits{})
	tokens := map[string]string{"dispatcher": h.dispatcher.Token, "inspector": h.inspectors[0].Token}
	words := map[string]string{}
	fill := func(s string) string {
		for name, value := range words {
			s = strings.ReplaceAll(s, "{{"+name+"}}", value)
		}
		return s
	}
	blocks := sendBlock.FindAllStringSubmatch(string(data), -1)
	if n := len(anyBlock.FindAllString(string(data), -1)); n != 2*len(blocks) || n < 16 {
		t.Fatalf("%d blocks make %d examples", n, len(blocks))
	}
	for i, m := range blocks {
		header := map[string]string{"Content-Type": "application/json", "Authorization": tokens[m[3]]}
		if m[3] == "complainant" {
			header["X-Phrase"] = words["phrase"]
		}
		status, answer := h.Raw(m[1], fill(m[2]), header, strings.NewReader(fill(m[4])))
		var want, got map[string]any
		if err := json.Unmarshal([]byte(fill(m[6])), &want); err != nil {
			t.Fatalf("example %d: %v\n%s", i, err, m[6])
		}
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatalf("example %d: %d %s", i, status, answer)
		}
		if err := agrees("the answer", any(want), any(got)); strconv.Itoa(status) != m[5] || err != nil {
			t.Errorf("example %d, %s %s: %d, %v\n%s", i, m[1], m[2], status, err, answer)
		}
		if i > 0 {
			continue
		}
		for _, name := range []string{"number", "code", "phrase"} {
			words[name] = got[name].(string)
		}
		row, err := h.App.FindFirstRecordByData("complaints", "number", words["number"])
		if err != nil {
			t.Fatal(err)
		}
		words["complaint"] = row.Id
	}
}

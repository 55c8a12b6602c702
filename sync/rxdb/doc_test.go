package rxdb_test

// The page for mobile teams shows the client that the tests run.

import (
	"os"
	"strings"
	"testing"
)

func TestTheExampleOfThePageIsTheClientOfTheTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/rxdb.md")
	if err != nil {
		t.Fatal(err)
	}
	client, err := os.ReadFile("../../internal/js/rxdb-client.mjs")
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(client), "// --- begin of the example\n")
	example, _, end := strings.Cut(example, "// --- end of the example\n")
	if !ok || !end || !strings.Contains(string(page), "```js\n"+example+"```\n") {
		t.Error("docs/rxdb.md does not hold the example of internal/js/rxdb-client.mjs")
	}
}

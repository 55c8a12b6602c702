package sync_test

// The invariants of the protocol by their names, and that each one is looked at.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"
)

// invariants are what the protocol promises over all schedules.
var invariants = map[string]string{
	"I1":  "quiet network: every client equals the server's view of its user",
	"I2":  "an applied state equals the view at some committed seq, and seqs only grow",
	"I3":  "every mutation answered ok, merged, conflict or held is found again",
	"I4":  "any retry, duplicate or reordering gives the same state and the same result",
	"I5":  "read your writes; the screen changes only with a finished snapshot or the user's own edit",
	"I6":  "nothing outside the scope after the pull that follows its loss; no ghost after a delete",
	"I7":  "what enters the scope arrives, whatever its age",
	"I8":  "no committed change is skipped",
	"I9":  "disjoint field edits commute",
	"I10": "after a restore every mutation that a live client holds is applied again, or kept",
	"I11": "compaction is invisible or a reset",
	"I12": "an older client never wipes fields it does not know",
	"I13": "no byte of a record that was never in the user's scope; after it left, only its id",
	"I14": "two idle clients cause no writes",
	"I15": "no value is displaced unless its editor had seen it or it is kept",
	"I16": "no conflict against a value that the editor had seen or made",
}

func TestEveryInvariantIsLookedAt(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && path != "invariants_test.go" && lit.Kind == token.STRING {
				name, _ := strconv.Unquote(lit.Value) // a literal always can be
				checked[name] = true
			}
			return true
		})
	}
	for name, promise := range invariants {
		if !checked[name] {
			t.Errorf("nothing looks at %s: %s", name, promise)
		}
	}
}

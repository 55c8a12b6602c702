package sync_test

// The list of codes is whole.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"xuncha/sync"
)

func TestEveryCodeOfAResultIsExplained(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		code, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if !slices.ContainsFunc(sync.ResultCodes, func(r sync.ResultCode) bool { return r.Code == code && r.Meaning != "" && r.Advice != "" }) {
			t.Errorf("%s is not explained", code)
		}
		return true
	})
	if n < 20 {
		t.Errorf("%d codes are found", n)
	}
}

package problem

// What an answer says of PocketBase's refusals, and what it must not say of the inside.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/tools/router"
)

func TestDetailsNameNoTypeOfOurs(t *testing.T) {
	var into struct {
		A map[string]int
		B []string
	}
	for _, text := range []string{`[]`, `{"A":[]}`, `{"B":1e400}`, `{"B":{"c":1}}`} {
		err := json.Unmarshal([]byte(text), &into)
		if err == nil {
			t.Fatalf("%s is taken", text)
		}
		said := plain(fmt.Sprintf("args: %v", err))
		if strings.Contains(said, "Go ") || strings.Contains(said, "json") || strings.Contains(said, "struct") || !strings.HasPrefix(said, "args: a ") {
			t.Errorf("%s: %q", text, said)
		}
	}
	if said := plain(strings.Repeat("长", 1000)); len(said) > longestDetail+3 || !utf8.ValidString(said) {
		t.Errorf("%d bytes: %q", len(said), said)
	}
	if said := plain("a name.Of your own"); said != "a name.Of your own" {
		t.Errorf("plain words are changed: %q", said)
	}
}

func TestEveryReasonOfPocketBaseHasACodeOf400AndASentence(t *testing.T) {
	for theirs, r := range reasons {
		if rows[r.code].Status != http.StatusBadRequest || !strings.HasSuffix(r.zh, "。") {
			t.Errorf("%s: %+v", theirs, r)
		}
	}
}

func TestFieldsAreNamedInBothLanguages(t *testing.T) {
	a, known := Of(router.NewBadRequestError("", validation.Errors{
		"name": validation.ErrRequired, "email": validation.NewError("validation_is_email", "Must be a valid email address."),
		"deep": validation.Errors{"0": validation.NewError("validation_new", "Something new.")},
	}))
	if !known || a.Code != "value_unfit" || a.Status != 400 {
		t.Errorf("%+v", a)
	}
	for _, want := range []string{"name: ", "email: Must be a valid email address.", "deep 0: Something new."} {
		if !strings.Contains(a.Detail, want) {
			t.Errorf("%q lacks %q", a.Detail, want)
		}
	}
	if a.DetailZH != "deep.0：内容不符合要求。email：邮箱地址有误。name：不能为空。" {
		t.Errorf("%q", a.DetailZH)
	}
	if item := a.Data["name"].(map[string]any); item["message_zh"] != "不能为空。" || item["code"] != "validation_required" {
		t.Errorf("%v", item)
	}
}

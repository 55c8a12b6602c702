package hooks_test

// The dictionaries over HTTP: what deadlines are counted by is checked before it is stored.

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pocketbase/dbx"

	"xuncha/internal/house"
)

const (
	holidaysPath = "/api/collections/holidays/records"
	rulesPath    = "/api/collections/deadline_rules/records"
)

func day(date, kind string) map[string]any {
	return map[string]any{"date": date, "kind": kind, "name": "元旦"}
}

// refused sends a body that has to be refused with a code.
func refused(t *testing.T, h *house.House, method, path string, u house.User, body map[string]any, status int, code string) {
	t.Helper()
	if got, answer := h.Do(method, path, u.Token, body); got != status || answer["code"] != code {
		t.Errorf("%s %s %v by %s: %d %v, want %d %s", method, path, body, u.Name, got, answer, status, code)
	}
}

// taken sends a body that has to be taken, and returns the record's id.
func taken(t *testing.T, h *house.House, method, path string, u house.User, body map[string]any) string {
	t.Helper()
	status, answer := h.Do(method, path, u.Token, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s %v by %s: %d %v", method, path, body, u.Name, status, answer)
	}
	return answer["id"].(string)
}

func TestABadYearOfHolidaysIsRefusedAndIntakeGoesOn(t *testing.T) {
	t.Parallel()
	h := openHall(t, unlimited)
	admin := h.User("admin", h.agency, "钱进")
	for _, body := range []map[string]any{
		{"year": 2027, "days": []any{day("2027-13-45", "holiday")}},
		{"year": 2027, "days": []any{day("2026-01-01", "holiday")}},
		{"year": 2027, "days": []any{day("2027-01-01", "party")}},
		{"year": 2027, "days": []any{day("2027-01-01", "holiday"), day("2027-01-01", "workday")}},
		{"year": 2027, "days": []any{map[string]any{"date": 20270101, "kind": "holiday"}}},
		{"year": 2027, "days": []any{map[string]any{"day": "2027-01-01"}}},
		{"year": 2027, "days": "2027-01-01"},
		{"year": 2027},
		{"year": 0, "days": []any{}},
		{"year": 99999, "days": []any{}},
	} {
		refused(t, h.House, "POST", holidaysPath, admin, body, 400, "holidays_invalid")
	}
	id := taken(t, h.House, "POST", holidaysPath, admin, map[string]any{"year": 2027, "days": []any{day("2027-01-01", "holiday")}})
	refused(t, h.House, "PATCH", holidaysPath+"/"+id, admin, map[string]any{"days": []any{day("2027-02-30", "holiday")}}, 400, "holidays_invalid")
	refused(t, h.House, "PATCH", holidaysPath+"/"+id, admin, map[string]any{"year": 2028}, 400, "holidays_invalid")
	taken(t, h.House, "PATCH", holidaysPath+"/"+id, admin, map[string]any{"days": []any{day("2027-01-02", "holiday")}})
	h.file("", complaint())
	clean(t, h.House)
}

// breakRow writes into a row what no hook has seen, as an old version or a restore does.
func breakRow(t *testing.T, h *house.House, table, column, value, where string) {
	t.Helper()
	sql := fmt.Sprintf("UPDATE %s SET %s = {:value} WHERE %s", table, column, where)
	if _, err := h.App.NonconcurrentDB().NewQuery(sql).Bind(dbx.Params{"value": value}).Execute(); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenStoredRowStopsNoCase(t *testing.T) {
	t.Parallel()
	h := openHall(t, unlimited)
	breakRow(t, h.House, "holidays", "days", `[{"date":"2026-13-45","kind":"holiday","name":""}]`, "year = 2026")
	breakRow(t, h.House, "holidays", "days", `"nothing"`, "year = 2025")
	r := h.file(h.intake.Token, complaint())
	h.act(h.dispatcher, r.caseID, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101"})
}

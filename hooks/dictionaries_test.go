package hooks_test

// The dictionaries over HTTP: what deadlines are counted by is checked before it is stored.

import (
	"fmt"
	"maps"
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

func rule(more map[string]any) map[string]any {
	body := map[string]any{"jurisdiction": "990101", "source": "web", "step": "accept", "number": 2, "unit": "working_day", "article": "甲县办理规程"}
	maps.Copy(body, more)
	return body
}

func TestADeadlineRuleIsCheckedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	h := openHall(t, unlimited)
	admin := h.User("admin", h.agency, "钱进")
	id := taken(t, h.House, "POST", rulesPath, admin, rule(nil))
	for _, wrong := range []map[string]any{
		{"number": -5},
		{"number": 0},
		{"number": 3651},
		{"number": 20000000},
		{"unit": "century"},
		{"unit": ""},
		{"step": "zzz"},
		{"jurisdiction": "abc"},
		{"source": "rumour"},
		{"article": ""},
	} {
		refused(t, h.House, "POST", rulesPath, admin, rule(wrong), 400, "deadline_rule_invalid")
		refused(t, h.House, "PATCH", rulesPath+"/"+id, admin, wrong, 400, "deadline_rule_invalid")
	}
	refused(t, h.House, "POST", rulesPath, admin, rule(nil), 400, "value_taken") // there is one already
	clean(t, h.House)
	breakRow(t, h.House, "deadline_rules", "number", "20000000", "id = '"+id+"'")
	h.file("", complaint()) // and is not counted by
}

func TestARuleIsWrittenWithinItsAdministratorsScope(t *testing.T) {
	t.Parallel()
	h := openHall(t, unlimited)
	county := h.User("admin", h.agency, "钱进")
	neighbour := h.User("admin", h.Agency("乙县分局", "990102"), "冯静")
	city := h.User("admin", h.Agency("云川市局", "990100"), "陈刚")
	nation := h.User("admin", h.Agency("生态环境部", "000000"), "何伟")
	own := taken(t, h.House, "POST", rulesPath, county, rule(nil))
	refused(t, h.House, "POST", rulesPath, county, rule(map[string]any{"jurisdiction": "990102"}), 403, "outside_scope")
	refused(t, h.House, "POST", rulesPath, county, rule(map[string]any{"jurisdiction": "990100"}), 403, "outside_scope")
	refused(t, h.House, "POST", rulesPath, county, rule(map[string]any{"jurisdiction": ""}), 403, "outside_scope")
	refused(t, h.House, "PATCH", rulesPath+"/"+own, neighbour, map[string]any{"number": 3}, 403, "outside_scope")
	refused(t, h.House, "PATCH", rulesPath+"/"+own, neighbour, map[string]any{"jurisdiction": "990102"}, 403, "outside_scope")
	refused(t, h.House, "PATCH", rulesPath+"/"+own, county, map[string]any{"jurisdiction": ""}, 403, "outside_scope")
	taken(t, h.House, "PATCH", rulesPath+"/"+own, city, map[string]any{"number": 3})
	refused(t, h.House, "POST", rulesPath, city, rule(map[string]any{"jurisdiction": ""}), 403, "outside_scope")
	national := taken(t, h.House, "POST", rulesPath, nation, rule(map[string]any{"jurisdiction": ""}))
	for _, u := range []house.User{county, city} {
		refused(t, h.House, "PATCH", rulesPath+"/"+national, u, map[string]any{"number": 30}, 403, "outside_scope")
	}
	taken(t, h.House, "PATCH", rulesPath+"/"+national, nation, map[string]any{"number": 30})
}

func TestABorderIsWrittenWithinItsAdministratorsScope(t *testing.T) {
	t.Parallel()
	h := openHall(t, unlimited)
	const path = "/api/collections/jurisdictions/records"
	there := h.Agency("乙县分局", "990102")
	county, neighbour := h.User("admin", h.agency, "钱进"), h.User("admin", there, "冯静")
	border := func(code, agency string) map[string]any {
		return map[string]any{"name": "界", "division_code": code, "agency": agency, "level": "county", "valid_from": "2020-01-01"}
	}
	id := taken(t, h.House, "POST", path, county, border("990101", h.agency))
	taken(t, h.House, "POST", path, county, border("990101", ""))
	refused(t, h.House, "POST", path, county, border("990102", h.agency), 403, "outside_scope")
	refused(t, h.House, "POST", path, county, border("990101", there), 403, "outside_scope")
	refused(t, h.House, "POST", path, county, border("990101", "nosuchagency000"), 400, "agency_unknown")
	refused(t, h.House, "POST", path, county, border("99", h.agency), 400, "division_invalid")
	refused(t, h.House, "PATCH", path+"/"+id, county, map[string]any{"agency": there}, 403, "outside_scope")
	refused(t, h.House, "PATCH", path+"/"+id, neighbour, map[string]any{"name": "新界"}, 403, "outside_scope")
	refused(t, h.House, "PATCH", path+"/"+id, neighbour, map[string]any{"division_code": "990102", "agency": there}, 403, "outside_scope")
	taken(t, h.House, "PATCH", path+"/"+id, county, map[string]any{"name": "新界"})
	h.file("", complaint()) // a border that is not drawn stops no complaint
}

package hooks_test

// Users over HTTP: what an administrator may set of others, and each of himself.

import (
	"bytes"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	stdsync "sync"
	"testing"

	"xuncha/internal/house"
)

const usersPath = "/api/collections/users/records/"

func TestNobodyGivesHimselfARole(t *testing.T) {
	p := twoAgencies(t)
	admin := p.h.User("admin", p.here, "钱进")
	for _, body := range []map[string]any{
		{"role": "supervisor"},
		{"role": "admin"},
		{"agency": p.here},
		{"disabled_at": ""},
		{"email": "a@example.test"},
		{"name": "钱进二"},
		{"certificate_until": "2099-12-31"},
		{"verified": true},
	} {
		refused(t, p.h, "PATCH", usersPath+admin.ID, admin, body, 403, "field_locked")
	}
	taken(t, p.h, "PATCH", usersPath+admin.ID, admin, map[string]any{"language": "en", "on_duty": false})
	if status, body := p.h.Do("GET", "/api/cases", admin.Token, nil); status != http.StatusForbidden {
		t.Errorf("an administrator reads cases: %d %v", status, body)
	}
}

// written is what is written while a test runs.
type written struct {
	mu stdsync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// The default logger belongs to all tests: this one is not parallel.
func TestTheLogSaysWhoGaveWhomWhichRole(t *testing.T) {
	h := house.New(t)
	agency := h.Agency("甲县分局", "990101")
	admin, li := h.User("admin", agency, "钱进"), h.User("inspector", agency, "李强")
	was, said := slog.Default(), &written{}
	slog.SetDefault(slog.New(slog.NewTextHandler(said, nil)))
	defer func() {
		slog.SetDefault(was)
		log.SetOutput(os.Stderr) // which SetDefault has led to said
	}()
	taken(t, h, "PATCH", usersPath+li.ID, admin, map[string]any{"role": "reviewer", "disabled_at": "2026-11-24T00:00:00.000Z", "phone": "1"})
	refused(t, h, "PATCH", usersPath+li.ID, admin, map[string]any{"role": "boss"}, 400, "role_unknown")
	made := taken(t, h, "POST", strings.TrimSuffix(usersPath, "/"), admin, map[string]any{
		"name": "新", "role": "intake", "agency": agency, "email": "new@example.test", "password": house.Password, "passwordConfirm": house.Password,
	})
	taken(t, h, "PATCH", usersPath+li.ID, admin, map[string]any{"password": "new-password-4", "passwordConfirm": "new-password-4"})
	for _, line := range []string{
		`msg="log-in changed" who=` + admin.ID + " whom=" + li.ID,
		"who=" + admin.ID + " whom=" + li.ID + " field=role from=inspector to=reviewer",
		"who=" + admin.ID + " whom=" + li.ID + ` field=disabled_at from="" to=2026-11-24T00:00:00.000Z`,
		"who=" + admin.ID + " whom=" + made + ` field=role from="" to=intake`,
		"who=" + admin.ID + " whom=" + made + ` field=agency from="" to=` + agency,
	} {
		if !strings.Contains(said.String(), line) {
			t.Errorf("%q is not in:\n%s", line, said)
		}
	}
	if strings.Contains(said.String(), "boss") || strings.Contains(said.String(), "field=phone") ||
		strings.Contains(said.String(), "new-password") || strings.Count(said.String(), "log-in changed") != 1 {
		t.Errorf("too much:\n%s", said)
	}
}

// signsIn tells whether a password opens an account.
func signsIn(h *house.House, email, password string) bool {
	h.T.Helper()
	status, _ := h.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": email, "password": password})
	return status == http.StatusOK
}

func TestAnAdministratorResetsThePasswordsOfHisSubtree(t *testing.T) {
	p := twoAgencies(t)
	admin, elsewhere := p.h.User("admin", p.here, "钱进"), p.h.User("admin", p.there, "冯静")
	above := p.h.User("supervisor", p.h.Agency("云川市局", "990100"), "孙正")
	reset := map[string]any{"password": "new-password-1", "passwordConfirm": "new-password-1"}
	for _, whom := range []house.User{p.them, above} {
		refused(t, p.h, "PATCH", usersPath+whom.ID, admin, reset, 404, "not_found")
	}
	refused(t, p.h, "PATCH", usersPath+p.dispatcher.ID, elsewhere, reset, 404, "not_found")
	refused(t, p.h, "PATCH", usersPath+p.dispatcher.ID, p.h.User("supervisor", p.here, "吴静"), reset, 404, "not_found")
	refused(t, p.h, "PATCH", usersPath+admin.ID, admin, reset, 400, "field_missing") // his own needs the old one
	refused(t, p.h, "PATCH", usersPath+p.dispatcher.ID, admin, map[string]any{"password": "new-password-1", "passwordConfirm": "another"}, 400, "value_unfit")
	if status, body := p.h.Do("GET", "/api/cases", p.dispatcher.Token, nil); status != http.StatusOK {
		t.Fatalf("what was refused ended a log-in: %d %v", status, body)
	}
	taken(t, p.h, "PATCH", usersPath+p.dispatcher.ID, admin, reset)
	if status, body := p.h.Do("GET", "/api/cases", p.dispatcher.Token, nil); status != http.StatusUnauthorized {
		t.Errorf("the old token lives: %d %v", status, body)
	}
	if signsIn(p.h, p.dispatcher.Email, house.Password) || !signsIn(p.h, p.dispatcher.Email, "new-password-1") || !signsIn(p.h, p.them.Email, house.Password) {
		t.Error("the passwords are not those that were set")
	}
	taken(t, p.h, "PATCH", usersPath+p.dispatcher.ID, admin, map[string]any{"email": "wang@example.test"})
	if !signsIn(p.h, "wang@example.test", "new-password-1") {
		t.Error("the new e-mail does not sign in")
	}
}

func TestEverybodyChangesHisOwnPassword(t *testing.T) {
	p := twoAgencies(t)
	for _, u := range []house.User{p.dispatcher, p.h.User("inspector", p.here, "李强"), p.h.User("admin", p.here, "钱进")} {
		change := func(old, to, again string) map[string]any {
			return map[string]any{"oldPassword": old, "password": to, "passwordConfirm": again}
		}
		refused(t, p.h, "PATCH", usersPath+u.ID, u, change("wrong-password", "new-password-2", "new-password-2"), 400, "value_unfit")
		refused(t, p.h, "PATCH", usersPath+u.ID, u, change("", "new-password-2", "new-password-2"), 400, "field_missing")
		refused(t, p.h, "PATCH", usersPath+u.ID, u, change(house.Password, "new-password-2", "new-password-3"), 400, "value_unfit")
		refused(t, p.h, "PATCH", usersPath+u.ID, u, change(house.Password, "short", "short"), 400, "value_unfit")
		taken(t, p.h, "PATCH", usersPath+u.ID, u, change(house.Password, "new-password-2", "new-password-2"))
		if status, body := p.h.Do("GET", "/api/devices", u.Token, nil); status != http.StatusUnauthorized {
			t.Errorf("%s: the old token lives: %d %v", u.Name, status, body)
		}
		if signsIn(p.h, u.Email, house.Password) || !signsIn(p.h, u.Email, "new-password-2") {
			t.Errorf("%s: the old password still opens, or the new one does not", u.Name)
		}
	}
}

func TestSinceWhenAUserIsDisabledCanBeRead(t *testing.T) {
	p := twoAgencies(t)
	admin := p.h.User("admin", p.here, "钱进")
	for _, at := range []string{"yes", "2026-13-45T00:00:00Z", "2026-11-24", "24.11.2026", " "} {
		refused(t, p.h, "PATCH", usersPath+p.dispatcher.ID, admin, map[string]any{"disabled_at": at}, 400, "time_invalid")
	}
	for at, want := range map[string]string{"": "", "2026-11-24T08:00:00+08:00": "2026-11-24T00:00:00.000Z", "2026-11-24T00:00:00.000Z": "2026-11-24T00:00:00.000Z"} {
		if status, body := p.h.Do("PATCH", usersPath+p.dispatcher.ID, admin.Token, map[string]any{"disabled_at": at}); status != 200 || body["disabled_at"] != want {
			t.Errorf("%q: %d %v, want %q", at, status, body, want)
		}
	}
}

func TestWhatWasStoredBeforeKeepsNobodyFromAnotherChange(t *testing.T) {
	p := twoAgencies(t)
	admin := p.h.User("admin", p.here, "钱进")
	breakRow(t, p.h, "users", "disabled_at", "long ago", "id = '"+p.dispatcher.ID+"'")
	breakRow(t, p.h, "agencies", "parent", "nosuchagency000", "id = '"+p.here+"'")
	taken(t, p.h, "PATCH", usersPath+p.dispatcher.ID, admin, map[string]any{"phone": "1"})
	taken(t, p.h, "PATCH", "/api/collections/agencies/records/"+p.here, admin, map[string]any{"phone": "1"})
}

func TestAnAgencyIsUnderOneThatIsThere(t *testing.T) {
	p := twoAgencies(t)
	admin := p.h.User("admin", p.here, "钱进")
	path := "/api/collections/agencies/records"
	refused(t, p.h, "POST", path, admin, map[string]any{"name": "站", "division_code": "990101", "parent": "nosuchagency000"}, 400, "agency_unknown")
	refused(t, p.h, "PATCH", path+"/"+p.here, admin, map[string]any{"parent": "nosuchagency000"}, 400, "agency_unknown")
	refused(t, p.h, "PATCH", path+"/"+p.here, admin, map[string]any{"parent": p.here}, 400, "agency_unknown")
	id := taken(t, p.h, "POST", path, admin, map[string]any{"name": "站", "division_code": "990101", "parent": p.here})
	taken(t, p.h, "PATCH", path+"/"+id, admin, map[string]any{"parent": ""})
}

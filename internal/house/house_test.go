package house

// The support itself: a house starts and a user signs in.

import "testing"

func TestTheHouseStartsAndAUserSignsIn(t *testing.T) {
	h := New(t)
	agency := h.Agency("甲县生态环境分局", "990101")
	u := h.User("dispatcher", agency, "王丽")
	status, body := h.Do("GET", "/api/collections/users/records/"+u.ID, u.Token, nil)
	if status != 200 || body["scope_from"] != "990101" || body["scope_to"] != "990101999999" {
		t.Fatalf("%d %v", status, body)
	}
	status, body = h.Do("GET", "/api/collections/cases/records", u.Token, nil)
	if status != 403 || body["code"] != "forbidden" {
		t.Fatalf("a locked collection: %d %v", status, body)
	}
}

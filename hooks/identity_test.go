package hooks_test

// Who complained: planted, and looked for in every byte that others get.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/internal/photo"
)

// who is planted in a complaint; secrets are the forms in which he must not come out.
var (
	who = map[string]any{
		"name": "欧阳芷晴", "phone": "13912345678", "email": "ouyang.zq@example.org", "id_number": "110101199003078515",
		"home": map[string]any{"lon": 116.123987, "lat": 39.654321, "crs": "wgs84"},
	}
	secrets = []string{
		"欧阳芷晴", "芷晴", "13912345678", "139 1234 5678", "ouyang.zq", "110101199003078515", "116.123987", "39.654321",
		"幸福里小区7号楼", "116.777111", "39.222111", // the last two: where the photo was taken
	}
)

func plantedComplaint() map[string]any {
	body := with(complaint(), "contact", who)
	body["text"] = "我是欧阳芷晴，电话139 1234 5678，身份证110101199003078515，邮箱ouyang.zq@example.org。我家住在幸福里小区7号楼。工厂夜间排放刺鼻气味。"
	body["respondent_name"] = "欧阳芷晴楼下的饭店"
	body["address"] = "化工路3号，联系人欧阳芷晴 13912345678"
	return body
}

func (h *hall) look(whose string, data []byte) {
	h.T.Helper()
	for _, secret := range secrets {
		if bytes.Contains(data, []byte(secret)) {
			h.T.Errorf("%s reads %q in %s", whose, secret, data)
		}
	}
}

// form is a complaint with photos.
func form(t *testing.T, body map[string]any, photos ...[]byte) (string, []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.WriteField("complaint", string(data))
	for i, p := range photos {
		part, err := w.CreateFormFile("photos", fmt.Sprintf("p%d.jpg", i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(p)
	}
	_ = w.Close()
	return w.FormDataContentType(), out.Bytes()
}

func (h *hall) fileForm(token string, body map[string]any, photos ...[]byte) (int, map[string]any) {
	h.T.Helper()
	kind, data := form(h.T, body, photos...)
	status, answer := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": kind, "Authorization": token}, bytes.NewReader(data))
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		h.T.Fatalf("%d %q", status, answer)
	}
	return status, out
}

// move puts a case into a state, as casework would.
func (h *hall) move(caseID string, fields map[string]any) {
	h.T.Helper()
	r, err := h.App.FindRecordById("cases", caseID)
	if err != nil {
		h.T.Fatal(err)
	}
	r.Load(fields)
	if err := h.App.SaveWithContext(store.ByCasework(context.Background()), r); err != nil {
		h.T.Fatal(err)
	}
}

func (h *hall) act(u house.User, caseID, name string, args any) {
	h.T.Helper()
	status, body := h.Do("POST", "/api/collections/actions/records", u.Token, map[string]any{"case": caseID, "name": name, "args": args})
	if status != http.StatusOK || body["outcome"] != "applied" {
		h.T.Fatalf("%s: %d %v", name, status, body)
	}
}

func TestWhoComplainedReachesNobodyElse(t *testing.T) {
	h := openHall(t, unlimited)
	shot := photo.JPEG(photo.Scene(3, 640, 480), photo.Tags{Lon: 116.777111, Lat: 39.222111, Taken: time.Now(), Orientation: 1})
	status, answer := h.fileForm("", plantedComplaint(), shot)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, answer)
	}
	r := receipt{number: answer["number"].(string), code: answer["code"].(string), phrase: answer["phrase"].(string)}
	row, err := h.App.FindFirstRecordByData("cases", "number", r.number)
	if err != nil {
		t.Fatal(err)
	}
	first, err := h.App.FindFirstRecordByData("complaints", "number", r.number)
	if err != nil {
		t.Fatal(err)
	}
	other := h.file("", complaint())
	second, err := h.App.FindFirstRecordByData("cases", "number", other.number)
	if err != nil {
		t.Fatal(err)
	}
	h.act(h.dispatcher, row.Id, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101"})
	h.act(h.dispatcher, row.Id, "assign", map[string]any{"inspectors": []string{h.inspectors[0].ID, h.inspectors[1].ID}, "due": soon()})
	h.act(h.dispatcher, second.Id, "merge", map[string]any{"primary": row.Id})
	if status, answer := h.as(r, "POST", "/withdraw", map[string]any{"reason": "欧阳芷晴不想再投诉了，13912345678"}); status != http.StatusOK {
		t.Fatalf("withdraw: %d %v", status, answer)
	}

	raw := func(method, path, token, phrase string) []byte {
		_, data := h.Raw(method, path, map[string]string{"Authorization": token, "X-Phrase": phrase}, nil)
		return data
	}
	inspector := h.inspectors[0]
	for _, path := range []string{
		"/api/cases", "/api/cases?q=" + "13912345678", "/api/cases/" + row.Id, "/api/cases/" + second.Id, "/api/held",
		"/api/collections/cases/records", "/api/collections/complaints/records", "/api/collections/complainants/records",
		"/api/collections/complaints/records/" + first.Id, "/api/collections/evidence/records", "/api/collections/reveals/records",
		"/api/collections/ratings/records", "/api/collections/respondents/records", "/api/collections/actions/records",
		"/api/complaints/" + r.number, "/api/complaints/" + r.number + "?code=" + r.code,
	} {
		h.look("an inspector at "+path, raw("GET", path, inspector.Token, ""))
		h.look("the public at "+path, raw("GET", path, "", ""))
		h.look("another complainant at "+path, raw("GET", path, "", other.phrase))
		h.look("a desk at "+path+" of another county", raw("GET", path, h.User("dispatcher", h.elsewhere(), "钱"+path[len(path)-3:]).Token, ""))
	}
	_, own := h.Raw("GET", "/api/complaints/"+other.number+"?code="+other.code, map[string]string{"X-Phrase": other.phrase}, nil)
	h.look("another complainant of the same case", own)

	p := phone.New(h.URL, inspector.Token)
	if err := p.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p.Disk)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rows("cases")) == 0 {
		t.Error("the phone has no case: nothing is proved")
	}
	h.look("a phone", data)
	h.photosAreClean(first.GetString("photos"), shot)
}

// photosAreClean: an inspector gets the picture without its tags, the desk as it came.
func (h *hall) photosAreClean(ids string, shot []byte) {
	h.T.Helper()
	var list []string
	if err := json.Unmarshal([]byte(ids), &list); err != nil || len(list) != 1 {
		h.T.Fatalf("photos %s", ids)
	}
	base := "/api/evidence/" + list[0]
	var status int
	var small []byte
	for range 200 {
		if status, small = h.Raw("GET", base+"/320", map[string]string{"Authorization": h.inspectors[0].Token}, nil); status == http.StatusOK {
			break
		}
		time.Sleep(20 * time.Millisecond) // the worker derives after the commit
	}
	if status != http.StatusOK || bytes.Contains(small, []byte("Exif")) {
		h.T.Errorf("derivative: %d, %d bytes", status, len(small))
	}
	if status, _, _ := original(h.T, h.House, h.inspectors[0].Token, list[0]); status != http.StatusForbidden {
		h.T.Errorf("an inspector gets the original: %d", status)
	}
	if status, data, _ := original(h.T, h.House, h.dispatcher.Token, list[0]); status != http.StatusOK || !bytes.Equal(data, shot) {
		h.T.Errorf("the desk gets %d, %d bytes of %d", status, len(data), len(shot))
	}
	if status, _ := h.Raw("GET", base+"/320", nil, nil); status != http.StatusUnauthorized {
		h.T.Errorf("the public gets %d", status)
	}
	for name, data := range folderOf(h.T, h.House, h.dispatcher.Token, h.caseOf(list[0])) {
		h.look("the folder of the case, "+name+",", data)
		if bytes.Contains(data, []byte(sumOf(shot))) {
			h.T.Errorf("the folder of the case tells in %s which file is hers", name)
		}
	}
	_, file := h.Raw("GET", "/api/cases/"+h.caseOf(list[0]), map[string]string{"Authorization": h.inspectors[0].Token}, nil)
	h.look("an inspector in the file, after the tags were read,", file)
	if !bytes.Contains(file, []byte(list[0])) {
		h.T.Error("the photo is not in the inspector's file: nothing is proved")
	}
	p := phone.New(h.URL, h.inspectors[0].Token)
	if err := p.Sync(context.Background()); err != nil {
		h.T.Fatal(err)
	}
	data, _ := json.Marshal(p.Disk)
	h.look("a phone, after the tags were read,", data)
}

func (h *hall) caseOf(evidence string) string {
	r, err := h.App.FindRecordById("evidence", evidence)
	if err != nil {
		h.T.Fatal(err)
	}
	return r.GetString("case")
}

// elsewhere is an agency of another county, made once.
func (h *hall) elsewhere() string {
	if h.other == "" {
		h.other = h.Agency("乙县分局", "990102")
	}
	return h.other
}

func TestAnIdentityIsShownForAReasonAndTheLookIsOnRecord(t *testing.T) {
	h := openHall(t, unlimited)
	h.file("", plantedComplaint())
	first, err := h.App.FindFirstRecordByFilter("complaints", "id != ''")
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/complaints/" + first.Id + "/reveal"
	for name, c := range map[string]struct {
		token, reason string
		status        int
		code          string
	}{
		"nobody":           {"", "核对举报人情况", 401, "unauthorized"},
		"an inspector":     {h.inspectors[0].Token, "核对举报人情况", 403, "forbidden"},
		"an administrator": {h.User("admin", h.agency, "管").Token, "核对举报人情况", 403, "forbidden"},
		"another county":   {h.User("dispatcher", h.elsewhere(), "钱").Token, "核对举报人情况", 404, "not_found"},
		"a short reason":   {h.dispatcher.Token, "看看", 400, "reason_too_short"},
		"no reason":        {h.dispatcher.Token, "", 400, "reason_too_short"},
	} {
		h.unchanged(name, func() {
			status, data := h.Raw("POST", path, map[string]string{"Authorization": c.token, "Content-Type": "application/json"},
				strings.NewReader(`{"reason": "`+c.reason+`"}`))
			var answer map[string]any
			_ = json.Unmarshal(data, &answer)
			if status != c.status || answer["code"] != c.code {
				t.Errorf("%s: %d %s", name, status, data)
			}
			h.look(name, data)
		})
	}
	for _, u := range []house.User{h.intake, h.dispatcher, h.reviewer, h.supervisor} {
		status, answer := h.Do("POST", path, u.Token, map[string]any{"reason": "核对举报人情况"})
		if status != http.StatusOK || answer["name"] != "欧阳芷晴" || answer["phone"] != "13912345678" || answer["id_number"] != "110101199003078515" ||
			answer["email"] != "ouyang.zq@example.org" || answer["home"].(map[string]any)["lon"] != 116.123987 {
			t.Errorf("%s: %d %v", u.Role, status, answer)
		}
	}
	rows, err := h.App.FindAllRecords("reveals")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d looks on record: %v", len(rows), err)
	}
	r := rows[0]
	if r.GetString("actor") == "" || r.GetString("reason") != "核对举报人情况" || r.GetString("complaint") != first.Id || r.GetString("at") == "" {
		t.Errorf("%v", r.FieldsData())
	}
	r.Set("reason", "nothing happened")
	if err := h.App.Save(r); err == nil {
		t.Error("a record of a look was changed")
	}
	if err := h.App.Delete(rows[1]); err == nil {
		t.Error("a record of a look was deleted")
	}
}

func TestADeskSeesAMask(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file(h.intake.Token, plantedComplaint())
	status, file := h.Do("GET", "/api/cases/"+r.caseID, h.dispatcher.Token, nil)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, file)
	}
	complaint := file["complaints"].([]any)[0].(map[string]any)
	contact := complaint["contact"].(map[string]any)
	if contact["name"] != "欧*" || contact["phone"] != "139****5678" || contact["home"] != true {
		t.Errorf("%v", contact)
	}
	for _, u := range []house.User{h.reviewer, h.supervisor} { // they ask first, with a reason
		_, file := h.Do("GET", "/api/cases/"+r.caseID, u.Token, nil)
		if first := file["complaints"].([]any)[0].(map[string]any); first["contact"] != nil {
			t.Errorf("%s sees %v", u.Role, first["contact"])
		}
	}
	row, err := h.App.FindFirstRecordByData("complainants", "complaint", complaint["id"])
	if err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(row.FieldsData())
	h.look("whoever reads the database", data)
}

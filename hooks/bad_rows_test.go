package hooks_test

// The table of bad requests, by family of routes.

import (
	"slices"
	"strings"

	"xuncha/hooks/route"
	"xuncha/intake"
	"xuncha/sync"
)

const (
	million   = 1 << 20
	records   = "/api/collections/"
	signIn    = "POST /api/collections/users/auth-with-password"
	newAction = "POST /api/collections/actions/records"
	uploads   = "/api/evidence/upload/"
	tusHead   = "Tus-Resumable: 1.0.0\n"
	pieceType = "Content-Type: application/offset+octet-stream\n"
)

var (
	deep = strings.Repeat("[", 100_000)
	long = strings.Repeat("长", million/3)
)

func badRows() []bad {
	return slices.Concat(badLogIns(), badLists(), badHeld(), badComplaints(), badForms(), badFollowing(), badDevices(), badActions(),
		badRecords(), badSyncs(), badUploads(), badPhotos(), badLines())
}

func badLogIns() []bad {
	return []bad{
		{name: "no password", line: signIn, body: `{"identity":"x@example.test"}`, status: 400, code: "field_missing", field: "password"},
		{name: "a wrong password", line: signIn, body: `{"identity":"{inspector-mail}","password":"wrong"}`, status: 400, code: "password_wrong"},
		{name: "nobody of that name", line: signIn, body: `{"identity":"nobody@example.test","password":"wrong"}`, status: 400, code: "password_wrong"},
		{name: "a disabled user signs in", line: signIn, body: `{"identity":"{gone-mail}","password":"Test-pass-2026"}`, status: 401, code: "disabled"},
		{name: "a password of a megabyte", line: signIn, body: `{"identity":"x","password":"` + long + `"}`, status: 413, code: "body_too_large", limit: 64 << 10},
		{name: "a password of 300 letters", line: signIn, body: `{"identity":"x","password":"` + strings.Repeat("x", 300) + `"}`, status: 400, code: "value_unfit", field: "password"},
		{name: "a password that is an object", line: signIn, body: `{"identity":{"$ne":1},"password":[]}`, status: 400, code: "bad_request"},
		{name: "an injection as a name", line: signIn, body: `{"identity":"' OR 1=1 --","password":"x"}`, status: 400, code: "password_wrong"},
		{name: "a name with U+0000", line: signIn, body: `{"identity":"a\u0000b","password":"x"}`, status: 400, code: "bad_json"},
		{name: "another field of identity", line: signIn, body: `{"identity":"x","password":"x","identityField":"tokenKey"}`, status: 400, code: "value_unfit", field: "identityField"},
		{name: "doubled names in a log-in", line: signIn, body: `{"identity":"a","identity":"b","password":"x"}`, status: 400, code: "field_doubled", field: "identity"},
		{name: "broken JSON in a log-in", line: signIn, body: `{"identity":`, status: 400, code: "bad_json"},
		{name: "a log-in of a collection that is none", line: "POST /api/collections/nothing/auth-with-password", body: `{}`, status: 404, code: "not_found"},
		{name: "a log-in of no auth collection", line: "POST /api/collections/cases/auth-with-password", body: `{}`, status: 404, code: "not_found"},
		{name: "a refresh without a token", line: "POST /api/collections/users/auth-refresh", status: 401, code: "unauthorized"},
		{name: "a refresh with an expired token", as: "expired", line: "POST /api/collections/users/auth-refresh", status: 401, code: "unauthorized"},
		{name: "a refresh with a foreign token", as: "root", line: "POST /api/collections/users/auth-refresh", status: 403, code: "forbidden"},
		{name: "impersonation by a user", as: "dispatcher", line: "POST /api/collections/users/impersonate/{inspector}", body: `{}`, status: 403, code: "forbidden"},
		{name: "settings by a user", as: "admin", line: "GET /api/settings", status: 403, code: "forbidden"},
		{name: "logs by nobody", line: "GET /api/logs", status: 401, code: "unauthorized"},
		{name: "backups by a user", as: "admin", line: "POST /api/backups", body: `{"name":"../x.zip"}`, status: 403, code: "forbidden"},
		{name: "SQL by a user", as: "admin", line: "POST /api/sql", body: `{"query":"SELECT 1"}`, status: 403, code: "forbidden"},
	}
}

func badLists() []bad {
	filter := func(name, query string) bad {
		return bad{name: name, as: "dispatcher", line: "GET /api/cases?" + query, status: 400, code: "filter_bad"}
	}
	return []bad{
		{name: "cases for nobody", line: "GET /api/cases", status: 401, code: "unauthorized"},
		{name: "cases with an expired token", as: "expired", line: "GET /api/cases", status: 401, code: "unauthorized"},
		{name: "cases with a forged token", as: "forged", line: "GET /api/cases", status: 401, code: "unauthorized"},
		{name: "cases with rubbish for a token", as: "rubbish", line: "GET /api/cases", status: 400, quiet: true},
		{name: "cases for the disabled", as: "gone", line: "GET /api/cases", status: 401, code: "disabled"},
		{name: "cases for an administrator", as: "admin", line: "GET /api/cases", status: 403, code: "forbidden"},
		{name: "cases for the operator", as: "root", line: "GET /api/cases", status: 401, code: "unauthorized"},
		filter("a filter that is none", "nothing=1"),
		filter("page 0", "page=0"),
		filter("a page below zero", "page=-1"),
		filter("a huge page", "page=99999999999999999999"),
		filter("1e9 cases a page", "per_page=1e9"),
		filter("too many a page", "per_page=201"),
		filter("NaN as a page", "page=NaN"),
		filter("a doubled name", "page=1&page=2"),
		filter("a state that is none", "status=__proto__"),
		filter("an order that is none", "sort=id;drop%20table%20cases"),
		filter("a day that is none", "due_from=2026-02-30"),
		filter("a flag that is none", "overdue=maybe"),
		filter("51 states", "status="+strings.Repeat("accepted,", 50)+"accepted"),
		{name: "a case that is not there", as: "dispatcher", line: "GET /api/cases/nothinghere12345", status: 404, code: "case_unknown"},
		{name: "a case of another county", as: "dispatcher", line: "GET /api/cases/{foreigncase}", status: 404, code: "case_unknown"},
		{name: "a case called __proto__", as: "dispatcher", line: "GET /api/cases/__proto__", status: 404, code: "case_unknown"},
		{name: "a case with quotes", as: "dispatcher", line: "GET /api/cases/'%20OR%20'1'='1", status: 404, code: "case_unknown"},
		{name: "a case with U+0000", as: "dispatcher", line: "GET /api/cases/%00", status: 404, code: "case_unknown"},
		{name: "a case on another path", as: "dispatcher", line: "GET /api/cases/..%2f..%2fetc%2fpasswd", status: 404, code: "case_unknown"},
		{name: "a case whose id is not UTF-8", as: "dispatcher", line: "GET /api/cases/%ff%fe", status: 404, code: "case_unknown"},
		{name: "a case is put", as: "dispatcher", line: "PUT /api/cases/{case}", body: `{}`, status: 405, code: "method_not_allowed"},
		{name: "all cases are deleted", as: "dispatcher", line: "DELETE /api/cases", status: 405, code: "method_not_allowed"},
		{name: "HEAD of cases for nobody", line: "HEAD /api/cases", status: 401},
		{name: "OPTIONS of cases", line: "OPTIONS /api/cases", head: "Origin: http://x\nAccess-Control-Request-Method: DELETE", status: 204},
	}
}

func badHeld() []bad {
	decide := func(name, body string, status int, code string) bad {
		return bad{name: name, as: "dispatcher", line: "POST /api/held/{held}", body: body, status: status, code: code}
	}
	return []bad{
		{name: "held work for nobody", line: "GET /api/held", status: 401, code: "unauthorized"},
		{name: "held work for an inspector", as: "inspector", line: "GET /api/held", status: 403, code: "forbidden"},
		{name: "held work in no state", as: "dispatcher", line: "GET /api/held?state=lost", status: 400, code: "filter_bad"},
		{name: "held work, doubled", as: "dispatcher", line: "GET /api/held?state=open&state=taken", status: 400, code: "filter_bad"},
		{name: "held work of another county", as: "foreign", line: "GET /api/held/{held}", status: 404, code: "held_unknown"},
		{name: "held work that is none", as: "dispatcher", line: "GET /api/held/%2e%2e", status: 404, code: "held_unknown"},
		{name: "a decision by a supervisor", as: "supervisor", line: "POST /api/held/{held}", body: `{"take":"ours"}`, status: 403, code: "forbidden"},
		{name: "a decision by a foreign desk", as: "foreign", line: "POST /api/held/{held}", body: `{"take":"ours"}`, status: 404, code: "held_unknown"},
		decide("a decision without a word", ``, 400, "take_unknown"),
		decide("a decision of another kind", `{"take":"mine"}`, 400, "take_unknown"),
		decide("a decision without a reason", `{"take":"theirs"}`, 400, "reason_too_short"),
		decide("a decision that is an array", `[]`, 400, "field_invalid"),
		decide("a decision with a doubled name", `{"take":"ours","take":"theirs"}`, 400, "field_doubled"),
		decide("a decision that is a number", `{"take":1}`, 400, "field_invalid"),
		decide("a deep decision", `{"take":`+deep, 400, "bad_json"),
		decide("a decision with a tail", `{"take":"ours"} {}`, 400, "bad_json"),
		{name: "a decision of a megabyte", as: "dispatcher", line: "POST /api/held/{held}", body: `{"take":"text","value":"` + long + `"}`, status: 413, code: "body_too_large", limit: intake.MaxBody},
		{name: "held work is deleted", as: "dispatcher", line: "DELETE /api/held/{held}", status: 405, code: "method_not_allowed"},
	}
}

func badComplaints() []bad {
	file := func(name, body string, code, field string) bad {
		return bad{name: name, line: "POST /api/complaints", body: body, status: 400, code: code, field: field}
	}
	place := func(name, location, code string) bad {
		return file(name, `{"text":"工厂夜间排放气味","location":`+location+`}`, code, "")
	}
	said := func(name, more, code, field string) bad {
		return file(name, `{"text":"工厂夜间排放气味","address":"化工路3号",`+more+`}`, code, field)
	}
	return []bad{
		file("a complaint of nothing", ``, "text_too_short", "text"),
		file("broken JSON", `{"text":"`, "bad_json", ""),
		file("JSON of 100,000 levels", deep, "bad_json", ""),
		file("a complaint in UTF-16", "\xff\xfe{\x00}\x00", "bad_json", ""),
		file("bytes that are not UTF-8", "{\"text\":\"\xc3\x28 \xa0\xa1\"}", "bad_json", ""),
		file("half a surrogate pair", `{"text":"工厂夜间排放气味\ud800"}`, "bad_json", ""),
		file("an array", `[1,2]`, "field_invalid", ""),
		file("null", `null`, "text_too_short", "text"),
		file("NaN", `{"text":NaN}`, "bad_json", ""),
		file("a field of another kind", `{"text":{"a":1}}`, "field_invalid", "text"),
		file("a place of another kind", `{"text":"工厂夜间排放气味","location":"here"}`, "field_invalid", "location"),
		file("a field that is none", `{"text":"工厂夜间排放气味","__proto__":{}}`, "field_unknown", "__proto__"),
		file("a doubled text", `{"text":"工厂夜间排放气味","text":"别的气味别的气味"}`, "field_doubled", "text"),
		place("swapped coordinates", `{"lon":39.9,"lat":116.4,"crs":"wgs84"}`, "coordinates_swapped"),
		place("an unknown datum", `{"lon":116.4,"lat":39.9,"crs":"mars"}`, "crs_unknown"),
		place("no datum", `{"lon":116.4,"lat":39.9}`, "crs_unknown"),
		place("no latitude", `{"lon":116.4,"crs":"wgs84"}`, "coordinates_missing"),
		place("beyond the earth", `{"lon":1e300,"lat":-91,"crs":"wgs84"}`, "coordinates_invalid"),
		place("a number beyond numbers", `{"lon":1e400,"lat":39.9,"crs":"wgs84"}`, "field_invalid"),
		place("Infinity", `{"lon":Infinity,"lat":39.9,"crs":"wgs84"}`, "bad_json"),
		place("a negative accuracy", `{"lon":116.4,"lat":39.9,"crs":"wgs84","accuracy_m":-5}`, "accuracy_invalid"),
		said("a year ahead", `"occurred_at":"2099-01-01T00:00:00Z"`, "time_ahead", "occurred_at"),
		said("no time", `"occurred_at":"yesterday"`, "time_invalid", "occurred_at"),
		said("a source that is none", `"source":"telepathy"`, "source_unknown", "source"),
		said("a pollution that is none", `"pollution_types":["__proto__"]`, "pollution_type_unknown", "pollution_types"),
		said("an identity that is none", `"identity_mode":"secret"`, "identity_mode_unknown", "identity_mode"),
		said("anonymous with a name", `"identity_mode":"anonymous","contact":{"name":"王","phone":"13912345678"}`, "contact_unexpected", "contact"),
		said("half an external id", `"external_id":{"system":"12345"}`, "external_id_invalid", "external_id"),
		said("no language", `"language":"<script>"`, "language_invalid", "language"),
		{name: "a complaint of a megabyte", line: "POST /api/complaints", body: `{"text":"` + long + `"}`, status: 413, code: "body_too_large", limit: intake.MaxBody},
		{name: "a long complaint", line: "POST /api/complaints", body: `{"text":"` + long[:60_000] + `","address":"x"}`, status: 400, code: "too_long", field: "text"},
		{name: "a complaint with a forged token", as: "forged", line: "POST /api/complaints", body: `{}`, status: 400, code: "text_too_short"},
		{name: "complaints are listed", as: "intake", line: "GET /api/complaints", status: 405, code: "method_not_allowed"},
	}
}

// parted is a multipart body of parts, each "name=value" or "name@file=value".
func parted(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		name, file, isFile := strings.Cut(name, "@")
		b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"")
		if isFile {
			b.WriteString("; filename=\"" + file + "\"")
		}
		b.WriteString("\r\n\r\n" + value + "\r\n")
	}
	return b.String() + "--edge--\r\n"
}

func badForms() []bad {
	send := func(name, body string, status int, code string) bad {
		return bad{name: name, line: "POST /api/complaints", head: "Content-Type: multipart/form-data; boundary=edge", body: body, status: status, code: code}
	}
	noBoundary := send("a form without its boundary", parted("text=工厂夜间排放气味"), 400, "bad_form")
	noBoundary.head = "Content-Type: multipart/form-data"
	huge := send("a form of 200 MB", "--edge", 413, "body_too_large")
	huge.head += "\nContent-Length: 200000000"
	ten := make([]string, 10)
	for i := range ten {
		ten[i] = "photos@a.jpg=x"
	}
	good := []string{"text=工厂夜间排放气味", "address=化工路3号"}
	return []bad{
		noBoundary, huge,
		send("a form that breaks off", parted(good...)[:90], 400, "bad_form"),
		send("a doubled field of a form", parted(append(good, "text=别的气味别的气味")...), 400, "field_invalid"),
		send("a file by another name", parted(append(good, "evil@x.jpg=x")...), 400, "field_unknown"),
		send("a photo that is a script", parted(append(good, "photos@../../x.jpg=#!/bin/sh")...), 415, "media_type_not_supported"),
		send("a photo of nothing", parted(append(good, "photos@x.jpg=")...), 415, "media_type_not_supported"),
		send("a photo that is broken", parted(append(good, "photos@x.jpg=\xff\xd8\xff\xe0rubbish")...), 422, "image_broken"),
		send("ten photos", parted(append(good, ten...)...), 400, "too_many_photos"),
		send("a form with broken JSON", parted("text=工厂夜间排放气味", "location={"), 400, "bad_json"),
	}
}

func badFollowing() []bad {
	return []bad{
		{name: "a complaint without its phrase", line: "GET /api/complaints/{number}?code={query}", status: 404, code: "complaint_unknown"},
		{name: "a complaint with a wrong phrase", line: "GET /api/complaints/{number}?code={query}", head: "X-Phrase: AAAA-BBBB-CCCC", status: 404, code: "complaint_unknown"},
		{name: "a complaint with U+0000", line: "GET /api/complaints/%00%27?code=%00", head: "X-Phrase: x", status: 404, code: "complaint_unknown"},
		{name: "a rating without a word", line: "POST /api/complaints/{number}/rating?code={query}", head: "X-Phrase: {phrase}", status: 400, code: "rating_incomplete"},
		{name: "a rating of 6", line: "POST /api/complaints/{number}/rating?code={query}", head: "X-Phrase: {phrase}", body: `{"solved":true,"score":6}`, status: 400, code: "score_invalid"},
		{name: "a rating of 4.5", line: "POST /api/complaints/{number}/rating?code={query}", head: "X-Phrase: {phrase}", body: `{"solved":true,"score":4.5}`, status: 400, code: "field_invalid"},
		{name: "a rating of an open case", line: "POST /api/complaints/{number}/rating?code={query}", head: "X-Phrase: {phrase}", body: `{"solved":true,"score":5}`, status: 409, code: "rating_early"},
		{name: "a withdrawal by a stranger", line: "POST /api/complaints/{number}/withdraw", body: `{"code":"x"}`, status: 404, code: "complaint_unknown"},
		{name: "a withdrawal of a megabyte", line: "POST /api/complaints/{number}/withdraw?code={query}", head: "X-Phrase: {phrase}", body: `{"reason":"` + long + `"}`, status: 413, code: "body_too_large", limit: intake.MaxBody},
		{name: "who complained, for nobody", line: "POST /api/complaints/{case}/reveal", body: `{"reason":"需电话核实"}`, status: 401, code: "unauthorized"},
		{name: "who complained, for an inspector", as: "inspector", line: "POST /api/complaints/{case}/reveal", body: `{"reason":"需电话核实"}`, status: 403, code: "forbidden"},
		{name: "who complained, without a reason", as: "dispatcher", line: "POST /api/complaints/{case}/reveal", body: `{"reason":"?"}`, status: 400, code: "reason_too_short"},
		{name: "who complained of nothing", as: "dispatcher", line: "POST /api/complaints/nothing/reveal", body: `{"reason":"需电话核实"}`, status: 404, code: "not_found"},
	}
}

func badDevices() []bad {
	register := func(name, body string, status int, code string) bad {
		return bad{name: name, as: "inspector", line: "POST /api/devices", body: body, status: status, code: code}
	}
	return []bad{
		{name: "a device of nobody", line: "POST /api/devices", body: `{"channel":"fcm","token":"x"}`, status: 401, code: "unauthorized"},
		{name: "devices of nobody", line: "GET /api/devices", status: 401, code: "unauthorized"},
		{name: "devices of a stranger's complaint", line: "GET /api/devices?number={number}&code=x", status: 404, code: "complaint_unknown"},
		register("a channel that is none", `{"channel":"pigeon","token":"x"}`, 400, "channel_unknown"),
		register("a token that is none", `{"channel":"fcm","token":"a\nb"}`, 400, "token_invalid"),
		register("a platform of 65 bytes", `{"channel":"fcm","token":"x","platform":"`+strings.Repeat("p", 65)+`"}`, 400, "too_long"),
		register("a channel of another kind", `{"channel":["fcm"]}`, 400, "field_invalid"),
		register("a doubled channel", `{"channel":"fcm","channel":"x"}`, 400, "field_doubled"),
		register("a device in pieces", `{`, 400, "bad_json"),
		{name: "a device of a megabyte", as: "inspector", line: "POST /api/devices", body: `{"token":"` + long + `"}`, status: 413, code: "body_too_large", limit: intake.MaxBody},
		{name: "a device that is none", as: "inspector", line: "DELETE /api/devices/nothing", status: 404, code: "device_unknown"},
		{name: "devices are patched", as: "inspector", line: "PATCH /api/devices", body: `{}`, status: 405, code: "method_not_allowed"},
		{name: "a device by PocketBase's way, for another", as: "inspector", line: "POST /api/collections/devices/records", body: `{"user":"{second}","channel":"fcm","token":"x"}`, status: 400, code: "bad_request"},
	}
}

func badActions() []bad {
	act := func(name, body string, status int, code, field string) bad {
		return bad{name: name, as: "dispatcher", line: newAction, body: body, status: status, code: code, field: field}
	}
	return []bad{
		{name: "an action of nobody", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"x"}}`, status: 401, code: "unauthorized"},
		{name: "an action with an expired token", as: "expired", line: newAction, body: `{"case":"{case}","name":"note"}`, status: 401, code: "unauthorized"},
		{name: "an action of the operator", as: "root", line: newAction, body: `{"case":"{case}","name":"note"}`, status: 403, code: "forbidden"},
		{name: "an action on a foreign case", as: "dispatcher", line: newAction, body: `{"case":"{foreigncase}","name":"note","args":{"text":"x"}}`, status: 404, code: "case_unknown"},
		act("an action that is none", `{"case":"{case}","name":"explode"}`, 409, "unknown_action", ""),
		act("an action on nothing", `{"name":"note"}`, 404, "case_unknown", ""),
		act("an action that the state forbids", `{"case":"{case}","name":"accept","args":{"types":["air"],"division_code":"990101"}}`, 409, "wrong_state", ""),
		act("arguments of another kind", `{"case":"{case}","name":"note","args":[]}`, 409, "bad_args", ""),
		act("a field of the server", `{"case":"{case}","name":"note","outcome":"applied"}`, 403, "field_locked", ""),
		act("a short id", `{"id":"abc","case":"{case}","name":"note","args":{"text":"x"}}`, 400, "value_unfit", "id"),
		act("an id with quotes", `{"id":"'); DROP TABLE x;--","case":"{case}","name":"note","args":{"text":"x"}}`, 400, "value_unfit", "id"),
		act("an id of a number", `{"id":1e400,"case":"{case}","name":"note"}`, 400, "bad_request", ""),
		act("a doubled case", `{"case":"{case}","case":"{foreigncase}","name":"note"}`, 400, "field_doubled", "case"),
		act("an action in pieces", `{"case":"{case}"`, 400, "bad_json", ""),
		act("an action with a tail", `{"case":"{case}","name":"note"},{}`, 400, "bad_json", ""),
		act("a deep action", `{"case":"{case}","name":"note","args":{"text":`+deep+`}`, 400, "bad_json", ""),
		act("half a pair in a note", `{"case":"{case}","name":"note","args":{"text":"\udc00"}}`, 400, "bad_json", ""),
		act("a place beyond the earth", `{"case":"{case}","name":"note","args":{"text":"说明"},"position":{"lon":181,"lat":0}}`, 400, "coordinates_invalid", "position"),
		{name: "an action of a megabyte", as: "dispatcher", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"` + long + `"}}`, status: 413, code: "body_too_large", limit: million},
		{name: "a note of 600 KB", as: "dispatcher", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"` + long[:600_000] + `"}}`, status: 409, code: "bad_args"},
		{name: "an action as text", as: "dispatcher", line: newAction, head: "Content-Type: text/plain", body: `{"case":"{case}"}`, status: 415, code: "body_type_unknown"},
		{name: "an action as XML", as: "dispatcher", line: newAction, head: "Content-Type: application/xml", body: `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`, status: 415, code: "body_type_unknown"},
		{name: "an action in GBK", as: "dispatcher", line: newAction, head: "Content-Type: application/json; charset=gbk", body: `{"case":"{case}"}`, status: 415, code: "body_type_unknown"},
		{name: "an action in gzip", as: "dispatcher", line: newAction, head: "Content-Type: application/json\nContent-Encoding: gzip", body: "\x1f\x8b", status: 400, code: "bad_encoding"},
		{name: "an action of no type", as: "dispatcher", line: newAction, head: "Content-Type: ;;;", body: `{}`, status: 415, code: "body_type_unknown"},
		{name: "an action is changed", as: "dispatcher", line: "PATCH /api/collections/actions/records/nothing", body: `{"name":"x"}`, status: 403, code: "forbidden"},
		{name: "an action is deleted", as: "dispatcher", line: "DELETE /api/collections/actions/records/nothing", status: 403, code: "forbidden"},
		{name: "actions are listed", as: "dispatcher", line: "GET /api/collections/actions/records", status: 403, code: "forbidden"},
	}
}

func badRecords() []bad {
	list := func(name, query string) bad {
		return bad{name: name, as: "admin", line: "GET /api/collections/agencies/records?" + query, status: 400, code: "filter_bad"}
	}
	admin := func(name, line, body string, status int, code, field string) bad {
		return bad{name: name, as: "admin", line: line, body: body, status: status, code: code, field: field}
	}
	user := `"email":"new@example.test","password":"Test-pass-2026","passwordConfirm":"Test-pass-2026","name":"新人"`
	return []bad{
		list("a filter in pieces", "filter=(("),
		list("a filter that injects", "filter=id='x'%20UNION%20SELECT%201"),
		list("a filter of a field that is none", "filter=nothing='x'"),
		list("an order of a field that is none", "sort=nothing"),
		list("a long filter", "filter="+strings.Repeat("id='x'||", 500)+"id='x'"),
		admin("a collection that is none", "GET /api/collections/nothing/records", "", 404, "not_found", ""),
		admin("a collection called __proto__", "POST /api/collections/__proto__/records", `{}`, 404, "not_found", ""),
		admin("a collection with U+0000", "GET /api/collections/%00/records", "", 404, "not_found", ""),
		admin("a user that is none", "GET /api/collections/users/records/nothing", "", 404, "not_found", ""),
		admin("a user of another county", "PATCH /api/collections/users/records/{foreign}", `{"name":"x"}`, 404, "not_found", ""),
		admin("a user without a role", "POST /api/collections/users/records", `{`+user+`,"agency":"{agency}"}`, 400, "role_unknown", ""),
		admin("a user of a role that is none", "POST /api/collections/users/records", `{`+user+`,"agency":"{agency}","role":"emperor"}`, 400, "role_unknown", ""),
		admin("a user of no agency", "POST /api/collections/users/records", `{`+user+`,"role":"inspector"}`, 400, "agency_unknown", ""),
		admin("a user of a foreign agency", "POST /api/collections/users/records", `{`+user+`,"role":"inspector","agency":"{far}"}`, 403, "outside_scope", ""),
		admin("a user with a field of the server", "POST /api/collections/users/records", `{`+user+`,"role":"inspector","agency":"{agency}","scope_from":"0"}`, 403, "field_locked", ""),
		admin("an e-mail that is taken", "POST /api/collections/users/records", `{"email":"{inspector-mail}","password":"Test-pass-2026","passwordConfirm":"Test-pass-2026","name":"新人","role":"inspector","agency":"{agency}"}`, 400, "value_taken", "email"),
		admin("an e-mail that is none", "POST /api/collections/users/records", `{"email":"nobody","password":"Test-pass-2026","passwordConfirm":"Test-pass-2026","name":"新人","role":"inspector","agency":"{agency}"}`, 400, "email_invalid", "email"),
		admin("two passwords", "POST /api/collections/users/records", `{"email":"new@example.test","password":"Test-pass-2026","passwordConfirm":"other","name":"新人","role":"inspector","agency":"{agency}"}`, 400, "value_unfit", "passwordConfirm"),
		admin("an agency without a name", "POST /api/collections/agencies/records", `{"division_code":"990101","level":"county"}`, 400, "field_missing", "name"),
		admin("an agency outside", "POST /api/collections/agencies/records", `{"name":"x","division_code":"110101","level":"county"}`, 403, "outside_scope", ""),
		admin("an agency of a code that is none", "POST /api/collections/agencies/records", `{"name":"x","division_code":"__proto__","level":"county"}`, 403, "outside_scope", ""),
		admin("an agency called a megabyte", "POST /api/collections/agencies/records", `{"name":"`+long+`"}`, 413, "body_too_large", ""),
		admin("an agency is deleted", "DELETE /api/collections/agencies/records/{agency}", "", 403, "forbidden", ""),
		admin("a rule of no days", "POST /api/collections/deadline_rules/records", `{"jurisdiction":"990101","step":"accept","source":"","number":-1,"unit":"natural_day","article":"x"}`, 400, "deadline_rule_invalid", ""),
		admin("a rule of 1e308 days", "POST /api/collections/deadline_rules/records", `{"jurisdiction":"990101","step":"accept","source":"","number":1e308,"unit":"natural_day","article":"x"}`, 400, "deadline_rule_invalid", ""),
		admin("holidays of no year", "POST /api/collections/holidays/records", `{"year":0,"days":[]}`, 400, "holidays_invalid", ""),
		admin("holidays of no day", "POST /api/collections/holidays/records", `{"year":2031,"days":[{"date":"2031-02-30","kind":"holiday"}]}`, 400, "holidays_invalid", ""),
		admin("a border of nothing", "POST /api/collections/jurisdictions/records", `{"agency":"{agency}","division_code":"990101","level":"county","geometry":{"type":"Polygon","coordinates":[]}}`, 403, "field_locked", "geometry"),
		admin("a border of another kind", "POST /api/collections/jurisdictions/records", `{"agency":"{agency}","division_code":"990101","level":"county","nothing":"here"}`, 400, "field_unknown", "nothing"),
		{name: "a case over PocketBase", as: "dispatcher", line: "POST /api/collections/cases/records", body: `{"status":"closed"}`, status: 403, code: "forbidden"},
		{name: "the state of a case, by the operator", as: "root", line: "PATCH /api/collections/cases/records/{case}", body: `{"status":"closed"}`, status: 409, code: "status_locked"},
		{name: "a case is deleted by the operator", as: "root", line: "DELETE /api/collections/cases/records/{case}", status: 409, code: "append_only"},
		{name: "a user is made by a form, without a log-in", line: "POST /api/collections/users/records", head: "Content-Type: multipart/form-data; boundary=edge", body: parted("role=admin"), status: 401, code: "unauthorized"},
		{name: "a batch", as: "admin", line: "POST /api/batch", body: `{"requests":[{"method":"DELETE","url":"/api/collections/cases/records/{case}"}]}`, status: 403, code: "forbidden"},
		{name: "subscriptions of no stream", as: "admin", line: "POST /api/realtime", body: `{"clientId":"nothing","subscriptions":["cases/*"]}`, status: 404, code: "not_found"},
		{name: "subscriptions in pieces", line: "POST /api/realtime", body: `{`, status: 400, code: "bad_request"},
		{name: "subscriptions without a client", line: "POST /api/realtime", body: `{"subscriptions":[]}`, status: 400, code: "field_missing", field: "clientId"},
		{name: "a file of no collection", line: "GET /api/files/nothing/x/y.jpg", status: 404, code: "not_found"},
		{name: "a file on another path", line: "GET /api/files/evidence/..%2f..%2f/data.db", status: 404, code: "not_found"},
		{name: "a token for files, for nobody", line: "POST /api/files/token", status: 401, code: "unauthorized"},
		{name: "health is posted", line: "POST /api/health", body: `{}`, status: 405, code: "method_not_allowed"},
		{name: "collections for a user", as: "admin", line: "GET /api/collections", status: 403, code: "forbidden"},
		{name: "collections are imported by nobody", line: "PUT /api/collections/import", body: `{"collections":[],"deleteMissing":true}`, status: 401, code: "unauthorized"},
	}
}

func badSyncs() []bad {
	push := func(name, body string, status int, code string) bad {
		return bad{name: name, as: "inspector", line: "POST /api/sync", body: body, status: status, code: code}
	}
	kept := func(name, mutation string) bad {
		return bad{
			name: name, as: "inspector", line: "POST /api/sync", status: 200, keeps: true,
			body: `{"client":{"id":"` + strings.ReplaceAll("01JD00000000000000000000XX", "XX", "B"+name[len(name)-1:]) + `","schema":1},"epoch":"","cursor":"","push":[` + mutation + `]}`,
		}
	}
	return []bad{
		{name: "a sync of nobody", line: "POST /api/sync", body: `{}`, status: 401, code: "unauthorized"},
		{name: "a sync of the operator", as: "root", line: "POST /api/sync", body: `{}`, status: 401, code: "unauthorized"},
		push("a sync of nothing", ``, 400, "bad_json"),
		push("a sync in pieces", `{"client":`, 400, "bad_json"),
		push("a sync that is an array", `[]`, 400, "bad_json"),
		push("a deep sync", deep, 400, "bad_json"),
		push("a sync without a client", `{}`, 400, "client_invalid"),
		push("a client called __proto__", `{"client":{"id":"__proto__"}}`, 400, "client_invalid"),
		push("mutations out of order", `{"client":{"id":"01JD0000000000000000000C01","schema":1},"push":[{"n":2},{"n":1}]}`, 400, "bad_order"),
		push("a sync of 5 MB", `{"x":"`+long+long+long+long+long+`"}`, 413, "push_too_large"),
		{name: "a sync of 1,001 mutations", as: "inspector", line: "POST /api/sync", body: `{"client":{"id":"01JD0000000000000000000C02","schema":1},"push":[{"n":1}` + strings.Repeat(`,{"n":2}`, 1000) + `]}`, status: 413, code: "push_too_large", limit: 1000},
		{name: "a sync in brotli", as: "inspector", line: "POST /api/sync", head: "Content-Type: application/json\nContent-Encoding: br", body: "x", status: 400, code: "bad_encoding"},
		{name: "a sync in rubbish", as: "inspector", line: "POST /api/sync", head: "Content-Type: application/json\nContent-Encoding: gzip", body: "rubbish", status: 400, code: "bad_encoding"},
		{name: "a sync is got", as: "inspector", line: "GET /api/sync", status: 405, code: "method_not_allowed"},
		{name: "documents for nobody", line: "GET /api/sync/rxdb/cases", status: 401, code: "unauthorized"},
		{name: "documents of the operator", as: "root", line: "GET /api/sync/rxdb/cases", status: 401, code: "unauthorized"},
		{name: "documents of no collection", as: "inspector", line: "GET /api/sync/rxdb/complainants", status: 404, code: "collection_unknown"},
		{name: "documents of a user's table", as: "inspector", line: "GET /api/sync/rxdb/users", status: 404, code: "collection_unknown"},
		{name: "documents without an end", as: "inspector", line: "GET /api/sync/rxdb/cases?limit=99999999999999999999", status: 400, code: "bad_request"},
		{name: "documents after a checkpoint that is none", as: "inspector", line: "GET /api/sync/rxdb/cases?checkpoint=%00%27", status: 409, code: "reset"},
		{name: "documents by nobody", line: "POST /api/sync/rxdb/cases", body: `[]`, status: 401, code: "unauthorized"},
		{name: "documents in pieces", as: "inspector", line: "POST /api/sync/rxdb/inspections", body: `[{`, status: 400, code: "bad_json"},
		{name: "documents that are an object", as: "inspector", line: "POST /api/sync/rxdb/inspections", body: `{}`, status: 400, code: "bad_json"},
		{name: "documents into no collection", as: "inspector", line: "POST /api/sync/rxdb/users", body: `[]`, status: 404, code: "collection_unknown"},
		{name: "5 MB of documents", as: "inspector", line: "POST /api/sync/rxdb/inspections", body: `[{"x":"` + long + long + long + long + long + `"}]`, status: 413, code: "push_too_large"},
		{name: "1,001 documents", as: "inspector", line: "POST /api/sync/rxdb/inspections", body: `[{}` + strings.Repeat(`,{}`, 1000) + `]`, status: 413, code: "push_too_large", limit: 1000},
		{name: "documents in brotli", as: "inspector", line: "POST /api/sync/rxdb/inspections", head: "Content-Type: application/json\nContent-Encoding: br", body: "x", status: 400, code: "bad_encoding"},
		{name: "an app's pull for nobody", line: "GET /api/sync/watermelon", status: 401, code: "unauthorized"},
		{name: "an app's pull for the operator", as: "root", line: "GET /api/sync/watermelon", status: 401, code: "unauthorized"},
		{name: "an app's push by nobody", line: "POST /api/sync/watermelon", body: `{}`, status: 401, code: "unauthorized"},
		{name: "an app's push in pieces", as: "inspector", line: "POST /api/sync/watermelon?since=1", body: `{"changes":{`, status: 400, code: "bad_json"},
		{name: "an app's push that is a list", as: "inspector", line: "POST /api/sync/watermelon?since=1", body: `[]`, status: 400, code: "bad_json"},
		{name: "an app's push of 5 MB", as: "inspector", line: "POST /api/sync/watermelon", body: `{"x":"` + long + long + long + long + long + `"}`, status: 413, code: "push_too_large"},
		{name: "an app's push in brotli", as: "inspector", line: "POST /api/sync/watermelon", head: "Content-Type: application/json\nContent-Encoding: br", body: "x", status: 400, code: "bad_encoding"},
		{name: "a ticket for nobody", line: "POST /api/sync/ticket", body: `{}`, status: 401, code: "unauthorized"},
		{name: "a stream with a ticket that is none", line: "GET /api/sync/stream?ticket=%00%27", status: 401, code: "ticket_invalid"},
		{name: "a stream of nobody", line: "GET /api/sync/stream", status: 401, code: "unauthorized"},
		kept("a phone a year ahead 1", `{"n":1,"id":"01JD000000000000000000B101","op":"patch","collection":"inspections","record":"{visit}","set":{"weather":"晴"},"base":{"weather":""},"at":"2099-01-01T00:00:00Z"}`),
		kept("a phone a year behind 2", `{"n":1,"id":"01JD000000000000000000B201","op":"patch","collection":"inspections","record":"{visit}","set":{"weather":"雨"},"base":{"weather":""},"at":"1970-01-01T00:00:00Z"}`),
		kept("a photo of the year 2099 3", `{"n":1,"id":"01JD000000000000000000B301","op":"create","collection":"evidence","record":"01JD000000000000000000E301","set":{"case":"{case}","inspection":"{visit}","sha256":"`+strings.Repeat("ab", 32)+`","size":10,"mime":"image/jpeg","taken_at":"2099-01-01T00:00:00Z","purpose":"scene"},"base":{},"at":"2099-01-01T00:00:00Z"}`),
		kept("a photo of the year 1970 4", `{"n":1,"id":"01JD000000000000000000B401","op":"create","collection":"evidence","record":"01JD000000000000000000E401","set":{"case":"{case}","inspection":"{visit}","sha256":"`+strings.Repeat("cd", 32)+`","size":10,"mime":"image/jpeg","taken_at":"1970-01-01T00:00:00Z","purpose":"scene"},"base":{},"at":"1970-01-01T00:00:00Z"}`),
		kept("a record called __proto__ 5", `{"n":1,"id":"01JD000000000000000000B501","op":"patch","collection":"inspections","record":"__proto__","set":{"__proto__":1,"constructor":{}},"base":{"__proto__":""},"at":"x"}`),
		kept("a collection that is none 6", `{"n":1,"id":"01JD000000000000000000B601","op":"create","collection":"_superusers","record":"aaaaaaaaaaaaaaaaa","set":{"email":"x"},"base":{},"at":"x"}`),
		kept("a mutation with 1e400 7", `{"n":1,"id":"01JD000000000000000000B701","op":"patch","collection":"inspections","record":"{visit}","set":{"max_noise_db":1e400},"base":{"max_noise_db":""},"at":""}`),
		kept("a mutation of doubled names 8", `{"n":1,"id":"01JD000000000000000000B801","op":"patch","collection":"inspections","record":"{visit}","set":{"weather":"a","weather":"b"},"base":{},"at":""}`),
		{name: "an action a year ahead", as: "dispatcher", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"说明一"},"device_at":"2099-01-01T00:00:00Z"}`, status: 200, keeps: true},
		{name: "an action a year behind", as: "dispatcher", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"说明二"},"device_at":"1970-01-01T00:00:00Z"}`, status: 200, keeps: true},
		{name: "an action at no time", as: "dispatcher", line: newAction, body: `{"case":"{case}","name":"note","args":{"text":"说明三"},"device_at":"yesterday"}`, status: 400, code: "time_invalid"},
		{name: "a complaint of 1970", line: "POST /api/complaints", body: `{"text":"工厂夜间排放气味","address":"化工路3号","occurred_at":"1970-01-01T00:00:00Z"}`, status: 201, keeps: true},
	}
}

func badUploads() []bad {
	begin := func(name, head string, status int, code string) bad {
		return bad{name: name, as: "inspector", line: "POST " + uploads, head: head, status: status, code: code}
	}
	goOn := func(name, head, body string, status int, code string) bad {
		return bad{name: name, as: "inspector", line: "PATCH " + uploads + "{upload}", head: head, body: body, status: status, code: code}
	}
	sum := "Upload-Metadata: " + sha("x")
	tooLarge := begin("an upload of an exabyte", tusHead+"Upload-Length: 1000000000000000000\n"+sum, 413, "file_too_large")
	return []bad{
		{name: "an upload of nobody", line: "POST " + uploads, head: tusHead + "Upload-Length: 10\n" + sum, status: 401, code: "unauthorized"},
		{name: "an upload of an administrator", as: "admin", line: "POST " + uploads, head: tusHead + "Upload-Length: 10\n" + sum, status: 403, code: "forbidden"},
		begin("an upload without its version", "Upload-Length: 10\n"+sum, 412, "tus_version"),
		begin("an upload of version 9", "Tus-Resumable: 9.0.0\nUpload-Length: 10\n"+sum, 412, "tus_version"),
		begin("an upload without a sum", tusHead+"Upload-Length: 10", 400, "sha256_missing"),
		begin("an upload with rubbish for a sum", tusHead+"Upload-Length: 10\nUpload-Metadata: sha256 ???,,, ,a b c", 400, "sha256_missing"),
		begin("an upload of no length", tusHead+sum, 400, "length_missing"),
		begin("an upload of less than nothing", tusHead+"Upload-Length: -5\n"+sum, 400, "length_missing"),
		begin("an upload of 1e3 bytes", tusHead+"Upload-Length: 1e3\n"+sum, 400, "length_missing"),
		begin("an upload of nothing", tusHead+"Upload-Length: 0\n"+sum, 400, "length_missing"),
		begin("an upload of a length to come", tusHead+"Upload-Defer-Length: 1\n"+sum, 400, "length_missing"),
		tooLarge,
		{name: "HEAD of an upload of another", as: "dispatcher", line: "HEAD " + uploads + "{upload}", head: tusHead[:len(tusHead)-1], status: 404},
		{name: "a piece for an upload of another", as: "dispatcher", line: "PATCH " + uploads + "{upload}", head: tusHead + pieceType + "Upload-Offset: 0", body: "x", status: 404, code: "upload_unknown"},
		{name: "a piece for an upload that is none", as: "inspector", line: "PATCH " + uploads + "nothing", head: tusHead + pieceType + "Upload-Offset: 0", body: "x", status: 404, code: "upload_unknown"},
		{name: "a piece on another path", as: "inspector", line: "PATCH " + uploads + "..%2f..%2fdata.db", head: tusHead + pieceType + "Upload-Offset: 0", body: "x", status: 404, code: "upload_unknown"},
		goOn("a piece without an offset", tusHead+"Content-Type: application/offset+octet-stream", "x", 400, "upload_offset_missing"),
		goOn("a piece at a wrong offset", tusHead+pieceType+"Upload-Offset: 99", "x", 409, "upload_offset_mismatch"),
		goOn("a piece below zero", tusHead+pieceType+"Upload-Offset: -1", "x", 400, "upload_offset_missing"),
		goOn("a piece as JSON", tusHead+"Content-Type: application/json\nUpload-Offset: 0", "{}", 415, "upload_piece_type"),
		goOn("a piece that is too long", tusHead+pieceType+"Upload-Offset: 0", strings.Repeat("x", 1001), 413, "upload_too_long"),
		{name: "an upload is put", as: "inspector", line: "PUT " + uploads + "{upload}", head: tusHead[:len(tusHead)-1], body: "x", status: 405, code: "method_not_allowed"},
		{name: "an upload is read", as: "inspector", line: "GET " + uploads + "{upload}", status: 404, code: "photo_unknown"},
		{name: "an upload of another is ended", as: "dispatcher", line: "DELETE " + uploads + "{upload}", head: tusHead[:len(tusHead)-1], status: 404, code: "upload_unknown"},
		{name: "OPTIONS of uploads", line: "OPTIONS " + uploads, status: 204},
	}
}

func badPhotos() []bad {
	return []bad{
		{name: "a photo for nobody", line: "GET /api/evidence/nothing/320", status: 401, code: "unauthorized"},
		{name: "a photo that is none", as: "inspector", line: "GET /api/evidence/nothing/320", status: 404, code: "photo_unknown"},
		{name: "a photo on another path", as: "inspector", line: "POST /api/evidence/..%2f..%2f/original", status: 404, code: "photo_unknown"},
		{name: "a photo for an administrator", as: "admin", line: "GET /api/evidence/nothing/proof", status: 403, code: "forbidden"},
		{name: "an original without an address", as: "dispatcher", line: "GET /api/evidence/nothing/original", status: 403, code: "pass_invalid"},
		{name: "a proof of nothing", as: "dispatcher", line: "GET /api/evidence/nothing/proof", status: 404, code: "photo_unknown"},
		{name: "a photo is posted", as: "inspector", line: "POST /api/evidence/nothing/320", body: "x", status: 405, code: "method_not_allowed"},
	}
}

func badLines() []bad {
	return []bad{
		{name: "an address that is none", line: "GET /api/nothing", status: 404, code: "not_found"},
		{name: "a long address that is none", line: "GET /api/" + strings.Repeat("x", 30_000), status: 404, code: "not_found"},
		{name: "a page that is none, for a program", line: "GET /nothing.php", status: 404, code: "not_found"},
		{name: "a page that is none, for a person", line: "GET /nothing.php", head: "Accept: text/html", status: 404, quiet: true},
		{name: "a page above the root", line: "GET /../../etc/passwd", status: 307, quiet: true},
		{name: "the page is posted", line: "POST /", body: `{}`, status: 405, code: "method_not_allowed"},
		{name: "health is deleted", line: "DELETE /healthz", status: 405, code: "method_not_allowed"},
		{name: "readiness is posted", line: "POST /readyz", body: "x", status: 405, code: "method_not_allowed"},
		{name: "HEAD of nothing", line: "HEAD /api/nothing", status: 404},
		{name: "a method that is none", line: "BREW /api/cases", status: 405, code: "method_not_allowed"},
		{name: "a header of 40 KB", line: "GET /api/cases", head: "X-Bomb: " + strings.Repeat("b", 40_000), status: 431, code: "header_too_large", limit: route.MaxHeader},
		{name: "a thousand headers", line: "GET /api/cases", head: strings.TrimSuffix(strings.Repeat("X-Bomb: "+strings.Repeat("b", 30)+"\n", 1000), "\n"), status: 431, code: "header_too_large", limit: route.MaxHeader},
		{name: "a header of a megabyte", line: "GET /api/cases", head: "X-Bomb: " + strings.Repeat("b", million), status: 431, quiet: true},
		{name: "a header with U+0000", line: "GET /api/cases", head: "X-Bad: \x00", status: 400, quiet: true},
		{name: "two lengths", line: signIn, head: "Content-Length: 2\nContent-Length: 3", body: `{}`, status: 400, quiet: true},
		{name: "a length below zero", line: signIn, head: "Content-Length: -1", body: `{}`, status: 400, quiet: true},
		{name: "chunks and a length", line: signIn, head: "Transfer-Encoding: chunked\nContent-Length: 2", body: "2\r\n{}\r\n0\r\n\r\n", status: 400, code: "field_missing", field: "identity"},
		{name: "a length beyond numbers", line: signIn, head: "Content-Length: 99999999999999999999", body: `{}`, status: 400, quiet: true},
		{name: "a body without a length", line: "POST /api/devices", as: "inspector", head: "Content-Type: application/json\nContent-Length: 0", body: `{"channel":"fcm"}`, status: 400, code: "channel_unknown"},
		{name: "a chunked body that is broken", line: "POST /api/devices", as: "inspector", head: "Transfer-Encoding: chunked", body: "zz\r\n{}\r\n0\r\n\r\n", status: 400, code: "body_broken"},
		{name: "a chunked log-in", line: signIn, head: "Transfer-Encoding: chunked", body: "2\r\n{}\r\n0\r\n\r\n", status: 400, code: "field_missing", field: "identity"},
		{name: "a chunked log-in without end", line: signIn, head: "Transfer-Encoding: chunked", body: strings.Repeat("4000\r\n"+strings.Repeat(" ", 0x4000)+"\r\n", 5) + "0\r\n\r\n", status: 413, code: "body_too_large", limit: 64 << 10},
		{name: "a chunked complaint without end", line: "POST /api/complaints", head: "Transfer-Encoding: chunked", body: strings.Repeat("4000\r\n"+strings.Repeat(" ", 0x4000)+"\r\n", 20) + "0\r\n\r\n", status: 413, code: "body_too_large", limit: intake.MaxBody},
		{name: "an unknown transfer", line: signIn, head: "Transfer-Encoding: gzip", body: "x", status: 501, quiet: true},
		{name: "an expectation", line: "GET /healthz", head: "Expect: miracles", status: 417, quiet: true},
		{name: "another expectation", line: "GET /readyz", head: "Expect: miracles", status: 417, quiet: true},
		{name: "40 MB for an agency", as: "admin", line: "POST /api/collections/agencies/records", head: "Content-Length: 40000000", body: `{`, status: 413, code: "body_too_large", limit: million},
		{name: "40 MB for a border", as: "admin", line: "POST /api/collections/jurisdictions/records", head: "Content-Length: 40000000", body: `{`, status: 413, code: "body_too_large", limit: 32 << 20},
		{name: "40 MB for nothing", line: "POST /api/nothing", head: "Content-Length: 40000000", body: `{`, status: 413, code: "body_too_large", limit: 32 << 20},
	}
}

var _ = sync.MaxBody

package notify_test

// Tests of the FCM channel: the real Firebase SDK against a local server.

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/internal/fcmtest"
	"xuncha/notify"
)

func openFCM(t *testing.T) (notify.FCM, *fcmtest.Server) {
	t.Helper()
	server := fcmtest.New(t)
	channel, err := notify.OpenFCM(t.Context(), notify.FCMSettings{Credentials: server.Credentials(t), Endpoint: server.Endpoint()})
	if err != nil {
		t.Fatal(err)
	}
	return channel, server
}

func delivery(token string) notify.Delivery {
	return notify.Delivery{
		ID: "delivery" + token, Attempt: 1, Audience: notify.Inspector, Urgent: true, CollapseKey: "case:HB-1",
		Payload: notify.Payload{ID: "message" + token, Kind: "assigned", Number: "HB-1", Revision: 7},
		Expires: time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC), Keep: 48 * time.Hour,
		Device: notify.Device{ID: "device" + token, Token: token, Language: "en"},
	}
}

func TestAMessageReachesFCMWhole(t *testing.T) {
	t.Parallel()
	channel, server := openFCM(t)
	if r := channel.Send(t.Context(), []notify.Delivery{delivery("a")}); r[0].Answer != notify.Accepted || r[0].Err != nil {
		t.Fatalf("%+v", r)
	}
	m := server.Messages()[0]
	if m.Token != "a" || m.Title != "Case assigned" || !strings.Contains(m.Body, "HB-1") || !m.Accepted {
		t.Errorf("%+v", m)
	}
	want := map[string]string{"id": "messagea", "kind": "assigned", "number": "HB-1", "revision": "7"}
	for key, value := range want {
		if m.Data[key] != value || len(m.Data) != len(want) {
			t.Errorf("data %v", m.Data)
		}
	}
	var android struct {
		CollapseKey  string `json:"collapse_key"`
		Priority     string `json:"priority"`
		TTL          string `json:"ttl"`
		Notification struct {
			Tag string `json:"tag"`
		} `json:"notification"`
	}
	if err := json.Unmarshal(m.Android, &android); err != nil {
		t.Fatal(err)
	}
	if android.CollapseKey != "sync" || android.Priority != "high" || android.TTL != "172800s" || android.Notification.Tag != "case:HB-1" {
		t.Errorf("%s", m.Android)
	}
	if len(m.Raw) > 4096 || strings.Contains(string(m.Raw), "devicea") || strings.Contains(string(m.Raw), "deliverya") {
		t.Errorf("%s", m.Raw)
	}
}

func TestEachAnswerOfFCMIsUnderstood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer fcmtest.Answer
		want   notify.Answer
		after  time.Duration
	}{
		"accepted":                    {fcmtest.OK, notify.Accepted, 0},
		"404 UNREGISTERED":            {fcmtest.Unregistered, notify.Gone, 0},
		"404 of another kind":         {fcmtest.Answer{Status: 404}, notify.Retry, 0},
		"403 SENDER_ID_MISMATCH":      {fcmtest.SenderMismatch, notify.Foreign, 0},
		"403 of another kind":         {fcmtest.Answer{Status: 403}, notify.Locked, 0},
		"401 THIRD_PARTY_AUTH_ERROR":  {fcmtest.Answer{Status: 401, Code: "THIRD_PARTY_AUTH_ERROR"}, notify.Locked, 0},
		"429 QUOTA_EXCEEDED, 90 s":    {fcmtest.QuotaExceeded.After(90 * time.Second), notify.Throttled, 90 * time.Second},
		"429 without a time":          {fcmtest.QuotaExceeded, notify.Throttled, 0},
		"429 of another kind":         {fcmtest.Answer{Status: 429}.After(time.Second), notify.Throttled, time.Second},
		"500 INTERNAL":                {fcmtest.Internal, notify.Retry, 0},
		"502":                         {fcmtest.Answer{Status: 502}, notify.Retry, 0},
		"503 that asks for 5 minutes": {fcmtest.Unavailable.After(5 * time.Minute), notify.Retry, 5 * time.Minute},
		"400 INVALID_ARGUMENT":        {fcmtest.InvalidArgument, notify.Malformed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channel, server := openFCM(t)
			server.Next("a", c.answer)
			batch := []notify.Delivery{delivery("a"), delivery("b")}
			r := channel.Send(t.Context(), batch)
			if r[0].Answer != c.want || r[0].RetryAfter != c.after || r[0].Err == nil != (c.want == notify.Accepted) {
				t.Errorf("%+v", r[0])
			}
			if r[1].Answer != notify.Accepted {
				t.Errorf("the neighbour: %+v", r[1])
			}
		})
	}
}

func TestAnOutageThatPassesIsNotSeen(t *testing.T) {
	t.Parallel()
	channel, server := openFCM(t)
	server.Next("a", fcmtest.Unavailable, fcmtest.Unavailable)
	if r := channel.Send(t.Context(), []notify.Delivery{delivery("a")}); r[0].Answer != notify.Accepted {
		t.Fatalf("%+v", r)
	}
	if n := len(server.Messages()); n != 3 {
		t.Fatalf("%d tries", n)
	}
}

func TestAResetAfterAcceptanceDeliversTwiceWithOneID(t *testing.T) {
	t.Parallel()
	channel, server := openFCM(t)
	server.Next("a", fcmtest.ResetAfter)
	if r := channel.Send(t.Context(), []notify.Delivery{delivery("a")}); r[0].Answer != notify.Accepted {
		t.Fatalf("%+v", r)
	}
	m := server.Messages()
	if len(m) != 2 || !m[0].Accepted || !m[1].Accepted || m[0].Data["id"] != m[1].Data["id"] {
		t.Fatalf("%+v", m)
	}
}

func TestAMalformedDeliveryDoesNotSpoilTheBatch(t *testing.T) {
	t.Parallel()
	channel, server := openFCM(t)
	empty, unknown, huge := delivery(""), delivery("b"), delivery("c")
	unknown.Payload.Kind = "teleported"
	huge.Payload.Number = strings.Repeat("9", notify.MaxPayload)
	r := channel.Send(t.Context(), []notify.Delivery{empty, unknown, delivery("a"), huge})
	for i, want := range []notify.Answer{notify.Malformed, notify.Malformed, notify.Accepted, notify.Malformed} {
		if r[i].Answer != want {
			t.Errorf("%d: %+v", i, r[i])
		}
	}
	if n := len(server.Messages()); n != 1 {
		t.Errorf("%d messages went out", n)
	}
	if r := channel.Send(t.Context(), []notify.Delivery{empty}); r[0].Answer != notify.Malformed {
		t.Errorf("%+v", r)
	}
}

func TestARevokedKeyLocksTheChannel(t *testing.T) {
	t.Parallel()
	channel, server := openFCM(t)
	server.Revoke()
	if r := channel.Send(t.Context(), []notify.Delivery{delivery("a")}); r[0].Answer != notify.Locked {
		t.Fatalf("%+v", r)
	}
}

func TestAServerThatIsNotThereIsTriedAgain(t *testing.T) {
	t.Parallel()
	server := fcmtest.New(t)
	channel, err := notify.OpenFCM(t.Context(), notify.FCMSettings{Credentials: server.Credentials(t), Endpoint: "http://127.0.0.1:1/v1"})
	if err != nil {
		t.Fatal(err)
	}
	if r := channel.Send(t.Context(), []notify.Delivery{delivery("a")}); r[0].Answer != notify.Retry || r[0].Err == nil {
		t.Fatalf("%+v", r)
	}
}

func TestAWrongServiceAccountIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"no JSON": "hello", "another type": `{"type":"authorized_user","project_id":"p"}`, "no project": `{"type":"service_account"}`,
		"no key": `{"type":"service_account","project_id":"p"}`,
	} {
		path := filepath.Join(t.TempDir(), "account.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := notify.OpenFCM(t.Context(), notify.FCMSettings{Credentials: path}); !errors.Is(err, notify.ErrFCMSettings) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := notify.OpenFCM(t.Context(), notify.FCMSettings{Credentials: "/nonexistent"}); !errors.Is(err, notify.ErrFCMSettings) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzCheckToken(f *testing.F) {
	for _, token := range []string{"", "a", "fcm:APA91b-_", "with space", "zh中", "\x00", strings.Repeat("x", 5000)} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if notify.CheckToken(token) != nil {
			return
		}
		if token == "" || len(token) > 4096 || strings.ContainsAny(token, " \t\r\n\x00") {
			t.Errorf("%q is taken for a token", token)
		}
	})
}

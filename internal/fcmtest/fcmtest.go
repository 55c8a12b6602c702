// Package fcmtest is a server that speaks enough of FCM's HTTP v1 for the real Firebase
// SDK: it gives access tokens for its own service account, records every message and
// answers as it is told.
package fcmtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	stdsync "sync"
	"testing"
	"time"
)

// Project is the project of the service account.
const Project = "xuncha-test"

const accessToken = "fcmtest-access-token"

// Answer is what the server says to one message. The zero value accepts it.
type Answer struct {
	Status     int           // HTTP status; 0 or 200 accepts
	Code       string        // FCM's error code, e.g. UNREGISTERED
	RetryAfter time.Duration // sent as Retry-After in whole seconds; 0 sends none
	Reset      bool          // the message is accepted, then the connection is cut
}

// The answers that FCM is known to give.
var (
	OK              = Answer{}
	Unregistered    = Answer{Status: 404, Code: "UNREGISTERED"}
	SenderMismatch  = Answer{Status: 403, Code: "SENDER_ID_MISMATCH"}
	QuotaExceeded   = Answer{Status: 429, Code: "QUOTA_EXCEEDED"}
	Internal        = Answer{Status: 500, Code: "INTERNAL"}
	Unavailable     = Answer{Status: 503, Code: "UNAVAILABLE"}
	InvalidArgument = Answer{Status: 400, Code: "INVALID_ARGUMENT"}
	ResetAfter      = Answer{Reset: true}
)

// After is the answer with a Retry-After.
func (a Answer) After(d time.Duration) Answer {
	a.RetryAfter = d
	return a
}

// platformStatus is the general status that FCM sends beside its own code.
var platformStatus = map[int]string{
	400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
	429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}

// Message is one message as it came in, accepted or not.
type Message struct {
	At       time.Time
	Token    string            `json:"token"`
	Data     map[string]string `json:"data"`
	Title    string
	Body     string
	Android  json.RawMessage `json:"android"`
	APNS     json.RawMessage `json:"apns"`
	Raw      []byte          // the whole request body
	Accepted bool
}

// String is the message for who reads a test's log.
func (m Message) String() string { return fmt.Sprintf("%s: %v", m.Token, m.Data) }

// Server is a running FCM.
type Server struct {
	URL string

	key      *rsa.PrivateKey
	mu       stdsync.Mutex
	messages []Message
	answers  map[string][]Answer // by token; "" for any
	always   map[string]Answer
	revoked  bool
	arrived  chan struct{} // closed and renewed at each message
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{key: key, answers: map[string][]Answer{}, always: map[string]Answer{}, arrived: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /v1/projects/{project}/{method}", s.send)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Endpoint is what XUNCHA_FCM_ENDPOINT is set to.
func (s *Server) Endpoint() string { return s.URL + "/v1" }

// Credentials writes a service account file into the test's folder and returns its path.
func (s *Server) Credentials(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": Project, "private_key_id": "fcmtest",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": "push@" + Project + ".iam.gserviceaccount.com", "client_id": "1",
		"auth_uri": s.URL + "/auth", "token_uri": s.URL + "/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "service-account.json")
	if err := os.WriteFile(path, account, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Next sets the answers to the next messages for a token, in order; "" is any token.
func (s *Server) Next(token string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[token] = append(s.answers[token], answers...)
}

// Always sets the answer to every message for a token that no Next covers; "" is any token.
func (s *Server) Always(token string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always[token] = a
}

// Revoke makes the server refuse the service account from now on.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// Messages returns all that came in, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Wait returns the messages once there are at least n, and fails the test if they do not come.
func (s *Server) Wait(t testing.TB, n int) []Message {
	t.Helper()
	limit := time.After(waitMax)
	for {
		s.mu.Lock()
		messages, arrived := append([]Message(nil), s.messages...), s.arrived
		s.mu.Unlock()
		if len(messages) >= n {
			return messages
		}
		select {
		case <-arrived:
		case <-limit:
			t.Fatalf("%d messages came, want %d: %v", len(messages), n, messages)
		}
	}
}

const waitMax = 20 * time.Second

// token gives an access token, as Google's OAuth endpoint does for a signed assertion.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if revoked || r.FormValue("assertion") == "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":3600,"token_type":"Bearer"}`, accessToken)
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("method") != "messages:send" || r.PathValue("project") != Project {
		http.NotFound(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+accessToken {
		refuse(w, Answer{Status: http.StatusUnauthorized})
		return
	}
	m, err := read(r)
	if err != nil {
		refuse(w, InvalidArgument)
		return
	}
	answer, n := s.record(m)
	switch {
	case answer.Reset:
		panic(http.ErrAbortHandler) // net/http cuts the connection
	case answer.Status == 0 || answer.Status == http.StatusOK:
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"name":"projects/%s/messages/%d"}`, Project, n)
	default:
		refuse(w, answer)
	}
}

func read(r *http.Request) (Message, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return Message{}, err
	}
	var body struct {
		Message struct {
			Message
			Notification struct{ Title, Body string } `json:"notification"`
		} `json:"message"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return Message{}, err
	}
	m := body.Message.Message
	m.Raw, m.Title, m.Body, m.At = raw, body.Message.Notification.Title, body.Message.Notification.Body, time.Now()
	if m.Token == "" {
		return m, fmt.Errorf("no token")
	}
	return m, nil
}

// record keeps the message and finds its answer; n counts the messages.
func (s *Server) record(m Message) (a Answer, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a = s.always[""]
	if fixed, ok := s.always[m.Token]; ok {
		a = fixed
	}
	for _, token := range []string{m.Token, ""} {
		if queue := s.answers[token]; len(queue) > 0 {
			a, s.answers[token] = queue[0], queue[1:]
			break
		}
	}
	m.Accepted = a.Reset || a.Status == 0 || a.Status == http.StatusOK
	s.messages = append(s.messages, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
	return a, len(s.messages)
}

// refuse answers as FCM does: the general error with FCM's own code in the details.
func refuse(w http.ResponseWriter, a Answer) {
	details := []any{}
	if a.Code != "" {
		details = append(details, map[string]string{
			"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": a.Code,
		})
	}
	body, err := json.Marshal(map[string]any{"error": map[string]any{
		"code": a.Status, "status": platformStatus[a.Status], "details": details,
		"message": strings.ToLower(strings.ReplaceAll(a.Code, "_", " ")),
	}})
	if err != nil {
		panic(err) // plain values only
	}
	if a.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(a.RetryAfter.Seconds())))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, _ = w.Write(body)
}

package notify

// The channel to Firebase Cloud Messaging, through Google's Admin SDK.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/errorutils"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// FCMSettings are what the operator gives.
type FCMSettings struct {
	Credentials string // path of a service account file
	Endpoint    string // instead of Google's, up to and with /v1; for tests
}

// FCM sends through Firebase. The library itself tries network errors and 503 again, five
// times in about 7 s; 429 and 500 it leaves to us.
type FCM struct{ client *messaging.Client }

var _ Channel = FCM{}

// ErrFCMSettings: the service account file is missing or is none.
var ErrFCMSettings = errors.New("FCM settings")

// OpenFCM reads the service account and prepares a client; it asks nobody yet.
func OpenFCM(ctx context.Context, s FCMSettings) (FCM, error) {
	project, err := projectOf(s.Credentials)
	if err != nil {
		return FCM{}, err
	}
	options := []option.ClientOption{option.WithAuthCredentialsFile(option.ServiceAccount, s.Credentials)}
	if s.Endpoint != "" {
		options = append(options, option.WithEndpoint(strings.TrimSuffix(s.Endpoint, "/")))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: project}, options...)
	if err != nil {
		return FCM{}, fmt.Errorf("%w: %w", ErrFCMSettings, err)
	}
	client, err := app.Messaging(ctx)
	if err != nil {
		return FCM{}, fmt.Errorf("%w: %w", ErrFCMSettings, err)
	}
	return FCM{client}, nil
}

func projectOf(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFCMSettings, err)
	}
	var account struct {
		Type    string `json:"type"`
		Project string `json:"project_id"`
	}
	if err := json.Unmarshal(data, &account); err != nil {
		return "", fmt.Errorf("%w: %s is not JSON: %w", ErrFCMSettings, path, err)
	}
	if account.Type != "service_account" || account.Project == "" {
		return "", fmt.Errorf("%w: %s is not a service account file with a project_id", ErrFCMSettings, path)
	}
	return account.Project, nil
}

// Send sends each delivery as one message. One message that the library finds malformed
// would make it refuse the whole batch, so each is looked at before.
func (f FCM) Send(ctx context.Context, batch []Delivery) []Result {
	results := make([]Result, len(batch))
	var (
		messages []*messaging.Message
		index    []int
	)
	for i, d := range batch {
		if err := sendable(d); err != nil {
			results[i] = Result{Answer: Malformed, Err: err}
			continue
		}
		messages, index = append(messages, fcmMessage(d)), append(index, i)
	}
	if len(messages) == 0 {
		return results
	}
	answer, err := f.client.SendEach(ctx, messages)
	for k, i := range index {
		switch {
		case err != nil:
			results[i] = Result{Answer: Retry, Err: err}
		case answer.Responses[k].Success:
			results[i] = Result{Answer: Accepted}
		default:
			results[i] = classify(answer.Responses[k].Error)
		}
	}
	return results
}

const tokenMax = 4096 // bytes; FCM's are below 300

// ErrToken: a device's token that no channel would take.
var ErrToken = errors.New("token of a device is not valid")

// CheckToken tells whether a token can be sent to at all: 1 to 4096 printable ASCII
// characters without space.
func CheckToken(token string) error {
	if token == "" || len(token) > tokenMax {
		return fmt.Errorf("%w: %d bytes, want 1 to %d", ErrToken, len(token), tokenMax)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return fmt.Errorf("%w: only printable ASCII without spaces", ErrToken)
	}
	return nil
}

func sendable(d Delivery) error {
	if err := CheckToken(d.Device.Token); err != nil {
		return err
	}
	if _, ok := KindOf(d.Payload.Kind, d.Audience); !ok {
		return fmt.Errorf("%w: %q for %s", ErrKindUnknown, d.Payload.Kind, d.Audience)
	}
	_, err := d.Payload.Encode()
	return err
}

// A phone that is off keeps messages of at most four collapse keys, and drops all once a
// hundred wait: so there is one key, and the tag replaces what is shown about one matter.
const fcmCollapseKey = "sync"

const (
	fcmKeepMax  = 28 * 24 * time.Hour
	apnsTagMax  = 64 // bytes of apns-collapse-id
	apnsUrgent  = "10"
	apnsNormal  = "5"
	fcmUrgent   = "high"
	fcmNormal   = "normal"
	apnsNoLater = "apns-expiration"
)

func fcmMessage(d Delivery) *messaging.Message {
	kind, _ := KindOf(d.Payload.Kind, d.Audience)
	text := kind.Text(d.Device.Language, d.Payload.Number)
	ttl := min(max(d.Keep, 0), fcmKeepMax).Truncate(time.Second)
	priority, apns := fcmNormal, apnsNormal
	if d.Urgent {
		priority, apns = fcmUrgent, apnsUrgent
	}
	return &messaging.Message{
		Token:        d.Device.Token,
		Notification: &messaging.Notification{Title: text.Title, Body: text.Body},
		Data: map[string]string{
			"id": d.Payload.ID, "kind": d.Payload.Kind, "number": d.Payload.Number,
			"revision": strconv.FormatInt(d.Payload.Revision, 10),
		},
		Android: &messaging.AndroidConfig{
			CollapseKey: fcmCollapseKey, Priority: priority, TTL: &ttl,
			Notification: &messaging.AndroidNotification{Tag: d.CollapseKey},
		},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{
				"apns-priority": apns, "apns-collapse-id": d.CollapseKey[:min(len(d.CollapseKey), apnsTagMax)],
				apnsNoLater: strconv.FormatInt(d.Expires.Unix(), 10),
			},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{ThreadID: d.CollapseKey, MutableContent: true}},
		},
	}
}

// classify reads an error as the library returns it: its own questions fail on wrapped errors.
func classify(err error) Result {
	r := Result{Answer: Retry, Err: err, RetryAfter: retryAfter(errorutils.HTTPResponse(err))}
	switch {
	case messaging.IsUnregistered(err):
		r.Answer = Gone
	case messaging.IsSenderIDMismatch(err):
		r.Answer = Foreign
	case messaging.IsQuotaExceeded(err), statusOf(err) == http.StatusTooManyRequests:
		r.Answer = Throttled
	case messaging.IsThirdPartyAuthError(err), errorutils.IsUnauthenticated(err), errorutils.IsPermissionDenied(err), refusedToken(err):
		r.Answer = Locked
	case messaging.IsInvalidArgument(err), errorutils.IsInvalidArgument(err):
		r.Answer = Malformed
	}
	return r
}

func statusOf(err error) int {
	if res := errorutils.HTTPResponse(err); res != nil {
		return res.StatusCode
	}
	return 0
}

// refusedToken: Google gave no access token for our key. The library wraps this into
// text, so text is all there is to look at.
func refusedToken(err error) bool {
	_, status, found := strings.Cut(err.Error(), "cannot fetch token: ")
	return found && (strings.HasPrefix(status, "400") || strings.HasPrefix(status, "401") || strings.HasPrefix(status, "403"))
}

// retryAfter reads how long a server asks us to wait; a time of day counts from the
// server's own clock. 0 when it does not say.
func retryAfter(res *http.Response) time.Duration {
	if res == nil {
		return 0
	}
	named := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(named, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(named)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(until.Sub(now), 0)
}

package evidence

// Answers: every refusal is problem+json with a code of ours, tusd's own too.

import (
	"bytes"
	"fmt"
	"net/http"

	tus "github.com/tus/tusd/v2/pkg/handler"
)

// ofTusd are our codes for tusd's.
var ofTusd = map[string]string{
	tus.ErrMismatchOffset.ErrorCode:      CodeOffset,
	tus.ErrInvalidOffset.ErrorCode:       CodeNoOffset,
	tus.ErrInvalidContentType.ErrorCode:  CodePiece,
	tus.ErrUnsupportedVersion.ErrorCode:  CodeVersion,
	tus.ErrNotFound.ErrorCode:            CodeUnknown,
	tus.ErrFileLocked.ErrorCode:          CodeLocked,
	tus.ErrLockTimeout.ErrorCode:         CodeLocked,
	tus.ErrUploadInterrupted.ErrorCode:   CodeLocked,
	tus.ErrSizeExceeded.ErrorCode:        CodeTooMuch,
	tus.ErrMaxSizeExceeded.ErrorCode:     CodeTooLarge,
	tus.ErrInvalidUploadLength.ErrorCode: CodeNoLength,
	tus.ErrNotImplemented.ErrorCode:      CodeExtension,
	tus.ErrServerShutdown.ErrorCode:      CodeNotReady,
	tus.ErrUnexpectedEOF.ErrorCode:       CodeCut,
	tus.ErrReadTimeout.ErrorCode:         CodeCut,
	tus.ErrConnectionReset.ErrorCode:     CodeCut,
}

// answer holds back what tusd says in plain text and says it in our words.
type answer struct {
	http.ResponseWriter
	refuse func(w http.ResponseWriter, err error)
	status int // what is held back; 0 lets everything through
	said   bytes.Buffer
	most   int64 // bytes of the upload

	expires func() string // when the upload is swept; "" says nothing
}

const problemJSON = "application/problem+json"

// Unwrap lets tusd set the deadlines of the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader holds back a refusal that is not in our words.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusBadRequest && a.Header().Get("Content-Type") != problemJSON {
		a.status = status
		return
	}
	if at := a.expires(); status < http.StatusBadRequest && at != "" {
		a.Header().Set("Upload-Expires", at)
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status != 0 {
		return a.said.Write(p)
	}
	return a.ResponseWriter.Write(p)
}

// end says what was held back.
func (a *answer) end() {
	if a.status == 0 {
		return
	}
	a.Header().Del("Content-Length")
	code, rest, _ := bytes.Cut(bytes.TrimSpace(a.said.Bytes()), []byte(": "))
	ours, known := ofTusd[string(code)]
	switch {
	case known && ours == CodeTooMuch:
		a.refuse(a.ResponseWriter, tooMuch(a.most, ours, "%s", rest))
	case known:
		a.refuse(a.ResponseWriter, refuse(ours, "%s", rest))
	case a.status == http.StatusNotFound: // HEAD is refused without a word
		a.refuse(a.ResponseWriter, ErrNotYours)
	case a.status == http.StatusLocked:
		a.refuse(a.ResponseWriter, refuse(CodeLocked, "another request is at this upload"))
	default:
		a.refuse(a.ResponseWriter, fmt.Errorf("tusd answers %d: %s", a.status, a.said.String()))
	}
}

func (u *Uploads) refuse(w http.ResponseWriter, err error) {
	status, body := u.Answer(err)
	w.Header().Set("Content-Type", problemJSON)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the line is the client's
}

// tusError is a refusal in tusd's form.
func (u *Uploads) tusError(refusal Refusal) error {
	status, body := u.Answer(refusal)
	return tus.Error{
		ErrorCode: refusal.code, Message: refusal.detail,
		HTTPResponse: tus.HTTPResponse{StatusCode: status, Body: string(body), Header: tus.HTTPHeader{"Content-Type": problemJSON}},
	}
}

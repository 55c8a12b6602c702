package route

// Answers of any size: they come out as they went in, leave no file behind, and together take
// no more than they may.

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
)

func asking(coding string) (*core.RequestEvent, *httptest.ResponseRecorder) {
	out := httptest.NewRecorder()
	e := &core.RequestEvent{}
	e.Request = httptest.NewRequest(http.MethodGet, "/", nil)
	e.Request.Header.Set("Accept-Encoding", coding)
	e.Response = out
	return e, out
}

func TestASpooledAnswerComesOutAsItWentIn(t *testing.T) {
	for _, size := range []int{0, 100, smallBytes, smallBytes + 1, 3 << 20} {
		for _, coding := range []string{"identity", "gzip", "zstd"} {
			data, of := make([]byte, size), budget{}
			_, _ = rand.Read(data) // never fails
			e, out := asking(coding)
			s := newSpool(e, &of)
			for part := data; len(part) > 0; part = part[min(len(part), 7000):] {
				if _, err := s.Write(part[:min(len(part), 7000)]); err != nil {
					t.Fatal(err)
				}
			}
			err := s.send(e)
			file := s.file
			s.close()
			got := out.Body.Bytes()
			if coding != "identity" {
				came := share{of: &budget{}}
				got, err = came.readBody(coding, bytes.NewReader(got))
			}
			if err != nil || !bytes.Equal(got, data) || of.used.Load() != 0 || out.Header().Get("Content-Length") == "" {
				t.Errorf("%s: %d bytes of %d, %d held, %v", coding, len(got), size, of.used.Load(), err)
			}
			if (file != nil) != (size >= smallBytes && coding != "identity" || size > smallBytes) {
				t.Errorf("%s, %d bytes: a file is there: %v", coding, size, file != nil)
			}
			if file != nil {
				if _, err := os.Stat(file.Name()); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the file stays: %v", err)
				}
			}
		}
	}
}

func TestAnswersTogetherTakeWhatTheyMay(t *testing.T) {
	of := budget{}
	of.used.Store(heldBytes - 1<<20)
	e, _ := asking("identity")
	s := newSpool(e, &of)
	_, err := io.Copy(struct{ io.Writer }{s}, &zeros{4 << 20})
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code() != "busy" {
		t.Errorf("%v", err)
	}
	s.close()
	if used := of.used.Load(); used != heldBytes-1<<20 {
		t.Errorf("%d bytes stay held", used-(heldBytes-1<<20))
	}
}

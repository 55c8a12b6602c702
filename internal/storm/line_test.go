package storm

// The line between a phone and the server: what it does to one request is drawn from the
// seed, compression too.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"

	"github.com/klauspost/compress/zstd"

	"xuncha/sync"
)

// fault is what happens to one request.
type fault string

const (
	none        fault = "well"
	lost        fault = "is lost"
	straggles   fault = "is lost, and arrives much later" // the server gets it when nobody waits any more
	answerLost  fault = "is answered, the answer is lost"
	twice       fault = "arrives twice"
	cutRequest  fault = "is cut on its way"
	cutAnswer   fault = "is answered, the answer is cut"
	powerFails  fault = "meets a power cut"
	afterCommit fault = "is answered as the power fails"
)

var faults = []fault{none, none, lost, straggles, answerLost, twice, cutRequest, cutAnswer, powerFails, powerFails, afterCommit}

var errLine = errors.New("the line broke")

// sent is a request as it went over the line.
type sent struct {
	path   string
	header http.Header
	body   []byte // compressed as the header says
	plain  []byte
	user   string
}

// line is the transport of one phone.
type line struct {
	*storm
	d *device
}

// RoundTrip sends a request of the phone's and does to it what was drawn.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	plain, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	q := sent{path: r.URL.Path, header: r.Header.Clone(), plain: plain, user: l.d.user}
	q.body = l.pack(q.header, plain)
	return l.carry(q, l.fault)
}

func (s *storm) carry(q sent, f fault) (*http.Response, error) {
	cut := len(q.body)
	switch f {
	case lost:
		return nil, errLine
	case straggles:
		s.stragglers = append(s.stragglers, q)
		return nil, errLine
	case cutRequest:
		cut = s.IntN(len(q.body))
	case powerFails:
		s.saves = s.IntN(6)
	}
	a := s.ask(q, cut)
	if f == twice && a.status == http.StatusOK {
		before, err := s.head()
		a = s.ask(q, cut)
		if after, err2 := s.head(); after != before || err != nil || err2 != nil {
			s.fail("I4", "the same request again moved the head from %d to %d (%v %v)", before, after, err, err2)
		}
	}
	if f == powerFails || f == afterCommit {
		if err := s.crash(); err != nil {
			s.fail("harness", "%v", err)
		}
		req, err := sync.ReadRequest(q.plain)
		if err != nil {
			s.fail("harness", "%v", err)
		}
		s.judge(&req) // what was committed before
		return nil, errLine
	}
	if f == cutRequest && a.status == http.StatusOK {
		s.fail("harness", "half a request was answered")
	}
	if f == answerLost || f == cutRequest {
		return nil, errLine
	}
	res := &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.Buffer)}
	data, err := unpack(res)
	if err != nil {
		s.fail("harness", "the answer cannot be unpacked: %v", err)
	}
	if f == cutAnswer {
		data = data[:s.IntN(len(data))]
	}
	res.Body = io.NopCloser(bytes.NewReader(data))
	if f == cutAnswer {
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), broken{}))
	}
	return res, nil
}

// ask lets the server answer, and looks at what it did and said.
func (s *storm) ask(q sent, cut int) *answer {
	a := s.handle(http.MethodPost, q.path, q.header.Clone(), q.body, cut)
	if s.left == "" {
		s.saves = -1
		s.inspect(q, a)
	}
	return a
}

var (
	zstdWriter, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	zstdReader, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0))
)

// pack compresses a body, or not, and asks for a compressed answer, or not.
func (s *storm) pack(h http.Header, body []byte) []byte {
	if accept := []string{"", "gzip", "zstd", "gzip, zstd"}[s.IntN(4)]; accept != "" {
		h.Set("Accept-Encoding", accept)
	}
	switch s.IntN(6) {
	case 0:
		h.Set("Content-Encoding", "gzip")
		var b bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
		_, _ = zip.Write(body)                            // into memory
		_ = zip.Close()
		return b.Bytes()
	case 1:
		h.Set("Content-Encoding", "zstd")
		return zstdWriter.EncodeAll(body, nil)
	}
	return body
}

// unpack reads the whole body of an answer.
func unpack(res *http.Response) ([]byte, error) {
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	switch res.Header.Get("Content-Encoding") {
	case "gzip":
		zip, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(zip)
	case "zstd":
		return zstdReader.DecodeAll(data, nil)
	}
	return data, nil
}

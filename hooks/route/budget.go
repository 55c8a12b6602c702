package route

// How many bytes of bodies and answers are in memory at a time, whoever sends or reads how
// slowly.

import (
	"io"
	"sync/atomic"

	"xuncha/hooks/problem"
)

const (
	heldBytes  = 256 << 20 // of bodies, and as many of answers
	smallBytes = 64 << 10  // what each may have without being counted
)

// budget is what all may hold together.
type budget struct{ used atomic.Int64 }

// share is what one request holds of a budget.
type share struct {
	of   *budget
	held int64
}

// hold makes the share n bytes. If the budget does not have them the phone is to come again.
func (s *share) hold(n int) error {
	want := max(0, int64(n)-smallBytes)
	if more := want - s.held; s.of.used.Add(more) > heldBytes && more > 0 {
		s.of.used.Add(-more)
		return problem.New("busy", "what phones send and receive takes %d bytes of memory at this moment", heldBytes).With("limit", heldBytes).In(soon())
	}
	s.held = want
	return nil
}

func (s *share) free() { _ = s.hold(0) }

// read reads at most limit bytes and holds them as they come; more is tooMuch.
func (s *share) read(in io.Reader, before, limit int) ([]byte, error) {
	data := make([]byte, 0, 4<<10)
	for {
		if len(data) == cap(data) {
			grown := min(2*cap(data), limit+1)
			if err := s.hold(before + grown); err != nil {
				return nil, err
			}
			data = append(make([]byte, 0, grown), data...)
		}
		n, err := in.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > limit:
			return nil, tooMuch()
		case err == io.EOF: //nolint:errorlint // a reader says so in this way
			return data, nil
		case err != nil:
			return nil, err
		}
	}
}

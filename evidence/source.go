package evidence

// Where a photo's bytes come from: the disk's failures are told apart from the photo's.

import (
	"errors"
	"io"
	"sync"
)

// source keeps in mind that the disk failed, which says nothing about the photo. A reader
// of tags that ran out of time may still be reading, hence the lock.
type source struct {
	io.ReadSeeker
	mu     sync.Mutex
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.fail(err)
	}
	return n, err
}

func (s *source) fail(err error) {
	s.mu.Lock()
	s.failed = err
	s.mu.Unlock()
}

// blame is the disk's failure if there was one, else what is wrong with the photo.
func (s *source) blame(photo error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return s.failed
	}
	return photo
}

func (s *source) rewind() error {
	_, err := s.Seek(0, io.SeekStart)
	if err != nil {
		s.fail(err)
	}
	return err
}

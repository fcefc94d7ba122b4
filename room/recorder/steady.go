package recorder

import (
	"io"
	"sync"
)

// steady writes until something fails and then only pretends to, since the library would
// stop taking frames without a word. It remembers the first error. What it has written
// may still be written over after that: a disk that is full has room where the file is.
// Its methods may be called from any goroutine.
type steady struct {
	to     io.WriteCloser
	broken chan struct{} // closed with the first error

	mu      sync.Mutex
	failed  error
	written int64 // octets that are in the file
	ended   bool
}

func newSteady(to io.WriteCloser) *steady { return &steady{to: to, broken: make(chan struct{})} }

// fail remembers an error, if it is one and the first.
func (s *steady) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil && err != nil {
		s.failed = err
		close(s.broken)
	}
}

// err returns the first error.
func (s *steady) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *steady) Write(b []byte) (int, error) {
	if s.err() == nil {
		n, err := s.to.Write(b)
		s.wrote(n)
		s.fail(err)
	}
	return len(b), nil
}

func (s *steady) wrote(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written += int64(n)
}

// anywhere reports whether what is written to can be written at any place.
func (s *steady) anywhere() bool {
	_, ok := s.to.(io.WriterAt)
	return ok
}

// WriteAt implements io.WriterAt, where anywhere is true.
func (s *steady) WriteAt(b []byte, at int64) (int, error) {
	if to, ok := s.to.(io.WriterAt); ok && s.has(at+int64(len(b))) {
		_, err := to.WriteAt(b, at)
		s.fail(err)
	}
	return len(b), nil
}

// has reports whether the file reaches so far, or nothing has failed.
func (s *steady) has(end int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed == nil || end <= s.written
}

func (s *steady) Close() error {
	s.mu.Lock()
	ended := s.ended
	s.ended = true
	s.mu.Unlock()
	if !ended {
		s.fail(s.to.Close())
	}
	return nil
}

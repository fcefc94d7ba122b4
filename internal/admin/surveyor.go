package admin

import (
	"context"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

const (
	// surveyAge is how old a survey may be that is shown.
	surveyAge = time.Second
	// surveyShare bounds the work of surveys: the next one waits this many times as
	// long as the last one took.
	surveyShare = 50
	// surveyTimeout bounds a survey, whoever waits for it.
	surveyTimeout = 10 * time.Second
	// complaintsKept is how many of those who suffer most are named.
	complaintsKept = 50
)

// surveyor surveys the rooms for whoever looks, and for all of them at once: not
// more often than once a second, and with no more than a fiftieth of a processor.
type surveyor struct {
	look func(context.Context) (room.Survey, error)

	mu      sync.Mutex
	last    surveyed
	fresh   time.Time     // until when last is good enough
	running chan struct{} // closed when the survey under way is done; nil without
}

type surveyed struct {
	room.Survey
	at time.Time
}

// survey returns a recent survey. Without one the caller makes it, or waits for
// another caller who does.
func (s *surveyor) survey(ctx context.Context) (surveyed, error) {
	for {
		s.mu.Lock()
		if time.Now().Before(s.fresh) {
			defer s.mu.Unlock()
			return s.last, nil
		}
		running := s.running
		if running == nil {
			s.running = make(chan struct{})
			s.mu.Unlock()
			return s.renew(ctx)
		}
		s.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return surveyed{}, context.Cause(ctx)
		}
	}
}

// renew makes a survey, which others may wait for: it goes on without its caller.
func (s *surveyor) renew(ctx context.Context) (surveyed, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), surveyTimeout)
	defer cancel()
	began := time.Now()
	seen, err := s.look(ctx)
	ended := time.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.running)
	s.running = nil
	if err != nil {
		return surveyed{}, err
	}
	s.last = surveyed{seen, ended}
	s.fresh = ended.Add(max(surveyAge, surveyShare*ended.Sub(began)))
	return s.last, nil
}

func newSurveyor(rooms *room.Manager) *surveyor {
	return &surveyor{look: func(ctx context.Context) (room.Survey, error) { return rooms.Survey(ctx, complaintsKept) }}
}

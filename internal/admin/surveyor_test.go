package admin

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// slow is a look at the rooms that takes a while.
type slow struct {
	mu    sync.Mutex
	looks int
	takes time.Duration
	err   error
}

func (l *slow) look(ctx context.Context) (room.Survey, error) {
	l.mu.Lock()
	l.looks++
	l.mu.Unlock()
	select {
	case <-time.After(l.takes):
		return room.Survey{Rooms: []room.RoomSummary{{Room: "r"}}}, l.err
	case <-ctx.Done():
		return room.Survey{}, context.Cause(ctx)
	}
}

func TestManyViewersShareASurvey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &slow{takes: 5 * time.Millisecond}
		s := &surveyor{look: l.look}
		var viewers sync.WaitGroup
		for range 100 {
			viewers.Go(func() {
				if seen, err := s.survey(t.Context()); err != nil || len(seen.Rooms) != 1 {
					t.Errorf("%+v %v", seen, err)
				}
			})
		}
		viewers.Wait()
		if l.looks != 1 {
			t.Errorf("%d surveys for a hundred viewers", l.looks)
		}
	})
}

func TestSurveysTakeASmallShareOfTheTime(t *testing.T) {
	for _, tt := range []struct {
		takes time.Duration
		want  int // surveys in a minute
	}{
		{time.Millisecond, 60}, {100 * time.Millisecond, 12}, {time.Second, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &slow{takes: tt.takes}
			s := &surveyor{look: l.look}
			for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
				if _, err := s.survey(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if l.looks < tt.want-1 || l.looks > tt.want+1 {
				t.Errorf("%d surveys of %v in a minute, want %d", l.looks, tt.takes, tt.want)
			}
		})
	}
}

func TestASurveyOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &slow{takes: time.Second}
		s := &surveyor{look: l.look}
		hasty, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		go func() { _, _ = s.survey(hasty) }() // makes it, and the others wait for that
		synctest.Wait()
		if _, err := s.survey(hasty); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if seen, err := s.survey(t.Context()); err != nil || len(seen.Rooms) != 1 || l.looks != 1 {
			t.Errorf("%+v %v after %d surveys", seen, err, l.looks)
		}
	})
}

func TestAFailedSurveyIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &slow{err: errors.New("no")}
		s := &surveyor{look: l.look}
		if _, err := s.survey(t.Context()); err == nil {
			t.Error("no error")
		}
		l.err = nil
		if _, err := s.survey(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

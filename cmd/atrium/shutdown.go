package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/systemd"
)

// errSecondSignal is the cause of an end that left things undone.
var errSecondSignal = errors.New("ended at once by a second signal")

const (
	// closeTime bounds the end itself, after the drain.
	closeTime = 5 * time.Second
	// farewellTime is how long clients may take to confirm that their websocket
	// is closed.
	farewellTime = 2 * time.Second
)

// serveUntil reloads the configuration when it is asked to, waits for the first
// signal, lets calls go on until everybody has left or shutdown.drain has passed,
// and ends the server. Only a second signal, which ends it at once, and a listener
// that failed are errors.
func (s *server) serveUntil(signals <-chan os.Signal) error {
	hurry, giveUp := context.WithCancelCause(context.Background())
	defer giveUp(nil)
	received, failure := s.watch(signals)
	close(s.reloading.over)
	if received != nil {
		s.logger.Info("draining", "signal", received.String(), "at_most", s.cfg.Shutdown.Drain.String())
		go func() {
			select {
			case <-signals:
				giveUp(errSecondSignal)
			case <-hurry.Done():
			}
		}()
		s.drain(hurry)
	}
	err := s.end(hurry)
	switch {
	case errors.Is(err, errSecondSignal):
		return err
	case err != nil:
		s.logger.Warn("ended, though not everything closed by itself", "error", err)
	default:
		s.logger.Info("ended")
	}
	return failure
}

// watch serves until a signal comes or a listener fails, and reloads the
// configuration meanwhile.
func (s *server) watch(signals <-chan os.Signal) (received os.Signal, failure error) {
	for {
		select {
		case failure = <-s.failed:
			return nil, failure
		case received = <-signals:
			return received, nil
		case <-s.reloading.hangups:
			s.reload()
		case told := <-s.reloading.asked:
			told <- s.reload()
		}
	}
}

// drain refuses newcomers and waits for those who are there, and for events that are not
// posted yet. Media is not touched.
func (s *server) drain(hurry context.Context) {
	s.turnAway()
	s.tell(systemd.Stopping(s.status()))
	deadline := time.NewTimer(s.cfg.Shutdown.Drain)
	defer deadline.Stop()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for s.rooms.Stats().Participants > 0 || s.events.waiting() > 0 {
		select {
		case <-look.C:
		case <-deadline.C:
			return
		case <-hurry.Done():
			return
		}
	}
}

// end closes everything, in closeTime at most and at once when hurry is over.
func (s *server) end(hurry context.Context) error {
	s.turnAway()
	ctx, cancel := context.WithTimeout(hurry, closeTime)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- s.close(ctx) }()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close ends the parts in the opposite order of start: first what brings new
// work, last what an operator watches.
func (s *server) close(ctx context.Context) error {
	farewell, cancel := context.WithTimeout(ctx, farewellTime)
	defer cancel()
	s.sampling.end()
	s.flight.Close()
	s.tokenKeys.end()
	return errors.Join(
		s.signaling.Close(farewell),
		s.closeWHIP(farewell),
		s.public.shutdown(ctx),
		s.redirect.shutdown(ctx),
		s.rooms.Close(ctx),
		s.events.close(ctx),
		s.closeRelay(),
		s.media.engine.Close(),
		s.traces.close(ctx),
		s.operator.shutdown(ctx),
	)
}

// abandon ends what a failed start had begun.
func (s *server) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.sampling.end()
	s.tokenKeys.end()
	if s.signaling != nil {
		_ = s.signaling.Close(ctx)
	}
	_ = s.closeWHIP(ctx)
	for _, site := range []*site{s.public, s.redirect, s.operator} {
		_ = site.shutdown(ctx)
	}
	if s.rooms != nil {
		_ = s.rooms.Close(ctx)
	}
	_ = s.events.close(ctx)
	if s.flight != nil {
		s.flight.Close()
	}
	_ = s.closeRelay()
	if s.media != nil {
		_ = s.media.engine.Close()
	}
	_ = s.traces.close(ctx)
}

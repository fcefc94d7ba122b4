package flight

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime/trace"
	"sync/atomic"
	"time"
)

const (
	// window is how much is kept, and windowBytes how much memory it may take; a
	// busy server fills that in less time.
	window      = 5 * time.Second
	windowBytes = 16 << 20
	// interval is how often the Recorder looks.
	interval = time.Second
)

// ErrOff says that nothing is recorded.
var ErrOff = errors.New("the flight recorder is off: set operator.flight_directory")

// Settings are what an operator decides.
type Settings struct {
	Directory string        // for recordings; empty turns the Recorder off
	Latency   time.Duration // packets that take longer are late
	Keep      int           // recordings that are kept, at least one
}

// Source keeps the last seconds; it is *trace.FlightRecorder.
type Source interface {
	Start() error
	Stop()
	WriteTo(io.Writer) (int64, error)
}

// Config is what a Recorder is made of.
type Config struct {
	// Late returns how many packets took longer than a duration to be forwarded, and
	// how many were forwarded, both since the start. It is called once a second.
	Late func(longer time.Duration) (late, all uint64)
	// Logger gets a line for each recording; nil discards.
	Logger *slog.Logger
	// Source is nil but for tests.
	Source Source
}

// Stats count what came of spikes.
type Stats struct {
	On      bool
	Written uint64 // recordings
	Failed  uint64 // recordings that could not be written
	Held    uint64 // seconds with late packets without a recording of their own, see Trigger
}

// Recorder watches how late packets are. Its methods may be called from any
// goroutine.
type Recorder struct {
	late   func(time.Duration) (late, all uint64)
	log    *slog.Logger
	source Source
	set    chan Settings
	take   chan chan<- taken
	stop   chan struct{}
	done   chan struct{}

	on                    atomic.Bool
	written, failed, held atomic.Uint64
}

// taken is a recording on demand.
type taken struct {
	recording []byte
	err       error
}

// Start starts a Recorder that is off until Set.
func Start(cfg Config) *Recorder {
	if cfg.Source == nil {
		cfg.Source = trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: window, MaxBytes: windowBytes})
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{
		late: cfg.Late, log: cfg.Logger, source: cfg.Source,
		set: make(chan Settings), take: make(chan chan<- taken), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go r.run()
	return r
}

// Set changes the settings, and with them whether anything is recorded. The
// directory should be one that Prepare has looked at.
func (r *Recorder) Set(s Settings) {
	select {
	case r.set <- s:
	case <-r.done:
	}
}

// Take returns the last seconds, or ErrOff.
func (r *Recorder) Take(ctx context.Context) ([]byte, error) {
	answer := make(chan taken, 1)
	select {
	case r.take <- answer:
	case <-r.done:
		return nil, ErrOff
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	got := <-answer
	return got.recording, got.err
}

// Stats returns a snapshot.
func (r *Recorder) Stats() Stats {
	return Stats{On: r.on.Load(), Written: r.written.Load(), Failed: r.failed.Load(), Held: r.held.Load()}
}

// Close ends the Recorder.
func (r *Recorder) Close() {
	close(r.stop)
	<-r.done
}

// run is the Recorder's goroutine: it owns source, settings and trigger.
func (r *Recorder) run() {
	defer close(r.done)
	var settings Settings
	var trigger Trigger
	look := time.NewTicker(interval)
	look.Stop()
	defer look.Stop()
	defer r.turn(false)
	for {
		select {
		case next := <-r.set:
			if next.Latency != settings.Latency || !r.on.Load() {
				trigger = Trigger{recorded: trigger.recorded} // its numbers are of another limit, or old
			}
			settings = next
			if r.turn(settings.Directory != ""); r.on.Load() {
				look.Reset(interval)
			} else {
				look.Stop()
			}
		case now := <-look.C:
			r.look(now, settings, &trigger)
		case answer := <-r.take:
			recording, err := r.record()
			answer <- taken{recording, err}
		case <-r.stop:
			return
		}
	}
}

// turn begins or ends to record.
func (r *Recorder) turn(on bool) {
	if on == r.on.Load() {
		return
	}
	if on {
		if err := r.source.Start(); err != nil {
			r.log.Error("flight recorder does not start", "error", err)
			return
		}
	} else {
		r.source.Stop()
	}
	r.on.Store(on)
}

// look asks the trigger, and writes a recording if it says so.
func (r *Recorder) look(now time.Time, s Settings, trigger *Trigger) {
	late, all := r.late(s.Latency)
	verdict, newLate, newAll := trigger.Look(now, late, all)
	switch verdict {
	case Calm:
		return
	case Held:
		r.held.Add(1)
		return
	}
	recording, err := r.record()
	var file string
	if err == nil {
		file, err = save(s.Directory, now, recording)
	}
	if err != nil {
		r.failed.Add(1)
		r.log.Error("flight recording failed", "error", err, "late", newLate, "packets", newAll)
		return
	}
	r.written.Add(1)
	r.log.Warn("packets were forwarded late: flight recording written", "file", file, "late", newLate, "packets", newAll,
		"longer_than", s.Latency.String())
	if err := prune(s.Directory, max(s.Keep, 1)); err != nil {
		r.log.Warn("old flight recordings stay", "error", err)
	}
}

// record returns the last seconds.
func (r *Recorder) record() ([]byte, error) {
	if !r.on.Load() {
		return nil, ErrOff
	}
	var b bytes.Buffer
	if _, err := r.source.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

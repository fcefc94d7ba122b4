package publish

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
)

// Kind is what Mute pauses.
type Kind uint8

// The kinds of media.
const (
	Audio Kind = iota + 1
	Video
)

// Sender publishes one audio and one video track. One goroutine owns it.
type Sender struct {
	cfg          Config
	start        time.Time
	voice        *voice // nil: not negotiated
	video        *video // nil: not negotiated
	transportSeq uint16 // the next transport-wide sequence number
	departures   departures
	controller   *controller // nil: does not adapt
	buffer       [maxPacket]byte

	lateness                  *histogram.Histogram
	stalls, skipped, rejected atomic.Uint64
}

// New returns a Sender whose first frames are due within a frame's time of now.
// The errors are those of this package.
func New(cfg Config, now time.Time) (*Sender, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(cfg.Seed, uint64(cfg.Source)))
	cname := newCNAME(random)
	s := &Sender{cfg: cfg, start: now, lateness: histogram.New()}
	if cfg.Media.Audio != nil {
		if s.voice, err = newVoice(&s.cfg, cname, random); err != nil {
			return nil, err
		}
	}
	if cfg.Media.Video != nil {
		if s.video, err = newVideo(&s.cfg, cname, random); err != nil {
			return nil, err
		}
		if cfg.Adapt {
			s.controller = newController(s.video.configured())
			s.departures = newDepartures()
		}
	}
	return s, nil
}

// newCNAME returns what ties the streams of a publisher together: 96 random
// bits, nothing about the machine (RFC 7022 section 4.2).
func newCNAME(random *rand.Rand) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	b := make([]byte, 16)
	for i := range b {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

// task is something to do at a moment.
type task uint8

const (
	captureAudio task = iota
	captureVideo
	paceVideo
	sendReport
)

// Next returns when Poll has something to do.
func (s *Sender) Next() time.Time {
	at, _, _ := s.next()
	return s.start.Add(at)
}

// next returns the earliest task; for a report with the stream it is of.
func (s *Sender) next() (at time.Duration, what task, of *stream) {
	at = never
	consider := func(due time.Duration, t task, st *stream) {
		if due < at {
			at, what, of = due, t, st
		}
	}
	if s.voice != nil {
		consider(s.voice.schedule.due(), captureAudio, s.voice.stream)
		consider(s.voice.stream.report.due, sendReport, s.voice.stream)
	}
	if s.video != nil {
		consider(s.video.schedule.due(), captureVideo, nil)
		consider(s.video.pacer.due(), paceVideo, nil)
		for _, e := range s.video.encodings {
			consider(e.stream.report.due, sendReport, e.stream)
		}
	}
	return at, what, of
}

// Poll sends everything that is due, in the order in which it was. It does not
// allocate. It returns the first error of the Writer; the packet that was
// refused counts as sent, and the next Poll goes on behind it.
func (s *Sender) Poll(now time.Time, w Writer) error {
	t := instant{now: now, at: now.Sub(s.start)}
	s.skipStall(t.at)
	for {
		due, what, of := s.next()
		if due > t.at {
			return nil
		}
		if err := s.do(what, of, due, t, w); err != nil {
			return err
		}
	}
}

func (s *Sender) do(what task, of *stream, due time.Duration, t instant, w Writer) error {
	switch what {
	case captureAudio:
		p, ok := s.voice.next()
		if !ok {
			return nil
		}
		p.stamp.Source = s.cfg.Source
		s.lateness.Record(t.at - due)
		return s.send(of, &p, t, w)
	case captureVideo:
		s.video.capture(s.cfg.Source)
		return nil
	case paceVideo:
		return s.pace(due, t, w)
	default:
		return of.sendReport(s.scheduleOf(of), t, w)
	}
}

// pace sends the packet at the front of the pacer's queue.
func (s *Sender) pace(due time.Duration, t instant, w Writer) error {
	f := s.video.pacer.front()
	if f.packet.index == 0 {
		s.lateness.Record(t.at - due)
	}
	err := s.send(f.encoding.stream, &f.packet, t, w)
	s.video.pacer.sent()
	return err
}

func (s *Sender) scheduleOf(st *stream) *schedule {
	if s.voice != nil && st == s.voice.stream {
		return &s.voice.schedule
	}
	return &s.video.schedule
}

// maxLate is how late frames may be and still be sent. What a longer stall of
// the generator left undone would leave as a burst that no camera makes.
const maxLate = time.Second

// skipStall leaves out the frames that a stall has made too late. The clip goes
// on where it was, as a camera's picture does: timestamps show the gap.
func (s *Sender) skipStall(at time.Duration) {
	oldest := never
	if s.voice != nil {
		oldest = min(oldest, s.voice.schedule.due())
	}
	if s.video != nil {
		oldest = min(oldest, s.video.schedule.due())
	}
	if at-oldest <= maxLate {
		return
	}
	s.stalls.Add(1)
	s.lateness.Record(at - oldest)
	if s.voice != nil {
		s.skipped.Add(s.voice.schedule.skip(at))
	}
	if s.video != nil {
		s.skipped.Add(s.video.schedule.skip(at))
		s.video.pacer.skip(at)
	}
}

// Mute pauses one kind of media, or ends the pause. The first frame after it is
// stamped Resumed, and for video is a keyframe. Packets that wait in the pacer
// still leave, and sender reports go on, as with a disabled track.
func (s *Sender) Mute(kind Kind, muted bool) {
	switch {
	case kind == Audio && s.voice != nil:
		s.voice.mute(muted)
	case kind == Video && s.video != nil:
		s.video.mute(muted)
	}
}

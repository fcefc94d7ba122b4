package world

import (
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// screen is what one client has seen and heard, by source.
type screen struct {
	client *client
	mu     sync.Mutex
	shown  map[uint8]*shown
	broken []string // what must never come
}

// shown is one source's part of it.
type shown struct {
	kinds   [kinds]shownKind
	since   time.Time // that it was asked for, last
	firstIn time.Duration
}

// shownKind are the frames of one kind: complete ones alone.
type shownKind struct {
	partial  map[uint32]uint64 // packets that came, by frame
	complete map[uint32]time.Duration
	last     time.Duration // since the beginning of the world
	frame    uint32        // the highest
	gaps     []gap         // longer than is usual
}

// gap is a time without a new frame.
type gap struct{ from, to time.Duration }

// gapFloor is from when on a gap is noted.
const gapFloor = 200 * time.Millisecond

func newScreen(c *client) *screen { return &screen{client: c, shown: make(map[uint8]*shown)} }

// asked notes that a source was subscribed to.
func (s *screen) asked(id uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(id).since = time.Now()
	s.of(id).firstIn = 0
}

func (s *screen) of(id uint8) *shown {
	if s.shown[id] == nil {
		sh := &shown{}
		for k := range sh.kinds {
			sh.kinds[k] = shownKind{partial: make(map[uint32]uint64), complete: make(map[uint32]time.Duration)}
		}
		s.shown[id] = sh
	}
	return s.shown[id]
}

// watch reads a track until it ends. expect says whose it must be, by the words
// of the signaling; nil does not know.
func (s *screen) watch(track *webrtc.TrackRemote, expect func() string) {
	kind := picture
	if track.Kind() == webrtc.RTPCodecTypeAudio {
		kind = sound
	}
	for {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if stamp, ok := rtptest.ReadStamp(p.Payload); ok {
			s.packet(kind, stamp, expect())
		}
	}
}

func (s *screen) packet(kind int, stamp rtptest.Stamp, expected string) {
	w := s.client.world
	now := w.since()
	s.mu.Lock()
	defer s.mu.Unlock()
	from := w.sources[stamp.Encoding]
	switch {
	case from == nil || from.client.Room != s.client.Room:
		s.wrong("a packet of source %d, which is in another room", stamp.Encoding)
		return
	case expected != "" && expected != from.name():
		s.wrong("a packet of %s where %s was announced", from.name(), expected)
	case from.client == s.client:
		s.wrong("a packet of its own")
	}
	sh := s.of(stamp.Encoding)
	k := &sh.kinds[kind]
	if _, known := k.complete[stamp.Frame]; known || stamp.Count == 0 || stamp.Count > 64 {
		return
	}
	k.partial[stamp.Frame] |= 1 << stamp.Index
	if k.partial[stamp.Frame] != 1<<stamp.Count-1 {
		return
	}
	delete(k.partial, stamp.Frame)
	k.complete[stamp.Frame] = now
	if sh.firstIn == 0 && kind == picture && !sh.since.IsZero() {
		sh.firstIn = time.Since(sh.since)
	}
	if k.last != 0 && now-k.last > gapFloor {
		k.gaps = append(k.gaps, gap{k.last, now})
	}
	k.last, k.frame = now, max(k.frame, stamp.Frame)
}

func (s *screen) wrong(format string, args ...any) {
	if len(s.broken) < 5 {
		s.broken = append(s.broken, fmt.Sprintf("%v %s: ", s.client.world.since(), s.client.Name)+fmt.Sprintf(format, args...))
	}
}

// name is how others call a source.
func (s *source) name() string { return s.client.Name + "_" + s.stream }

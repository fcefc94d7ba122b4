package sfu

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// The identifiers of the header extensions (RFC 8285) that packets of a
// LocalPublication may have. Others are not passed on.
const (
	LocalAudioLevel  = 1 // RFC 6464: who speaks is found by it, and the loudest of a room
	LocalOrientation = 2 // of the picture: urn:3gpp:video-orientation
	LocalDependency  = 3 // the AV1 dependency descriptor, for AV1 and H.264
)

// rtpHeader is the size of the fixed header (RFC 3550 section 5.1).
const rtpHeader = 12

// localReport is how often the timeline of a local track is tied to the clock.
const localReport = time.Second

// LocalRequest asks for a publication whose packets the application makes.
type LocalRequest struct {
	// Tracks are what will be sent, at most one of sound and one of video.
	Tracks []LocalTrack
	// Room is as in PublishRequest.
	Room string
	// Keyframe, if not nil, is called when somebody needs a keyframe of the video, and
	// again until one has come. It is called on the publication's goroutine and must
	// not block; its panic is logged.
	Keyframe func()
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// LocalTrack is one track of a LocalPublication.
type LocalTrack struct {
	Codec codec.Codec
	// Parameters are those of a=fmtp, by which it is decided who can decode the video:
	// "profile-id=2" of VP9. Empty is the codec's default; of H.264 that is
	// packetization mode 1 and constrained baseline.
	Parameters string
}

// LocalPublication is a Publication without a connection: the application gives it its
// packets. It has no answer and takes no candidates. Its methods may be called from any
// goroutine.
type LocalPublication struct {
	*Publication
	log      *slog.Logger
	keyframe func()
	own      owner

	mu     sync.Mutex // of the receiver, which is for one goroutine
	cut    bool       // nothing is taken any more
	tracks []localTrack
	buf    [packet.MaxSize]byte
}

// localTrack is what a LocalPublication knows of one of its tracks, under its lock.
type localTrack struct {
	kind        Kind
	payloadType uint8
	ssrc        uint32
	synced      bool // the application ties the timeline to the clock
	tied        time.Time
	packetizer  packetizer
}

// PublishLocal begins a publication whose packets the application makes. The errors are
// ErrNoMedia, for tracks that cannot be, and ErrClosed.
func (e *Engine) PublishLocal(req LocalRequest) (*LocalPublication, error) {
	use, err := e.chooseLocal(req.Tracks)
	if err != nil {
		return nil, err
	}
	l := &LocalPublication{
		Publication: &Publication{engine: e, room: req.Room, ssrc: rand.Uint32(), streamID: newStreamID()}, //nolint:gosec // RFC 3550 randomness, no secret
		own:         newOwner(), keyframe: req.Keyframe, log: loggerOrDiscard(req.Log).With("connection", "local"),
	}
	l.owner, l.upstream = &l.own, l
	l.makeTracks(use)
	for i, t := range l.Tracks() {
		l.tracks = append(l.tracks, localTrack{kind: t.kind, payloadType: use[i].codec.payloadType, ssrc: use[i].section.ssrc})
	}
	if err := e.census.adoptLocal(l); err != nil {
		return nil, err
	}
	go l.run()
	return l, nil
}

// chooseLocal describes the tracks as if they had been offered.
func (e *Engine) chooseLocal(tracks []LocalTrack) ([]chosen, error) {
	var use []chosen
	var have Kind
	for i, t := range tracks {
		kind, name := Audio, "audio"
		if t.Codec.IsVideo() {
			kind, name = Video, "video"
		}
		if have&kind != 0 || !e.known[t.Codec] {
			return nil, fmt.Errorf("%w: at most one track of each kind, of a codec that is forwarded here", ErrNoMedia)
		}
		have |= kind
		c := offeredCodec{codec: t.Codec, payloadType: uint8(96 + i), fmtp: t.Parameters, feedback: []feedbackType{feedbackPLI}} //nolint:gosec // two at most
		if t.Codec == codec.H264 && c.fmtp == "" {
			c.fmtp = usualH264
		}
		s := &section{kind: name, ssrc: rand.Uint32(), extension: map[string]uint8{}} //nolint:gosec // RFC 3550 randomness, no secret
		if kind == Audio {
			s.extension[sdp.AudioLevelURI] = LocalAudioLevel
		} else {
			s.extension[orientationURI], s.extension[dependencyURI] = LocalOrientation, LocalDependency
		}
		use = append(use, chosen{section: s, codec: c})
	}
	if len(use) == 0 {
		return nil, fmt.Errorf("%w: there are no tracks", ErrNoMedia)
	}
	return use, nil
}

// WriteRTP gives the publication one RTP packet of its sound or video (RFC 3550 section
// 5.1), as a tap's Raw has it: a sequence number, a timestamp in units of the codec's
// clock, the marker on the last packet of a picture, the extensions of this package, and
// the payload in the codec's RTP format; 1,200 octets at most so that it fits everybody's
// link. Payload type and SSRC are replaced. It is sent at once, and not kept.
//
// The errors are ErrClosed, ErrNoMedia for a kind that is not published, and ErrNoPacket.
func (l *LocalPublication) WriteRTP(kind Kind, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.track(kind)
	switch {
	case err != nil:
		return err
	case len(b) < rtpHeader || b[0]>>6 != 2:
		return fmt.Errorf("%w: %d octets", ErrNoPacket, len(b))
	case len(b) > len(l.buf):
		return fmt.Errorf("%w: %d octets, at most %d are taken", ErrNoPacket, len(b), len(l.buf))
	}
	l.write(t, l.buf[:copy(l.buf[:], b)], time.Now())
	return nil
}

// track returns the track of a kind, to be written to.
func (l *LocalPublication) track(kind Kind) (*localTrack, error) {
	if l.cut || l.own.isClosing() {
		return nil, fmt.Errorf("local publication: %w", ErrClosed)
	}
	for i := range l.tracks {
		if l.tracks[i].kind == kind {
			return &l.tracks[i], nil
		}
	}
	return nil, fmt.Errorf("%w: no %s is published", ErrNoMedia, kind)
}

// write takes a packet, which is changed.
func (l *LocalPublication) write(t *localTrack, b []byte, now time.Time) {
	b[1] = b[1]&0x80 | t.payloadType
	binary.BigEndian.PutUint32(b[8:], t.ssrc)
	l.receiver.WriteRTP(b, now)
	if !t.synced && now.Sub(t.tied) >= localReport {
		l.tie(t, binary.BigEndian.Uint32(b[4:]), now, now)
	}
}

// Sync says that a timestamp of a track was sampled at a moment. Receivers play sound and
// picture of the same moment together. Without it, packets count as sampled when they
// are given, as far as one of them in a second tells. It has to be repeated now and
// then by those whose clock drifts.
func (l *LocalPublication) Sync(kind Kind, timestamp uint32, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.track(kind)
	if err != nil {
		return err
	}
	t.synced = true
	l.tie(t, timestamp, at, time.Now())
	return nil
}

// tie is what a publisher's sender report does.
func (l *LocalPublication) tie(t *localTrack, timestamp uint32, at, now time.Time) {
	t.tied = now
	l.receiver.SenderReport(&rtcp.SenderReport{SSRC: t.ssrc, NTPTime: packet.NTP(at), RTPTime: timestamp}, now)
}

// run is the owner goroutine.
func (l *LocalPublication) run() {
	defer close(l.own.closed)
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case fn := <-l.own.commands:
			fn()
		case <-timer.C:
		case <-l.own.closing:
			l.closed()
			l.mu.Lock()
			l.cut = true
			l.mu.Unlock()
			l.engine.census.buryLocal(l)
			return
		}
		if wait := l.tickTracks(time.Now()); wait > 0 {
			timer.Reset(wait)
		}
	}
}

// WriteRTCP implements egress.ReportWriter. What a client would be told, the
// application is, as far as it can do anything about it.
func (l *LocalPublication) WriteRTCP(pkts []rtcp.Packet) error {
	for _, p := range pkts {
		if _, ok := p.(*rtcp.PictureLossIndication); ok && l.keyframe != nil {
			l.ask()
		}
	}
	return nil
}

// ask runs the application's code.
func (l *LocalPublication) ask() {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("panic in the application's answer to a keyframe request", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	l.keyframe()
}

var _ ingress.Feedback = (*LocalPublication)(nil)

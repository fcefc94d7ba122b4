package sfu

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/tap"
)

// TapRequest asks for the packets of a publication inside the process.
type TapRequest struct {
	Tap tap.Tap
	// Kinds are those that are wanted; what of them is not published does not come.
	Kinds Kind
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// Tapping is a tap on a Publication. Its methods may be called from any goroutine.
type Tapping struct {
	publication *Publication
	subscriber  *egress.Subscriber
	line        *tap.Line
	streams     []*tapStream
	published   atomic.Uint32 // kinds muted by the publication
}

// tapSource is a track for taps: which of a room are loudest does not concern them.
type tapSource struct{ *Track }

// Room implements egress.Source.
func (tapSource) Room() string { return "" }

// Tap gives the packets of a publication to an application: of each kind the best
// encoding and layers that there are, beginning with a keyframe. What is muted for
// everybody does not come. The errors are ErrNoMedia when none of the kinds is
// published, and ErrClosed.
func (p *Publication) Tap(req TapRequest) (*Tapping, error) {
	var tracks []*Track
	for _, t := range p.tracks {
		if t.kind&req.Kinds != 0 {
			tracks = append(tracks, t)
		}
	}
	if len(tracks) == 0 {
		return nil, fmt.Errorf("tap: %w", ErrNoMedia)
	}
	t := &Tapping{publication: p}
	for i, track := range tracks {
		t.streams = append(t.streams, &tapStream{taps: t, track: i, kind: track.kind})
	}
	t.line = tap.NewLine(tap.Config{
		Tap: req.Tap, Tracks: describeTracks(tracks), Keyframe: t.requestKeyframe, Broken: t.Close,
		Counters: &p.engine.taps, Log: loggerOrDiscard(req.Log),
	})
	t.subscriber = p.engine.egress.NewSubscriber("", t)
	t.subscriber.OnRemoved(t.line.Close)
	if !p.subscriptions.add(t) { // from here on it may be muted
		t.subscriber.Close()
		return nil, fmt.Errorf("tap: the publication is %w", ErrClosed)
	}
	t.line.Start()
	t.begin(tracks)
	return t, nil
}

// describe says of tracks what a tap has to know, with sources of the tap's own.
func describeTracks(tracks []*Track) []tap.Track {
	list := make([]tap.Track, len(tracks))
	for i, t := range tracks {
		list[i] = tap.Track{
			Codec: t.codec.codec, Parameters: t.codec.fmtp,
			SSRC: rand.Uint32(), PayloadType: t.codec.payloadType, //nolint:gosec // RFC 3550 randomness, no secret
			Extensions: make(map[string]uint8),
		}
		if t.kind == Audio {
			list[i].Channels = 2
		}
		for _, uri := range append([]string{dependencyURI}, forwardedExtensions...) {
			if _, ok := mapping(t.extension[uri], t.extension[uri]); ok {
				list[i].Extensions[uri] = t.extension[uri]
			}
		}
	}
	return list
}

// begin subscribes to the tracks.
func (t *Tapping) begin(tracks []*Track) {
	muted := Kind(t.published.Load()) //nolint:gosec // two bits
	for i, described := range t.line.Tracks() {
		track := tracks[i]
		source := egress.Source(track)
		if track.kind == Audio {
			source = tapSource{track}
		}
		stream := t.subscriber.Add(source, egress.StreamConfig{
			Codec: described.Codec, PayloadType: described.PayloadType, SSRC: described.SSRC,
			Encodings:     track.Encodings(),
			FirstSequence: uint16(rand.Uint32N(1 << 15)), FirstTimestamp: rand.Uint32(), //nolint:gosec // not a secret
			Extensions: tapExtensions(described.Extensions),
			Muted:      muted&track.kind != 0, Unfelt: true, Sealer: t.streams[i],
		})
		t.streams[i].stream.Store(stream)
	}
	t.subscriber.Start()
	t.applyMute() // it may have changed in the meantime
}

// tapExtensions passes on all extensions, under the publisher's identifiers.
func tapExtensions(ids map[string]uint8) egress.Extensions {
	x := egress.Extensions{TwoByte: true}
	for _, uri := range forwardedExtensions {
		if m, ok := mapping(ids[uri], ids[uri]); ok {
			x.Passed = append(x.Passed, m)
		}
	}
	x.Dependency, _ = mapping(ids[dependencyURI], ids[dependencyURI])
	return x
}

// tapStream is where the shard's packets of one track go.
type tapStream struct {
	taps   *Tapping
	track  int
	kind   Kind
	stream atomic.Pointer[egress.Stream] // set before the subscriber is started
}

var (
	_ egress.Sealer       = (*tapStream)(nil)
	_ egress.ReportWriter = (*Tapping)(nil)
	_ follower            = (*Tapping)(nil)
)

// WriteRTP implements egress.Sealer.
func (s *tapStream) WriteRTP(header *rtp.Header, payload []byte) error {
	var from tap.Origin
	if p := s.stream.Load().Original(header.SequenceNumber); p != nil {
		from = tap.Origin{Keyframe: p.Keyframe, Width: p.Width, Height: p.Height, Arrival: p.Arrival}
	}
	s.taps.line.Put(s.track, header, payload, from)
	return nil
}

// WriteRTCP implements egress.ReportWriter: a sender report says when what was sampled.
func (t *Tapping) WriteRTCP(pkts []rtcp.Packet) error {
	for _, p := range pkts {
		if sr, ok := p.(*rtcp.SenderReport); ok {
			t.line.Referenced(sr.SSRC, sr.RTPTime, packet.TimeOfNTP(sr.NTPTime))
		}
	}
	return nil
}

// requestKeyframe asks for a keyframe, as a subscriber would.
func (t *Tapping) requestKeyframe() {
	for _, s := range t.streams {
		if st := s.stream.Load(); st != nil && s.kind == Video {
			st.HandleRTCP(&rtcp.PictureLossIndication{})
		}
	}
}

func (t *Tapping) setPublished(muted Kind) { t.published.Store(uint32(muted)) }

func (t *Tapping) applyMute() {
	muted := Kind(t.published.Load()) //nolint:gosec // two bits
	for _, s := range t.streams {
		if st := s.stream.Load(); st != nil {
			st.SetMuted(muted&s.kind != 0)
		}
	}
}

// unpublished ends the tap with its publication.
func (t *Tapping) unpublished() {
	t.line.End(tap.Unpublished)
	t.Close()
}

// Close removes the tap, which gets what came until now, and then its end. It does not
// wait.
func (t *Tapping) Close() {
	t.publication.subscriptions.remove(t)
	t.subscriber.Finish()
}

// Done is closed when the tap is not called any more.
func (t *Tapping) Done() <-chan struct{} { return t.line.Done() }

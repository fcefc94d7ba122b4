package publish_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// The numbers that the tests negotiate.
const (
	audioSSRC, audioType = 0xa0, 111
	videoSSRC, videoType = 0xb0, 96 // of the lowest encoding; the others follow
	rtxSSRC, rtxType     = 0xc0, 97
	serverSSRC           = 0xd0

	levelID, transportID, midID, ridID, repairedID = 1, 2, 3, 4, 5
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)

// clips are read once for all tests.
var clips = sync.OnceValue(func() map[codec.Codec][]clip.Video {
	all := map[codec.Codec][]clip.Video{}
	for _, c := range codec.All() {
		if videos, err := clip.Videos(c); err == nil {
			all[c] = videos
		}
	}
	return all
})

var voice = sync.OnceValue(func() clip.Audio {
	v, err := clip.Voice()
	if err != nil {
		panic(err)
	}
	return v
})

// media is what a server that knows everything would have accepted.
func media(c codec.Codec, rids ...string) *transport.Media {
	audio := &transport.Stream{
		Codec: codec.Opus, ClockRate: 48000, PayloadType: audioType, MID: "0", SSRCs: []uint32{audioSSRC},
		Extensions: map[string]uint8{
			transport.ExtensionAudioLevel: levelID, transport.ExtensionTransportCC: transportID, transport.ExtensionMID: midID,
		},
	}
	video := &transport.Stream{
		Codec: c, ClockRate: 90000, PayloadType: videoType, RTXPayloadType: rtxType, MID: "1", RIDs: rids,
		Extensions: map[string]uint8{
			transport.ExtensionTransportCC: transportID, transport.ExtensionMID: midID,
			transport.ExtensionRID: ridID, transport.ExtensionRepairedRID: repairedID,
		},
		NACK: true, PLI: true, FIR: true, TransportCC: true,
	}
	for i := range max(1, len(rids)) {
		video.SSRCs = append(video.SSRCs, videoSSRC+uint32(i))
		video.RTXSSRCs = append(video.RTXSSRCs, rtxSSRC+uint32(i))
	}
	return &transport.Media{Audio: audio, Video: video}
}

// config is a publisher of one encoding of 320x180 at 500 kbit/s.
func config(c codec.Codec) publish.Config {
	return publish.Config{
		Source: 7, Media: media(c), Video: clips()[c][:1], Voice: voice(), Bitrates: []int{500_000}, Seed: 1,
	}
}

// simulcast is a publisher of three encodings.
func simulcast() publish.Config {
	return publish.Config{
		Source: 7, Media: media(codec.VP8, "l", "m", "h"), Video: clips()[codec.VP8], Voice: voice(),
		Bitrates: []int{200_000, 500_000, 1_500_000}, Seed: 1,
	}
}

// sent is one packet as it left.
type sent struct {
	rtp.Packet
	at    time.Time
	bytes []byte
}

// stamp reads the stamp of a packet.
func (s *sent) stamp(c codec.Codec) (stamp.Stamp, bool) { return stamp.Read(c, s.Payload) }

// stage is a Sender in simulated time, and what it wrote.
type stage struct {
	t       *testing.T
	sender  *publish.Sender
	now     time.Time
	packets []sent
	reports []reported
	err     error // what writes return
}

type reported struct {
	*rtcp.SenderReport
	cname string
	at    time.Time
}

func newStage(t *testing.T, cfg publish.Config) *stage {
	t.Helper()
	sender, err := publish.New(cfg, start)
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t: t, sender: sender, now: start}
}

func (s *stage) WriteRTP(b []byte) error {
	p := sent{at: s.now, bytes: bytes.Clone(b)}
	if err := p.Unmarshal(p.bytes); err != nil {
		s.t.Errorf("packet %x: %v", b, err)
	}
	s.packets = append(s.packets, p)
	return s.err
}

func (s *stage) WriteRTCP(b []byte) error {
	list, err := rtcp.Unmarshal(b)
	if err != nil || len(list) != 2 {
		s.t.Fatalf("report %x: %d packets, %v", b, len(list), err)
	}
	report, isReport := list[0].(*rtcp.SenderReport)
	names, isNames := list[1].(*rtcp.SourceDescription)
	if !isReport || !isNames || names.Chunks[0].Source != report.SSRC {
		s.t.Fatalf("reports %v", list)
	}
	s.reports = append(s.reports, reported{report, names.Chunks[0].Items[0].Text, s.now})
	return s.err
}

// run lets time pass, with the Sender called exactly when it asks to be.
func (s *stage) run(d time.Duration) {
	s.t.Helper()
	end := s.now.Add(d)
	for next := s.sender.Next(); !next.After(end); next = s.sender.Next() {
		if next.Before(s.now) {
			next = s.now
		}
		s.now = next
		if err := s.sender.Poll(s.now, s); !errors.Is(err, s.err) {
			s.t.Fatal(err)
		}
	}
	s.now = end
}

// hear gives the Sender a compound packet.
func (s *stage) hear(packets ...rtcp.Packet) {
	s.t.Helper()
	b, err := rtcp.Marshal(packets)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sender.RTCP(b, s.now, s)
}

// of returns the packets of a stream in the order in which they left.
func (s *stage) of(ssrc uint32) []sent {
	var list []sent
	for _, p := range s.packets {
		if p.SSRC == ssrc {
			list = append(list, p)
		}
	}
	return list
}

// picture is one frame as it was sent.
type picture struct {
	packets  []sent
	keyframe bool
	stamp    stamp.Stamp
}

// pictures returns the complete frames of a video stream, and complains about
// those that are not what a receiver expects: one stamp each, numbers without gaps.
func (s *stage) pictures(c codec.Codec, ssrc uint32) []picture {
	s.t.Helper()
	var list []picture
	open := false
	stamps := 0
	for _, p := range s.of(ssrc) {
		if !open {
			list = append(list, picture{})
			stamps = 0
		}
		f := &list[len(list)-1]
		f.packets = append(f.packets, p)
		info, err := codec.Inspect(c, p.Payload)
		if err != nil {
			s.t.Fatalf("%x: %v", p.Payload, err)
		}
		f.keyframe = f.keyframe || info.Keyframe
		if st, ok := p.stamp(c); ok {
			f.stamp = st
			stamps++
			if !st.Sent.Equal(p.at) {
				s.t.Errorf("frame %d is stamped %v and left at %v", st.Number, st.Sent, p.at)
			}
		}
		open = !p.Marker
		if p.Marker && (stamps != 1 || f.stamp.Number != uint32(len(list)-1)) {
			s.t.Fatalf("frame %d has %d stamps and number %d", len(list)-1, stamps, f.stamp.Number)
		}
	}
	if open { // the rest waits in the pacer
		list = list[:len(list)-1]
	}
	return list
}

// keyframesSince counts the keyframes that begin at or after a moment.
func keyframesSince(list []picture, from time.Time) int {
	n := 0
	for _, p := range list {
		if p.keyframe && !p.packets[0].at.Before(from) {
			n++
		}
	}
	return n
}

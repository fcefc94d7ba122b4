package rtptest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const ssrc = 0x1234

// judge feeds packets to a checker that expects one codec as payload type 96.
func judge(c codec.Codec, want rtptest.Expectations, packets []*rtp.Packet, reports ...*rtcp.SenderReport) []string {
	want.Codecs = map[uint8]codec.Codec{96: c}
	checker := rtptest.NewConformance(want)
	for _, p := range packets {
		checker.Packet(p)
	}
	for _, sr := range reports {
		checker.SenderReport(sr)
	}
	return checker.Violations()
}

func TestCleanStreamsConform(t *testing.T) {
	for _, c := range codec.All() {
		packets := video(stream(c), 50)
		if found := judge(c, rtptest.Expectations{}, packets); found != nil {
			t.Errorf("%v: %v", c, found)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(packets)-1, func(i, j int) {
			packets[i+1], packets[j+1] = packets[j+1], packets[i+1]
		})
		if found := judge(c, rtptest.Expectations{}, append(packets, packets...)); found != nil {
			t.Errorf("%v shuffled, and each packet twice: %v", c, found)
		}
	}
}

func TestPaddingBehindAFrameConforms(t *testing.T) {
	s := stream(codec.VP8)
	packets := s.Frame(rtptest.FrameOptions{Keyframe: true})
	last := packets[len(packets)-1]
	padding := rtptest.Padding(last, last.SequenceNumber+1, 100)
	next := s.Frame(rtptest.FrameOptions{})
	for _, p := range next {
		p.SequenceNumber++
	}
	if found := judge(codec.VP8, rtptest.Expectations{}, slices.Concat(packets, []*rtp.Packet{padding}, next)); found != nil {
		t.Error(found)
	}
}

func TestKeyframeMayCutAFrameOff(t *testing.T) {
	s := stream(codec.VP8)
	packets := s.Frame(rtptest.FrameOptions{Keyframe: true, Octets: 3000})
	key := s.Frame(rtptest.FrameOptions{Keyframe: true})
	for _, p := range key {
		p.SequenceNumber--
	}
	if found := judge(codec.VP8, rtptest.Expectations{}, append(packets[:len(packets)-1], key...)); found != nil {
		t.Error(found)
	}
}

func TestViolationsAreFound(t *testing.T) {
	tests := []struct {
		name   string
		damage func(packets []*rtp.Packet) []*rtp.Packet
		want   string
	}{
		{"a missing packet", func(p []*rtp.Packet) []*rtp.Packet {
			return slices.Delete(p, 4, 5)
		}, "1 packets missing"},
		{"no keyframe at the start", func(p []*rtp.Packet) []*rtp.Packet {
			return p[3:]
		}, "does not begin a keyframe"},
		{"a number used twice", func(p []*rtp.Packet) []*rtp.Packet {
			other := *p[4]
			other.Payload = slices.Clone(other.Payload)
			other.Payload[20]++
			return append(p, &other)
		}, "two different packets"},
		{"a number used twice with another timestamp", func(p []*rtp.Packet) []*rtp.Packet {
			other := *p[4]
			other.Timestamp++
			return append(p, &other)
		}, "two different packets"},
		{"another payload type", func(p []*rtp.Packet) []*rtp.Packet {
			p[4].PayloadType = 97
			return p
		}, "payload type 97"},
		{"a packet too large", func(p []*rtp.Packet) []*rtp.Packet {
			p[4].Payload = append(p[4].Payload, make([]byte, 400)...)
			return p
		}, "more than 1200"},
		{"time going back", func(p []*rtp.Packet) []*rtp.Packet {
			for _, late := range p[6:9] {
				late.Timestamp -= 9000
			}
			return p
		}, "timestamp goes back"},
		{"a marker in the middle", func(p []*rtp.Packet) []*rtp.Packet {
			p[4].Marker = true
			return p
		}, "marker had ended"},
		{"no marker at the end", func(p []*rtp.Packet) []*rtp.Packet {
			p[5].Marker = false
			return p
		}, "without a marker"},
		{"a frame in two timestamps", func(p []*rtp.Packet) []*rtp.Packet {
			p[3].Marker = true
			p[4].Timestamp++
			p[5].Timestamp++
			return p
		}, "does not begin a frame"},
		{"a payload cut off", func(p []*rtp.Packet) []*rtp.Packet {
			p[4].Payload = p[4].Payload[:3]
			return p
		}, "truncated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			packets := tt.damage(video(stream(codec.VP8), 10)) // three packets a frame
			found := judge(codec.VP8, rtptest.Expectations{}, packets)
			if !strings.Contains(strings.Join(found, "\n"), tt.want) {
				t.Errorf("found %q, want something about %q", found, tt.want)
			}
		})
	}
}

func TestUnknownPayloadTypeIsFound(t *testing.T) {
	packets := video(rtptest.NewStream(rtptest.Config{Codec: codec.VP8, PayloadType: 100}), 1)
	if found := judge(codec.VP8, rtptest.Expectations{}, packets); len(found) == 0 {
		t.Error("found nothing")
	}
}

func TestAudioWithoutAdvancingTimeIsFound(t *testing.T) {
	packets := video(stream(codec.Opus), 10)
	packets[5].Timestamp = packets[4].Timestamp
	if found := judge(codec.Opus, rtptest.Expectations{}, packets); len(found) != 1 {
		t.Errorf("found %q, want one violation", found)
	}
}

func TestLossIsAcceptedWhereExpected(t *testing.T) {
	packets := video(stream(codec.VP8), 30)
	packets = slices.Concat(packets[1:20], packets[25:])
	if found := judge(codec.VP8, rtptest.Expectations{MayLose: true}, packets); found != nil {
		t.Error(found)
	}
	checker := rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{96: codec.VP8}})
	for _, p := range packets {
		checker.Packet(p)
	}
	if missing, all := checker.Missing(ssrc); missing != 5 || all != 89 {
		t.Errorf("%d of %d missing, want 5 of 89", missing, all)
	}
	if missing, all := checker.Missing(1); missing != 0 || all != 0 {
		t.Errorf("%d of %d missing of a stream that never was", missing, all)
	}
	if got := checker.SSRCs(); !slices.Equal(got, []uint32{ssrc}) {
		t.Errorf("streams %x", got)
	}
}

func TestLossDoesNotHideTimeGoingBack(t *testing.T) {
	packets := video(stream(codec.VP8), 30)
	for _, p := range packets[25:] {
		p.Timestamp -= 1 << 20
	}
	packets = slices.Delete(packets, 20, 25)
	if found := judge(codec.VP8, rtptest.Expectations{MayLose: true}, packets); len(found) != 1 {
		t.Errorf("found %q, want one violation", found)
	}
}

func TestLateReceiverMayStartAnywhere(t *testing.T) {
	packets := video(stream(codec.VP8), 30)[4:]
	if found := judge(codec.VP8, rtptest.Expectations{MayStartAnywhere: true}, packets); found != nil {
		t.Error(found)
	}
}

func TestViolationsMayBeAskedForAgain(t *testing.T) {
	checker := rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{96: codec.VP8}})
	for _, p := range video(stream(codec.VP8), 3)[1:] {
		checker.Packet(p)
	}
	first, second := checker.Violations(), checker.Violations()
	if len(first) != 1 || !slices.Equal(first, second) {
		t.Errorf("first %q, then %q", first, second)
	}
}

func TestSenderReports(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	packets := video(stream(codec.VP8), 60)
	first := packets[0].Timestamp
	at := func(d time.Duration, ts, packets uint32) *rtcp.SenderReport {
		return rtptest.Report(ssrc, first+ts, start.Add(d), packets, packets*1000)
	}
	tests := []struct {
		name    string
		reports []*rtcp.SenderReport
		want    string
	}{
		{"steady", []*rtcp.SenderReport{at(0, 0, 1), at(time.Second, 90_000, 90), at(2*time.Second, 180_000, 180)}, ""},
		{"a little off", []*rtcp.SenderReport{at(0, 0, 1), at(time.Second, 97_000, 90)}, ""},
		{"too fast", []*rtcp.SenderReport{at(0, 0, 1), at(time.Second, 110_000, 90)}, "advanced by"},
		{"standing still", []*rtcp.SenderReport{at(0, 0, 1), at(time.Second, 0, 90)}, "advanced by"},
		{"on another timeline", []*rtcp.SenderReport{at(0, 1<<30, 1)}, "far from all packets"},
		{"counts falling", []*rtcp.SenderReport{at(0, 0, 90), at(time.Second, 90_000, 1)}, "counts fall"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := strings.Join(judge(codec.VP8, rtptest.Expectations{}, packets, tt.reports...), "\n")
			if (found == "") != (tt.want == "") || !strings.Contains(found, tt.want) {
				t.Errorf("found %q, want %q", found, tt.want)
			}
		})
	}
}

package ingress

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

const (
	ridExt      = 10
	repairedExt = 11
)

// layerSink remembers packets with their layer.
type layerSink struct{ got []seen }

// seen is what a sink saw of a packet.
type seen struct {
	Seq            packet.ExtSeq
	SequenceNumber uint16
	SSRC           uint32
	Layer          packet.Layer
	Epoch          uint8
	Width          uint16
	Needed         packet.Targets
}

func (s *layerSink) Push(p *packet.Packet) {
	s.got = append(s.got, seen{p.Seq, p.SequenceNumber, p.SSRC, p.Layer, p.Epoch, p.Width, p.Needed})
	p.Release()
}

// floor is a Receiver with one track of three encodings.
type floor struct {
	*Receiver
	t        *testing.T
	feedback *fakeFeedback
	sink     *layerSink
	ladder   *rtptest.Ladder
	now      time.Time
}

func newFloor(t *testing.T) *floor {
	pool := packet.NewPool()
	f := &floor{t: t, feedback: &fakeFeedback{}, sink: &layerSink{}, now: time.Unix(1e9, 0)}
	f.Receiver = NewReceiver(Config{
		Pool: pool, Feedback: f.feedback, SSRC: ourSSRC,
		Extensions: Extensions{MID: midExt, RID: ridExt, RepairedRID: repairedExt},
		Tracks: []TrackConfig{{
			Codec: codec.VP8, MID: "v", PayloadType: 96, RTXPayloadType: 97, NACK: true,
			Encodings: []EncodingConfig{{RID: "f"}, {RID: "q"}, {RID: "h"}}, // in no order of size
		}},
	})
	f.Tracks()[0].AddSink(f.sink)
	f.ladder = rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, PayloadType: 96, Seed: 5}, Rungs: rtptest.DefaultRungs(),
		MID: "v", MIDID: midExt, RIDID: ridExt, RepairedRIDID: repairedExt, RTX: 97,
	})
	t.Cleanup(func() {
		if n := pool.InUse(); n != 0 {
			t.Errorf("%d packets still held", n)
		}
	})
	return f
}

func (f *floor) write(pkts ...*rtp.Packet) {
	for _, p := range pkts {
		f.WriteRTP(rtptest.Marshal(p), f.now)
	}
}

// bare returns the packet without header extensions, as browsers send them once
// they know that we know.
func bare(p *rtp.Packet) *rtp.Packet {
	q := *p
	q.Extension, q.Extensions = false, nil
	return &q
}

func TestEncodingsAreToldApartByRID(t *testing.T) {
	f := newFloor(t)
	for i := range 3 {
		for _, pkts := range f.ladder.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
			if i > 0 {
				for _, p := range pkts {
					f.write(bare(p))
				}
			} else {
				f.write(pkts...)
			}
		}
	}
	count := map[packet.Layer]int{}
	for _, p := range f.sink.got {
		count[p.Layer]++
		if want := (map[uint32]packet.Layer{0x1001: 1, 0x1002: 2, 0x1003: 0})[p.SSRC]; p.Layer != want {
			t.Errorf("source %x is encoding %d, want %d", p.SSRC, p.Layer, want)
		}
		if want := (map[packet.Layer]uint16{1: 320, 2: 640, 0: 1280})[p.Layer]; p.Width != want {
			t.Errorf("encoding %d is %d wide, want %d in every packet", p.Layer, p.Width, want)
		}
	}
	if len(count) != 3 {
		t.Errorf("packets by encoding: %v", count)
	}
	track := f.Tracks()[0]
	want := []simulcast.RungSize{
		{Rung: simulcast.Rung{Layer: 0}, Width: 1280, Height: 720},
		{Rung: simulcast.Rung{Layer: 1}, Width: 320, Height: 180},
		{Rung: simulcast.Rung{Layer: 2}, Width: 640, Height: 360},
	}
	if diff := cmp.Diff(want, track.Sizes(f.now.Add(silence))); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
	if later := track.Sizes(f.now.Add(silence + 1)); !later[0].Silent {
		t.Errorf("after a second without packets: %+v", later[0])
	}
	if track.SSRC(1) != 0x1001 || track.RID(1) != "q" || track.Keyframes(1) != 1 {
		t.Errorf("encoding q has source %x and %d keyframes", track.SSRC(1), track.Keyframes(1))
	}
}

// The name may be in a later packet only, when the first are lost.
func TestUnnamedPacketsOfSimulcastWaitForTheirName(t *testing.T) {
	f := newFloor(t)
	first, second := f.ladder.Frame(rtptest.FrameOptions{Keyframe: true}), f.ladder.Frame()
	for i := range first {
		for _, p := range first[i] {
			f.write(bare(p))
		}
	}
	if len(f.sink.got) != 0 || f.Stats().Unrouted == 0 {
		t.Fatalf("%d packets without a name were forwarded", len(f.sink.got))
	}
	f.write(second[1]...)
	if len(f.sink.got) == 0 || f.sink.got[0].Layer != 2 {
		t.Errorf("forwarded %+v, want encoding h", f.sink.got)
	}
}

func TestEachEncodingIsRepairedByItsOwnStream(t *testing.T) {
	f := newFloor(t)
	for _, pkts := range f.ladder.Frame(rtptest.FrameOptions{Keyframe: true}) {
		f.write(pkts...)
	}
	var lost []*rtp.Packet
	for range 4 {
		for i, pkts := range f.ladder.Frame(rtptest.FrameOptions{Octets: 3000}) {
			if i == 2 && lost == nil {
				lost = pkts
				continue
			}
			f.write(pkts...)
		}
	}
	var asked []uint16
	for _, p := range f.feedback.sent {
		if n, ok := p.(*rtcp.TransportLayerNack); ok {
			if n.MediaSSRC != 0x1003 {
				t.Errorf("source %x was asked, want that of the encoding with the gap", n.MediaSSRC)
			}
			for _, pair := range n.Nacks {
				asked = append(asked, pair.PacketList()...)
			}
		}
	}
	if len(asked) != len(lost) || asked[0] != lost[0].SequenceNumber {
		t.Fatalf("asked for %v, want the %d that were lost", asked, len(lost))
	}
	f.sink.got = nil
	for _, p := range lost {
		f.write(f.ladder.RTX(p))
	}
	if len(f.sink.got) != len(lost) {
		t.Fatalf("%d packets repaired, want %d", len(f.sink.got), len(lost))
	}
	if got := f.sink.got[0]; got.Layer != 0 || got.SSRC != 0x1003 || got.SequenceNumber != lost[0].SequenceNumber {
		t.Errorf("repaired %+v", got)
	}
	if st := f.Stats().Tracks[0]; st.Encodings[0].Repaired != uint64(len(lost)) || st.Repaired != uint64(len(lost)) {
		t.Errorf("stats %+v", st)
	}
}

func TestEncodingGoesOnUnderANewSource(t *testing.T) {
	f := newFloor(t)
	for _, pkts := range f.ladder.Frame(rtptest.FrameOptions{Keyframe: true}) {
		f.write(pkts...)
	}
	before := f.sink.got[0]
	f.feedback.keyframes, f.sink.got = nil, nil
	for _, p := range f.ladder.Streams[0].Frame(rtptest.FrameOptions{Keyframe: true}) {
		p.SSRC, p.SequenceNumber = 0x7777, p.SequenceNumber-9000
		f.write(p)
	}
	if len(f.sink.got) == 0 {
		t.Fatal("the new source is not forwarded")
	}
	if got := f.sink.got[0]; got.Layer != before.Layer || got.Epoch == before.Epoch || got.Seq <= before.Seq {
		t.Errorf("goes on with %+v after %+v, want another epoch and higher numbers", got, before)
	}
	if len(f.feedback.keyframes) != 1 {
		t.Errorf("%d keyframe requests, want one: who knows the old one cannot decode the new", len(f.feedback.keyframes))
	}
}

func TestReportsHaveABlockForEachEncoding(t *testing.T) {
	f := newFloor(t)
	for i := range 40 {
		for j, pkts := range f.ladder.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
			if i == 0 {
				f.SenderReport(&rtcp.SenderReport{SSRC: pkts[0].SSRC, NTPTime: rtptest.NTP(f.now), RTPTime: pkts[0].Timestamp}, f.now)
			}
			f.write(pkts...)
			if i == 0 { // before the source was known it could not be noted
				f.SenderReport(&rtcp.SenderReport{SSRC: pkts[0].SSRC, NTPTime: rtptest.NTP(f.now), RTPTime: uint32(j)}, f.now)
			}
		}
		f.now = f.now.Add(time.Second / 30)
	}
	var blocks []rtcp.ReceptionReport
	for _, p := range f.feedback.sent {
		if rr, ok := p.(*rtcp.ReceiverReport); ok {
			blocks = rr.Reports
		}
	}
	if len(blocks) != 3 {
		t.Fatalf("%d blocks, want 3", len(blocks))
	}
	for _, b := range blocks {
		if b.FractionLost != 0 || b.LastSenderReport == 0 || b.Delay < 65536 {
			t.Errorf("block %+v", b)
		}
	}
	rtp, wall, ok := f.Tracks()[0].Reference(2)
	if !ok || rtp != 1 || wall.Sub(time.Unix(1e9, 0)).Abs() > time.Millisecond {
		t.Errorf("reference of h: %d at %v, %v", rtp, wall, ok)
	}
	if _, _, ok := f.Tracks()[0].Reference(packet.NoLayer); ok {
		t.Error("there is a reference of no layer")
	}
}

func TestPaddingOnTheMediaSourceIsNeededByNobody(t *testing.T) {
	f := newFloor(t)
	first := f.ladder.Frame(rtptest.FrameOptions{Keyframe: true})[0]
	f.write(first...)
	last := first[len(first)-1]
	f.write(rtptest.Padding(last, last.SequenceNumber+1, 200))
	got := f.sink.got[len(f.sink.got)-1]
	if got.SequenceNumber != last.SequenceNumber+1 || got.Needed != packet.NoTargets {
		t.Errorf("padding is passed on as %+v, want needed by nobody", got)
	}
}

// redPacket makes redundant sound out of payloads, the newest last.
func redPacket(t *testing.T, seq uint16, payloads ...[]byte) []byte {
	t.Helper()
	blocks := make([]codec.REDBlock, len(payloads))
	for i, b := range payloads {
		blocks[i] = codec.REDBlock{PayloadType: 111, TimestampOffset: uint16(960 * (len(payloads) - 1 - i)), Payload: b}
	}
	payload, err := codec.AppendRED(nil, blocks)
	if err != nil {
		t.Fatal(err)
	}
	b, err := (&rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: audioSSRC, PayloadType: 63, SequenceNumber: seq, Timestamp: uint32(seq) * 960},
		Payload: payload,
	}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// soundSink remembers payloads.
type soundSink struct{ got [][]byte }

func (s *soundSink) Push(p *packet.Packet) {
	head := binary.BigEndian.AppendUint32([]byte{p.PayloadType}, p.Timestamp)
	s.got = append(s.got, append(head, p.Payload()...))
	p.Release()
}

func TestRedundantSoundHealsLoss(t *testing.T) {
	d := newDesk(t, true)
	sink := &soundSink{}
	d.Tracks()[0].RemoveSink(d.audio)
	d.Tracks()[0].AddSink(sink)
	voice := func(seq uint16) []byte { return []byte{0x78, byte(seq)} }
	for _, seq := range []uint16{10, 11, 13, 14, 17} { // 12 is lost, and 15 and 16
		d.WriteRTP(redPacket(t, seq, voice(seq-1), voice(seq)), d.now)
	}
	d.WriteRTP(redPacket(t, 16, voice(15), voice(16)), d.now) // late
	var want [][]byte
	for _, seq := range []uint16{10, 11, 12, 13, 14, 16, 17, 15} {
		head := binary.BigEndian.AppendUint32([]byte{111}, uint32(seq)*960)
		want = append(want, append(head, voice(seq)...))
	}
	if diff := cmp.Diff(want, sink.got); diff != "" {
		t.Errorf("sound (-want +got):\n%s", diff)
	}
	if got := d.Stats().Tracks[0]; got.Lost != 3 || got.Repaired != 3 || got.Duplicates != 1 {
		t.Errorf("stats %+v, want 3 lost and repaired and a duplicate", got)
	}
}

func TestUnreadableRedundantSoundIsDropped(t *testing.T) {
	d := newDesk(t, true)
	for i, payload := range [][]byte{{0x80}, {0x80 | 111, 0, 0}, {0x80 | 111, 0xff, 0xff, 0xff, 111, 1}, {42, 1, 2}} {
		d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 63, SequenceNumber: uint16(i + 1)}, payload)
	}
	if got := d.Stats().Tracks[0]; len(d.audio.got) != 0 || got.Malformed+got.Foreign != 4 {
		t.Errorf("%d forwarded, stats %+v", len(d.audio.got), got)
	}
}

// FuzzEncodings writes arbitrary packets, each with its length in front, to a
// publisher of simulcast: whatever they are, nothing panics, none is lost track
// of, and what a sink gets has a place.
func FuzzEncodings(f *testing.F) {
	ladder := rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, PayloadType: 96, Seed: 5}, Rungs: rtptest.DefaultRungs(),
		MID: "v", MIDID: midExt, RIDID: ridExt, RepairedRIDID: repairedExt, RTX: 97,
	})
	var seed []byte
	for _, pkts := range ladder.Frame(rtptest.FrameOptions{Keyframe: true, Octets: 40}) {
		for _, p := range append(pkts, ladder.RTX(pkts[0]), rtptest.Padding(pkts[0], pkts[0].SequenceNumber+1, 8)) {
			b := rtptest.Marshal(p)
			seed = append(append(seed, byte(len(b))), b...)
		}
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		fl := newFloor(t)
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			fl.WriteRTP(b[1:1+n], fl.now)
			fl.now = fl.now.Add(7 * time.Millisecond)
			b = b[1+n:]
		}
		for _, p := range fl.sink.got {
			if p.Layer < 0 || p.Layer > 2 || p.Seq.Seq() != p.SequenceNumber {
				t.Errorf("forwarded %+v", p)
			}
		}
	})
}

package ingress

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	ourSSRC   = 0x0a
	audioSSRC = 0x1a
	videoSSRC = 0x1b
	videoRTX  = 0x1c
	midExt    = 4
	twccExt   = 3
)

// fakeFeedback remembers what the publisher was sent.
type fakeFeedback struct {
	sent      []rtcp.Packet
	keyframes []*Track
}

func (f *fakeFeedback) SendRTCP(pkts []rtcp.Packet)             { f.sent = append(f.sent, pkts...) }
func (f *fakeFeedback) KeyframeNeeded(t *Track, _ packet.Layer) { f.keyframes = append(f.keyframes, t) }

// nacked lists what was asked for since the last call.
func (f *fakeFeedback) nacked() []uint16 {
	var list []uint16
	for _, p := range f.sent {
		if n, ok := p.(*rtcp.TransportLayerNack); ok {
			for _, pair := range n.Nacks {
				list = append(list, pair.PacketList()...)
			}
		}
	}
	f.sent = nil
	return list
}

// fakeSink remembers what it was given, by sequence number.
type fakeSink struct{ got []*packet.Packet }

func (s *fakeSink) Push(p *packet.Packet) {
	s.got = append(s.got, &packet.Packet{
		Seq: p.Seq, SequenceNumber: p.SequenceNumber, SSRC: p.SSRC, PayloadType: p.PayloadType,
		Timestamp: p.Timestamp, Keyframe: p.Keyframe, FrameStart: p.FrameStart,
	})
	p.Release()
}

func (s *fakeSink) sequenceNumbers() []uint16 {
	var list []uint16
	for _, p := range s.got {
		list = append(list, p.SequenceNumber)
	}
	s.got = nil
	return list
}

// desk is a Receiver with an audio and a video track, and its surroundings.
type desk struct {
	*Receiver
	pool     *packet.Pool
	feedback *fakeFeedback
	video    *fakeSink
	audio    *fakeSink
	now      time.Time
}

func newDesk(t *testing.T, declared bool) *desk {
	d := &desk{pool: packet.NewPool(), feedback: &fakeFeedback{}, video: &fakeSink{}, audio: &fakeSink{}, now: time.Unix(1e9, 0)}
	cfg := Config{
		Pool: d.pool, Feedback: d.feedback, SSRC: ourSSRC, Extensions: Extensions{MID: midExt, TWCC: twccExt},
		Tracks: []TrackConfig{
			{Codec: codec.Opus, MID: "a", PayloadType: 111, REDPayloadType: 63, Encodings: make([]EncodingConfig, 1)},
			{Codec: codec.VP8, MID: "v", PayloadType: 96, RTXPayloadType: 97, NACK: true, Encodings: make([]EncodingConfig, 1)},
		},
	}
	if declared {
		cfg.Tracks[0].Encodings[0].SSRC = audioSSRC
		cfg.Tracks[1].Encodings[0] = EncodingConfig{SSRC: videoSSRC, RTXSSRC: videoRTX}
	}
	d.Receiver = NewReceiver(cfg)
	d.Tracks()[0].AddSink(d.audio)
	d.Tracks()[1].AddSink(d.video)
	t.Cleanup(func() {
		if n := d.pool.InUse(); n != 0 {
			t.Errorf("%d packets still held", n)
		}
	})
	return d
}

func (d *desk) write(t *testing.T, h rtp.Header, payload []byte) {
	t.Helper()
	h.Version = 2
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	d.WriteRTP(b, d.now)
}

func (d *desk) writeVideo(t *testing.T, seqs ...uint16) {
	t.Helper()
	for _, seq := range seqs {
		d.write(t, rtp.Header{SSRC: videoSSRC, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(seq) * 3000}, []byte{0x10, 1, 0, 0})
	}
}

func TestPacketsAreRoutedByDeclaredSSRC(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 10)
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 111, SequenceNumber: 20}, []byte{1})
	if diff := cmp.Diff([]uint16{10}, d.video.sequenceNumbers()); diff != "" {
		t.Errorf("video (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]uint16{20}, d.audio.sequenceNumbers()); diff != "" {
		t.Errorf("audio (-want +got):\n%s", diff)
	}
}

func TestUndeclaredSourcesAreRoutedByMIDThenPayloadType(t *testing.T) {
	d := newDesk(t, false)
	withMID := rtp.Header{SSRC: 77, PayloadType: 96, SequenceNumber: 1}
	if err := withMID.SetExtension(midExt, []byte("v")); err != nil {
		t.Fatal(err)
	}
	d.write(t, withMID, []byte{0x10, 1, 0})
	d.write(t, rtp.Header{SSRC: 77, PayloadType: 96, SequenceNumber: 2}, []byte{0x10, 1, 0}) // the extension ends after a while
	d.write(t, rtp.Header{SSRC: 78, PayloadType: 111, SequenceNumber: 3}, []byte{1})
	if diff := cmp.Diff([]uint16{1, 2}, d.video.sequenceNumbers()); diff != "" {
		t.Errorf("video (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]uint16{3}, d.audio.sequenceNumbers()); diff != "" {
		t.Errorf("audio (-want +got):\n%s", diff)
	}
	wrong := rtp.Header{SSRC: 79, PayloadType: 96, SequenceNumber: 4}
	if err := wrong.SetExtension(midExt, []byte("elsewhere")); err != nil {
		t.Fatal(err)
	}
	d.write(t, wrong, []byte{0x10, 1, 0})
	d.write(t, rtp.Header{SSRC: 80, PayloadType: 35, SequenceNumber: 4}, []byte{1})
	if got := d.Stats().Unrouted; got != 2 {
		t.Errorf("%d unrouted packets, want 2", got)
	}
}

func TestSourcesOfOnePublisherAreBounded(t *testing.T) {
	d := newDesk(t, false)
	for i := range uint32(2 * 2 * sourcesPerTrack) {
		d.write(t, rtp.Header{SSRC: 100 + i, PayloadType: 35, SequenceNumber: uint16(i)}, []byte{1})
	}
	if len(d.bySSRC) != 2*sourcesPerTrack {
		t.Errorf("%d sources remembered, want %d", len(d.bySSRC), 2*sourcesPerTrack)
	}
}

// A publisher that sends several encodings though simulcast was not agreed has the
// first one forwarded, and not a mixture.
func TestSecondEncodingOfATrackIsNotMixedIn(t *testing.T) {
	d := newDesk(t, false)
	for i := range uint16(5) {
		d.write(t, rtp.Header{SSRC: 100, PayloadType: 96, SequenceNumber: 10 + i}, []byte{0x10, 1, 0})
		d.write(t, rtp.Header{SSRC: 200, PayloadType: 96, SequenceNumber: 10 + i}, []byte{0x10, 1, 0})
	}
	if diff := cmp.Diff([]uint16{10, 11, 12, 13, 14}, d.video.sequenceNumbers()); diff != "" {
		t.Errorf("forwarded (-want +got):\n%s", diff)
	}
	if got := d.Stats().Unrouted; got != 5 {
		t.Errorf("%d packets unrouted, want the second encoding's 5", got)
	}
	if got := d.Tracks()[1].SSRC(0); got != 100 {
		t.Errorf("feedback would go to source %d, want 100", got)
	}
}

func TestMalformedPacketsAreCountedAndDropped(t *testing.T) {
	d := newDesk(t, true)
	for _, b := range [][]byte{nil, {0x80}, make([]byte, 12), make([]byte, packet.MaxSize+1)} {
		d.WriteRTP(b, d.now)
	}
	if got := d.Stats().Malformed; got != 4 {
		t.Errorf("%d malformed, want 4", got)
	}
}

func TestGapIsAskedForAndRepairedOnce(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 2, 4, 5, 6, 7)
	if diff := cmp.Diff([]uint16{3}, d.feedback.nacked()); diff != "" {
		t.Fatalf("asked for (-want +got):\n%s", diff)
	}
	d.video.got = nil
	osn := binary.BigEndian.AppendUint16(nil, 3)
	rtx := rtp.Header{SSRC: videoRTX, PayloadType: 97, SequenceNumber: 900, Timestamp: 9000}
	d.write(t, rtx, append(osn, 0x10, 1, 0, 0))
	d.write(t, rtx, append(osn, 0x10, 1, 0, 0)) // a second answer
	d.writeVideo(t, 3)                          // and the original, late
	if len(d.video.got) != 1 {
		t.Fatalf("%d packets forwarded, want the repaired one", len(d.video.got))
	}
	if p := d.video.got[0]; p.SequenceNumber != 3 || p.SSRC != videoSSRC || p.PayloadType != 96 || !p.FrameStart {
		t.Errorf("repaired packet %+v", p)
	}
	d.now = d.now.Add(time.Second)
	d.writeVideo(t, 8)
	if got := d.feedback.nacked(); len(got) != 0 {
		t.Errorf("asked for %v after the repair", got)
	}
	if s := d.Stats().Tracks[1]; s.Lost != 1 || s.Repaired != 1 || s.Retransmitted != 2 || s.Duplicates != 2 || s.Nacked != 1 {
		t.Errorf("stats %+v", s)
	}
}

// A sender may repeat what it was not asked for, to probe the link.
func TestRepairThatComesUnaskedWasOfALoss(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 3)
	d.write(t, rtp.Header{SSRC: videoRTX, PayloadType: 97, SequenceNumber: 1}, []byte{0, 2, 0x10, 1, 0, 0})
	d.write(t, rtp.Header{SSRC: videoRTX, PayloadType: 97, SequenceNumber: 2}, []byte{0, 3, 0x10, 1, 0, 0})
	if s := d.Stats().Tracks[1]; s.Lost != 1 || s.Repaired != 1 || s.Retransmitted != 2 || s.Nacked != 0 {
		t.Errorf("stats %+v, want one lost and repaired of two sent again", s)
	}
}

func TestTotalsAreByCodec(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 2, 4)
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 111, SequenceNumber: 1}, []byte{1})
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 13, SequenceNumber: 2}, []byte{1})
	d.WriteRTP([]byte{1, 2, 3}, d.now)
	sum := Totals{Foreign: 1}
	d.AddTo(&sum)
	d.AddTo(&sum)
	stats := d.Stats()
	want := Totals{Foreign: 3, Malformed: 2}
	for c, track := range map[codec.Codec]TrackStats{codec.Opus: stats.Tracks[0], codec.VP8: stats.Tracks[1]} {
		want.Codecs[c].add(track.EncodingStats)
		want.Codecs[c].add(track.EncodingStats)
	}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if all := sum.All(); all.Packets != 8 {
		t.Errorf("%d packets of all codecs, want 8", all.Packets)
	}
}

func TestRepairOfTheFutureIsRefused(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1)
	d.write(t, rtp.Header{SSRC: videoRTX, PayloadType: 97, SequenceNumber: 1}, []byte{0x40, 0, 0x10, 1, 0})
	d.writeVideo(t, 2)
	if diff := cmp.Diff([]uint16{1, 2}, d.video.sequenceNumbers()); diff != "" {
		t.Errorf("forwarded (-want +got):\n%s", diff)
	}
	if got := d.feedback.nacked(); len(got) != 0 {
		t.Errorf("asked for %d packets that were never sent", len(got))
	}
}

// The gap is noted with the last packet of the picture; only sound comes after it.
func TestGapBeforeASilenceIsAskedFor(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 3)
	for i := range uint16(5) {
		d.now = d.now.Add(20 * time.Millisecond)
		d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 111, SequenceNumber: i}, []byte{1})
	}
	if got := d.feedback.nacked(); len(got) == 0 || got[0] != 2 {
		t.Errorf("asked for %v, want 2", got)
	}
}

func TestRestartedSourceIsForwardedAgain(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 40000, 40001)
	before := d.video.got[1].Seq
	d.video.got = nil
	d.writeVideo(t, 20000, 20001, 20002)
	if diff := cmp.Diff([]uint16{20001, 20002}, d.video.sequenceNumbers()); diff != "" {
		t.Fatalf("after a restart (-want +got):\n%s", diff)
	}
	d.writeVideo(t, 20004, 20005, 20006, 20007)
	if got := d.video.got[0].Seq; got <= before || got.Seq() != 20004 {
		t.Errorf("extended number %d is not above %d", got, before)
	}
	if diff := cmp.Diff([]uint16{20003}, d.feedback.nacked()); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if got := d.Stats().Tracks[1]; got.Restarts != 1 {
		t.Errorf("stats %+v, want one restart", got)
	}
}

func TestLatePacketIsNoRestart(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 40000)
	d.writeVideo(t, 20000, 30000, 100, 40001)
	if got := d.Stats().Tracks[1]; got.Restarts != 0 || got.Packets != 2 {
		t.Errorf("stats %+v, want 2 packets and no restart", got)
	}
}

func TestBandwidthProbesAreNoMedia(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1)
	d.video.got = nil
	d.write(t, rtp.Header{SSRC: videoRTX, PayloadType: 97, SequenceNumber: 1}, nil)
	if len(d.video.got) != 0 || d.Stats().Tracks[1].Padding != 1 {
		t.Errorf("%d packets forwarded; stats %+v", len(d.video.got), d.Stats().Tracks[1])
	}
}

func TestUnrepairableGapAsksForAKeyframe(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 2, 4)
	for i := range uint16(60) {
		d.now = d.now.Add(50 * time.Millisecond)
		d.writeVideo(t, 5+i)
	}
	if len(d.feedback.keyframes) != 1 || d.feedback.keyframes[0] != d.Tracks()[1] {
		t.Errorf("%d keyframe requests, want one for the video track", len(d.feedback.keyframes))
	}
	if s := d.Stats().Tracks[1]; s.Lost != 1 || s.Unrepaired != 1 || s.GivenUp != 1 {
		t.Errorf("stats %+v, want one packet lost and given up", s)
	}
}

func TestForeignPayloadTypesAreNotForwarded(t *testing.T) {
	d := newDesk(t, true)
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 13, SequenceNumber: 1}, []byte{1})
	if len(d.audio.got) != 0 || d.Stats().Tracks[0].Foreign != 1 {
		t.Errorf("%d forwarded, stats %+v", len(d.audio.got), d.Stats().Tracks[0])
	}
}

func TestReceiverReportTellsLossAndTheLastSenderReport(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1)
	ntp := rtptest.NTP(time.Unix(1e9, 0))
	d.SenderReport(&rtcp.SenderReport{SSRC: videoSSRC, NTPTime: ntp, RTPTime: 3000}, d.now)
	for i := range uint16(30) { // 2 of 32 are missing
		d.now = d.now.Add(20 * time.Millisecond)
		d.writeVideo(t, i+4)
	}
	d.now = d.now.Add(500 * time.Millisecond)
	d.writeVideo(t, 34)
	var rr *rtcp.ReceiverReport
	for _, p := range d.feedback.sent {
		if r, ok := p.(*rtcp.ReceiverReport); ok {
			rr = r
		}
	}
	if rr == nil || len(rr.Reports) != 1 {
		t.Fatalf("report %+v, want one block", rr)
	}
	got := rr.Reports[0]
	if got.Jitter == 0 {
		t.Error("no jitter, though timestamps and arrivals differ")
	}
	got.Jitter = 0
	want := rtcp.ReceptionReport{
		SSRC: videoSSRC, FractionLost: 2 * 256 / 34, TotalLost: 2, LastSequenceNumber: 34,
		LastSenderReport: uint32(ntp >> 16), Delay: 65536 * 11 / 10,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report block (-want +got):\n%s", diff)
	}
}

func TestTransportWideFeedbackCoversEverySource(t *testing.T) {
	d := newDesk(t, true)
	for i := range uint16(6) {
		h := rtp.Header{SSRC: videoSSRC, PayloadType: 96, SequenceNumber: i + 1}
		if i == 3 {
			h = rtp.Header{SSRC: 0, PayloadType: 97, SequenceNumber: 1} // a probe on a source of its own
		}
		if err := h.SetExtension(twccExt, binary.BigEndian.AppendUint16(nil, 100+i)); err != nil {
			t.Fatal(err)
		}
		d.write(t, h, []byte{0x10, 1, 0, 0})
		d.now = d.now.Add(11 * time.Millisecond)
	}
	var got *rtcp.TransportLayerCC
	for _, p := range d.feedback.sent {
		if cc, ok := p.(*rtcp.TransportLayerCC); ok {
			got = cc
		}
	}
	if got == nil {
		t.Fatal("no feedback after 55 ms")
	}
	if got.BaseSequenceNumber != 100 || got.PacketStatusCount != 6 || len(got.RecvDeltas) != 6 || got.SenderSSRC != ourSSRC {
		t.Errorf("feedback %+v, want all six packets from 100", got)
	}
}

// The clocks of publisher and server differ by minutes, and the second report
// is 90 ms late on the network: sound and picture must not move apart.
func TestReferenceIsCommonToTheTracksOfAPublisher(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1)
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 111, SequenceNumber: 1}, []byte{1})
	theirs := d.now.Add(-7 * time.Minute)
	d.SenderReport(&rtcp.SenderReport{SSRC: audioSSRC, NTPTime: rtptest.NTP(theirs), RTPTime: 48000}, d.now)
	d.SenderReport(&rtcp.SenderReport{SSRC: videoSSRC, NTPTime: rtptest.NTP(theirs.Add(time.Second)), RTPTime: 90000}, d.now.Add(1090*time.Millisecond))
	_, audio, ok1 := d.Tracks()[0].Reference(0)
	_, video, ok2 := d.Tracks()[1].Reference(0)
	if !ok1 || !ok2 {
		t.Fatal("no reference")
	}
	if apart := video.Sub(audio); (apart - time.Second).Abs() > time.Millisecond {
		t.Errorf("references %v apart, want the publisher's one second", apart)
	}
}

// A report that is late, or a clock that was set, moves sound and picture
// together.
func TestLateReportDoesNotPartSoundAndPicture(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1)
	d.write(t, rtp.Header{SSRC: audioSSRC, PayloadType: 111, SequenceNumber: 1}, []byte{1})
	report := func(ssrc uint32, sampled, arrival time.Time) {
		d.SenderReport(&rtcp.SenderReport{SSRC: ssrc, NTPTime: rtptest.NTP(sampled)}, arrival)
	}
	apart := func() time.Duration {
		_, audio, _ := d.Tracks()[0].Reference(0)
		_, video, _ := d.Tracks()[1].Reference(0)
		return video.Sub(audio)
	}
	t0 := d.now
	report(audioSSRC, t0, t0)
	report(videoSSRC, t0, t0.Add(1200*time.Millisecond)) // late
	if got := apart().Abs(); got > time.Millisecond {
		t.Errorf("a late report puts picture and sound %v apart", got)
	}
	set := t0.Add(time.Hour) // their clock jumps
	report(audioSSRC, set, t0.Add(2*time.Second))
	report(videoSSRC, set, t0.Add(2*time.Second))
	if got := apart().Abs(); got > time.Millisecond {
		t.Errorf("a set clock puts picture and sound %v apart", got)
	}
	if _, wall, _ := d.Tracks()[0].Reference(0); wall.Sub(t0.Add(2*time.Second)).Abs() > time.Millisecond {
		t.Errorf("after the clock was set, its moments are at %v, want ours", wall)
	}
}

func TestReceivingDoesNotAllocate(t *testing.T) {
	d := newDesk(t, true)
	d.Tracks()[1].RemoveSink(d.video)
	d.Tracks()[1].AddSink(releaser{})
	b, err := (&rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: videoSSRC, PayloadType: 96},
		Payload: append([]byte{0x10, 1}, make([]byte, 1000)...),
	}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	seq := uint16(0)
	allocs := testing.AllocsPerRun(2000, func() {
		seq++
		binary.BigEndian.PutUint16(b[2:], seq)
		d.WriteRTP(b, d.now)
	})
	if allocs > 0 && !invariant.Enabled { // under the race detector sync.Pool forgets at random
		t.Errorf("%v allocations per packet, want 0", allocs)
	}
	if got := d.Stats().Tracks[1].Packets; got < 2000 {
		t.Errorf("%d packets were taken, want 2001", got)
	}
}

type releaser struct{}

func (releaser) Push(p *packet.Packet) { p.Release() }

func BenchmarkReceive(b *testing.B) {
	pool := packet.NewPool()
	r := NewReceiver(Config{
		Pool: pool, Feedback: &fakeFeedback{}, SSRC: ourSSRC,
		Tracks: []TrackConfig{{Codec: codec.VP8, PayloadType: 96, NACK: true, Encodings: []EncodingConfig{{SSRC: videoSSRC}}}},
	})
	r.Tracks()[0].AddSink(releaser{})
	raw, err := (&rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: videoSSRC, PayloadType: 96},
		Payload: append([]byte{0x10, 1}, make([]byte, 1000)...),
	}).Marshal()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	seq := uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		r.WriteRTP(raw, now)
	}
}

// FuzzReceive writes arbitrary packets: whatever they are, nothing panics and
// none is lost track of.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, videoSSRC, 0x10, 0, 0, 0, 0x9d, 1, 0x2a})
	f.Add([]byte{0x80, 97, 0, 1, 0, 0, 0, 1, 0, 0, 0, videoRTX, 0, 3, 0x10, 1})
	f.Add([]byte{0x80, 63, 0, 1, 0, 0, 0, 1, 0, 0, 0, audioSSRC, 0xef, 0, 4, 2, 111, 1, 2, 3, 4})
	f.Add([]byte{0x90, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, audioSSRC, 0xbe, 0xde, 0, 1, 0x10, 0x80, 0, 0, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := newDesk(t, len(b)%2 == 0)
		for i := range 5 {
			if len(b) > 3 {
				b[3] += byte(i)
			}
			d.WriteRTP(b, d.now.Add(time.Duration(i)*400*time.Millisecond))
		}
	})
}

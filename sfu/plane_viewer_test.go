package sfu_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// What every viewer negotiated: header extensions and payload types, none of
// which are the publisher's.
const (
	downMID, downSequence, downSendTime, downDescriptor = 1, 2, 3, 13
	downVideo, downVideoRTX                             = 100, 101
	downAudio, downRED                                  = 109, 110

	// maxDatagram is what a packet may have, so that a datagram has 1200 octets.
	maxDatagram = 1200 - 16

	nackInterval  = 10 * time.Millisecond
	watchInterval = 100 * time.Millisecond
	// feedbackInterval is between reports on arrivals, as browsers send them.
	feedbackInterval = 100 * time.Millisecond
	// darkness is how long a viewer sees nothing new, while packets come, until it
	// asks for a keyframe.
	darkness = 500 * time.Millisecond
)

// viewerConfig is what a viewer is like.
type viewerConfig struct {
	name              string
	link              link.Link     // in both directions
	mayLose           bool          // packets that are not repaired, on its link or the publisher's
	spatial, temporal uint8         // preferred at first
	descriptors       bool          // it negotiated the dependency descriptor
	jitter            time.Duration // what arrivals may vary by
	settle            time.Duration // until it must have the layers that it asked for
	measured          bool          // it tells when packets arrive, so that its link is estimated
	soundless         bool
	over              *planeViewer // whose link, and connection, it shares
	apart             bool         // it has a connection of its own all the same
	session           string
	remote            netip.Addr // unknown where it is not valid
	watched           bool       // a record is kept of its link and its pictures
	preference        *egress.VideoPreference
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// planeViewer is a browser that watches the publisher.
type planeViewer struct {
	viewerConfig
	plane        *plane
	random       *rand.Rand
	sub          *egress.Subscriber
	video, audio *egress.Stream
	ssrc         struct{ video, rtx, audio uint32 }
	down, up     *link.Path

	outbox *outbox

	judge    *rtptest.Conformance
	screen   *screen
	detector *nack.Detector
	picture  reception // what came of video and of sound
	sound    reception
	due      []packet.ExtSeq
	nacking  bool
	asked    time.Time // for a keyframe
	came     time.Time // the last packet of video

	sent  sentLog
	sync  lipSync
	view  viewLog
	sum   uint32 // of all that came, with the times
	plis  int
	muted bool
	left  bool

	arrivals   *twcc.Recorder  // nil unless measured
	mum        bool            // it does not tell when packets arrive
	deliveries []delivery      // written by the shard, read while it rests
	record     *linkRecord     // nil unless watched
	shows      []show          // likewise
	soundsAt   []time.Duration // likewise: when sound came
	tiles      []*planeViewer  // that share the connection, itself included
	numbered   uint16          // the last transport-wide number that came
	kept       [][]byte        // feedback of before, see lies

	slowest       uint8 // temporal layer asked for in the second before changedLayers
	changedLayers time.Time
}

// delivery is what a viewer was told of a video, and when.
type delivery struct {
	egress.Delivery
	at time.Duration // since the start
}

// outbox is what the shard has written to the viewers of one link.
type outbox struct {
	mu    sync.Mutex
	list  []outgoing // taken when the shard rests
	spare []outgoing
}

// outgoing is a packet that the Writer was given.
type outgoing struct {
	viewer  *planeViewer
	at      time.Time
	b       []byte
	kind    byte // v, r (retransmission), p (padding of a probe), a, c (RTCP)
	payload int
	header  rtp.Header
	report  *rtcp.SenderReport
}

// join makes a viewer that is connected at once.
func (p *plane) join(cfg viewerConfig) *planeViewer {
	n := len(p.viewers)
	v := &planeViewer{
		viewerConfig: cfg, plane: p, random: rand.New(rand.NewPCG(p.seed, 100+uint64(n))),
		detector: nack.NewDetector(),
	}
	v.connect(n)
	base := uint32(0x10000*(n+1) + 0x10*p.number())
	v.ssrc.video, v.ssrc.rtx, v.ssrc.audio = base+1, base+2, base+3
	v.screen = newScreen(v.shown, v.view.report)
	v.sync.viewer, v.sent.viewer, v.view.viewer = v, v, v
	v.judge = rtptest.NewConformance(v.expectations())
	v.judge.Pair(v.ssrc.rtx, v.ssrc.video)
	v.video = v.sub.Add(p.video, v.videoConfig())
	if audio := v.audioConfig(); !cfg.soundless {
		v.audio = v.sub.Add(p.audio, audio)
	}
	if cfg.preference != nil {
		v.video.SetPreference(*cfg.preference)
	}
	if cfg.spatial != egress.AllLayers || cfg.temporal != egress.AllLayers {
		v.video.SetPreferredLayers(cfg.spatial, cfg.temporal)
	}
	v.sub.Start()
	v.changed()
	v.view.resume()
	p.viewers = append(p.viewers, v)
	v.reports()
	p.every(watchInterval, v.watch)
	p.touch()
	return v
}

// connect gives the viewer its link and its connection.
func (v *planeViewer) connect(n int) {
	p, first := v.plane, v.over
	if first == nil {
		first = v
		v.down, v.up = link.New(v.link, p.seed, fmt.Sprintf("down %d", n)), link.New(v.link, p.seed, fmt.Sprintf("up %d", n))
		v.outbox = &outbox{}
		if v.watched {
			v.record = &linkRecord{}
		}
	}
	v.link, v.down, v.up, v.outbox, v.record = first.link, first.down, first.up, first.outbox, first.record
	if v.over != nil && !v.apart {
		v.sub, v.arrivals = first.sub, first.arrivals
		first.tiles = append(first.tiles, v)
		return // nobody but the first has to find the others
	}
	v.tiles = []*planeViewer{v}
	v.sub = p.engine.NewSubscriber(v.session, writer{v, 'c'})
	if v.remote.IsValid() {
		v.sub.SetRemote(v.remote)
	}
	if v.measured {
		p.root.paced = true
		v.arrivals = twcc.NewRecorder(1)
		p.every(feedbackInterval, v.tellArrivals)
	}
}

func (v *planeViewer) audioConfig() egress.StreamConfig {
	return egress.StreamConfig{
		Codec: codec.Opus, PayloadType: downAudio, REDPayloadType: v.red(), SSRC: v.ssrc.audio, Encodings: 1,
		FirstSequence: uint16(0xfff0 + v.random.IntN(32)), FirstTimestamp: v.random.Uint32(),
		Extensions: v.measuring(egress.Extensions{AbsSendTime: downSendTime}),
		Sealer:     writer{v, 'a'},
	}
}

func (v *planeViewer) videoConfig() egress.StreamConfig {
	cfg := egress.StreamConfig{
		Codec: v.plane.format.codec, Encodings: v.plane.format.encodings,
		PayloadType: downVideo, SSRC: v.ssrc.video, RTXPayloadType: downVideoRTX, RTXSSRC: v.ssrc.rtx,
		FirstSequence: uint16(0xff80 + v.random.IntN(256)), FirstRTXSequence: uint16(0xfffc + v.random.IntN(8)),
		FirstTimestamp: 0xffff0000 + v.random.Uint32N(0x20000),
		Extensions: v.measuring(egress.Extensions{
			Passed:  []egress.ExtensionMapping{{From: upMID, To: downMID}},
			TwoByte: true, AbsSendTime: downSendTime,
		}),
		Delivery: func(d egress.Delivery) { v.deliveries = append(v.deliveries, delivery{d, v.plane.since()}) },
		Sealer:   writer{v, 'v'},
	}
	if v.describes() {
		cfg.Extensions.Dependency = egress.ExtensionMapping{From: upDescriptor, To: downDescriptor}
	}
	return cfg
}

// measuring adds transport-wide numbers where the viewer reports on them.
func (v *planeViewer) measuring(x egress.Extensions) egress.Extensions {
	if v.measured {
		x.TransportSequence = downSequence
	}
	return x
}

func (v *planeViewer) describes() bool { return v.descriptors && v.plane.format.descriptor != 0 }

func (v *planeViewer) red() uint8 {
	if v.plane.red {
		return downRED
	}
	return 0
}

func (v *planeViewer) expectations() rtptest.Expectations {
	want := rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{downVideo: v.plane.format.codec, downAudio: codec.Opus},
		RTX:    map[uint8]uint8{downVideoRTX: downVideo}, RED: v.red(),
		PictureIDs: true, SSRCs: rtptest.Limits{Audio: 1, Video: 1},
		MaxOctets: maxDatagram, MayLose: v.mayLose, Jitter: v.jitter,
	}
	if v.describes() {
		want.Descriptor = downDescriptor
	}
	return want
}

// leave ends the subscription.
func (v *planeViewer) leave() {
	v.left = true
	v.sub.Close()
	v.view.pause()
	v.plane.touch()
}

// prefer asks for layers.
func (v *planeViewer) prefer(spatial, temporal uint8) {
	if v.left {
		return
	}
	if slowest := v.temporal; time.Since(v.changedLayers) < time.Second {
		v.slowest = min(v.slowest, slowest)
	} else {
		v.slowest = slowest
	}
	v.changedLayers = time.Now()
	v.spatial, v.temporal = spatial, temporal
	v.video.SetPreferredLayers(spatial, temporal)
	v.plane.trace.asked(v)
	v.changed()
	v.plane.touch()
}

// mute stops both streams, or lets them go on.
func (v *planeViewer) mute(muted bool) {
	if v.left {
		return
	}
	v.muted = muted
	v.video.SetMuted(muted)
	if v.audio != nil {
		v.audio.SetMuted(muted)
	}
	v.changed()
	if muted {
		v.view.cuts++
		v.view.pause()
	} else if !v.plane.publisher.muted {
		v.view.resume()
	}
	v.plane.touch()
}

// writer is the socket of one of a viewer's streams.
type writer struct {
	*planeViewer
	kind byte
}

// WriteRTP implements egress.Sealer on the shard's goroutine.
func (w writer) WriteRTP(h *rtp.Header, payload []byte) error {
	b := make([]byte, rtp.PacketMarshalSize(h, payload))          //nolint:staticcheck // as Pion's SRTP session does it
	if _, err := rtp.MarshalPacketTo(b, h, payload); err != nil { //nolint:staticcheck // likewise
		return fmt.Errorf("marshal: %w", err)
	}
	kind := w.kind
	if h.SSRC == w.ssrc.rtx {
		kind = 'r'
		if len(payload) == 0 {
			kind = 'p'
		}
	}
	header := *h
	header.Extensions = nil
	w.put(outgoing{b: b, kind: kind, payload: len(payload), header: header})
	return nil
}

// WriteRTCP implements egress.ReportWriter on the shard's goroutine.
func (w writer) WriteRTCP(pkts []rtcp.Packet) error {
	for _, pkt := range pkts {
		b, err := pkt.Marshal()
		if err != nil {
			return fmt.Errorf("marshal: %w", err)
		}
		o := outgoing{b: b, kind: 'c'}
		if report, ok := pkt.(*rtcp.SenderReport); ok {
			kept := *report
			o.report = &kept
		}
		w.put(o)
	}
	return nil
}

func (v *planeViewer) put(o outgoing) {
	o.viewer, o.at = v, time.Now()
	v.outbox.mu.Lock()
	defer v.outbox.mu.Unlock()
	v.outbox.list = append(v.outbox.list, o)
}

// flush puts on the downlink what the shard has written.
func (v *planeViewer) flush() {
	box := v.outbox
	box.mu.Lock()
	list := box.list
	box.list = box.spare[:0]
	box.mu.Unlock()
	for i := range list {
		o := &list[i]
		o.viewer.dispatch(o)
		*o = outgoing{}
	}
	box.spare = list
}

// dispatch puts one packet on the downlink.
func (v *planeViewer) dispatch(o *outgoing) {
	if o.report != nil {
		v = v.of(o.report.SSRC)
	}
	at, arrives := v.plane.carryAt(o.at, v.down, o.b, v.receive)
	if v.record != nil {
		v.record.sent(v, o, at, arrives)
	}
	v.sent.add(o, arrives)
	v.sync.add(o)
	v.plane.trace.sent(v, o)
}

// of returns who of those that share the connection has a stream.
func (v *planeViewer) of(ssrc uint32) *planeViewer {
	for _, tile := range v.tiles {
		if tile.ssrc.video == ssrc || tile.ssrc.audio == ssrc {
			return tile
		}
	}
	return v
}

// receive takes what comes out of the downlink.
func (v *planeViewer) receive(b []byte) {
	now := time.Now()
	v.sum = crc32.Update(v.sum, castagnoli, binary.BigEndian.AppendUint64(nil, uint64(v.plane.since())))
	v.sum = crc32.Update(v.sum, castagnoli, b)
	if v.left {
		return
	}
	if b[1] >= 192 && b[1] <= 223 {
		v.heard(b, now)
		return
	}
	var p rtp.Packet
	if err := p.Unmarshal(b); err != nil {
		v.plane.t.Errorf("%s: %v", v.name, err)
		return
	}
	v.judge.PacketAt(&p, now)
	if number := p.GetExtension(downSequence); v.arrivals != nil && len(number) == 2 {
		v.numbered = binary.BigEndian.Uint16(number)
		v.arrivals.Record(p.SSRC, binary.BigEndian.Uint16(number), v.plane.since().Microseconds())
	}
	switch p.PayloadType {
	case downVideo:
		v.media(&p, p.SequenceNumber, p.Payload, true, now)
	case downVideoRTX:
		if len(p.Payload) > 2 {
			v.media(&p, binary.BigEndian.Uint16(p.Payload), p.Payload[2:], false, now)
		}
	default:
		v.sound.received(p.SequenceNumber, true)
		v.heardSound(p.Payload, now)
		v.view.sound(&p)
	}
}

// tellArrivals sends transport-wide feedback.
func (v *planeViewer) tellArrivals() (again bool) {
	if v.left || v.plane.publisher.stopped {
		return false
	}
	if v.mum { // it lies
		return true
	}
	for _, pkt := range v.arrivals.BuildFeedbackPacket() {
		b, err := pkt.Marshal()
		if err != nil {
			v.plane.t.Errorf("%s: %v", v.name, err)
			continue
		}
		v.plane.carry(v.up, b, v.sub.Feedback)
	}
	return true
}

// media takes a packet of video, sent again or not.
func (v *planeViewer) media(p *rtp.Packet, number uint16, payload []byte, direct bool, now time.Time) {
	v.came = now
	seq, first := v.picture.received(number, direct)
	v.detector.Received(seq, now)
	v.sent.arrived(number)
	if v.detector.Missing() > 0 && !v.nacking {
		v.nacking = true
		v.plane.every(nackInterval, v.nack)
	}
	if stamp, ok := rtptest.ReadStamp(payload); ok && first {
		v.screen.packet(seq, p.Timestamp, p.Marker, stamp, now)
	}
}

// nack asks for what is missing, while something is.
func (v *planeViewer) nack() (again bool) {
	now := time.Now()
	v.due = v.detector.Due(v.due[:0], now, 2*v.link.Delay)
	if len(v.due) > 0 && !v.left {
		n := &rtcp.TransportLayerNack{MediaSSRC: v.ssrc.video}
		for _, p := range nack.AppendPairs(nil, v.due) {
			n.Nacks = append(n.Nacks, rtcp.NackPair{PacketID: p.PacketID, LostPackets: rtcp.PacketBitmap(p.LostPackets)})
		}
		v.send(n)
	}
	if v.detector.GaveUp() && v.view.dark(now, 2*frameInterval) {
		v.askForKeyframe(now)
	}
	v.nacking = v.detector.Missing() > 0
	return v.nacking
}

// watch asks for a keyframe when nothing is to be seen, although packets come.
func (v *planeViewer) watch() (again bool) {
	now := time.Now()
	if now.Sub(v.came) < darkness && v.view.dark(now, darkness) {
		v.askForKeyframe(now)
	}
	return !v.left
}

func (v *planeViewer) askForKeyframe(now time.Time) {
	if v.left || now.Sub(v.asked) < darkness/2 {
		return
	}
	v.asked = now
	v.plis++
	v.send(&rtcp.PictureLossIndication{MediaSSRC: v.ssrc.video})
}

// reports sends receiver reports about both streams, at times of which no two are
// the same (RFC 3550 section 6.2).
func (v *planeViewer) reports() {
	v.plane.after(time.Second/2+time.Duration(v.random.Int64N(int64(time.Second))), func() {
		if !v.left && !v.plane.publisher.stopped {
			v.report()
			v.reports()
		}
	})
}

func (v *planeViewer) report() {
	rr := &rtcp.ReceiverReport{SSRC: 1}
	for _, s := range []struct {
		ssrc uint32
		*reception
	}{{v.ssrc.video, &v.picture}, {v.ssrc.audio, &v.sound}} {
		if block, ok := s.report(s.ssrc, time.Now()); ok {
			rr.Reports = append(rr.Reports, block)
		}
	}
	if len(rr.Reports) > 0 {
		v.send(rr)
	}
}

// send sends RTCP to the server, where each stream hears what is about it.
func (v *planeViewer) send(pkt rtcp.Packet) {
	b, err := pkt.Marshal()
	if err != nil {
		v.plane.t.Errorf("%s: %v", v.name, err)
		return
	}
	v.plane.carry(v.up, b, func(b []byte) {
		pkts, err := rtcp.Unmarshal(b)
		if err != nil {
			v.plane.t.Errorf("%s: %v", v.name, err)
			return
		}
		for _, pkt := range pkts {
			for _, ssrc := range pkt.DestinationSSRC() {
				if ssrc == v.ssrc.video {
					v.video.HandleRTCP(pkt)
				} else {
					v.audio.HandleRTCP(pkt)
				}
			}
		}
		v.plane.touch()
	})
}

// heard takes a report of the server.
func (v *planeViewer) heard(b []byte, now time.Time) {
	var sr rtcp.SenderReport
	if err := sr.Unmarshal(b); err != nil {
		v.plane.t.Errorf("%s: %v", v.name, err)
		return
	}
	v.judge.SenderReport(&sr)
	s := &v.sound
	if sr.SSRC == v.ssrc.video {
		s = &v.picture
	}
	s.lastSR, s.lastSRAt = uint32(sr.NTPTime>>16), now
}

// changed starts the time anew after which the viewer must have what it asked
// for.
func (v *planeViewer) changed() { v.view.changed = time.Now() }

// reception is what a receiver report tells of one stream, and which packets
// came.
type reception struct {
	unwrap        packet.Unwrapper
	came          map[packet.ExtSeq]bool
	base, highest packet.ExtSeq
	count         uint64 // without those sent again
	priorExpected uint64
	priorCount    uint64
	lastSR        uint32
	lastSRAt      time.Time
}

// received notes a packet and reports whether it is the first of its number.
func (r *reception) received(number uint16, direct bool) (seq packet.ExtSeq, first bool) {
	seq = r.unwrap.Unwrap(number)
	if r.came == nil {
		r.came, r.base, r.highest = map[packet.ExtSeq]bool{}, seq, seq
	}
	r.highest = max(r.highest, seq)
	if direct {
		r.count++
	}
	first = !r.came[seq]
	r.came[seq] = true
	return seq, first
}

// report returns the block of the interval that ends now (RFC 3550 appendix A.3).
func (r *reception) report(ssrc uint32, now time.Time) (rtcp.ReceptionReport, bool) {
	expected := uint64(r.highest-r.base) + 1
	if r.came == nil || r.count == r.priorCount {
		return rtcp.ReceptionReport{}, false
	}
	interval := int64(expected - r.priorExpected)
	lost := interval - int64(r.count-r.priorCount)
	r.priorExpected, r.priorCount = expected, r.count
	block := rtcp.ReceptionReport{SSRC: ssrc, LastSequenceNumber: uint32(r.highest)}
	if interval > 0 && lost > 0 {
		block.FractionLost = uint8(min(255, lost<<8/interval))
	}
	if r.lastSR != 0 {
		block.LastSenderReport = r.lastSR
		block.Delay = uint32(now.Sub(r.lastSRAt).Seconds() * 65536)
	}
	return block, true
}

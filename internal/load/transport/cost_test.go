package transport

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/internal/invariant"
)

// counting is a Handler that only counts.
type counting struct{ rtp, rtcp, ticks int }

func (c *counting) RTP([]byte, time.Time)  { c.rtp++ }
func (c *counting) RTCP([]byte, time.Time) { c.rtcp++ }
func (c *counting) Tick(time.Time)         { c.ticks++ }

// keyed returns what is needed to open packets and to make them, with the keys
// of a handshake that did not take place.
func keyed(tb testing.TB, profile srtp.ProtectionProfile) (*sealer, *opener) {
	tb.Helper()
	keyLength, err := profile.KeyLen()
	if err != nil {
		tb.Fatal(err)
	}
	saltLength, err := profile.SaltLen()
	if err != nil {
		tb.Fatal(err)
	}
	key, salt := make([]byte, keyLength), make([]byte, saltLength)
	seal, err := srtp.CreateContext(key, salt, profile)
	if err != nil {
		tb.Fatal(err)
	}
	open, err := srtp.CreateContext(key, salt, profile,
		srtp.SRTPReplayProtection(mediaReplayWindow), srtp.SRTCPReplayProtection(reportReplayWindow))
	if err != nil {
		tb.Fatal(err)
	}
	return &sealer{context: seal}, &opener{context: open}
}

// loop is a connection whose server is itself: what it sends, it receives. Its
// socket is real.
type loop struct {
	*Conn
	reader *reader
	count  *counting
	drain  *drain
}

func newLoop(tb testing.TB, id *Identity, profile srtp.ProtectionProfile) *loop {
	tb.Helper()
	count := &counting{}
	c, err := New(Options{Identity: id, Server: loopback, Audio: true, Handler: count})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	seal, open := keyed(tb, profile)
	c.sealer = seal
	c.opener.Store(open)
	c.remote.Store(&c.socket.local)
	l := &loop{Conn: c, reader: &reader{c: c, handler: count}, count: count}
	l.drain = c.socket.newDrain(l)
	return l
}

// datagram and drained are the reader's, but reading ends after each call.
func (l *loop) datagram(b []byte, from netip.AddrPort, now time.Time) {
	l.reader.datagram(b, from, now)
}

func (l *loop) drained(now time.Time) bool {
	l.reader.drained(now)
	return false
}

func video(tb testing.TB) []byte {
	tb.Helper()
	p := &rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 96, SSRC: 1},
		Payload: make([]byte, 1100),
	}
	if err := p.SetExtension(3, []byte{0, 1}); err != nil {
		tb.Fatal(err)
	}
	b, err := p.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// step makes b the next packet of its stream.
func step(b []byte) {
	if b[3]++; b[3] == 0 {
		b[2]++
	}
}

func TestAPacketCostsNoAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector sync.Pool forgets on purpose")
	}
	for name, profile := range map[string]srtp.ProtectionProfile{
		"AES-GCM": srtp.ProtectionProfileAeadAes128Gcm, "AES-CM": srtp.ProtectionProfileAes128CmHmacSha1_80,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t, identity(t), profile)
			packet := video(t)
			report := []byte{0x80, 201, 0, 1, 0, 0, 0, 1}
			const runs = 500
			if n := l.allocations(t, runs, func() error { step(packet); return l.WriteRTP(packet) }); n != 0 {
				t.Errorf("%v allocations for a packet, from sending to the Handler", n)
			}
			// Pion's AES-GCM makes an array for each report's additional data.
			if n := l.allocations(t, runs, func() error { return l.WriteRTCP(report) }); n > 2 {
				t.Errorf("%v allocations for a report, want at most 2", n)
			}
			if l.count.rtp != runs+1 || l.count.rtcp != runs+1 || l.count.ticks == 0 {
				t.Errorf("the Handler got %+v", l.count)
			}
		})
	}
}

// allocations returns how many it takes to send and to receive.
func (l *loop) allocations(t *testing.T, runs int, send func() error) float64 {
	t.Helper()
	var failed error
	n := testing.AllocsPerRun(runs, func() {
		if err := errors.Join(send(), l.drain.run()); err != nil {
			failed = err
		}
	})
	if failed != nil {
		t.Fatal(failed)
	}
	return n
}

// BenchmarkOpen is the part of receiving that is ours: sort, decrypt, hand over.
func BenchmarkOpen(b *testing.B) {
	l := newLoop(b, identity(b), srtp.ProtectionProfileAeadAes128Gcm)
	seal, _ := keyed(b, srtp.ProtectionProfileAeadAes128Gcm)
	packet, now := video(b), time.Now()
	const prepared = 1 << 15 // a cycle of sequence numbers is twice as long
	wire := make([][]byte, prepared)
	into := make([]byte, maxDatagram)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%prepared == 0 {
			b.StopTimer()
			for k := range wire {
				step(packet)
				sealed, err := seal.packet(packet, demux.RTP)
				if err != nil {
					b.Fatal(err)
				}
				wire[k] = append(wire[k][:0], sealed...)
			}
			b.StartTimer()
		}
		n := copy(into, wire[i%prepared])
		l.reader.datagram(into[:n], l.socket.local, now)
	}
	if l.count.rtp < b.N {
		b.Errorf("%d of %d packets came through: %+v", l.count.rtp, b.N, l.Stats())
	}
}

// BenchmarkReceive has 1000 connections with their own sockets and reader
// goroutines. Bursts of three packets go round among them, as a video frame
// makes. cpu-ns/packet is what all threads used but the one that sends: the
// system calls that read, the wake-ups, the decryption.
func BenchmarkReceive(b *testing.B) {
	const connections, burst = 1000, 3
	id, loops := identity(b), make([]*loop, connections)
	arrived := make(chan struct{}, 64)
	for i := range loops {
		l := newLoop(b, id, srtp.ProtectionProfileAeadAes128Gcm)
		l.reader.handler = &notifying{arrived: arrived, every: burst}
		l.reading.Go(l.reader.run)
		loops[i] = l
	}
	seal, _ := keyed(b, srtp.ProtectionProfileAeadAes128Gcm)
	source, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		b.Fatal(err)
	}
	defer source.Close()
	packet := video(b)
	b.ReportAllocs()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := othersTime(b)
	pending := 0
	for i := 0; b.Loop(); i++ {
		l := loops[i%connections]
		for range burst {
			step(packet)
			sealed, err := seal.packet(packet, demux.RTP)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := source.WriteToUDPAddrPort(sealed, l.socket.local); err != nil {
				b.Fatal(err)
			}
		}
		if pending++; pending == cap(arrived) {
			<-arrived
			pending--
		}
	}
	b.ReportMetric(float64(othersTime(b)-start)/float64(b.N*burst), "cpu-ns/packet")
}

// notifying tells when each so many packets have come.
type notifying struct {
	counting
	every   int
	arrived chan<- struct{}
}

func (n *notifying) RTP([]byte, time.Time) {
	if n.rtp++; n.rtp%n.every == 0 {
		n.arrived <- struct{}{}
	}
}

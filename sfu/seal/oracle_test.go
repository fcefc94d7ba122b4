package seal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/seal"
)

// oraclePackets is how many packets of each profile are compared with Pion's. The
// environment asks for more, in millions: ATRIUM_ORACLE=5 go test -run Pion
const oraclePackets = 200_000

func packetsToCompare(t *testing.T) int {
	millions := os.Getenv("ATRIUM_ORACLE")
	switch {
	case millions == "" && invariant.Enabled:
		return oraclePackets / 10 // the race detector is slow, and there is one goroutine
	case millions == "":
		return oraclePackets
	}
	n, err := strconv.Atoi(millions)
	if err != nil {
		t.Fatalf("ATRIUM_ORACLE: %v", err)
	}
	return n * 1_000_000
}

// keys returns a master key and salt for the profile, the same for the same seed.
func keys(p seal.Profile, seed uint64) (key, salt []byte) {
	r := rand.New(rand.NewPCG(seed, 0))
	return fill(r, make([]byte, p.KeySize())), fill(r, make([]byte, p.SaltSize()))
}

func fill(r *rand.Rand, b []byte) []byte {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func newContext(tb testing.TB, p seal.Profile, seed uint64) *seal.Context {
	tb.Helper()
	key, salt := keys(p, seed)
	c, err := seal.New(p, key, salt)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func newPion(tb testing.TB, p seal.Profile, seed uint64) *srtp.Context {
	tb.Helper()
	key, salt := keys(p, seed)
	c, err := srtp.CreateContext(key, salt, srtp.ProtectionProfile(p))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// someHeaders returns marshalled headers with what a header can have: sources, and
// extensions of both forms.
func someHeaders(tb testing.TB, r *rand.Rand) [][]byte {
	tb.Helper()
	headers := make([][]byte, 64)
	for i := range headers {
		h := rtp.Header{Version: 2, Marker: i%2 == 0, PayloadType: uint8(r.IntN(128)), Timestamp: r.Uint32()}
		for range r.IntN(16) * (i % 3 / 2) {
			h.CSRC = append(h.CSRC, r.Uint32())
		}
		largest := 0
		switch i % 4 {
		case 1:
			h.Extension, h.ExtensionProfile, largest = true, rtp.ExtensionProfileOneByte, 16
		case 2:
			h.Extension, h.ExtensionProfile, largest = true, rtp.ExtensionProfileTwoByte, 40
		}
		for id := range uint8(min(largest, r.IntN(5))) {
			if err := h.SetExtension(id+1, fill(r, make([]byte, 1+r.IntN(largest)))); err != nil {
				tb.Fatal(err)
			}
		}
		b, err := h.Marshal()
		if err != nil {
			tb.Fatal(err)
		}
		headers[i] = b
	}
	return headers
}

// sender numbers the packets of one source as a forwarder does: most go out in
// order, some are held up and go out late, and now and then there is a leap, so
// that the sequence number comes near its wrap often.
type sender struct {
	ssrc   uint32
	newest uint64
	held   []uint64
	late   int // packets that went out late
	across int // those of them that the wrap has overtaken
}

// maxLate is how late a packet goes out at most, in indices.
const maxLate = 1900

func (s *sender) next(r *rand.Rand) uint64 {
	if n := len(s.held); n > 0 && r.IntN(8) == 0 {
		i := r.IntN(n)
		index := s.held[i]
		s.held[i] = s.held[n-1]
		s.held = s.held[:n-1]
		if s.newest-index <= maxLate {
			s.late++
			s.across += int(s.newest>>16 - index>>16)
			return index
		}
	}
	step := uint64(1)
	switch r.IntN(200) {
	case 0:
		step += r.Uint64N(1 << 15)
		if left := 1<<16 - s.newest&0xffff; left < 1<<15 {
			step = left - min(left-1, r.Uint64N(100)) // to just before the wrap
		}
	case 1, 2, 3, 4, 5, 6:
		for range r.IntN(4) {
			s.held = append(s.held, s.newest+step)
			step++
		}
	}
	s.newest += step
	return s.newest
}

// oracle seals the same packets with Pion and us.
type oracle struct {
	*testing.T
	rand    *rand.Rand
	ours    *seal.Context
	theirs  *srtp.Context
	opener  *srtp.Context
	headers [][]byte
	media   []byte // payloads are cut from it

	plain, packet, sealed, opened []byte
	header                        rtp.Header // scratch
}

func newOracle(t *testing.T, p seal.Profile, seed uint64) *oracle {
	r := rand.New(rand.NewPCG(seed, uint64(p)))
	return &oracle{
		T: t, rand: r,
		ours: newContext(t, p, seed), theirs: newPion(t, p, seed), opener: newPion(t, p, seed),
		headers: someHeaders(t, r), media: fill(r, make([]byte, 1<<16)),
		plain: make([]byte, 2000), packet: make([]byte, 2000),
		sealed: make([]byte, 2000), opened: make([]byte, 2000),
	}
}

// write makes the next packet in the clear.
func (o *oracle) write(ssrc uint32, index uint64) (packet []byte, header int) {
	header = copy(o.plain, o.headers[o.rand.IntN(len(o.headers))])
	binary.BigEndian.PutUint16(o.plain[2:], uint16(index))
	binary.BigEndian.PutUint32(o.plain[8:], ssrc)
	size := o.rand.IntN(1301)
	from := o.rand.IntN(len(o.media) - size)
	packet = o.plain[:header+copy(o.plain[header:], o.media[from:from+size])]
	if size > 0 && o.rand.IntN(8) == 0 {
		o.plain[0] |= 0x20
		packet[len(packet)-1] = byte(1 + o.rand.IntN(min(size, 255)))
	}
	return packet, header
}

// seal seals a packet with ours, every other one in place.
func (o *oracle) seal(packet []byte, header int) ([]byte, error) {
	payload := packet[header:]
	copy(o.packet, packet[:header])
	if o.rand.IntN(2) == 0 {
		inside := o.packet[header : header+len(payload)]
		copy(inside, payload)
		payload = inside
	}
	ssrc := binary.BigEndian.Uint32(packet[8:])
	n, err := o.ours.Stream(ssrc).Seal(o.packet, header, payload)
	return o.packet[:n], err
}

// compare holds the packet with the next index of the source against Pion's.
func (o *oracle) compare(ssrc uint32, index uint64) {
	packet, header := o.write(ssrc, index)
	got, err := o.seal(packet, header)
	if err != nil {
		o.Fatalf("index %#x: %v", index, err)
	}
	want, err := o.theirs.EncryptRTP(o.sealed, packet, &o.header)
	if err != nil {
		o.Fatalf("index %#x: Pion: %v", index, err)
	}
	if !bytes.Equal(got, want) {
		o.Fatalf("index %#x: header of %d octets\ngot  %x\nwant %x", index, header, got, want)
	}
	opened, err := o.opener.DecryptRTP(o.opened, got, &o.header)
	if err != nil {
		o.Fatalf("index %#x: open: %v", index, err)
	}
	if !bytes.Equal(opened, packet) {
		o.Fatalf("index %#x: opened\ngot  %x\nwant %x", index, opened, packet)
	}
}

// TestPacketsAreThoseOfPion seals packets of several sources in the order that
// Pion seals them in. Pion opens them too, going by its own roll-over counter.
func TestPacketsAreThoseOfPion(t *testing.T) {
	packets := packetsToCompare(t)
	for _, p := range profiles() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			o := newOracle(t, p, 1)
			var senders [4]sender
			for i := range senders {
				senders[i] = sender{ssrc: o.rand.Uint32(), newest: o.rand.Uint64N(1 << 16)}
			}
			var wraps, late, across int
			for range packets {
				s := &senders[o.rand.IntN(len(senders))]
				before := s.newest
				index := s.next(o.rand)
				o.compare(s.ssrc, index)
				if o.rand.IntN(50) == 0 {
					o.refuse(s.ssrc, index)
				}
				wraps += int(s.newest>>16 - before>>16)
			}
			for i := range senders {
				late += senders[i].late
				across += senders[i].across
			}
			t.Logf("%d packets, %d wraps, %d late, %d of them across a wrap", packets, wraps, late, across)
			if wraps < packets/2000 || late < packets/50 || across < packets/20_000 {
				t.Error("too few packets out of order")
			}
		})
	}
}

// refuse tries the index again, with another packet.
func (o *oracle) refuse(ssrc uint32, index uint64) {
	packet, header := o.write(ssrc, index)
	if _, err := o.seal(packet, header); !errors.Is(err, seal.ErrReused) {
		o.Fatalf("index %#x again: error %v, want %v", index, err, seal.ErrReused)
	}
}

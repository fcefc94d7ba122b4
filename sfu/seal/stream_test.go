package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

const ssrc = 0xcafe

// newContext returns a context with keys of zeros.
func newContext(tb testing.TB, p Profile) *Context {
	tb.Helper()
	c, err := New(p, make([]byte, p.KeySize()), make([]byte, p.SaltSize()))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// begin writes a header into a packet of size octets, the rest of which is 0xEE.
func begin(seq uint16, size int) []byte {
	packet := bytes.Repeat([]byte{0xEE}, size)
	copy(packet, []byte{0x80, 96, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	binary.BigEndian.PutUint16(packet[sequenceAt:], seq)
	binary.BigEndian.PutUint32(packet[ssrcAt:], ssrc)
	return packet
}

func mustSeal(tb testing.TB, s *Stream, packet []byte, payload []byte) []byte {
	tb.Helper()
	n, err := s.Seal(packet, fixedHeader, payload)
	if err != nil {
		tb.Fatal(err)
	}
	return packet[:n]
}

func allProfiles(t *testing.T, test func(*testing.T, Profile)) {
	for _, p := range []Profile{AES128CMHMACSHA1_80, AES128CMHMACSHA1_32, AEADAES128GCM, AEADAES256GCM} {
		t.Run(p.String(), func(t *testing.T) { test(t, p) })
	}
}

func TestSealWritesWhatItSaysAndNothingElse(t *testing.T) {
	allProfiles(t, func(t *testing.T, p Profile) {
		c := newContext(t, p)
		for i, size := range []int{0, 1, 16, shortPayload, shortPayload + 1, 1200} {
			payload := bytes.Repeat([]byte{7}, size)
			packet := begin(uint16(i), 1500)
			got := mustSeal(t, c.Stream(ssrc), packet, payload)
			if want := fixedHeader + size + c.Overhead(); len(got) != want {
				t.Errorf("%d octets sealed to %d, want %d", size, len(got), want)
			}
			if !bytes.Equal(got[:fixedHeader], begin(uint16(i), fixedHeader)) {
				t.Errorf("header became %x", got[:fixedHeader])
			}
			if rest := packet[len(got):]; !bytes.Equal(rest, bytes.Repeat([]byte{0xEE}, len(rest))) {
				t.Errorf("%d octets: written behind the packet", size)
			}
			if !bytes.Equal(payload, bytes.Repeat([]byte{7}, size)) {
				t.Errorf("%d octets: payload changed", size)
			}
			if size > 1 && bytes.Contains(got, payload) {
				t.Errorf("%d octets: payload in the clear", size)
			}
		}
	})
}

func TestSealInPlaceIsTheSame(t *testing.T) {
	allProfiles(t, func(t *testing.T, p Profile) {
		for _, size := range []int{0, 1, shortPayload, shortPayload + 1, 1200} {
			payload := bytes.Repeat([]byte{7}, size)
			apart := mustSeal(t, newContext(t, p).Stream(ssrc), begin(9, 1500), payload)
			packet := begin(9, 1500)
			inside := packet[fixedHeader : fixedHeader+size]
			copy(inside, payload)
			if got := mustSeal(t, newContext(t, p).Stream(ssrc), packet, inside); !bytes.Equal(got, apart) {
				t.Errorf("%d octets: got  %x\nwant %x", size, got, apart)
			}
		}
	})
}

func TestRefusedPacketChangesNothing(t *testing.T) {
	const room, payload = 200, 100
	tests := []struct {
		name   string
		newest uint64
		seq    uint16
		size   int // of the packet
		header int
		want   error
	}{
		{"reused", 5000, 5000, room, fixedHeader, ErrReused},
		{"behind the window", 5000, 5000 - window - 1, room, fixedHeader, ErrTooOld},
		{"before the beginning", 5, 0xfff0, room, fixedHeader, ErrTooOld},
		{"exhausted", maxIndices - 1, 0, room, fixedHeader, ErrExhausted},
		{"no room for the tag", 5000, 5001, fixedHeader + payload + 3, fixedHeader, ErrShort},
		{"no room for the payload", 5000, 5001, fixedHeader + payload - 1, fixedHeader, ErrShort},
		{"no room for the header", 5000, 5001, fixedHeader, room, ErrShort},
		{"half a header", 5000, 5001, room, fixedHeader - 1, ErrShort},
		{"less than no header", 5000, 5001, room, -payload, ErrShort},
	}
	allProfiles(t, func(t *testing.T, p Profile) {
		for _, tt := range tests {
			s := newContext(t, p).Stream(ssrc)
			s.indices.use(tt.newest)
			before, packet := *s, begin(tt.seq, tt.size)
			n, err := s.Seal(packet, tt.header, make([]byte, payload))
			if n != 0 || !errors.Is(err, tt.want) {
				t.Errorf("%s: %d octets, error %v, want %v", tt.name, n, err, tt.want)
			}
			if *s != before {
				t.Errorf("%s: the stream changed", tt.name)
			}
			if !bytes.Equal(packet, begin(tt.seq, tt.size)) {
				t.Errorf("%s: the packet changed: %x", tt.name, packet)
			}
		}
	})
}

func TestPacketOfExactlyTheRoomIsSealed(t *testing.T) {
	allProfiles(t, func(t *testing.T, p Profile) {
		c := newContext(t, p)
		packet := begin(1, fixedHeader+100+c.Overhead())
		if got := mustSeal(t, c.Stream(ssrc), packet, make([]byte, 100)); len(got) != len(packet) {
			t.Errorf("%d of %d octets", len(got), len(packet))
		}
	})
}

func TestStreamIsTheSameWhenAskedAgain(t *testing.T) {
	c := newContext(t, AEADAES128GCM)
	mustSeal(t, c.Stream(ssrc), begin(1, 100), nil)
	if _, err := c.Stream(ssrc).Seal(begin(1, 100), fixedHeader, nil); !errors.Is(err, ErrReused) {
		t.Errorf("error %v, want %v", err, ErrReused)
	}
	if c.Stream(ssrc+1) == c.Stream(ssrc) {
		t.Error("two sources share a stream")
	}
}

func TestPacketOfAnotherSourceIsABug(t *testing.T) {
	s := newContext(t, AEADAES128GCM).Stream(ssrc + 1)
	defer func() {
		if recover() == nil {
			t.Error("sealed a packet of another source")
		}
	}()
	_, _ = s.Seal(begin(1, 100), fixedHeader, nil)
}

func TestSealDoesNotAllocate(t *testing.T) {
	tests := []struct {
		profile Profile
		octets  int
		want    float64
	}{
		{AEADAES128GCM, 100, 0},
		{AEADAES128GCM, 1100, 0},
		{AEADAES256GCM, 100, 0},
		{AEADAES256GCM, 1100, 0},
		{AES128CMHMACSHA1_80, shortPayload, 0},
		{AES128CMHMACSHA1_80, 1100, 1}, // the counter mode
		{AES128CMHMACSHA1_32, shortPayload, 0},
		{AES128CMHMACSHA1_32, 1100, 1},
	}
	for _, tt := range tests {
		s := newContext(t, tt.profile).Stream(ssrc)
		packet, payload := begin(0, 1500), make([]byte, tt.octets)
		var seq uint16
		mustSeal(t, s, packet, payload) // HMAC keeps its states from the second packet on
		if allocs := testing.AllocsPerRun(1000, func() {
			seq++
			binary.BigEndian.PutUint16(packet[sequenceAt:], seq)
			mustSeal(t, s, packet, payload)
		}); allocs != tt.want {
			t.Errorf("%v, %d octets: %v allocations, want %v", tt.profile, tt.octets, allocs, tt.want)
		}
	}
}

func TestRefusalDoesNotAllocate(t *testing.T) {
	s := newContext(t, AES128CMHMACSHA1_80).Stream(ssrc)
	packet := begin(0, 200)
	mustSeal(t, s, packet, nil)
	if allocs := testing.AllocsPerRun(1000, func() {
		if _, err := s.Seal(packet, fixedHeader, nil); !errors.Is(err, ErrReused) {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

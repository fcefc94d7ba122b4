package udp

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// control is one control message.
func controlMessage(level, kind int32, data []byte) []byte {
	h := unix.Cmsghdr{Level: level, Type: kind}
	h.SetLen(unix.CmsgLen(len(data)))
	b := make([]byte, unix.CmsgSpace(len(data)))
	copy(b, unsafe.Slice((*byte)(unsafe.Pointer(&h)), unix.SizeofCmsghdr))
	copy(b[unix.CmsgLen(0):], data)
	return b
}

func groMessage(size uint32) []byte {
	return controlMessage(unix.IPPROTO_UDP, unix.UDP_GRO, binary.NativeEndian.AppendUint32(nil, size))
}

func TestSegmentSizeIsFoundAmongControlMessages(t *testing.T) {
	other := controlMessage(unix.IPPROTO_IP, unix.IP_TOS, []byte{0xB8})
	long := groMessage(1200)
	binary.NativeEndian.PutUint64(long, 1<<40)
	short := groMessage(1200)
	binary.NativeEndian.PutUint64(short, 3)
	for name, c := range map[string]struct {
		control []byte
		want    int
	}{
		"none":                       {nil, 0},
		"alone":                      {groMessage(1200), 1200},
		"behind another":             {append(bytes.Clone(other), groMessage(1200)...), 1200},
		"only another":               {other, 0},
		"cut":                        {groMessage(1200)[:unix.SizeofCmsghdr+3], 0},
		"half a header":              {groMessage(1200)[:7], 0},
		"longer than all":            {long, 0},
		"shorter than a header":      {short, 0},
		"no room for a size":         {controlMessage(unix.IPPROTO_UDP, unix.UDP_GRO, []byte{1, 2}), 0},
		"a negative size":            {groMessage(0xFFFFFFFF), 0},
		"the last without its space": {append(bytes.Clone(other), other[:unix.CmsgLen(1)]...), 0},
	} {
		if got := segmentSize(c.control); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// FuzzJoinedDatagrams reads any control messages, and cuts a message by what they
// say: no octet is lost or read twice.
func FuzzJoinedDatagrams(f *testing.F) {
	f.Add(groMessage(1200), 5000)
	f.Add(groMessage(1), 3)
	f.Add(controlMessage(unix.IPPROTO_IP, unix.IP_TOS, []byte{0xB8}), 0)
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, 1)
	message := make([]byte, joinedSize)
	for i := range message {
		message[i] = byte(i ^ i>>8)
	}
	f.Fuzz(func(t *testing.T, control []byte, octets int) {
		whole := message[:min(max(octets, 0), len(message))]
		size := segmentSize(control)
		if size < 0 {
			t.Fatalf("size %d", size)
		}
		var all []byte
		for first, rest := cut(whole, size); ; first, rest = cut(rest, size) {
			if size > 0 && len(first) > size {
				t.Fatalf("%d octets of %d", len(first), size)
			}
			if all = append(all, first...); len(rest) == 0 {
				break
			}
		}
		if !bytes.Equal(all, whole) {
			t.Fatalf("%d octets of %d", len(all), len(whole))
		}
	})
}

// A run that arrives joined is dispatched as the datagrams that were sent.
func TestJoinedDatagramsReachTheAgentOneByOne(t *testing.T) {
	for _, at := range []netip.Addr{loopback4, loopback6} {
		if at.Is6() {
			requireIPv6(t)
		}
		server, client := listenMux(t, at), listenMux(t, at)
		if client.SendMode() != SendSegments {
			t.Skip("no segments on this system")
		}
		c := learned(t, server, client)
		q := client.NewQueue(0)
		r := routeTo(t, client, server.ListenAddresses()[0])
		const runs, length = 10, 12
		for i := range runs {
			for k := range length {
				b := q.Reserve(1000)
				numbered(b, uint32(i*length+k))
				b[0] = 0x80 // RTP
				q.Commit(1000, r)
			}
			q.Flush()
			buf := make([]byte, 1500)
			for k := range length {
				n, _, err := c.ReadFromAddrPort(buf)
				if number := binary.BigEndian.Uint32(buf) & 0xFFFFFF; err != nil || n != 1000 || number != uint32(i*length+k) {
					t.Fatalf("datagram %d of run %d: %d octets, number %d, %v", k, i, n, number, err)
				}
			}
		}
		_ = server.Close() // its reader has published then
		if s := server.Stats(); s.Coalesced != runs*length || s.DatagramsIn != runs*length || s.Reads > runs {
			t.Errorf("%+v", s)
		}
	}
}

// learned makes a server's agent know the address that a client's queues send
// from, and returns its connection.
func learned(t *testing.T, server, client *Mux) *muxedConn {
	t.Helper()
	c := getConn(t, server, "ours", server.ListenAddresses()[0])
	if _, err := c.WriteToAddrPort(request(t, "theirs:ours"), client.ListenAddresses()[0]); err != nil {
		t.Fatal(err)
	}
	return c
}

// Without recvmmsg's large buffers, and with a datagram that is too large.
func TestSingleDatagramsAreReadInBatches(t *testing.T) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: []net.PacketConn{conn}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	other, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	s, err := newSocket(other, m.groups[0], new(pool))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, MaxDatagram, MaxDatagram + 1, 4000, 2} {
		if _, err := conn.WriteTo(make([]byte, n), other.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	source := newBatchSource(s, nil, singleMessages, singleSize)
	if err := control(other, func(fd uintptr) error {
		if n, errno := source.receive(fd); n != 6 || errno != 0 {
			t.Errorf("%d messages, %v", n, errno)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var got Stats
	got.received(&s.tally)
	if got.Reads != 1 || got.DatagramsIn != 6 || got.Coalesced != 0 || got.Dropped.Oversize != 2 ||
		got.Dropped.Unclassified != 2 || got.Dropped.UnknownSource != 2 {
		t.Errorf("%+v", got)
	}
}

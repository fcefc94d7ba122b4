package udp

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkRead takes what has arrived from the socket, and times only that.
func BenchmarkRead(b *testing.B) {
	for _, burst := range []int{1, 4, 32} {
		for _, how := range []string{"plain", "batches", "joined"} {
			for _, sent := range []SendMode{SendBatches, SendSegments} {
				b.Run(fmt.Sprintf("burst=%d/%s/sent-by-%v", burst, how, sent), func(b *testing.B) {
					benchmarkRead(b, burst, how, sent)
				})
			}
		}
	}
}

func benchmarkRead(b *testing.B, burst int, how string, sent SendMode) {
	const size = 1100
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	client := muxWith(b, sent)
	s, err := newSocket(conn, newGroup(0, client.ListenAddresses()[0], new(counters), client.logger), new(pool))
	if err != nil {
		b.Fatal(err)
	}
	plain := &plainSource{socket: s}
	read := func(uintptr) error { return plain.read() }
	batches := func(messages, size int) func(uintptr) error {
		source := newBatchSource(s, nil, messages, size)
		return func(fd uintptr) error {
			if _, errno := source.receive(fd); errno != 0 {
				return errno
			}
			return nil
		}
	}
	switch how {
	case "batches":
		read = batches(singleMessages, singleSize)
	case "joined":
		if err := control(conn, func(fd uintptr) error {
			return unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_GRO, 1)
		}); err != nil {
			b.Skip(err)
		}
		read = batches(joinedMessages, joinedSize)
	}
	server, err := addrPortOf(conn.LocalAddr())
	if err != nil {
		b.Fatal(err)
	}
	q := client.NewQueue(0)
	to := routeTo(b, client, server)
	var fd uintptr
	if err := control(conn, func(f uintptr) error { fd = f; return nil }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var reading time.Duration
	total := 0
	for b.Loop() {
		for range burst {
			copy(q.Reserve(size), media)
			q.Commit(size, to)
		}
		q.Flush()
		total += burst
		began := time.Now()
		for s.tally.counts[eventDatagramIn] < uint64(total) {
			if err := read(fd); err != nil {
				b.Fatal(err)
			}
		}
		reading += time.Since(began)
	}
	b.ReportMetric(float64(reading.Nanoseconds())/float64(total), "ns/datagram")
}

package udp

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is committed and whatever the kernel answers: each datagram leaves
// once with its own octets, or is counted as lost, and those to one destination
// leave in order.
func TestAQueueNeitherInventsNorReordersNorForgets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m, q, k := fakeQueue(t, 8<<10, 16)
		ports := []uint16{1, 2, 3, 60001, 60002}
		var routes []*Route
		for _, p := range ports {
			routes = append(routes, to(t, m, p))
		}
		k.judge = func(msg message, _ bool) error {
			p := msg.to.remote.Port()
			switch {
			case p == 2 && msg.count > 1:
				return syscall.EIO
			case p == 60002:
				return syscall.EHOSTUNREACH
			}
			return nil
		}
		errs := []error{syscall.EAGAIN, syscall.EAGAIN, syscall.EINTR, syscall.ENOBUFS}
		committed := 0
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				k.answers = append(k.answers, answer{err: rapid.SampledFrom(errs).Draw(rt, "error")})
			case 1:
				k.answers = append(k.answers, answer{n: rapid.IntRange(1, 3).Draw(rt, "taken")})
			case 2:
				q.Flush()
			case 3:
				q.Reserve(rapid.IntRange(0, MaxDatagram).Draw(rt, "given up"))
			default:
				i := rapid.IntRange(0, len(routes)-1).Draw(rt, "destination")
				size := rapid.SampledFrom([]int{9, 400, 1000, MaxDatagram}).Draw(rt, "size")
				for range rapid.IntRange(1, 12).Draw(rt, "datagrams") {
					committed++
					put(q, routes[i], fmt.Sprintf("%08d %s", committed, strings.Repeat("x", size-9)))
				}
			}
		}
		k.answers = nil
		if q.Flush() {
			rt.Fatal("pending, and the kernel takes everything")
		}
		last := map[string]string{}
		for _, s := range k.sent {
			port, payload, _ := strings.Cut(s, ":")
			number, filler, _ := strings.Cut(payload, " ")
			if last[port] >= number || strings.Trim(filler, "x") != "" {
				rt.Fatalf("%s: %s after %s", port, payload, last[port])
			}
			last[port] = number
		}
		s := m.Stats().Queues
		if int(s.Datagrams) != len(k.sent) || int(s.Datagrams+s.Failed+s.Full) != committed || s.Fallbacks > 1 {
			rt.Fatalf("%d committed, %d sent, counted %+v", committed, len(k.sent), s)
		}
		if q.runs != 0 || q.arena.head != 0 {
			rt.Fatalf("an empty queue holds %d runs up to %d", q.runs, q.arena.head)
		}
	})
}

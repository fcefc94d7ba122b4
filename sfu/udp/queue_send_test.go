package udp

import (
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// batch is what most tests here send: a run of three, a lone datagram, a run
// whose last is shorter.
func batch(tb testing.TB, m *Mux, q *Queue) {
	put(q, to(tb, m, 1), "a1", "a2", "a3")
	put(q, to(tb, m, 2), "b1")
	put(q, to(tb, m, 3), "c1", "c2", "c")
}

const whole = "1:a1 1:a2 1:a3 2:b1 3:c1 3:c2 3:c"

func TestAQueueSurvivesWhatTheKernelAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		judge   func(message, bool) error
		sent    string
		pending bool
		want    QueueStats
		mode    SendMode
	}{
		"everything": {
			sent: whole,
			want: QueueStats{Datagrams: 7, Octets: 13, Messages: 3, Calls: 1, Segmented: 6},
		},
		"one message at a time": {
			answers: []answer{{1, nil}, {1, nil}},
			sent:    whole,
			want:    QueueStats{Datagrams: 7, Octets: 13, Messages: 3, Calls: 3, Segmented: 6},
		},
		"interrupted": {
			answers: []answer{{0, syscall.EINTR}, {2, nil}, {0, syscall.EINTR}},
			sent:    whole,
			want:    QueueStats{Datagrams: 7, Octets: 13, Messages: 3, Calls: 4, Segmented: 6},
		},
		"no room": {
			answers: []answer{{0, syscall.EAGAIN}},
			pending: true,
			want:    QueueStats{Calls: 1},
		},
		"no room after the first": {
			answers: []answer{{1, nil}, {0, syscall.ENOBUFS}},
			sent:    "1:a1 1:a2 1:a3", pending: true,
			want: QueueStats{Datagrams: 3, Octets: 6, Messages: 1, Calls: 2, Segmented: 3},
		},
		"neither an error nor taken": {
			answers: []answer{{0, nil}},
			pending: true,
			want:    QueueStats{Calls: 1},
		},
		"one route without checksum offload": {
			judge: refuseSegmented(syscall.EIO, 1),
			sent:  whole,
			want:  QueueStats{Datagrams: 7, Octets: 13, Messages: 5, Calls: 2, Segmented: 3, Fallbacks: 1},
		},
		"segments larger than a later route's MTU": {
			judge: refuseSegmented(syscall.EMSGSIZE, 3),
			sent:  whole,
			want:  QueueStats{Datagrams: 7, Octets: 13, Messages: 5, Calls: 3, Segmented: 3, Fallbacks: 1},
		},
		"no route takes segments": {
			judge: refuseSegmented(syscall.EOPNOTSUPP, 1, 3),
			sent:  whole,
			want:  QueueStats{Datagrams: 7, Octets: 13, Messages: 7, Calls: 4, Fallbacks: 2},
		},
		"an unreachable destination": {
			judge: refusePort(syscall.ENETUNREACH, 1),
			sent:  "2:b1 3:c1 3:c2 3:c",
			want:  QueueStats{Datagrams: 4, Octets: 7, Messages: 2, Calls: 2, Segmented: 3, Failed: 3},
		},
		"a destination that does not listen": {
			judge: refusePort(syscall.ECONNREFUSED, 2),
			sent:  "1:a1 1:a2 1:a3 3:c1 3:c2 3:c",
			want:  QueueStats{Datagrams: 6, Octets: 11, Messages: 2, Calls: 3, Segmented: 6, Failed: 1},
		},
		"a firewall before the first": {
			judge: refusePort(syscall.EPERM, 1),
			sent:  "2:b1 3:c1 3:c2 3:c",
			want:  QueueStats{Datagrams: 4, Octets: 7, Messages: 2, Calls: 3, Segmented: 3, Failed: 3},
		},
		"a firewall before the last": {
			judge: refusePort(syscall.EPERM, 3),
			sent:  "1:a1 1:a2 1:a3 2:b1",
			want:  QueueStats{Datagrams: 4, Octets: 8, Messages: 2, Calls: 2, Segmented: 3, Failed: 3},
		},
		"a sandbox": {
			judge: refuseBatches(syscall.EPERM),
			sent:  whole,
			want:  QueueStats{Datagrams: 7, Octets: 13, Messages: 7, Calls: 8},
			mode:  SendPlain,
		},
		"an old kernel": {
			judge: refuseBatches(syscall.ENOSYS),
			sent:  whole,
			want:  QueueStats{Datagrams: 7, Octets: 13, Messages: 7, Calls: 8},
			mode:  SendPlain,
		},
		"a sandbox and a full socket": {
			answers: []answer{{0, syscall.EPERM}, {0, syscall.EAGAIN}},
			pending: true,
			want:    QueueStats{Calls: 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, q, k := fakeQueue(t, 16<<10, 64)
			k.answers, k.judge = c.answers, c.judge
			batch(t, m, q)
			if pending := q.Flush(); pending != c.pending {
				t.Errorf("pending: %v", pending)
			}
			if got := strings.Join(k.sent, " "); got != c.sent {
				t.Errorf("sent %q, want %q", got, c.sent)
			}
			if diff := cmp.Diff(c.want, m.Stats().Queues); diff != "" {
				t.Error(diff)
			}
			if c.mode == SendAuto {
				c.mode = SendSegments
			}
			if got := m.SendMode(); got != c.mode {
				t.Errorf("mode %v, want %v", got, c.mode)
			}
			if !c.pending {
				return
			}
			if q.Flush() || strings.Join(k.sent, " ") != whole {
				t.Errorf("the second time: sent %q, want %q", k.sent, whole)
			}
		})
	}
}

// Without batches there is nothing to fall back to.
func TestAnErrorOfAPlainSendIsFinal(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSYS, syscall.EPERM, syscall.EIO, syscall.EMSGSIZE} {
		m, q, k := fakeQueue(t, 16<<10, 64)
		m.sending.Store(uint32(SendPlain))
		k.judge = refusePort(errno, 2)
		batch(t, m, q)
		if got := strings.Join(k.sent, " "); q.Flush() || got != "1:a1 1:a2 1:a3 3:c1 3:c2 3:c" {
			t.Errorf("%v: sent %q", errno, got)
		}
		if s := m.Stats().Queues; s.Failed != 1 || s.Fallbacks != 0 || s.Datagrams != 6 {
			t.Errorf("%v: %+v", errno, s)
		}
	}
}

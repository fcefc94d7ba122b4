package udp

import (
	"errors"
	"syscall"
)

// Flush gives what waits to the kernel. It never blocks. It returns true when
// a socket had no room for all: call it again in a millisecond. What waits then
// is kept until newer datagrams need its place, see Reserve. Whatever else the
// kernel refuses is counted as Failed and not tried again.
func (q *Queue) Flush() (pending bool) {
	q.reserved = false
	if q.runs == 0 {
		return false
	}
	for i := range q.lanes {
		if q.drain(&q.lanes[i]) {
			pending = true
		}
	}
	q.settle()
	q.tally.publish()
	return pending
}

// drain sends what waits in a lane and says whether the socket was full before
// its end.
func (q *Queue) drain(l *lane) (full bool) {
	for l.runs.length() > 0 {
		mode := q.mux.mode()
		out := l.batch
		if mode == SendPlain {
			out = l.plain
		}
		msgs := q.gather(l, mode)
		n, err := out.send(msgs)
		q.tally.add(eventCall, 1)
		if n > 0 {
			q.sent(l, msgs[:n])
		} else if q.refused(l, &msgs[0], err) {
			return true
		}
	}
	return false
}

// gather makes the next messages of a lane: of each run one, or one of each of
// its datagrams if segments are not wanted.
func (q *Queue) gather(l *lane, mode SendMode) []message {
	limit := maxMessages
	if mode == SendPlain {
		limit = 1
	}
	n := 0
	for i := 0; i < l.runs.length() && n < limit; i++ {
		r := l.runs.at(i)
		if r.count == 1 || mode == SendSegments && !r.to.whole && !l.group.segments.off.Load() {
			q.msgs[n] = message{r.to, q.arena.bytes(r.at, r.octets), r.segment, r.count}
			n++
			continue
		}
		for rest := *r; rest.count > 0 && n < limit; n++ {
			q.msgs[n] = message{r.to, q.arena.bytes(rest.at, rest.first()), rest.first(), 1}
			rest.drop()
		}
	}
	return q.msgs[:n]
}

// sent counts and removes the first messages of a lane.
func (q *Queue) sent(l *lane, msgs []message) {
	for i := range msgs {
		m := &msgs[i]
		q.tally.add(eventMessage, 1)
		q.tally.add(eventDatagramOut, m.count)
		q.tally.add(eventOctetOut, len(m.b))
		if m.count > 1 {
			q.tally.add(eventSegmented, m.count)
			l.group.segments.accept()
		}
		q.remove(l, m)
	}
}

// refused decides what becomes of the first message of a lane, which the kernel
// did not take, and says whether the socket is full. The message stays if it can
// be tried again: later, or in another way.
func (q *Queue) refused(l *lane, m *message, err error) (full bool) {
	batches := q.mux.mode() != SendPlain
	switch {
	case errors.Is(err, syscall.EINTR):
		return false
	case err == nil, isFull(err):
		return true
	case m.count > 1 && isOfSegments(err):
		if !m.to.whole {
			m.to.whole = true
			q.tally.add(eventFallback, 1)
			l.group.refuseSegments(m.to.remote, err)
		}
		return false
	case batches && errors.Is(err, syscall.ENOSYS):
		q.mux.sendPlain(err)
		return false
	case batches && errors.Is(err, syscall.EPERM) && q.tally.counts[eventMessage] == 0:
		return q.forbidden(l, m, err)
	}
	q.fail(l, m)
	return false
}

// isOfSegments says whether a message may have been refused because it was to be
// cut: the route has no checksum offload or is encrypted (EIO), its MTU is smaller
// (EMSGSIZE, EINVAL on older systems), or the kernel cannot after all.
func isOfSegments(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EMSGSIZE) ||
		errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EOPNOTSUPP)
}

// forbidden finds out who forbade the first message: a firewall forbids the
// destination, a sandbox sendmmsg. Its first datagram by itself tells.
func (q *Queue) forbidden(l *lane, m *message, err error) (full bool) {
	single := []message{{m.to, m.b[:min(m.segment, len(m.b))], m.segment, 1}}
	_, alone := l.plain.send(single)
	q.tally.add(eventCall, 1)
	switch {
	case alone == nil:
		q.mux.sendPlain(err)
		q.sent(l, single)
	case isFull(alone):
		return true
	default:
		q.fail(l, m)
	}
	return false
}

// fail counts and removes the first message of a lane.
func (q *Queue) fail(l *lane, m *message) {
	q.tally.add(eventFailed, m.count)
	q.remove(l, m)
}

// remove ends the first message of a lane: a run, or the first datagram of one.
func (q *Queue) remove(l *lane, m *message) {
	if m.count == 1 {
		q.dropFirst(l)
	} else {
		q.dropRun(l)
	}
}

// isFull says whether a socket or a device has no room for the moment.
func isFull(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS)
}

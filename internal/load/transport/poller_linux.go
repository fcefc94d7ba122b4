package transport

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// pollEvents is how many sockets one epoll_wait names at most.
	pollEvents = 256
	// pollTick is the distance of a Handler's ticks.
	pollTick = 50 * time.Millisecond
	// pollYield is after how many sockets other goroutines get their turn, on a
	// processor that they share.
	pollYield = 32
)

// Poller reads the sockets of many connections on one goroutine. It does not
// wait for datagrams, but looks every few milliseconds at the sockets that have
// some, so that neither the sender nor this process pays for waking somebody up
// for each of them. What arrived is stamped by the kernel, so that no time is
// measured wrong by that; answers are later by so much. Any goroutine may call
// its methods.
type Poller struct {
	epoll    int
	events   [pollEvents]unix.EpollEvent
	commands chan func()
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}

	// Of the goroutine.
	readers []*polling // by their number in epoll's events; nil where one has gone
	free    []int32
	batch   *batch
	ticked  float64 // of readers, the share whose turn it was since the round began
	turn    int     // the reader that ticks next
	last    time.Time
}

// polling is a reader and the descriptor it reads now.
type polling struct {
	reader     *reader
	descriptor *descriptor
}

// NewPoller starts a Poller that looks at its sockets at that interval. It
// needs Linux.
func NewPoller(interval time.Duration) (*Poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &Poller{
		epoll: epoll, commands: make(chan func()), stop: make(chan struct{}), stopped: make(chan struct{}),
		batch: newBatch(), last: time.Now(),
	}
	go p.run(interval)
	return p, nil
}

// Close ends the goroutine. Close the connections first: what arrives for them
// afterwards is read by nobody.
func (p *Poller) Close() error {
	first := false
	p.stopOnce.Do(func() { close(p.stop); first = true })
	<-p.stopped
	if !first {
		return nil
	}
	return os.NewSyscallError("close", unix.Close(p.epoll))
}

// Do runs f on the Poller's goroutine, between two calls of Handlers, and
// returns when it is over. It returns false, and does not run it, after Close.
// A Handler must not call it.
func (p *Poller) Do(f func()) bool {
	done := make(chan struct{})
	select {
	case p.commands <- func() { f(); close(done) }:
		<-done
		return true
	case <-p.stopped:
		return false
	}
}

// run is the goroutine.
func (p *Poller) run(interval time.Duration) {
	defer close(p.stopped)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case command := <-p.commands:
			command()
		case <-ticker.C:
			p.poll()
			p.tick(time.Now())
		}
	}
}

// poll reads all sockets that have something.
func (p *Poller) poll() {
	for {
		n, err := unix.EpollWait(p.epoll, p.events[:], 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return // cannot be: the descriptor is ours and open
		}
		for i := range p.events[:n] {
			if at := p.readers[p.events[i].Fd]; at != nil {
				at.read(p.batch)
			}
			if i%pollYield == pollYield-1 {
				runtime.Gosched()
			}
		}
		if n < pollEvents {
			return
		}
	}
}

// read empties the socket. A call that found less than a batch has done so: what
// came since is a new event.
func (p *polling) read(b *batch) {
	for {
		n, err := b.receive(uintptr(p.descriptor.fd))
		if err != nil {
			if !errors.Is(err, unix.EAGAIN) {
				p.reader.c.end(os.NewSyscallError("recvmmsg", err))
			}
			return
		}
		now := time.Now()
		for i := range n {
			if payload, from := b.at(i); payload != nil {
				p.reader.datagram(payload, from, b.arrival(i, now))
			}
		}
		if n < batchSize {
			return
		}
	}
}

// tick lets time pass for those readers whose turn it is, so that not all of
// them report at once.
func (p *Poller) tick(now time.Time) {
	p.ticked += float64(len(p.readers)) * float64(min(now.Sub(p.last), pollTick)) / float64(pollTick)
	p.last = now
	for ; p.ticked >= 1; p.ticked-- {
		p.turn = (p.turn + 1) % len(p.readers)
		if at := p.readers[p.turn]; at != nil {
			at.reader.drained(now)
		}
	}
}

// add begins to read a socket.
func (p *Poller) add(r *reader, d *descriptor) error {
	failed := os.ErrClosed
	p.Do(func() {
		number := int32(len(p.readers)) //nolint:gosec // fewer than there are file numbers
		if n := len(p.free); n > 0 {
			number = p.free[n-1]
		}
		event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: number}
		if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, d.fd, &event); err != nil {
			failed = os.NewSyscallError("epoll_ctl", err)
			return
		}
		failed = nil
		if at := (&polling{r, d}); int(number) == len(p.readers) {
			p.readers = append(p.readers, at)
		} else {
			p.free, p.readers[number] = p.free[:len(p.free)-1], at
		}
		r.polled = true
		r.drained(time.Now())
	})
	return failed
}

// remove ends the reading of a socket. When it returns the Handler is called no
// more.
func (p *Poller) remove(r *reader) {
	p.Do(func() {
		for i, at := range p.readers {
			if at != nil && at.reader == r {
				// It may fail only because the descriptor is closed, which does the same.
				_ = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, at.descriptor.fd, nil)
				p.readers[i] = nil
				p.free = append(p.free, int32(i)) //nolint:gosec // see add
			}
		}
	})
}

// move lets the Poller read from now on, in place of the reader's goroutine.
func (c *Conn) move(p *Poller) error {
	c.moving.Store(true)
	_ = c.socket.conn.SetReadDeadline(time.Now()) // wakes the reader to see it
	c.reading.Wait()
	c.state.Lock()
	defer c.state.Unlock()
	if c.closing {
		return ErrClosed
	}
	c.moving.Store(false)
	d, err := c.socket.detach()
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if err := p.add(c.reader, d); err != nil {
		return fmt.Errorf("poller: %w", err)
	}
	c.polled = true
	return nil
}

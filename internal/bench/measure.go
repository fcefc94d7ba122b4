package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/internal/bench/process"
	"github.com/atrium-rtc/atrium/internal/load/histogram"
)

// plan is how each measurement is made.
type plan struct {
	serverCore    int
	perSecond     float64       // streams that are begun in a second
	settle        time.Duration // after the last has joined
	window        time.Duration
	feedback      crowd.Feedback
	generatorCore int
	profile       string // file of a CPU profile; none if empty
}

// sample is one measurement. Figures that were not to be had are NaN.
type sample struct {
	micros    float64 // server CPU us for each packet that a subscriber received
	p50, p99  float64 // ms, from the publisher's socket to the subscriber's
	delivered float64 // share
	memory    float64 // KiB for each stream received
	joinCPU   float64 // ms
	join      float64 // ms, median from the offer to the first packet of media
	calls     float64 // system calls for each packet
	run       float64 // packets in one message of a system call
	mallocs   float64 // allocations for each packet, of the whole process

	audio, video, frames float64 // that the publishers sent in a second, together
	rate                 float64 // packets that arrived in a second, at all subscribers
	server, generator    float64 // cores
	others               float64 // cores that neither used
	generatorMicros      float64 // CPU us for each packet received
	dropped              uint64  // by the generator's sockets
}

// reading is everything at one end of the window.
type reading struct {
	at                time.Time
	server, own, busy time.Duration
	count             crowd.Count
	sent              crowd.Sent
	latency           histogram.Snapshot
	metrics           process.Metrics
}

// measure starts a subject and puts a load on it.
func measure(ctx context.Context, s subject, l load, p plan) (_ sample, err error) {
	r, err := s.start(ctx, p.serverCore, s.program)
	if err != nil {
		return sample{}, err
	}
	c, err := crowd.New(crowd.Options{
		Session: r.session, Server: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Feedback: p.feedback, Sound: l.media.Bitrate == 0,
	})
	if err != nil {
		r.Kill()
		return sample{}, err
	}
	defer func() {
		r.Kill() // first, so that nobody waits for its goodbye
		err = errors.Join(err, c.Close())
	}()
	publishers, err := l.publish(ctx, c, p.perSecond)
	if err == nil {
		err = wait(ctx, time.Second)
	}
	if err != nil {
		return sample{}, err
	}
	alone, err := observe(c, r)
	if err != nil {
		return sample{}, err
	}
	memory, err := process.Resident(r.PID())
	if err == nil {
		err = l.watch(ctx, c, publishers, p.perSecond)
	}
	if err != nil {
		return sample{}, err
	}
	joined, err := observe(c, r)
	if err == nil {
		err = wait(ctx, p.settle)
	}
	if err != nil {
		return sample{}, err
	}
	before, after, flow, err := window(ctx, c, r, p)
	if err != nil {
		return sample{}, err
	}
	full, err := process.Resident(r.PID())
	if err != nil {
		return sample{}, err
	}
	result := evaluate(before, after, flow)
	streams := float64(l.subscribers())
	result.memory = (float64(full) - float64(memory)) / 1024 / streams
	var joins []float64
	for _, took := range c.Joins() {
		joins = append(joins, milliseconds(took))
	}
	result.join = document.Median(joins)
	// While they joined, the others were served.
	forwarding := result.micros * float64(joined.count.Packets-alone.count.Packets)
	joining := float64((joined.server - alone.server).Microseconds())
	result.joinCPU = (joining - forwarding) / 1000 / streams
	return result, c.Err()
}

// window lets media flow for a while between two moments at which none is under
// way.
func window(ctx context.Context, c *crowd.Crowd, r *running, p plan) (before, after reading, flow time.Duration, err error) {
	quiet := func() (at reading, err error) {
		c.Pause(true)
		if err := c.Settle(ctx); err != nil {
			return at, err
		}
		if r.operator == "" {
			return observe(c, r)
		}
		// The metrics are read outside of the window: that costs the server something.
		metrics, err := process.ReadMetrics(ctx, r.operator+"/metrics")
		if err != nil {
			return at, err
		}
		at, err = observe(c, r)
		at.metrics = metrics
		return at, err
	}
	if before, err = quiet(); err != nil {
		return before, after, 0, err
	}
	say("  process %d: the window of %v begins", r.PID(), p.window)
	began := time.Now()
	c.Pause(false)
	profiled := profile(ctx, r, p)
	if err := wait(ctx, p.window); err != nil {
		return before, after, 0, err
	}
	flow = time.Since(began)
	after, err = quiet()
	return before, after, flow, errors.Join(err, <-profiled)
}

// profile takes a CPU profile of the window, if one is wanted and the subject
// can make one. The channel gets one error or nil.
func profile(ctx context.Context, r *running, p plan) <-chan error {
	done := make(chan error, 1)
	if p.profile == "" || r.operator == "" {
		done <- nil
		return done
	}
	go func() {
		url := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", r.operator, int(p.window.Seconds()))
		done <- process.Save(ctx, url, p.profile)
	}()
	return done
}

func observe(c *crowd.Crowd, r *running) (at reading, err error) {
	at = reading{at: time.Now(), count: c.Count(), sent: c.Sent(), latency: c.Latency().Snapshot()}
	var failed [3]error
	at.server, failed[0] = process.CPU(r.PID())
	at.own, failed[1] = process.CPU(os.Getpid())
	at.busy, failed[2] = process.Busy()
	return at, errors.Join(failed[:]...)
}

// evaluate makes figures of the two ends of a window, between which media flowed
// for a while.
func evaluate(before, after reading, flow time.Duration) sample {
	elapsed, flowed := after.at.Sub(before.at).Seconds(), flow.Seconds()
	server, own := after.server-before.server, after.own-before.own
	count, sent := after.count.Since(before.count), after.sent.Since(before.sent)
	latency := after.latency.Since(&before.latency)
	packets := float64(count.Packets)
	per := func(name string) float64 {
		if n, ok := after.metrics.Since(before.metrics, name); ok {
			return n
		}
		return math.NaN()
	}
	datagrams := per("atrium_media_queue_datagrams_total")
	return sample{
		micros:    float64(server.Nanoseconds()) / 1000 / packets,
		p50:       milliseconds(latency.Quantile(0.50)),
		p99:       milliseconds(latency.Quantile(0.99)),
		delivered: count.Delivered(),
		calls:     per("atrium_media_queue_calls_total") / datagrams,
		run:       datagrams / per("atrium_media_queue_messages_total"),
		mallocs:   per("go_memstats_mallocs_total") / packets,
		audio:     float64(sent.Audio) / flowed, video: float64(sent.Video) / flowed,
		frames:          float64(sent.Frames) / flowed,
		rate:            packets / flowed,
		server:          server.Seconds() / elapsed,
		generator:       own.Seconds() / elapsed,
		others:          (after.busy - before.busy - server - own).Seconds() / elapsed,
		generatorMicros: float64(own.Nanoseconds()) / 1000 / packets,
		dropped:         count.KernelDrops,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// say tells what is being done.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

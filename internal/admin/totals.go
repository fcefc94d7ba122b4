package admin

import (
	"math"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/signaling"
)

// totals are the counts that a point is made of, at a moment.
type totals struct {
	at         time.Time
	cpu        time.Duration // of all processors, since the start; negative is unknown
	processors int
	rooms      room.Stats
	sessions   signaling.Stats
	media      sfu.Stats
}

// since returns what happened after an earlier moment.
func (t *totals) since(before *totals) point {
	var p point
	elapsed := t.at.Sub(before.at).Seconds()
	rate := func(now, then uint64) float32 {
		if elapsed <= 0 || now < then {
			return float32(math.NaN())
		}
		return float32(float64(now-then) / elapsed)
	}
	p[participants], p[rooms] = float32(t.rooms.Participants), float32(t.rooms.Rooms)
	p[cpu] = float32(t.cpuUsed(before))
	p[capacity] = float32(t.capacityUsed(float64(p[cpu])))
	now, then := &t.media.Network, &before.media.Network
	p[packetsIn], p[packetsOut] = rate(now.DatagramsIn, then.DatagramsIn), rate(now.DatagramsOut, then.DatagramsOut)
	p[bitsIn], p[bitsOut] = 8*rate(now.OctetsIn, then.OctetsIn), 8*rate(now.OctetsOut, then.OctetsOut)
	p[lossUp], p[lossDown] = t.lost(before)
	out, outBefore := &t.media.Egress, &before.media.Egress
	p[freezes] = rate(out.Freezes, outBefore.Freezes)
	p[downlink], p[uplink] = float32(out.Troubled[quality.Downlink]), float32(out.Troubled[quality.Uplink])
	p[publisher], p[overload] = float32(out.Troubled[quality.Publisher]), float32(out.Troubled[quality.Overload])
	p[paused] = float32(out.Paused[egress.PausedBandwidth])
	p[latency] = float32(math.NaN())
	if forwarded := out.ForwardLatency.Since(outBefore.ForwardLatency); forwarded.Count > 0 {
		p[latency] = float32(forwarded.Quantile(0.99))
	}
	return p
}

// lost returns which share of the media packets did not come at first, from
// publishers to the server and from there to receivers; NaN without packets.
func (t *totals) lost(before *totals) (up, down float32) {
	in, inBefore := t.media.Ingress.All(), before.media.Ingress.All()
	up = ratio(grown(in.Lost, inBefore.Lost), in.Packets+in.GivenUp-inBefore.Packets-inBefore.GivenUp)
	out, outBefore := &t.media.Egress, &before.media.Egress
	sent := out.Sent.Audio.Packets + out.Sent.Video.Packets
	sentBefore := outBefore.Sent.Audio.Packets + outBefore.Sent.Video.Packets
	return up, ratio(grown(out.Lost, outBefore.Lost), sent-sentBefore)
}

// grown is 0 for what has shrunk: what was told lost may come late.
func grown(now, then uint64) uint64 { return max(now, then) - then }

// ratio is NaN for nothing, and at most 1: what is told lost was sent before.
func ratio(part, all uint64) float32 {
	if all == 0 {
		return float32(math.NaN())
	}
	return float32(min(float64(part)/float64(all), 1))
}

// cpuUsed returns which share of the processors was used since an earlier moment,
// NaN while that is unknown.
func (t *totals) cpuUsed(before *totals) float64 {
	elapsed := t.at.Sub(before.at)
	if elapsed <= 0 || t.cpu < 0 || before.cpu < 0 || t.processors <= 0 {
		return math.NaN()
	}
	return min(float64(t.cpu-before.cpu)/float64(elapsed)/float64(t.processors), 1)
}

// fullCPU is the share of the processors beyond which a server is full: what is left
// takes bursts, without which packets wait.
const fullCPU = 0.85

// capacityUsed returns how full the server is, 1 being full: the largest share of
// anything that has a limit.
func (t *totals) capacityUsed(cpu float64) float64 {
	most := share(t.rooms.Rooms, t.rooms.MaxRooms)
	most = max(most, share(t.sessions.Sockets, t.sessions.MaxSockets))
	if !math.IsNaN(cpu) {
		most = max(most, cpu/fullCPU)
	}
	return most
}

// share returns how much of a limit is used; 0 is no limit.
func share(n, limit int) float64 {
	if limit <= 0 {
		return 0
	}
	return float64(n) / float64(limit)
}

package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// steadyRun is a plausible minute with one publisher and 500 subscribers: they
// come in the first five seconds, and nothing goes wrong.
func steadyRun() *result.Run {
	const seconds, subscribers = 30, 500
	rng := rand.New(rand.NewPCG(1, 2))
	run := newRun(seconds, subscribers, rng)
	run.Command = "atrium load --rooms 1 --publishers 1 --subscribers 500 --duration 30s --server-pid 4711"
	run.Verdicts = []result.Verdict{
		{Requirement: "delivered>=99.9%", Met: true, Value: 0.99998, Text: "99.998 %"},
		{Requirement: "latency.p99<=50ms", Met: true, Value: 8.4, Text: "8.40 ms"},
		{Requirement: "freezes.per_minute<=0.1", Met: true, Value: 0, Text: "0/min"},
	}
	for i := range subscribers {
		run.Clients = append(run.Clients, steadyClient(i, rng))
	}
	run.Total = total(run.Clients, rng)
	run.Groups = groups(run.Clients, rng)
	return run
}

func newRun(seconds, subscribers int, rng *rand.Rand) *result.Run {
	run := &result.Run{
		Version: "v0.9.0", Started: time.Date(2025, 3, 14, 9, 26, 53, 0, time.UTC), Duration: result.Seconds(seconds),
		Target: "ws://127.0.0.1:8080/room", Seed: 20250314,
		Planned: result.Planned{
			Rooms: 1, Clients: subscribers + 1, Publishers: 1, Subscriptions: subscribers,
			Media: "VP8 1280x720, 30 fps, 1 Mbit/s + Opus",
		},
		Machine:   result.Machine{Host: "bench-3", CPUs: 8, Model: "AMD Ryzen 7 5800X", System: "linux/amd64, 6.8.0"},
		Server:    &result.Usage{Source: "process 4711", CPUSeconds: 24.6, CPUMean: 0.82, CPUMax: 1.31, MemoryMax: 212 << 20, MemoryEnd: 205 << 20, CPUPerPacket: 9.8},
		Generator: result.Generator{Lateness: millis(18000, 0.05, rng), FilesUsed: 1042, FilesLimit: 65536},
		Marks:     []result.Mark{{At: 0, Text: "clients join"}, {At: 5, Text: "everybody is there"}},
	}
	run.Generator.Usage = result.Usage{CPUSeconds: 20, CPUMean: 0.66, CPUMax: 0.9, MemoryMax: 180 << 20, CPUPerPacket: 7.1}
	for s := 1; s <= seconds; s++ {
		run.Timeline = append(run.Timeline, steadyPoint(s, subscribers, rng))
	}
	return run
}

func steadyPoint(s, subscribers int, rng *rand.Rand) result.Point {
	there := min(subscribers, s*subscribers/5)
	share := float64(there) / float64(subscribers)
	packets := uint64(share * 78000 * (1 + 0.02*rng.NormFloat64()))
	p := result.Point{
		At: result.Seconds(s), Rooms: 1, Clients: there + 1, Publishers: 1, Subscriptions: there,
		Packets: packets, Bits: packets * 1040 * 8, Delivered: 1,
		LatencyP50: result.Millis(0.8 + 0.4*share + 0.05*rng.NormFloat64()),
		LatencyP95: result.Millis(2.6 + 1.2*share + 0.3*rng.Float64()),
		ServerCPU:  0.05 + 0.8*share + 0.03*rng.NormFloat64(), ServerMemory: uint64(40<<20+share*160*(1<<20)) + uint64(s)<<18,
		CPU: 0.05 + 0.6*share + 0.03*rng.NormFloat64(), Memory: uint64(60<<20 + share*110*(1<<20)),
	}
	p.LatencyP99 = p.LatencyP95 + result.Millis(2+4*rng.Float64()*rng.Float64())
	if s <= 5 {
		p.Joins, p.ServerCPU = subscribers/5, p.ServerCPU+0.35
	}
	if rng.IntN(9) == 0 {
		p.Delivered -= rng.Float64() * 0.0004
	}
	return p
}

func steadyClient(i int, rng *rand.Rand) result.Client {
	const packets, frames = 4680, 900
	lost := uint64(0)
	if rng.IntN(60) == 0 {
		lost = 1 + rng.Uint64N(3)
	}
	return result.Client{
		Name: fmt.Sprintf("subscriber-%03d", i+1), Room: "load-1", Group: "subscribers", Ended: "stayed", Layer: "1280x720",
		Summary: result.Summary{
			Clients: 1, Joined: 1, Subscriptions: 1, PacketsSent: packets, Packets: packets - lost, Lost: lost, Octets: packets * 1040,
			Repaired: lost / 2, NACKs: lost, PLIs: 1,
			Join: millis(1, 24, rng), FirstMedia: millis(1, 60, rng), FirstKeyframe: millis(1, 140, rng), Latency: millis(packets, 1.2, rng),
			Frames: frames - min(lost, 1), FramesExpected: frames, Watched: 30, Listened: 30,
		},
	}
}

// faultsRun is two minutes of churn in which a tenth of the clients lose 5 % of
// their packets, some vanish, and the generator has no CPU for a while.
func faultsRun() *result.Run {
	const seconds, subscribers = 120, 60
	rng := rand.New(rand.NewPCG(3, 4))
	run := newRun(seconds, subscribers, rng)
	run.Command = "atrium load churn.yaml --server-metrics http://10.20.0.5:9090/metrics --require 'delivered@clean>=99.9%'"
	run.Target = "wss://rooms.example.net/room"
	run.Planned = result.Planned{Rooms: 5, Clients: 75, Publishers: 15, Subscriptions: 180, Media: "VP8 simulcast to 1280x720, 30 fps + Opus"}
	run.Server.Source = "http://10.20.0.5:9090/metrics"
	run.Marks = []result.Mark{
		{At: 0, Text: "ramp: 15 publishers, 60 subscribers"},
		{At: 20, Text: "churn: 1 client in 2 s leaves, another comes"},
		{At: 45, Text: "5 % loss on 6 clients"},
		{At: 70, Text: "3 clients vanish"},
		{At: 90, Text: "loss ends"},
	}
	run.Verdicts = []result.Verdict{
		{Requirement: "delivered@clean>=99.9%", Met: true, Value: 0.99997, Text: "99.997 %"},
		{Requirement: "latency.p99@clean<=50ms", Met: true, Value: 21, Text: "21.0 ms"},
		{Requirement: "freezes@affected<=5", Met: false, Value: 19, Text: "19"},
		{Requirement: "loss@mobil<1%", Met: false, Text: `no group "mobil"; did you mean mobile?`},
	}
	run.Errors = []result.ErrorCount{{Text: "join: room is being closed", Count: 4}, {Text: "subscribe: no media within 10 s", Count: 1}}
	run.Generator.Saturated = true
	run.Generator.Reasons = []string{"it used all of its 2 cores in 6 of 120 seconds", "sends were up to 48 ms behind their schedule"}
	run.Generator.SocketDrop = 112
	for i := range run.Timeline {
		disturb(&run.Timeline[i], rng)
	}
	for i := range subscribers {
		c := steadyClient(i, rng)
		c.Room = fmt.Sprintf("load-%d", i%5+1)
		c.Layer = []string{"320x180", "640x360", "1280x720"}[rng.IntN(3)]
		if i < 9 {
			afflict(&c, i, rng)
		}
		run.Clients = append(run.Clients, c)
	}
	run.Total = total(run.Clients, rng)
	run.Total.Latency = result.Distribution{Count: 280563, Min: 0.4, Mean: 4.1, P50: 1.24, P90: 6.2, P95: 11.8, P99: 97, Max: 212}
	run.Groups = groups(run.Clients, rng)
	run.Groups[1].Summary.Latency = result.Distribution{Count: 40000, Min: 0.9, Mean: 21, P50: 14.2, P90: 48, P95: 81, P99: 118, Max: 212}
	return run
}

// disturb puts the trouble of the scenario into one second.
func disturb(p *result.Point, rng *rand.Rand) {
	at := int(p.At)
	p.Rooms, p.Publishers = 5, 15
	if at > 20 && at%2 == 0 {
		p.Joins, p.Leaves = 1, 1
	}
	if at > 45 && at <= 90 {
		p.Delivered = 0.9985 + 0.001*rng.Float64()
		p.LatencyP99 += result.Millis(60 + 50*rng.Float64())
		p.LatencyP95 += result.Millis(6 * rng.Float64())
		p.Freezes, p.Late = rng.IntN(3), rng.IntN(30)
	}
	if at == 70 {
		p.Leaves, p.Failures = 3, 1
	}
	if at > 100 && at <= 106 {
		p.Saturated, p.CPU = true, 1.98
		p.LatencyP50 += 18
		p.LatencyP95 += 60
		p.LatencyP99 += 160
		p.Delivered = 0.991
		p.Late = 120
	}
}

func afflict(c *result.Client, i int, rng *rand.Rand) {
	s := &c.Summary
	c.Group = "mobile"
	if i >= 6 {
		c.Faults, c.Ended = []string{"vanishes at 1:10"}, "vanished"
		return
	}
	c.Network, c.Faults = "lossy", []string{"5 % loss down", "20 ms jitter"}
	s.Lost = 20 + rng.Uint64N(30)
	s.Packets -= s.Lost
	s.Repaired, s.NACKs, s.PLIs = 210, 260, 6
	s.Freezes = 2 + rng.Uint64N(4)
	s.Frozen = result.Seconds(0.4 * float64(s.Freezes))
	s.LongestFreeze = result.Millis(400 + 500*rng.Float64())
	s.FramesLate = rng.Uint64N(80)
	s.Frames -= 30
	s.AudioGaps, s.AudioGap = 3, 0.12
	s.Latency = millis(4000, 14, rng)
	if i == 2 {
		c.Ended, s.JoinFailures = "subscribe: no media within 10 s", 1
	}
}

// capacityRun climbs from 100 subscribers until latency breaks at 450.
func capacityRun() *result.Run {
	rng := rand.New(rand.NewPCG(5, 6))
	run := newRun(180, 450, rng)
	run.Command = "atrium load --find-capacity --level 'delivered>=99.9%,latency.p99<=50ms'"
	c := &result.Capacity{Level: "delivered>=99.9%, latency.p99<=50ms", Subscribers: 400, Reason: "at 450 subscribers: latency.p99<=50ms: 131 ms"}
	for n := 50; n <= 450; n += 50 {
		load := float64(n) / 440
		step := result.Step{
			Subscribers: n, Held: n <= 400, Delivered: 1 - math.Pow(load, 14)*0.0016, LatencyP50: result.Millis(0.9 + load),
			LatencyP99: result.Millis(3 + 5*load/(1.04-min(load, 0.99))), ServerCPU: 0.1 + 1.8*load, ServerMemory: uint64(60+170*load) << 20,
			CPU: 1.1 * load,
			Verdicts: []result.Verdict{
				{Requirement: "delivered>=99.9%", Met: n <= 400, Text: "99.8 %"},
				{Requirement: "latency.p99<=50ms", Met: n <= 400, Value: 131, Text: "131 ms"},
			},
		}
		c.Steps = append(c.Steps, step)
	}
	c.Steps[8].LatencyP99, c.Steps[8].FrozenShare = 131, 0.0023
	run.Capacity = c
	run.Total = result.Summary{Clients: 451, Joined: 451, Subscriptions: 450, Packets: 1e7, Lost: 120, Latency: millis(1000, 2, rng), Watched: 1e4}
	return run
}

// millis is a spread of values around a median, with a tail.
func millis(n uint64, median float64, rng *rand.Rand) result.Distribution {
	median *= 0.8 + 0.4*rng.Float64()
	if n == 1 {
		return result.Distribution{Count: 1, Min: median, Mean: median, P50: median, P90: median, P95: median, P99: median, Max: median}
	}
	tail := 1 + rng.Float64()
	return result.Distribution{
		Count: n, Min: median / 3, Mean: median * 1.1, P50: median, P90: median * 2 * tail,
		P95: median * 3 * tail, P99: median * 5 * tail, Max: median * 12 * tail,
	}
}

func total(clients []result.Client, rng *rand.Rand) result.Summary {
	var s result.Summary
	for i := range clients {
		s.Add(&clients[i].Summary)
	}
	s.Latency, s.Join = millis(s.Packets, 1.2, rng), millis(uint64(s.Joined), 24, rng)
	s.FirstMedia, s.FirstKeyframe = millis(uint64(s.Joined), 60, rng), millis(uint64(s.Joined), 140, rng)
	return s
}

// groups are clean, affected, and the clients' own groups.
func groups(clients []result.Client, rng *rand.Rand) []result.Group {
	members := map[string][]result.Client{}
	for _, c := range clients {
		name := result.Clean
		if len(c.Faults) > 0 {
			name = result.Affected
		}
		members[name] = append(members[name], c)
		members[c.Group] = append(members[c.Group], c)
	}
	list := []result.Group{{Name: result.Clean}, {Name: result.Affected}, {Name: "subscribers"}, {Name: "mobile"}}
	for i := range list {
		if in := members[list[i].Name]; len(in) > 0 {
			list[i].Summary = total(in, rng)
		}
	}
	return list
}

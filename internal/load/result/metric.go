package result

import (
	"errors"
	"fmt"
)

// Metric is a figure of a Run that can be required.
type Metric struct {
	Name     string
	Unit     Unit
	Sentence string // what it is, without the full stop
	// Grouped says that every group has its own value: "delivered@clean".
	Grouped bool

	read func(*Run, *Summary) (float64, error)
}

// Reasons for which a metric has no value. A requirement on it is then not met:
// what nobody measured may be anything.
var (
	errNoPackets = errors.New("no packet was due")
	errNoVideo   = errors.New("no video was watched")
	errNoAudio   = errors.New("no audio was listened to")
	errNoValues  = errors.New("nothing was measured")
	errNoServer  = errors.New("the server's usage was not measured")
)

// Metrics lists every metric, in the order of documentation.
func Metrics() []Metric {
	var list []Metric
	list = append(list, mediaMetrics()...)
	list = append(list, spread("latency", "one-way delay of media, from the publisher's stamp",
		func(s *Summary) Distribution { return s.Latency })...)
	list = append(list, spread("join", "time from dialling to the answer of the join",
		func(s *Summary) Distribution { return s.Join })...)
	list = append(list, spread("first_media", "time from asking for a stream to its first packet",
		func(s *Summary) Distribution { return s.FirstMedia })...)
	list = append(list, spread("first_keyframe", "time from asking for a stream to its first complete keyframe",
		func(s *Summary) Distribution { return s.FirstKeyframe })...)
	return append(list, runMetrics()...)
}

func mediaMetrics() []Metric {
	return []Metric{
		measured("delivered", Share, "share of packets that arrived, after repair", errNoPackets,
			func(s *Summary) (float64, bool) { return s.Delivered(), s.Packets+s.Lost > 0 }),
		measured("loss", Share, "share of packets missing after repair", errNoPackets,
			func(s *Summary) (float64, bool) {
				return share(float64(s.Lost), float64(s.Packets+s.Lost), 0), s.Packets+s.Lost > 0
			}),
		measured("frames.complete", Share, "share of the frames sent that were complete and decodable", errNoVideo,
			func(s *Summary) (float64, bool) { return s.FramesComplete(), s.FramesExpected+s.Frames > 0 }),
		measured("frames.late", Count, "frames that were complete, but late", errNoVideo,
			func(s *Summary) (float64, bool) { return float64(s.FramesLate), s.FramesExpected+s.Frames > 0 }),
		measured("frozen", Share, "share of the time watched during which the picture was frozen", errNoVideo,
			func(s *Summary) (float64, bool) { return s.FrozenShare(), s.Watched > 0 }),
		measured("freezes", Count, "freezes, of all subscriptions together", errNoVideo,
			func(s *Summary) (float64, bool) { return float64(s.Freezes), s.Watched > 0 }),
		measured("freezes.per_minute", PerMinute, "freezes that a viewer of one stream saw in a minute", errNoVideo,
			func(s *Summary) (float64, bool) { return s.FreezesPerMinute(), s.Watched > 0 }),
		measured("freeze.longest", Millisecond, "longest single freeze", errNoVideo,
			func(s *Summary) (float64, bool) { return float64(s.LongestFreeze), s.Watched > 0 }),
		measured("audio.gaps", Count, "gaps in audio, of all subscriptions together", errNoAudio,
			func(s *Summary) (float64, bool) { return float64(s.AudioGaps), s.Listened > 0 }),
		measured("audio.gap", Share, "share of the time listened that fell into gaps", errNoAudio,
			func(s *Summary) (float64, bool) { return s.AudioGapShare(), s.Listened > 0 }),
		measured("pli.per_minute", PerMinute, "keyframes that a subscription asked for in a minute", errNoVideo,
			func(s *Summary) (float64, bool) {
				return share(float64(s.PLIs), float64(s.Watched)/60, 0), s.Watched > 0
			}),
		measured("joins.failed", Count, "joins and subscriptions that failed or never got media", errNoValues,
			func(s *Summary) (float64, bool) { return float64(s.JoinFailures), s.Clients > 0 }),
	}
}

func runMetrics() []Metric {
	return []Metric{
		{Name: "errors", Unit: Count, Sentence: "errors that clients met", read: func(r *Run, _ *Summary) (float64, error) {
			var n int
			for _, e := range r.Errors {
				n += e.Count
			}
			return float64(n), nil
		}},
		usage("server.cpu", Core, "cores that the server kept busy, on average", func(u *Usage) float64 { return u.CPUMean }),
		usage("server.cpu.max", Core, "cores that the server kept busy in its worst second", func(u *Usage) float64 { return u.CPUMax }),
		usage("server.memory", Octet, "most memory that the server held", func(u *Usage) float64 { return float64(u.MemoryMax) }),
		usage("server.cpu_per_packet", Microsecond, "CPU time of the server for each packet that subscribers received",
			func(u *Usage) float64 { return u.CPUPerPacket }),
	}
}

// measured is a metric of a Summary, missing with the given reason.
func measured(name string, unit Unit, sentence string, missing error, read func(*Summary) (float64, bool)) Metric {
	return Metric{Name: name, Unit: unit, Sentence: sentence, Grouped: true, read: func(_ *Run, s *Summary) (float64, error) {
		v, ok := read(s)
		if !ok {
			return 0, missing
		}
		return v, nil
	}}
}

// spread lists the metrics of a Distribution in milliseconds.
func spread(name, sentence string, of func(*Summary) Distribution) []Metric {
	parts := []struct {
		name, prefix string
		read         func(Distribution) float64
	}{
		{"p50", "median ", func(d Distribution) float64 { return d.P50 }},
		{"p90", "90th percentile of the ", func(d Distribution) float64 { return d.P90 }},
		{"p95", "95th percentile of the ", func(d Distribution) float64 { return d.P95 }},
		{"p99", "99th percentile of the ", func(d Distribution) float64 { return d.P99 }},
		{"max", "longest ", func(d Distribution) float64 { return d.Max }},
		{"mean", "mean ", func(d Distribution) float64 { return d.Mean }},
	}
	list := make([]Metric, 0, len(parts))
	for _, p := range parts {
		list = append(list, measured(name+"."+p.name, Millisecond, p.prefix+sentence, errNoValues,
			func(s *Summary) (float64, bool) { d := of(s); return p.read(d), d.Count > 0 }))
	}
	return list
}

// usage is a metric of the server's process.
func usage(name string, unit Unit, sentence string, read func(*Usage) float64) Metric {
	return Metric{Name: name, Unit: unit, Sentence: sentence, read: func(r *Run, _ *Summary) (float64, error) {
		if r.Server == nil {
			return 0, errNoServer
		}
		return read(r.Server), nil
	}}
}

// Value is the metric's value in s, which is part of r; false when nothing was
// measured.
func (m Metric) Value(r *Run, s *Summary) (v float64, ok bool) {
	v, err := m.read(r, s)
	return v, err == nil
}

// Format writes the metric's value in s, which is part of r, or a dash when
// there is none.
func (m Metric) Format(r *Run, s *Summary) string {
	v, ok := m.Value(r, s)
	if !ok {
		return Nothing
	}
	return m.Unit.Format(v)
}

// LookupMetric finds a metric by its name. The error of an unknown one says
// which may have been meant.
func LookupMetric(name string) (Metric, error) {
	all := Metrics()
	names := make([]string, 0, len(all))
	for _, m := range all {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Metric{}, fmt.Errorf("no metric %q; %s", name, suggest(name, names))
}

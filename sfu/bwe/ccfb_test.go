package bwe

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/interceptor/pkg/ccfb"
	"github.com/pion/rtcp"
)

// metric is what congestion control feedback said of one packet.
type metric struct {
	ssrc     uint32
	seq      uint16
	received bool
	ecn      uint8
	arrived  time.Duration
}

func readCongestion(b []byte, clock *reportClock) (all []metric, err error) {
	err = readCongestionFeedback(b, clock, func(ssrc uint32, seq uint16, received bool, ecn uint8, arrived time.Duration) {
		all = append(all, metric{ssrc, seq, received, ecn, arrived})
	})
	return all, err
}

// pionCongestion is the same as Pion reads it, with a clock that does not wrap.
func pionCongestion(b []byte) (all []metric, err error) {
	var p rtcp.CCFeedbackReport
	if err := p.Unmarshal(b); err != nil {
		return nil, err
	}
	for _, block := range p.ReportBlocks {
		for i, m := range block.MetricBlocks {
			r := metric{ssrc: block.MediaSSRC, seq: block.BeginSequence + uint16(i), received: m.Received}
			if m.Received {
				if m.ArrivalTimeOffset >= offsetTooLong {
					continue
				}
				r.ecn = uint8(m.ECN)
				r.arrived = reportTime(int64(p.ReportTimestamp) - int64(m.ArrivalTimeOffset)*offsetUnit)
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// congestionFeedback makes a report of one block.
func congestionFeedback(timestamp, ssrc uint32, begin uint16, metrics ...uint16) []byte {
	b := []byte{2<<6 | formatCongestion, transportLayerFeedback, 0, 0, 0, 0, 0, 1}
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = binary.BigEndian.AppendUint16(b, begin)
	b = binary.BigEndian.AppendUint16(b, uint16(len(metrics)))
	for _, m := range metrics {
		b = binary.BigEndian.AppendUint16(b, m)
	}
	if len(metrics)%2 == 1 {
		b = append(b, 0, 0)
	}
	b = binary.BigEndian.AppendUint32(b, timestamp)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	return b
}

func TestCongestionFeedbackOfKnownPackets(t *testing.T) {
	const at = 10 << 16 // 10 s
	b := congestionFeedback(at, 77, 65534,
		metricReceived|3<<metricECN, // when the report was made
		0x7fff,                      // not received: the rest means nothing
		metricReceived|1<<metricECN|1024,
		metricReceived|0x1ffd, // the longest
		metricReceived|0x1ffe, // too long
		metricReceived|0x1fff, // not known
		metricReceived|1,
	)
	want := []metric{
		{77, 65534, true, 3, 10 * time.Second},
		{77, 65535, false, 0, 0},
		{77, 0, true, 1, 9 * time.Second},
		{77, 1, true, 0, 10*time.Second - 8189*time.Second/1024},
		{77, 4, true, 0, 10*time.Second - time.Second/1024},
	}
	got, err := readCongestion(b, new(reportClock))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got { // to the nanosecond below
		if d := want[i].arrived - got[i].arrived; d == 1 {
			got[i].arrived++
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(metric{})); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
}

func TestMalformedCongestionFeedbackHasNoEffect(t *testing.T) {
	good := func() []byte { return congestionFeedback(9999, 1, 2, metricReceived|1, 0, 0) }
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty":              {nil, errTruncated},
		"half a header":      {good()[:3], errTruncated},
		"cut short":          {good()[:len(good())-1], errTruncated},
		"no timestamp":       {endMessage(good()[:8]), errTruncated},
		"half a block":       {endMessage(good()[:16]), errTruncated},
		"metrics missing":    {endMessage(good()[:20]), errTruncated},
		"timestamp too few":  {endMessage(good()[:len(good())-4]), errTruncated},
		"too many reports":   {func() []byte { b := good(); b[14] = 0xff; return b }(), errTruncated},
		"version":            {append([]byte{1<<6 | formatCongestion}, good()[1:]...), errOtherMessage},
		"transport feedback": {append([]byte{2<<6 | formatTransport}, good()[1:]...), errOtherMessage},
		"payload-specific":   {append([]byte{good()[0], 206}, good()[2:]...), errOtherMessage},
		"padding of nothing": {append([]byte{good()[0] | 0x20}, congestionFeedback(0, 1, 2, 0)[1:]...), errPadding},
	} {
		var clock reportClock
		if _, err := readCongestion(congestionFeedback(5, 1, 2), &clock); err != nil {
			t.Fatal(err)
		}
		before := clock
		all, err := readCongestion(c.b, &clock)
		if !errors.Is(err, c.want) || len(all) > 0 {
			t.Errorf("%s: error %v, want %v, %d packets", name, err, c.want, len(all))
		}
		if clock != before {
			t.Errorf("%s: the clock went from %+v to %+v", name, before, clock)
		}
	}
}

func TestCongestionFeedbackIsThatOfPion(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 5000 {
		p := rtcp.CCFeedbackReport{SenderSSRC: random.Uint32(), ReportTimestamp: random.Uint32()}
		for range random.IntN(5) {
			block := rtcp.CCFeedbackReportBlock{MediaSSRC: random.Uint32(), BeginSequence: uint16(random.Uint32())}
			for range random.IntN(100) {
				m := rtcp.CCFeedbackMetricBlock{Received: random.IntN(3) > 0}
				if m.Received {
					m.ECN, m.ArrivalTimeOffset = rtcp.ECN(random.IntN(4)), uint16(random.IntN(1<<13))
				}
				block.MetricBlocks = append(block.MetricBlocks, m)
			}
			p.ReportBlocks = append(p.ReportBlocks, block)
		}
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		want, err := pionCongestion(b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readCongestion(b, new(reportClock))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want, got) {
			t.Fatalf("reported (-Pion +got):\n%s", cmp.Diff(want, got, cmp.AllowUnexported(metric{})))
		}
	}
}

// TestRecordedReportsTellOfEveryArrival reads reports of Pion's recorder for two
// streams, for 40 hours of report timestamps, which wrap every 18.
func TestRecordedReportsTellOfEveryArrival(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	recorder, now := ccfb.NewRecorder(), historyStart
	var clock reportClock
	type name struct {
		ssrc uint32
		seq  uint16
	}
	arrivals, told := make(map[name]time.Time), make(map[name]bool)
	var first time.Duration
	var firstAt time.Time
	for i := range 20_000 {
		now = now.Add(time.Duration(random.ExpFloat64() * 7 * float64(time.Second)))
		p := name{1 + uint32(i)&1, uint16(i / 2)}
		if random.IntN(10) > 0 {
			recorder.AddPacket(now, p.ssrc, p.seq, 0)
			arrivals[p] = now
		}
		all, err := readCongestion(reportOf(t, recorder, now.Add(time.Duration(random.IntN(7000))*time.Millisecond)), &clock)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			at, arrived := arrivals[name{m.ssrc, m.seq}]
			if !m.received || now.Sub(at) > 50*time.Second {
				continue // what is older than 64 s, Pion tells wrong
			}
			if !arrived {
				t.Fatalf("packet %d of %d is told, and has not arrived", m.seq, m.ssrc)
			}
			if len(told) == 0 {
				first, firstAt = m.arrived, at
			}
			told[name{m.ssrc, m.seq}] = true
			if off := m.arrived - first - at.Sub(firstAt); off.Abs() > 3*time.Second/1024 {
				t.Fatalf("packet %d of %d is told %v off", m.seq, m.ssrc, off)
			}
		}
	}
	if len(told) != len(arrivals) {
		t.Errorf("%d of %d packets are told", len(told), len(arrivals))
	}
}

func reportOf(t *testing.T, recorder *ccfb.Recorder, now time.Time) []byte {
	t.Helper()
	b, err := recorder.BuildReport(now, 1200).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCongestionFeedbackDoesNotAllocate(t *testing.T) {
	b := hundredMetrics()
	var clock reportClock
	packets := 0
	if allocs := testing.AllocsPerRun(100, func() {
		if err := readCongestionFeedback(b, &clock, func(uint32, uint16, bool, uint8, time.Duration) { packets++ }); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 || packets < 100 {
		t.Errorf("%v allocations for %d packets", allocs, packets)
	}
}

func hundredMetrics() []byte {
	metrics := make([]uint16, 100)
	for i := range metrics {
		metrics[i] = metricReceived | uint16(i)
	}
	return congestionFeedback(1<<16, 1, 2, metrics...)
}

func BenchmarkReadCongestionFeedback(b *testing.B) {
	packet := hundredMetrics()
	var clock reportClock
	packets := 0
	b.ReportAllocs()
	for b.Loop() {
		err := readCongestionFeedback(packet, &clock, func(uint32, uint16, bool, uint8, time.Duration) { packets++ })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
}

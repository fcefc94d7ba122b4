package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"
)

// resultsOf returns the results of a cluster of n packets, which were sent and arrived
// at even distances.
func resultsOf(id ProbeID, n int, sent, arrived time.Duration) []Result {
	results := make([]Result, n)
	for i := range results {
		results[i] = Result{
			Sent:    sentAt(0).Add(time.Duration(i) * sent),
			Arrived: time.Hour + time.Duration(i)*arrived,
			Size:    1000, Probe: id, Received: true,
		}
	}
	return results
}

// found adds results and returns the last bitrate found.
func found(p *probeEstimator, results []Result) (rate Bitrate, ok bool) {
	for _, r := range results {
		if got, valid := p.add(r); valid {
			rate, ok = got, true
		}
	}
	return rate, ok
}

func TestProbeFindsWhatThePathCarries(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name          string
		sent, arrived time.Duration
		want          Bitrate // of 8 kbit each sent distance
	}{
		{"all of it", 4 * ms, 4 * ms, 2 * Mbps},
		{"nearly all", 4 * ms, 4400 * time.Microsecond, bounded(8000.0 / 4400 * 1e6)},
		{"half", 4 * ms, 8 * ms, 950 * Kbps},
		{"a burst, little faster", 4 * ms, 3 * ms, 2 * Mbps},
		{"a burst, much faster", 4 * ms, 1900 * time.Microsecond, 0},
		{"all at once", 4 * ms, 0, 0},
		{"sent at once", 0, 4 * ms, 0},
		{"sent too slowly", 400 * ms, 4 * ms, 0},
		{"arrived too slowly", 4 * ms, 400 * ms, 0},
	} {
		var p probeEstimator
		p.started(newCluster(1, 2*Mbps))
		got, ok := found(&p, resultsOf(1, 5, c.sent, c.arrived))
		if ok != (c.want > 0) || got != c.want {
			t.Errorf("%s: %d (%v), want %d", c.name, got, ok, c.want)
		}
	}
}

func TestAProbeThatFillsThePathIsKnown(t *testing.T) {
	const ms = time.Millisecond
	for arrived, want := range map[time.Duration]bool{4 * ms: false, 8 * ms: true} {
		var p probeEstimator
		p.started(newCluster(1, 2*Mbps))
		if found(&p, resultsOf(1, 5, 4*ms, arrived)); p.filled(1) != want {
			t.Errorf("sent %v apart, arrived %v: filled the path: %v", 4*ms, arrived, !want)
		}
	}
	var p probeEstimator
	if p.filled(0) || p.filled(3) {
		t.Error("a cluster that there was not filled the path")
	}
}

func TestProbeIgnoresTheFirstToArriveAndTheLastSent(t *testing.T) {
	var p probeEstimator
	p.started(Cluster{ID: 1, MinPackets: 5, MinOctets: 1000})
	results := resultsOf(1, 4, 10*time.Millisecond, 10*time.Millisecond)
	results[0].Size, results[3].Size = 10, 5000
	// 2010 octets were sent in 30 ms, and 7000 arrived: far more than twice.
	if got, ok := found(&p, results); ok {
		t.Errorf("%v of what arrived with the last packet", got)
	}
	p.started(Cluster{ID: 2, MinPackets: 5, MinOctets: 1000})
	results = resultsOf(2, 4, 10*time.Millisecond, 10*time.Millisecond)
	results[0].Size = 2000 // 4000 sent, 3000 arrived: the path is full
	if got, ok := found(&p, results); !ok || got != 760*Kbps {
		t.Errorf("%v, want 95 %% of 800 kbit/s", got)
	}
}

func TestProbeNeedsFourFifths(t *testing.T) {
	for lost, want := range map[int]bool{0: true, 2: true, 3: false} {
		var p probeEstimator
		p.started(Cluster{ID: 7, MinPackets: 10, MinOctets: 10_000})
		results := resultsOf(7, 10, time.Millisecond, time.Millisecond)
		for i := range lost {
			results[2*i].Received = false
		}
		if _, ok := found(&p, results); ok != want {
			t.Errorf("%d of 10 lost: found %v", lost, ok)
		}
	}
	var p probeEstimator
	p.started(Cluster{ID: 7, MinPackets: 5, MinOctets: 10_000})
	for i, r := range resultsOf(7, 10, time.Millisecond, time.Millisecond) {
		if _, ok := p.add(r); ok != (i >= 7) {
			t.Errorf("%d000 of 10,000 octets: found %v", i+1, ok)
		}
	}
}

func TestProbeResultsMayComeInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		var p probeEstimator
		p.started(Cluster{ID: 1, MinPackets: 10, MinOctets: 10_000})
		results := resultsOf(1, 10, 4*time.Millisecond, 4*time.Millisecond)
		random.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		if got, ok := found(&p, results); !ok || got != 2*Mbps {
			t.Fatalf("%v", got)
		}
	}
}

func TestUnknownClustersAreIgnored(t *testing.T) {
	var p probeEstimator
	for _, id := range []ProbeID{0, 9} {
		if got, ok := found(&p, resultsOf(id, 20, time.Millisecond, time.Millisecond)); ok {
			t.Errorf("%v of cluster %d", got, id)
		}
	}
	for id := ProbeID(1); id <= probesAtOnce+1; id++ {
		p.started(newCluster(id, 2*Mbps))
	}
	if _, ok := found(&p, resultsOf(1, 5, 4*time.Millisecond, 4*time.Millisecond)); ok {
		t.Error("the first of nine clusters is remembered")
	}
	if _, ok := found(&p, resultsOf(2, 5, 4*time.Millisecond, 4*time.Millisecond)); !ok {
		t.Error("the second of nine clusters is forgotten")
	}
}

func TestClustersAreForgottenAfterFiveSeconds(t *testing.T) {
	var p probeEstimator
	p.started(newCluster(1, 2*Mbps))
	results := resultsOf(1, 6, 4*time.Millisecond, 4*time.Millisecond)
	results[5].Sent = sentAt(5001)
	found(&p, results[5:])
	p.started(newCluster(1, 2*Mbps))
	found(&p, results[:1])
	if _, ok := p.add(results[5]); ok || p.find(1) != nil {
		t.Error("a cluster is older than 5 s")
	}
}

func TestProbeIDsWrapWithoutZero(t *testing.T) {
	if got := ProbeID(0).next(); got != 1 {
		t.Errorf("%d after none", got)
	}
	if got := ProbeID(65535).next(); got != 1 {
		t.Errorf("%d after 65535", got)
	}
}

func FuzzProbeEstimator(f *testing.F) {
	f.Add([]byte{0, 0, 0, 10, 4, 0, 1, 1, 0, 1, 0, 11, 4, 0, 1, 1, 0, 2, 0, 12, 4, 0, 1, 1})
	f.Add([]byte{0, 0, 0, 10, 255, 255, 2, 1, 0, 0, 128, 0, 127, 255, 2, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var p probeEstimator
		for id := ProbeID(1); id < 7; id++ {
			p.started(newCluster(id, Bitrate(id)*100*Kbps))
		}
		for len(data) >= 8 {
			got, ok := p.add(arbitraryResult(data))
			if ok != (got > 0) || got > maxBitrate {
				t.Fatalf("%d (%v)", got, ok)
			}
			data = data[8:]
		}
	})
}

func TestProbeEstimatorIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(probeEstimator{}); size > 1100 {
		t.Errorf("%d octets", size)
	}
}

func TestProbeEstimatorDoesNotAllocate(t *testing.T) {
	var p probeEstimator
	results := resultsOf(1, 20, time.Millisecond, time.Millisecond)
	if n := testing.AllocsPerRun(100, func() {
		p.started(newCluster(1, 2*Mbps))
		found(&p, results)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProbeEstimator(b *testing.B) {
	var p probeEstimator
	p.started(newCluster(1, 2*Mbps))
	results := resultsOf(1, 20, time.Millisecond, time.Millisecond)
	b.ReportAllocs()
	for i := range b.N {
		p.add(results[i%20])
	}
}

package bwe

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// reported is what feedback said of one packet. arrived is 0 when not received.
type reported struct {
	seq      uint16
	received bool
	arrived  time.Duration
}

// readTransport reads feedback with a clock.
func readTransport(b []byte, clock *arrivalClock) (all []reported, err error) {
	err = readTransportFeedback(b, clock, func(seq uint16, received bool, arrived time.Duration) {
		if !received {
			arrived = 0
		}
		all = append(all, reported{seq, received, arrived})
	})
	return all, err
}

// pionTransport is the same as Pion reads it, with a clock that does not wrap.
func pionTransport(b []byte) (all []reported, err error) {
	var p rtcp.TransportLayerCC
	if err := p.Unmarshal(b); err != nil {
		return nil, err
	}
	var status []uint16
	for _, c := range p.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			status = append(status, slices.Repeat([]uint16{c.PacketStatusSymbol}, int(c.RunLength))...)
		case *rtcp.StatusVectorChunk:
			status = append(status, c.SymbolList...)
		}
	}
	at, deltas := time.Duration(p.ReferenceTime)*referenceUnit, p.RecvDeltas
	for i, s := range status[:p.PacketStatusCount] {
		r := reported{seq: p.BaseSequenceNumber + uint16(i)}
		if s == rtcp.TypeTCCPacketReceivedSmallDelta || s == rtcp.TypeTCCPacketReceivedLargeDelta {
			at += time.Duration(deltas[0].Delta) * time.Microsecond
			deltas = deltas[1:]
			r.received, r.arrived = true, at
		}
		all = append(all, r)
	}
	return all, nil
}

// transportFeedback makes feedback of chunks and deltas.
func transportFeedback(base, count uint16, reference uint32, number uint8, chunks []uint16, deltas ...byte) []byte {
	b := []byte{2<<6 | formatTransport, transportLayerFeedback, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2}
	b = binary.BigEndian.AppendUint16(b, base)
	b = binary.BigEndian.AppendUint16(b, count)
	b = binary.BigEndian.AppendUint32(b, reference<<8|uint32(number))
	for _, c := range chunks {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return endMessage(append(b, deltas...))
}

// endMessage pads an RTCP packet to whole words and sets its length.
func endMessage(b []byte) []byte {
	if padding := -len(b) & 3; padding > 0 {
		b = append(b, make([]byte, padding)...)
		b[0] |= 0x20
		b[len(b)-1] = byte(padding)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	return b
}

func TestTransportFeedbackOfAllKindsOfChunks(t *testing.T) {
	const unit = deltaUnit
	for name, c := range map[string]struct {
		b    []byte
		want []reported
	}{
		"nothing": {transportFeedback(1, 0, 1, 0, nil), nil},
		"a run of received": {
			transportFeedback(65534, 3, 2, 0, []uint16{smallDelta<<13 | 3}, 0, 1, 255),
			[]reported{
				{65534, true, 2 * referenceUnit}, {65535, true, 2*referenceUnit + unit}, {0, true, 3 * referenceUnit},
			},
		},
		"a run of lost, longer than the count": {
			transportFeedback(7, 2, 2, 0, []uint16{0x1fff}), []reported{{7, false, 0}, {8, false, 0}},
		},
		"a run of none": {
			transportFeedback(7, 1, 0, 0, []uint16{reservedStatus << 13, smallDelta<<13 | 1}, 9),
			[]reported{{7, true, 9 * unit}},
		},
		"a vector of bits": {
			transportFeedback(10, 4, 0, 0, []uint16{0b10_0110_00000_00000}, 4, 4),
			[]reported{{10, false, 0}, {11, true, 4 * unit}, {12, true, 8 * unit}, {13, false, 0}},
		},
		"a vector of pairs, with deltas back": {
			transportFeedback(10, 5, 1, 0, []uint16{0b11_01_10_00_10_01_00_00}, 1, 0xff, 0xf0, 0x7f, 0xff, 2),
			[]reported{
				{10, true, referenceUnit + unit},
				{11, true, referenceUnit - 15*unit},
				{12, false, 0},
				{13, true, referenceUnit + (32767-15)*unit},
				{14, true, referenceUnit + (32767-13)*unit},
			},
		},
		"reserved status behind the count": {
			transportFeedback(10, 1, 0, 0, []uint16{0b11_01_11_11_11_11_11_11}, 3),
			[]reported{{10, true, 3 * unit}},
		},
	} {
		got, err := readTransport(c.b, new(arrivalClock))
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(reported{})); err != nil || diff != "" {
			t.Errorf("%s: error %v, reported (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestMalformedTransportFeedbackHasNoEffect(t *testing.T) {
	good := func() []byte { return transportFeedback(1, 3, 99, 7, []uint16{smallDelta<<13 | 2, 1}, 1, 2) }
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty":               {nil, errTruncated},
		"half a header":       {good()[:3], errTruncated},
		"cut short":           {good()[:len(good())-1], errTruncated},
		"no room for fields":  {endMessage(good()[:16]), errTruncated},
		"chunks missing":      {transportFeedback(1, 3, 99, 7, []uint16{smallDelta<<13 | 2}), errTruncated},
		"no chunks":           {transportFeedback(1, 3, 99, 7, nil), errTruncated},
		"deltas missing":      {transportFeedback(1, 3, 99, 7, []uint16{smallDelta<<13 | 3}, 1, 2), errTruncated},
		"half a delta":        {transportFeedback(1, 2, 99, 7, []uint16{0b11_01_10 << 10}, 1, 2), errTruncated},
		"reserved run":        {transportFeedback(1, 3, 99, 7, []uint16{reservedStatus<<13 | 3}, 1, 2, 3), errReservedStatus},
		"reserved in vector":  {transportFeedback(1, 3, 99, 7, []uint16{0b11_01_11_01 << 8}, 1, 2, 3), errReservedStatus},
		"all numbers":         {transportFeedback(1, 65535, 99, 7, slices.Repeat([]uint16{0x1fff}, 9)), errTooManyPackets},
		"version":             {append([]byte{1<<6 | formatTransport}, good()[1:]...), errOtherMessage},
		"congestion feedback": {append([]byte{2<<6 | formatCongestion}, good()[1:]...), errOtherMessage},
		"payload-specific":    {append([]byte{good()[0], 206}, good()[2:]...), errOtherMessage},
		"padding of nothing":  {append(good()[:len(good())-1], 0), errPadding},
		"too much padding":    {append(good()[:len(good())-1], 200), errPadding},
	} {
		var clock arrivalClock
		if _, err := readTransport(transportFeedback(1, 1, 98, 3, []uint16{1}), &clock); err != nil {
			t.Fatal(err)
		}
		before := clock
		all, err := readTransport(c.b, &clock)
		if !errors.Is(err, c.want) || len(all) > 0 {
			t.Errorf("%s: error %v, want %v, %d packets", name, err, c.want, len(all))
		}
		if clock != before {
			t.Errorf("%s: the clock went from %+v to %+v", name, before, clock)
		}
	}
}

// TestTransportFeedbackIsThatOfPion draws any chunks, and deltas that fit.
func TestTransportFeedbackIsThatOfPion(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	packets := 0
	for range 5000 {
		var chunks []uint16
		count := 0
		for range 1 + random.IntN(20) {
			c := uint16(random.Uint32())
			if c>>15 == 0 {
				c &^= 0x1f80 // runs of 127 at most
			}
			chunks = append(chunks, c)
			count += newStatusChunk(binary.BigEndian.AppendUint16(nil, c), 1<<16).packets
		}
		last := newStatusChunk(binary.BigEndian.AppendUint16(nil, chunks[len(chunks)-1]), 1<<16).packets
		count = max(count-random.IntN(last+1), 0)
		deltas := make([]byte, 2*count)
		for i := range deltas {
			deltas[i] = byte(random.Uint32())
		}
		b := transportFeedback(uint16(random.Uint32()), uint16(count), random.Uint32()>>8, 0, chunks, deltas...)
		want, wantErr := pionTransport(b)
		got, err := readTransport(b, new(arrivalClock))
		if errors.Is(err, errReservedStatus) {
			continue
		}
		if err != nil || wantErr != nil {
			t.Fatalf("error %v, Pion's %v", err, wantErr)
		}
		if !slices.Equal(want, got) {
			t.Fatalf("reported (-Pion +got):\n%s", cmp.Diff(want, got, cmp.AllowUnexported(reported{})))
		}
		packets += len(got)
	}
	if packets < 50_000 {
		t.Errorf("only %d packets compared", packets)
	}
}

// recorded sends packets over a path that loses, delays and reorders, and returns
// the feedback of Pion's recorder in order, and when each packet arrived.
func recorded(t *testing.T, random *rand.Rand, packets int) (feedback [][]byte, arrivals map[int]time.Duration) {
	t.Helper()
	recorder := twcc.NewRecorder(1)
	arrivals = make(map[int]time.Duration)
	type arrival struct {
		number int
		at     time.Duration
	}
	var all []arrival
	sent := time.Duration(random.IntN(1<<24)) * referenceUnit // anywhere in the cycle
	loss := random.Float64() / 2
	for number := range packets {
		sent += time.Duration(random.ExpFloat64() * float64(5*time.Millisecond))
		if random.IntN(1000) == 0 {
			sent += time.Duration(random.IntN(20_000)) * time.Millisecond
		}
		if random.Float64() >= loss {
			delay := time.Duration(random.ExpFloat64() * float64(20*time.Millisecond))
			all = append(all, arrival{number, sent + delay})
		}
	}
	slices.SortFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	next := all[0].at
	for _, a := range all {
		for a.at >= next {
			next += 100 * time.Millisecond
			feedback = append(feedback, built(t, recorder)...)
		}
		recorder.Record(2, uint16(a.number), a.at.Microseconds())
		arrivals[a.number] = a.at
	}
	return append(feedback, built(t, recorder)...), arrivals
}

// built returns the feedback that a recorder has to give.
func built(t *testing.T, recorder *twcc.Recorder) (feedback [][]byte) {
	t.Helper()
	for _, p := range recorder.BuildFeedbackPacket() {
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		feedback = append(feedback, b)
	}
	return feedback
}

// TestRecordedFeedbackTellsOfEveryArrival reads thousands of feedback packets of
// Pion's recorder, through cycles of the numbers and of the reference time, some of
// them overtaken, repeated or lost.
func TestRecordedFeedbackTellsOfEveryArrival(t *testing.T) {
	read := 0
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 9))
		feedback, arrivals := recorded(t, random, 70_000)
		var clock arrivalClock
		var first, highest int
		var offset time.Duration
		told := make(map[int]bool)
		for i := range feedback {
			if i%5 == 1 && i+1 < len(feedback) {
				feedback[i], feedback[i+1] = feedback[i+1], feedback[i]
			}
			for range 1 + random.IntN(2) {
				all, err := readTransport(feedback[i], &clock)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range all {
					number := highest + int(int16(r.seq-uint16(highest)))
					highest = max(highest, number)
					if !r.received {
						continue
					}
					if len(told) == 0 {
						first, offset = number, r.arrived-arrivals[number]
					}
					told[number] = true
					if off := r.arrived - offset - arrivals[number]; off.Abs() > deltaUnit {
						t.Fatalf("seed %d: packet %d is told %v off", seed, number, off)
					}
				}
				read++
			}
		}
		for number := first; number < highest; number++ {
			if _, arrived := arrivals[number]; arrived && !told[number] {
				t.Fatalf("seed %d: nothing is told of packet %d", seed, number)
			}
		}
	}
	if read < 5000 {
		t.Errorf("only %d feedback packets", read)
	}
}

func TestReferenceTimeWraps(t *testing.T) {
	var clock arrivalClock
	at := func(reference uint32) time.Duration {
		t.Helper()
		all, err := readTransport(transportFeedback(1, 1, reference&(1<<24-1), 0, []uint16{smallDelta<<13 | 1}, 0), &clock)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d packets, error %v", len(all), err)
		}
		return all[0].arrived
	}
	const cycle = 1 << 24
	first := at(cycle - 2)
	for _, reference := range []uint32{cycle - 1, cycle, cycle - 2, cycle + 5, cycle + cycle/4, cycle + cycle/2, cycle + cycle/4*3, 2*cycle - 9, 2 * cycle, 2*cycle - 1} {
		want := time.Duration(reference-(cycle-2)) * referenceUnit
		if got := at(reference) - first; got != want {
			t.Errorf("reference %#x is %v after the first, want %v", reference, got, want)
		}
	}
}

func TestMissedFeedbackIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		counts []uint8
		want   uint64
	}{
		"all there":       {[]uint8{254, 255, 0, 1}, 0},
		"first not 0":     {[]uint8{100, 101}, 0},
		"gap":             {[]uint8{254, 3}, 4},
		"repeated":        {[]uint8{1, 1, 2, 2}, 0},
		"overtaken":       {[]uint8{1, 3, 2, 4}, 0},
		"overtaken twice": {[]uint8{255, 2, 1, 0, 3}, 0},
		"before all":      {[]uint8{5, 4, 6}, 0},
	} {
		var clock arrivalClock
		for _, n := range c.counts {
			if _, err := readTransport(transportFeedback(1, 1, 5, n, []uint16{1}), &clock); err != nil {
				t.Fatal(err)
			}
		}
		if clock.missed != c.want {
			t.Errorf("%s: %d missed, want %d", name, clock.missed, c.want)
		}
	}
}

func TestTransportFeedbackDoesNotAllocate(t *testing.T) {
	b := hundredPackets()
	var clock arrivalClock
	packets := 0
	if allocs := testing.AllocsPerRun(100, func() {
		if err := readTransportFeedback(b, &clock, func(uint16, bool, time.Duration) { packets++ }); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 || packets < 100 {
		t.Errorf("%v allocations for %d packets", allocs, packets)
	}
}

// hundredPackets is feedback about 98 packets, in vectors of bits.
func hundredPackets() []byte {
	return transportFeedback(1, 98, 5, 0, slices.Repeat([]uint16{0b10_11111111111101}, 7), slices.Repeat([]byte{20}, 13*7)...)
}

func BenchmarkReadTransportFeedback(b *testing.B) {
	packet := hundredPackets()
	var clock arrivalClock
	packets := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := readTransportFeedback(packet, &clock, func(uint16, bool, time.Duration) { packets++ }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
}

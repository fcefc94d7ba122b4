package packet_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const raceEnabled = invariant.Enabled

func TestPacketReturnsToItsPoolWithTheLastReference(t *testing.T) {
	pool := packet.NewPool()
	p := pool.Get()
	p.Retain()
	p.Release()
	if pool.InUse() != 1 {
		t.Fatalf("%d in use, want 1: one reference is left", pool.InUse())
	}
	p.Release()
	if pool.InUse() != 0 {
		t.Fatalf("%d in use, want 0", pool.InUse())
	}
}

func TestPoolTellsWhatItMadeAndReused(t *testing.T) {
	const packets = 100
	pool := packet.NewPool()
	for range packets {
		pool.Get().Release()
	}
	got := pool.Stats()
	if got.Made == 0 || got.Made+got.Reused != packets {
		t.Errorf("%+v, want %d in all and some of them made", got, packets)
	}
	if got.Reused == 0 && !raceEnabled { // under the race detector sync.Pool forgets at random
		t.Error("nothing was reused")
	}
}

func TestReleasingTooOftenPanics(t *testing.T) {
	p := packet.NewPool().Get()
	p.Release()
	mustPanic(t, p.Release)
}

func TestRetainingAReleasedPacketPanics(t *testing.T) {
	p := packet.NewPool().Get()
	p.Release()
	mustPanic(t, p.Retain)
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

func TestFreedBytesArePoisonedUnderRace(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs -race")
	}
	p := packet.NewPool().Get()
	if err := p.Parse(join(header(0x80), []byte("secret"))); err != nil {
		t.Fatal(err)
	}
	payload := p.Payload()
	p.Release()
	if !bytes.Equal(payload, bytes.Repeat([]byte{invariant.PoisonByte}, len(payload))) {
		t.Errorf("freed payload reads %q", payload)
	}
}

func TestReusedPacketIsEmpty(t *testing.T) {
	pool := packet.NewPool()
	p := pool.Get()
	if err := p.Parse(withExtension(0xbede, 0x10, 0x80, 0, 0)); err != nil {
		t.Fatal(err)
	}
	p.Seq, p.Keyframe, p.FrameStart, p.Layer, p.Spatial, p.Temporal = 9, true, true, 2, 1, 3
	p.ReadAudioLevel(1)
	p.Release()
	for range 100 { // until the pool hands out the same one, which it usually does at once
		q := pool.Get()
		if q.Seq != 0 || q.Keyframe || q.FrameStart || q.Layer != 0 || q.Spatial != 0 || q.Temporal != 0 ||
			q.HasAudioLevel || q.Voice || q.AudioLevel != 0 || q.SSRC != 0 || q.Marker || q.PayloadType != 0 ||
			!q.Arrival.IsZero() || q.Size() != 0 || len(q.Payload()) != 0 || q.Extension(1) != nil {
			t.Fatalf("not empty: %+v", q)
		}
		q.Release()
		if q == p {
			break
		}
	}
}

func TestReferencesAreCountedAcrossGoroutines(t *testing.T) {
	pool := packet.NewPool()
	var wg sync.WaitGroup
	for range 50 {
		p := pool.Get()
		for range 4 {
			p.Retain()
			wg.Go(p.Release)
		}
		p.Release()
	}
	wg.Wait()
	if pool.InUse() != 0 {
		t.Errorf("%d in use, want 0", pool.InUse())
	}
}

func TestRestoreFromRTX(t *testing.T) {
	p := parse(t, join(header(0x80), []byte{0xab, 0xcd}, []byte("media")))
	if err := p.RestoreFromRTX(0x11111111, 100); err != nil {
		t.Fatal(err)
	}
	if p.SequenceNumber != 0xabcd || p.SSRC != 0x11111111 || p.PayloadType != 100 || string(p.Payload()) != "media" {
		t.Errorf("restored wrongly: %+v", p)
	}
	if !p.Marker || p.Timestamp != 0x01020304 {
		t.Error("marker and timestamp belong to the original and must stay")
	}
}

func TestRestoreFromRTXOfAnEmptyOriginal(t *testing.T) {
	p := parse(t, join(header(0x80), []byte{0xab, 0xcd}))
	if err := p.RestoreFromRTX(1, 100); err != nil {
		t.Fatal(err)
	}
	if len(p.Payload()) != 0 {
		t.Errorf("payload %x, want none", p.Payload())
	}
}

func TestRestoreFromRTXRefusesProbes(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"no payload", header(0x80), packet.ErrEmptyRTX},
		{"padding only", join(header(0xa0), []byte{0, 0, 3}), packet.ErrEmptyRTX},
		{"one octet", join(header(0x80), []byte{1}), packet.ErrTruncatedRTX},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, tt.in)
			if err := p.RestoreFromRTX(1, 100); !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if p.SSRC != 0x0a0b0c0d || p.PayloadType != 96 || p.SequenceNumber != 0x1234 {
				t.Errorf("changed in spite of the error: %+v", p)
			}
		})
	}
}

func BenchmarkRetainRelease(b *testing.B) {
	p := packet.NewPool().Get()
	b.ReportAllocs()
	for b.Loop() {
		p.Retain()
		p.Release()
	}
}

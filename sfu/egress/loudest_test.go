package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	speech  = 20  // -dBov
	silence = 127 // likewise
)

// talker is a person with a microphone in a room of which one is heard.
type talker struct {
	src *fakeSource
	out *fakeWriter // what one listener gets of it
	seq packet.ExtSeq
}

func newTalker(e *Engine, pool *packet.Pool, room string) *talker {
	a := &talker{src: &fakeSource{pool: pool, room: room}, out: &fakeWriter{}, seq: 1 << 16}
	sub := e.NewSubscriber("", a.out)
	sub.Add(a.src, StreamConfig{Codec: codec.Opus, Encodings: 1, PayloadType: 111, SSRC: mediaSSRC, FirstSequence: 100, Sealer: a.out})
	sub.Start()
	synctest.Wait()
	return a
}

// say publishes 20 ms of sound of a level.
func (a *talker) say(level uint8) {
	p := &rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: a.seq.Seq(), Timestamp: uint32(a.seq) * 960},
		Payload: []byte{0x78, byte(a.seq), byte(a.seq >> 8)},
	}
	a.src.pushAs(p, a.seq, func(p *packet.Packet) {
		p.Keyframe, p.FrameStart, p.Needed = true, true, packet.AllTargets
		p.HasAudioLevel, p.AudioLevel, p.Voice = true, level, level != silence
	})
	a.seq++
}

// voice is how loud somebody is.
type voice struct {
	of    *talker
	level uint8
}

// talk lets the talkers speak so for a time.
func talk(d time.Duration, voices ...voice) {
	for range d / (20 * time.Millisecond) {
		for _, v := range voices {
			v.of.say(v.level)
		}
		time.Sleep(20 * time.Millisecond)
	}
	synctest.Wait()
}

func inRoom(t *testing.T, loudest int, fn func(t *testing.T, e *Engine, pool *packet.Pool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		pool := packet.NewPool()
		e := NewEngine(Config{Shards: 1, Loudest: loudest})
		fn(t, e, pool)
		e.Close()
		if n := pool.InUse(); n != 0 {
			t.Errorf("%d packets still held", n)
		}
	})
}

func TestOnlyTheLoudestAreForwarded(t *testing.T) {
	inRoom(t, 1, func(t *testing.T, e *Engine, pool *packet.Pool) {
		ann, bob := newTalker(e, pool, "r"), newTalker(e, pool, "r")
		talk(3*time.Second, voice{ann, speech}, voice{bob, silence})
		if n := len(ann.out.take()); n != 150 {
			t.Errorf("%d packets of who speaks, want 150", n)
		}
		if n := len(bob.out.take()); n != 0 {
			t.Errorf("%d packets of who is silent, want none", n)
		}
		talk(3*time.Second, voice{ann, silence}, voice{bob, silence})
		ann.out.take()
		talk(time.Second, voice{bob, speech}, voice{ann, silence})
		if got := bob.out.take(); len(got) != 54 {
			t.Errorf("%d packets of who speaks now, want 50 and 4 from before", len(got))
		}
		if n := len(ann.out.take()); n != 0 {
			t.Errorf("%d packets of who is silent now, want none", n)
		}
		if n := e.Stats().Withheld.Unheard; n == 0 {
			t.Error("what was left out is not counted")
		}
	})
}

func TestWhoIsHeardAgainGoesOnWithoutAGap(t *testing.T) {
	inRoom(t, 1, func(t *testing.T, e *Engine, pool *packet.Pool) {
		ann, bob := newTalker(e, pool, "r"), newTalker(e, pool, "r")
		talk(time.Second, voice{ann, speech}, voice{bob, silence})
		talk(3*time.Second, voice{ann, silence}, voice{bob, silence})
		talk(3*time.Second, voice{ann, silence}, voice{bob, speech})
		talk(3*time.Second, voice{ann, silence}, voice{bob, silence})
		talk(time.Second, voice{ann, speech}, voice{bob, silence})
		got := ann.out.take()
		jumps := 0
		for i := 1; i < len(got); i++ {
			if got[i].SequenceNumber != got[i-1].SequenceNumber+1 {
				t.Fatalf("number %d after %d", got[i].SequenceNumber, got[i-1].SequenceNumber)
			}
			if got[i].Timestamp != got[i-1].Timestamp+960 {
				jumps++
			}
		}
		if jumps != 1 {
			t.Errorf("the time jumps %d times, want once: over the silence", jumps)
		}
	})
}

func TestRoomsHaveEarsOfTheirOwn(t *testing.T) {
	inRoom(t, 1, func(t *testing.T, e *Engine, pool *packet.Pool) {
		here, there, alone := newTalker(e, pool, "here"), newTalker(e, pool, "there"), newTalker(e, pool, "")
		talk(time.Second, voice{here, speech}, voice{there, silence}, voice{alone, silence})
		for name, a := range map[string]*talker{"here": here, "there": there, "alone": alone} {
			if n := len(a.out.take()); n != 50 {
				t.Errorf("%s: %d packets, want 50", name, n)
			}
		}
	})
}

func TestWithoutALimitAllAreHeard(t *testing.T) {
	inRoom(t, 0, func(t *testing.T, e *Engine, pool *packet.Pool) {
		ann, bob := newTalker(e, pool, "r"), newTalker(e, pool, "r")
		talk(time.Second, voice{ann, silence}, voice{bob, silence})
		if a, b := len(ann.out.take()), len(bob.out.take()); a != 50 || b != 50 {
			t.Errorf("%d and %d packets, want 50 of both", a, b)
		}
	})
}

func TestALimitCanComeChangeAndGoDuringACall(t *testing.T) {
	inRoom(t, 0, func(t *testing.T, e *Engine, pool *packet.Pool) {
		all := []*talker{newTalker(e, pool, "r"), newTalker(e, pool, "r"), newTalker(e, pool, "r")}
		last := make([]uint16, len(all))
		second := func() (counts [3]int) {
			talk(time.Second, voice{all[0], speech}, voice{all[1], silence}, voice{all[2], silence})
			for i, a := range all {
				for _, p := range a.out.take() {
					if last[i] != 0 && p.SequenceNumber != last[i]+1 {
						t.Errorf("talker %d: number %d after %d", i, p.SequenceNumber, last[i])
					}
					last[i] = p.SequenceNumber
					counts[i]++
				}
			}
			return counts
		}
		for _, step := range []struct {
			limit int
			want  [3]int
		}{
			{0, [3]int{50, 50, 50}}, {1, [3]int{50, 0, 0}}, {3, [3]int{50, 50, 50}}, {1, [3]int{50, 0, 0}}, {0, [3]int{50, 50, 50}},
		} {
			e.SetLoudest(step.limit)
			second() // who is in finds its place
			if got := second(); got != step.want {
				t.Errorf("limit %d: %v packets, want %v", step.limit, got, step.want)
			}
		}
	})
}

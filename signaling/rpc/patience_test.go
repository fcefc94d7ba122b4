package rpc_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// quiet keeps the websocket's own frames out of a test.
var quiet = rpc.Config{PingInterval: 24 * time.Hour, PeerTimeout: 24 * time.Hour}

func TestFramesThatMayWaitLeaveTogetherInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, conn := openCounted(t, quiet)
		start := time.Now()
		for i := range 5 {
			p.rpc.SendBy(fmt.Appendf(nil, "%d", i), time.Now().Add(100*time.Millisecond))
			time.Sleep(20 * time.Millisecond)
		}
		for i := range 5 {
			p.expect(opText, fmt.Sprint(i))
		}
		if d := time.Since(start); d != 100*time.Millisecond {
			t.Errorf("left after %v, want 100 ms", d)
		}
		if n := conn.writes.Load(); n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
		p.rpc.SendBy([]byte("later"), time.Now().Add(70*time.Millisecond)) // the alarm can be set again
		p.expect(opText, "later")
		if d := time.Since(start); d != 170*time.Millisecond {
			t.Errorf("left after %v, want 170 ms", d)
		}
		p.hangUp()
	})
}

func TestTheEarliestTimeCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := openCounted(t, quiet)
		start := time.Now()
		p.rpc.SendBy([]byte("a"), start.Add(100*time.Millisecond))
		p.rpc.SendBy([]byte("b"), start.Add(10*time.Millisecond))
		p.rpc.SendBy([]byte("c"), start.Add(50*time.Millisecond))
		p.expect(opText, "a")
		p.expect(opText, "b")
		p.expect(opText, "c")
		if d := time.Since(start); d != 10*time.Millisecond {
			t.Errorf("left after %v, want 10 ms", d)
		}
		p.rpc.SendBy([]byte("d"), start) // its time has passed
		p.expect(opText, "d")
		if d := time.Since(start); d != 10*time.Millisecond {
			t.Errorf("left after %v, want at once", d)
		}
		p.hangUp()
	})
}

func TestWhateverIsUrgentTakesAlongWhatWaits(t *testing.T) {
	for name, urge := range map[string]struct {
		do   func(p *peer)
		want []string
	}{
		"a frame":      {func(p *peer) { p.rpc.Send([]byte("c")) }, []string{"1a", "1b", "1c"}},
		"a close":      {func(p *peer) { p.rpc.Close(rpc.CloseNormal, "") }, []string{"1a", "1b", "8\x03\xe8"}},
		"the peer's":   {func(p *peer) { p.write(opPing, true, "x") }, []string{"10x", "1a", "1b"}},
		"our own ping": {func(*peer) { time.Sleep(3 * time.Second) }, []string{"9", "1a", "1b"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := openCounted(t, rpc.Config{PeerTimeout: time.Hour})
				for _, text := range []string{"a", "b"} {
					p.rpc.SendBy([]byte(text), time.Now().Add(time.Minute))
				}
				synctest.Wait()
				start := time.Now()
				go urge.do(p)
				for _, want := range urge.want {
					op, payload, err := p.read()
					if got := fmt.Sprint(op) + payload; err != nil || got != want {
						t.Errorf("got %q %v, want %q", got, err, want)
					}
				}
				if d := time.Since(start); d > 6*time.Second {
					t.Errorf("left after %v", d)
				}
				_ = p.conn.Close()
				<-p.done
			})
		})
	}
}

func TestWhatMayWaitCountsAgainstTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, conn := openCounted(t, rpc.Config{QueueLimit: 100})
		frame := []byte(strings.Repeat("x", 10))
		for range 10 {
			p.rpc.SendBy(frame, time.Now().Add(time.Second))
		}
		if n := len(p.rpc.Recall()); n != 10 {
			t.Errorf("%d recalled", n)
		}
		for range 10 { // there is room again
			p.rpc.SendBy(frame, time.Now().Add(time.Second))
		}
		synctest.Wait()
		if len(p.done) != 0 {
			t.Fatal("closed before the limit was exceeded")
		}
		p.rpc.SendBy([]byte("x"), time.Now().Add(time.Second))
		p.ended(rpc.ErrSlowConsumer)
		if n := conn.writes.Load(); n != 0 {
			t.Errorf("%d writes", n)
		}
	})
}

func TestOnlyWhatMayStillWaitIsRecalled(t *testing.T) {
	soon := func() time.Time { return time.Now().Add(100 * time.Millisecond) }
	for name, tc := range map[string]struct {
		do   func(p *peer)
		want int
	}{
		"nothing was sent":         {func(*peer) {}, 0},
		"both may wait":            {func(p *peer) { p.rpc.SendBy([]byte("a"), soon()); p.rpc.SendBy([]byte("b"), soon()) }, 2},
		"one may not":              {func(p *peer) { p.rpc.SendBy([]byte("a"), soon()); p.rpc.Send([]byte("b")) }, 0},
		"one still may":            {func(p *peer) { p.rpc.Send([]byte("a")); synctest.Wait(); p.rpc.SendBy([]byte("b"), soon()) }, 1},
		"its time is over":         {func(p *peer) { p.rpc.SendBy([]byte("a"), soon()); time.Sleep(time.Second) }, 0},
		"the peer said goodbye":    {func(p *peer) { p.rpc.SendBy([]byte("a"), soon()); p.write(opClose, true, ""); <-p.done }, 1},
		"the connection was lost":  {func(p *peer) { p.rpc.SendBy([]byte("a"), soon()); _ = p.conn.Close(); <-p.done }, 1},
		"the connection had ended": {func(p *peer) { _ = p.conn.Close(); <-p.done; p.rpc.SendBy([]byte("a"), soon()) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := openCounted(t, quiet)
				var came []byte
				read := make(chan struct{})
				go func() { defer close(read); came, _ = io.ReadAll(p.br) }()
				tc.do(p)
				if n := len(p.rpc.Recall()); n != tc.want {
					t.Errorf("%d recalled, want %d", n, tc.want)
				}
				if n := len(p.rpc.Recall()); n != 0 {
					t.Errorf("%d recalled again", n)
				}
				time.Sleep(time.Second)
				_ = p.conn.Close()
				<-read
				if tc.want == 2 && len(came) != 0 {
					t.Errorf("%q came although it was recalled", came)
				}
			})
		})
	}
}

// What was late already, because the peer does not read, is lost with the
// connection as ever.
func TestWhatWaitedForThePeerIsNotRecalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := openCounted(t, quiet)
		p.rpc.Send([]byte("being written"))
		synctest.Wait()
		p.rpc.SendBy([]byte("a"), time.Now().Add(100*time.Millisecond))
		time.Sleep(time.Second)
		if n := len(p.rpc.Recall()); n != 0 {
			t.Errorf("%d recalled", n)
		}
		p.hangUp()
	})
}

// step is a frame that is put after a pause.
type step struct {
	pause    time.Duration
	patience time.Duration // 0 is urgent
	octets   int
	ping     bool // the peer pings as well
	read     bool // the peer reads one frame, if it does not read all the time
}

func drawStep(t *rapid.T) step {
	return step{
		pause:    time.Duration(rapid.IntRange(0, 120).Draw(t, "pause")) * time.Millisecond,
		patience: time.Duration(rapid.SampledFrom([]int{0, 0, 1, 50, 100}).Draw(t, "patience")) * time.Millisecond,
		octets:   rapid.SampledFrom([]int{0, 1, 95, 96, 97, 5_000, 16 << 10, 65_500, 65_510}).Draw(t, "octets"),
		ping:     rapid.IntRange(0, 5).Draw(t, "ping") == 0,
		read:     rapid.Bool().Draw(t, "read"),
	}
}

// Whatever is put how and when, what comes is what was put, in the order in
// which it was put, and for a peer that reads none of it later than it may.
func TestOrderIsThatOfPutting(t *testing.T) {
	steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 60)
	rapid.Check(t, func(r *rapid.T) {
		history, greedy := steps.Draw(r, "steps"), rapid.Bool().Draw(r, "greedy")
		var want, got []string
		var late time.Duration
		synctest.Test(t, func(t *testing.T) { want, got, late = play(t, history, greedy) })
		if !slices.Equal(got, want) {
			r.Fatalf("%d frames put, %d came, or in another order", len(want), len(got))
		}
		if greedy && late > 0 {
			r.Fatalf("a frame was %v late", late)
		}
	})
}

// play returns the frames put and those that came, and by how much the latest
// of them was late.
func play(t *testing.T, history []step, greedy bool) (want, got []string, late time.Duration) {
	cfg := quiet
	cfg.QueueLimit, cfg.WriteTimeout = 1<<30, 24*time.Hour
	p, _ := openCounted(t, cfg)
	reads, done := make(chan struct{}, len(history)), make(chan struct{})
	go func() {
		defer close(done)
		for len(got) < len(history) {
			if !greedy {
				<-reads
			}
			op, payload, err := p.read()
			for op == opPong && err == nil {
				op, payload, err = p.read()
			}
			if err != nil {
				return
			}
			got = append(got, payload)
			var by int64
			_, _ = fmt.Sscan(payload, &by)
			late = max(late, time.Since(time.Unix(0, by)))
		}
	}()
	for i, s := range history {
		time.Sleep(s.pause)
		by := time.Now().Add(s.patience)
		want = append(want, fmt.Sprintf("%d %d %s", by.UnixNano(), i, strings.Repeat("x", s.octets)))
		if s.patience == 0 {
			p.rpc.Send([]byte(want[i]))
		} else {
			p.rpc.SendBy([]byte(want[i]), by)
		}
		if s.ping {
			p.write(opPing, true, "x")
		}
		if s.read {
			reads <- struct{}{}
		}
		synctest.Wait()
	}
	close(reads) // now it reads what there is
	<-done
	p.hangUp()
	return want, got, late
}

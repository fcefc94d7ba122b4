package awake_test

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/awake"
)

func TestATimerRingsOnceAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, rang := time.Now(), make(chan time.Duration, 2)
		timer := awake.AfterFunc(time.Second, func() { rang <- time.Since(began) })
		timer.Reset(3 * time.Second)
		if got := <-rang; got != 3*time.Second {
			t.Errorf("rang after %v, want 3 s", got)
		}
		time.Sleep(time.Hour)
		if len(rang) > 0 {
			t.Error("rang twice")
		}
		timer.Reset(time.Second)
		timer.Stop()
		time.Sleep(time.Hour)
		if len(rang) > 0 {
			t.Error("rang after Stop")
		}
	})
}

func TestOnlyWhatIsMuchTooLateWasOverslept(t *testing.T) {
	due := time.Unix(1000, 0)
	for after, want := range map[time.Duration]bool{-time.Hour: false, 0: false, 900 * time.Millisecond: false, 1100 * time.Millisecond: true} {
		if got := awake.Overslept(due, due.Add(after)); got != want {
			t.Errorf("%v after it was due: %v, want %v", after, got, want)
		}
	}
}

// dozer is a connection whose reads end when its deadline has passed, some time after that.
type dozer struct {
	net.Conn
	sleep    time.Duration // beyond the next deadline
	deadline time.Time
	reads    atomic.Int32
}

func (d *dozer) SetReadDeadline(t time.Time) error { d.deadline = t; return nil }
func (d *dozer) Read([]byte) (int, error) {
	d.reads.Add(1)
	time.Sleep(time.Until(d.deadline) + d.sleep)
	d.sleep = 0
	return 0, os.ErrDeadlineExceeded
}

func TestADeadlineThatWasOversleptBeginsAgain(t *testing.T) {
	for sleep, want := range map[time.Duration]time.Duration{
		500 * time.Millisecond: 9*time.Second + 500*time.Millisecond, // late, but not asleep
		30 * time.Second:       (9 + 30 + 9) * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			conn := awake.NewConn(&dozer{sleep: sleep})
			if err := conn.SetReadDeadline(began.Add(9 * time.Second)); err != nil {
				t.Fatal(err)
			}
			_, err := conn.Read(make([]byte, 1))
			if took := time.Since(began); took != want || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after %v: read ended after %v with %v, want %v", sleep, took, err, want)
			}
		})
	}
}

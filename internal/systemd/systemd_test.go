package systemd

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manager is the socket of a service manager.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
}

func listen(t *testing.T, name string) manager {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Skip("no unix datagram sockets:", err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", name)
	return manager{t, conn}
}

// read returns the assignments of the next datagram.
func (m manager) read() []string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	var b [4096]byte
	n, err := m.conn.Read(b[:])
	if err != nil {
		m.t.Fatal(err)
	}
	return strings.Split(string(b[:n]), "\n")
}

func TestWhatIsToldArrivesAsOneDatagramOfAssignments(t *testing.T) {
	sockets := map[string]string{"path": filepath.Join(t.TempDir(), "notify")}
	if runtime.GOOS == "linux" {
		sockets["abstract"] = "@atrium-test/" + filepath.Base(t.TempDir()) + t.Name()
	}
	for kind, name := range sockets {
		t.Run(kind, func(t *testing.T) {
			m := listen(t, name)
			for _, told := range []struct {
				err  error
				want []string
			}{
				{Ready("0 rooms"), []string{"READY=1", "STATUS=0 rooms"}},
				{notify(statusLine("two\nlines")), []string{"STATUS=two lines"}},
				{Stopping("draining"), []string{"STOPPING=1", "STATUS=draining"}},
				{alive("1 room"), []string{"WATCHDOG=1", "STATUS=1 room"}},
			} {
				if told.err != nil {
					t.Fatal(told.err)
				}
				if diff := cmp.Diff(told.want, m.read()); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestAReloadCarriesItsTime(t *testing.T) {
	m := listen(t, filepath.Join(t.TempDir(), "notify"))
	if err := Reloading(); err != nil {
		t.Fatal(err)
	}
	got := m.read()
	if len(got) != 2 || got[0] != "RELOADING=1" || !regexp.MustCompile(`^MONOTONIC_USEC=\d+$`).MatchString(got[1]) {
		t.Errorf("got %q", got)
	}
}

func TestWithoutAServiceManagerNothingIsToldAndTheWatchdogDoesNotRun(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	for _, err := range []error{Ready(""), Reloading(), notify(statusLine("")), Stopping("")} {
		if err != nil {
			t.Error(err)
		}
	}
	Watchdog{}.Run(t.Context()) // returns
}

func TestAServiceManagerThatIsGoneIsAnError(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "absent"))
	if err := Ready(""); err == nil {
		t.Error("no error")
	}
}

func TestTheWatchdogRunsAtAThirdOfWhatTheUnitAllows(t *testing.T) {
	m := listen(t, filepath.Join(t.TempDir(), "notify"))
	t.Setenv("WATCHDOG_USEC", "3000")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	var limit time.Duration
	w := Watchdog{
		Check: func(ctx context.Context) (string, error) {
			deadline, _ := ctx.Deadline()
			limit = time.Until(deadline)
			return "fine", nil
		},
		Failed: func(err error) { t.Log(err) },
	}
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	if diff := cmp.Diff([]string{"WATCHDOG=1", "STATUS=fine"}, m.read()); diff != "" {
		t.Error(diff)
	}
	cancel()
	<-ended
	if limit > 500*time.Microsecond {
		t.Errorf("a check may take %v", limit)
	}
}

// watched runs a watchdog of 30 s in fake time and returns the seconds at which it
// told systemd, and the failures.
func watched(t *testing.T, length time.Duration, check func(context.Context) (string, error)) (told []int, failures []error) {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	w := Watchdog{Check: check, Failed: func(err error) { failures = append(failures, err) }}
	w.run(ctx, 30*time.Second/checks, func(string) error {
		told = append(told, int(time.Since(start).Seconds()))
		return nil
	})
	return told, failures
}

func TestALivingServerIsToldThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, failures := watched(t, 35*time.Second, func(context.Context) (string, error) { return "", nil })
		if want := []int{10, 20, 30}; !slices.Equal(told, want) || failures != nil {
			t.Errorf("told at %v, failures %v", told, failures)
		}
	})
}

func TestOneCheckThatFailsIsForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, broken := 0, errors.New("shard 1 does not answer")
		told, failures := watched(t, 45*time.Second, func(ctx context.Context) (string, error) {
			if n++; n == 2 {
				<-ctx.Done()
				return "", broken
			}
			return "", nil
		})
		// The longest silence, 20 s, is less than the unit's 30 s.
		if want := []int{10, 30, 40}; !slices.Equal(told, want) {
			t.Errorf("told at %v, want %v", told, want)
		}
		if len(failures) == 0 {
			t.Error("nothing was reported")
		}
	})
}

func TestACheckThatHangsIsReportedAndNotStartedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int32
		free := make(chan struct{})
		told, failures := watched(t, 65*time.Second, func(context.Context) (string, error) {
			started.Add(1)
			<-free
			return "", nil
		})
		if told != nil || started.Load() != 1 || len(failures) < 5 {
			t.Errorf("told at %v, %d checks, %d failures", told, started.Load(), len(failures))
		}
		for _, err := range failures {
			if !errors.Is(err, errNoAnswer) {
				t.Error(err)
			}
		}
		close(free)
		synctest.Wait()
	})
}

func TestTheServerIsToldAliveAgainWhenAHangEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		told, _ := watched(t, 45*time.Second, func(context.Context) (string, error) {
			if first {
				first = false
				time.Sleep(17 * time.Second)
			}
			return "", nil
		})
		// It returns at 27 s; what waits is told with the check of 30 s.
		if want := []int{30, 40}; !slices.Equal(told, want) {
			t.Errorf("told at %v, want %v", told, want)
		}
	})
}

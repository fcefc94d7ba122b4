package flight

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tape is a Source that records nothing.
type tape struct {
	on     bool
	starts int
	err    error
}

func (t *tape) Start() error { t.on = true; t.starts++; return nil }
func (t *tape) Stop()        { t.on = false }
func (t *tape) WriteTo(w io.Writer) (int64, error) {
	if t.err != nil {
		return 0, t.err
	}
	n, err := io.WriteString(w, "the last seconds")
	return int64(n), err
}

// traffic is a thousand packets a second, of which late are late.
type traffic struct {
	late  atomic.Uint64
	start time.Time
	sum   uint64
	last  time.Time
}

func (f *traffic) Late(time.Duration) (late, all uint64) {
	now := time.Now()
	f.sum += f.late.Load() * uint64(now.Sub(f.last)/time.Second)
	f.last = now
	return f.sum, 1000 * uint64(now.Sub(f.start)/time.Second)
}

func inBubble(t *testing.T, test func(t *testing.T, r *Recorder, source *tape, f *traffic, dir string)) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "flights")
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		source, f := &tape{}, &traffic{start: time.Now(), last: time.Now()}
		r := Start(Config{Late: f.Late, Source: source})
		test(t, r, source, f, dir)
		r.Close()
		if source.on {
			t.Error("the source is on after Close")
		}
	})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestASpikeBecomesAFile(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Recorder, _ *tape, f *traffic, dir string) {
		r.Set(Settings{Directory: dir, Latency: time.Millisecond, Keep: 3})
		time.Sleep(10*time.Second + time.Millisecond)
		if names := files(t, dir); len(names) != 0 {
			t.Errorf("%v without a spike", names)
		}
		f.late.Store(500)
		time.Sleep(3 * time.Second)
		f.late.Store(0)
		names := files(t, dir)
		if len(names) != 1 || names[0] != "atrium-flight-20000101T000011.000Z.trace" {
			t.Fatalf("files %v", names)
		}
		if data, err := os.ReadFile(filepath.Join(dir, names[0])); err != nil || string(data) != "the last seconds" {
			t.Errorf("holds %q (%v)", data, err)
		}
		if got, want := r.Stats(), (Stats{On: true, Written: 1, Held: 2}); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

func TestOnlyTheNewestFilesAreKept(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Recorder, _ *tape, f *traffic, dir string) {
		for _, name := range []string{"notes.txt", "atrium-flight-x.trace", "atrium-flight-19990101T000000.000Z.trace"} {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r.Set(Settings{Directory: dir, Latency: time.Millisecond, Keep: 2})
		time.Sleep(time.Millisecond) // after the moment of a look
		for range 4 {
			time.Sleep(rest)
			f.late.Store(500)
			time.Sleep(2 * time.Second)
			f.late.Store(0)
		}
		synctest.Wait()
		got := files(t, dir)
		ours := slices.DeleteFunc(slices.Clone(got), func(name string) bool { return !strings.HasPrefix(name, "atrium-flight-2000") })
		if len(ours) != 2 || len(got) != 4 || !slices.IsSorted(ours) || ours[0] < "atrium-flight-20000101T0015" {
			t.Errorf("files %v, want two of others and the two newest recordings", got)
		}
		if n := r.Stats().Written; n != 4 {
			t.Errorf("%d written, want 4", n)
		}
	})
}

func TestARecordingThatFailsIsCountedAndNothingIsLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Recorder, source *tape, f *traffic, dir string) {
		source.err = errors.New("full")
		r.Set(Settings{Directory: dir, Latency: time.Millisecond, Keep: 2})
		time.Sleep(2500 * time.Millisecond) // between two looks
		f.late.Store(500)
		time.Sleep(time.Second)
		if got, want := r.Stats(), (Stats{On: true, Failed: 1}); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
		if names := files(t, dir); len(names) != 0 {
			t.Errorf("files %v", names)
		}
	})
}

func TestTheRecorderIsTurnedOnAndOffWhileItRuns(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Recorder, source *tape, f *traffic, dir string) {
		take := func() error {
			_, err := r.Take(context.Background())
			return err
		}
		if err := take(); !errors.Is(err, ErrOff) {
			t.Errorf("off: %v", err)
		}
		f.late.Store(500)
		time.Sleep(time.Minute)
		r.Set(Settings{Directory: dir, Latency: time.Millisecond, Keep: 1})
		r.Set(Settings{Directory: dir, Latency: time.Second, Keep: 1})
		if err := take(); err != nil {
			t.Errorf("on: %v", err)
		}
		if source.starts != 1 {
			t.Errorf("started %d times, want once", source.starts)
		}
		r.Set(Settings{})
		if err := take(); !errors.Is(err, ErrOff) || source.on || r.Stats().On {
			t.Errorf("off again: %v, source on %v", err, source.on)
		}
	})
}

func TestTurningItOffAndOnDoesNotShortenTheRest(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Recorder, _ *tape, f *traffic, dir string) {
		time.Sleep(time.Millisecond) // after the moment of a look
		on := Settings{Directory: dir, Latency: time.Millisecond, Keep: 2}
		for range 2 {
			r.Set(on)
			time.Sleep(2 * time.Second)
			f.late.Store(500)
			time.Sleep(2 * time.Second)
			f.late.Store(0)
			r.Set(Settings{})
		}
		if got := r.Stats(); got.Written != 1 {
			t.Errorf("stats %+v, want one recording", got)
		}
	})
}

// The format is the runtime's; go tool trace reads it.
func TestTheRuntimeIsRecorded(t *testing.T) {
	r := Start(Config{Late: func(time.Duration) (uint64, uint64) { return 0, 0 }})
	defer r.Close()
	r.Set(Settings{Directory: t.TempDir(), Latency: time.Second, Keep: 1})
	if !r.Stats().On {
		t.Skip("somebody else records")
	}
	recording, err := r.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(recording, []byte("go 1.")) || len(recording) < 100 {
		t.Errorf("%d octets that begin with %q", len(recording), recording[:min(16, len(recording))])
	}
}

func TestADirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(filepath.Join(file, "below")); err == nil || !strings.Contains(fmt.Sprint(err), "flight recorder") {
		t.Errorf("Prepare: %v", err)
	}
}

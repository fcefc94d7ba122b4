//go:build linux

package recorder_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/at-wat/ebml-go"
	"golang.org/x/sys/unix"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/room/recorder"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/tap"
)

// stopEvent is how soon the application must hear that a recording stands still (R17).
const stopEvent = 2 * time.Second

// disk is a file on a disk that takes so many octets, and what was written over in it.
type disk struct {
	bytes.Buffer
	room   int
	filled time.Time // when it was full
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room-d.Len())
	_, _ = d.Buffer.Write(b[:n])
	if n == len(b) {
		return n, nil
	}
	if d.filled.IsZero() {
		d.filled = time.Now()
	}
	return n, syscall.ENOSPC
}

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	n := copy(d.Bytes()[min(int(at), d.Len()):], b)
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *disk) Close() error { return nil }

// watched is a file that notes when its disk is full. The recorder writes it on one goroutine.
type watched struct {
	*os.File
	filled chan time.Time
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.File.Write(b)
	if err != nil {
		select {
		case w.filled <- time.Now():
		default:
		}
	}
	return n, err
}

// playable reads a file that may break off, as a player does, and returns its frames and how long it says it is. It fails the
// test when something else is wrong than that the last frame is incomplete.
func playable(t *testing.T, file io.Reader) (frames int, length time.Duration) {
	t.Helper()
	r := &recording{}
	err := ebml.Unmarshal(file, r, ebml.WithElementReadHooks(func(e *ebml.Element) {
		if e.Name == "SimpleBlock" {
			frames++
		}
	}))
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the file is read up to frame %d: %v", frames, err)
	}
	return frames, time.Duration(r.Segment.Info.Duration) * time.Millisecond
}

func TestAFullDiskIsToldWithinTwoSecondsAndWhatFitsPlays(t *testing.T) {
	const sound = 8 << 10 // octets, beside what stands in front
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 16<<10 + sound}
		rec := recorder.New(d)
		rec.Begin(soundOnly())
		sent := 0
		for told := false; !told; sent++ {
			opus(rec, sent)
			time.Sleep(20 * time.Millisecond)
			select {
			case <-rec.Failed():
				told = true
			default:
			}
		}
		took := time.Since(d.filled)
		for n := range 500 { // nobody takes the tap off
			opus(rec, sent+n)
		}
		rec.End(tap.Removed)
		if err := rec.Err(); !errors.Is(err, syscall.ENOSPC) || took > stopEvent {
			t.Errorf("told %v after the disk was full: %v", took, err)
		}
		frames, length := playable(t, bytes.NewReader(d.Bytes()))
		if frames < sent-3 || frames == 0 {
			t.Errorf("%d frames can be played of the %d that came before the disk was full", frames, sent)
		}
		if want := time.Duration(frames) * 20 * time.Millisecond; (length - want).Abs() > 100*time.Millisecond {
			t.Errorf("the file says that it lasts %v, and has %v", length, want)
		}
		t.Logf("R17: told %v after the disk was full, %d frames of %d play", took, frames, sent)
	})
}

// The same on a file system that is full, while another recording of the same stream goes on, which is what everybody else gets.
func TestARecordingOnAFullDiskPlaysToTheLastFlush(t *testing.T) {
	if os.Getenv("ATRIUM_NIGHTLY") != "1" {
		t.Skip("set ATRIUM_NIGHTLY=1 (make nightly)")
	}
	small := t.TempDir()
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(small, unix.MNT_DETACH) })
	ctx := t.Context()
	m := room.NewManager(room.SFU(sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1}), nil), room.Options{})
	join(t, m)
	stream, err := m.PublishLocal(ctx, "p", room.LocalRequest{Tracks: []room.LocalTrack{{Codec: codec.Opus}, {Codec: codec.VP8}}})
	check(t, err)
	filled := make(chan time.Time, 1)
	begin := func(path string) *recorder.Recorder {
		file, err := os.Create(path) //nolint:gosec // a test's own
		check(t, err)
		rec := recorder.New(&watched{file, filled})
		check(t, m.AddTap(ctx, "p", "", room.All, rec))
		return rec
	}
	full, whole := filepath.Join(small, "full.webm"), filepath.Join(t.TempDir(), "whole.webm")
	rec, control := begin(full), begin(whole)
	told := make(chan time.Duration, 1)
	go func() {
		<-rec.Failed()
		told <- time.Since(<-filled)
	}()
	videos, err := clip.Videos(codec.VP8)
	check(t, err)
	play(t, stream, videos[1])
	info, err := os.Stat(full)
	check(t, err)
	took := <-told
	check(t, m.RemoveTap(ctx, "p", "", rec))
	check(t, m.Unpublish(ctx, "p", "", nil))
	if err := rec.Err(); !errors.Is(err, syscall.ENOSPC) || took > stopEvent {
		t.Errorf("told %v after the disk was full: %v", took, err)
	}
	if err := control.Err(); err != nil || control.Missed() > 0 {
		t.Errorf("the recording that has room: %v, %d packets missed", err, control.Missed())
	}
	sound, pictures := len(read(t, whole).blocks(1)), len(read(t, whole).blocks(2))
	if sound != 100 || pictures < 2*videos[1].FramesPerSecond-2 {
		t.Errorf("the recording that has room has %d packets of sound and %d pictures", sound, pictures)
	}
	file, err := os.Open(full) //nolint:gosec // a test's own
	check(t, err)
	defer func() { _ = file.Close() }()
	frames, length := playable(t, file)
	if frames == 0 {
		t.Error("nothing can be played")
	}
	t.Logf("R17: %d octets fill the disk; told %v after that; %d frames play, %v; the other recording misses none of %d",
		info.Size(), took, frames, length, sound+pictures)
}

func join(t *testing.T, m *room.Manager) {
	t.Helper()
	_, err := m.Join(t.Context(), room.JoinRequest{ID: "p", User: "player", Room: "r", AutoCreate: true})
	check(t, err)
	t.Cleanup(func() { _, _ = m.Leave(t.Context(), "p") })
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

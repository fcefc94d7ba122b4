package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// decoded returns how many pictures GStreamer decodes of a recording.
func decoded(t *testing.T, file string) int {
	t.Helper()
	gst, err := exec.LookPath("gst-launch-1.0")
	if err != nil {
		t.Skip("no gst-launch-1.0")
	}
	out, err := exec.CommandContext(t.Context(), gst, "-v", "filesrc", "location="+file, "!", "matroskademux", "!", "vp8dec", "!",
		"identity", "silent=false", "!", "fakesink", "silent=true").CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("ERROR")) {
		t.Fatalf("gst-launch-1.0: %v\n%s", err, out)
	}
	return strings.Count(string(out), "chain   *******")
}

func TestARecordingPlays(t *testing.T) {
	s := newStage(t)
	ann, c := s.dial("tulip"), newCamera(t)
	s.call(ann, "joinRoom", params{"user": "ann", "room": board})
	if status, _, answer := s.do("POST", "/app/board/recordings/ann", "tulip", ""); status != http.StatusNotFound {
		t.Errorf("recording what nobody publishes: %d %s", status, answer)
	}
	c.negotiate(t, func(offer string) string {
		answer, _ := s.call(ann, "publishVideo", params{"sdpOffer": offer, "doLoopback": false})["sdpAnswer"].(string)
		return answer
	})
	filming, cut := context.WithCancel(s.ctx)
	var filmed sync.WaitGroup
	filmed.Go(func() { c.film(filming, t) })
	defer filmed.Wait()
	defer cut()
	if status, _, _ := s.do("POST", "/app/board/recordings/ann", "rose", ""); status != http.StatusForbidden {
		t.Errorf("a guest records: %d", status)
	}
	status, _, name := s.do("POST", "/app/board/recordings/ann", "tulip", "")
	if status != http.StatusOK {
		t.Fatalf("recording: %d %s", status, name)
	}
	file := filepath.Join(s.files, strings.TrimSpace(name))
	s.await(func() bool {
		info, err := os.Stat(file)
		return err == nil && info.Size() > 50_000
	})
	if status, _, answer := s.do("DELETE", "/app/board/recordings/ann", "tulip", ""); status != http.StatusOK {
		t.Fatalf("the end of recording: %d %s", status, answer)
	}
	if n := decoded(t, file); n < 15 {
		t.Errorf("%d pictures were decoded", n)
	}
}

// await looks until something is so.
func (s *stage) await(so func() bool) {
	s.t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-s.ctx.Done():
			s.t.Fatal("it did not come to that in time")
		}
	}
}

// writeFilm writes a clip as IVF.
func writeFilm(t *testing.T, file string) {
	t.Helper()
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		t.Fatal(err)
	}
	b := append([]byte("DKIF\x00\x00\x20\x00VP80"), make([]byte, 20)...)
	binary.LittleEndian.PutUint32(b[16:], clip.FramesPerSecond)
	binary.LittleEndian.PutUint32(b[20:], 1)
	for i, frame := range videos[0].Frames {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame))) //nolint:gosec // of a clip
		b = binary.LittleEndian.AppendUint64(b, uint64(i))          //nolint:gosec // likewise
		b = append(b, frame...)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A film that the application publishes is recorded by it, so that both ends are seen.
func TestAFilmIsPublishedAndRecorded(t *testing.T) {
	s := newStage(t)
	writeFilm(t, filepath.Join(s.files, "holiday.ivf"))
	s.call(s.dial("tulip"), "joinRoom", params{"user": "ann", "room": board})
	if status, _, _ := s.do("POST", "/app/board/films/absent", "tulip", ""); status != http.StatusNotFound {
		t.Errorf("a film that is not there: %d", status)
	}
	if status, _, answer := s.do("POST", "/app/board/films/holiday", "tulip", ""); status != http.StatusOK {
		t.Fatalf("playing: %d %s", status, answer)
	}
	_, _, name := s.do("POST", "/app/board/recordings/holiday", "tulip", "")
	file := filepath.Join(s.files, strings.TrimSpace(name))
	s.await(func() bool {
		info, err := os.Stat(file)
		return err == nil && info.Size() > 50_000
	})
	if err := s.rooms.Moderate(board).Evict(s.ctx, "holiday", "enough"); err != nil {
		t.Error(err)
	}
	s.await(func() bool { // the stream's end is the recording's
		empty := true
		s.recordings.Range(func(any, any) bool { empty = false; return false })
		return empty
	})
	if n := decoded(t, file); n < 15 {
		t.Errorf("%d pictures were decoded", n)
	}
	if list, err := s.rooms.Participants(board); err != nil || len(list) != 1 || list[0].User != "ann" {
		t.Errorf("who is left: %+v, %v", list, err)
	}
}

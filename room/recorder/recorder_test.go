package recorder_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/at-wat/ebml-go/webm"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/room/recorder"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/tap"
)

// recording is a file that was read back.
type recording struct {
	Header  webm.EBMLHeader `ebml:"EBML"`
	Segment webm.Segment    `ebml:"Segment"`
}

// block is one frame of it.
type block struct {
	at       int64 // milliseconds
	keyframe bool
	data     []byte
}

// blocks returns the frames of a track.
func (r *recording) blocks(track uint64) (list []block) {
	for _, c := range r.Segment.Cluster {
		for _, b := range c.SimpleBlock {
			if b.TrackNumber == track {
				list = append(list, block{int64(c.Timecode) + int64(b.Timecode), b.Keyframe, b.Data[0]}) //nolint:gosec // milliseconds
			}
		}
	}
	return list
}

func read(t *testing.T, path string) *recording {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r := &recording{}
	if err := ebml.Unmarshal(file, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// record publishes a clip and its sound for a participant, and records both.
func record(t *testing.T, v clip.Video, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m := room.NewManager(room.SFU(sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1}), nil), room.Options{})
	defer func() {
		if err := m.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	if _, err := m.Join(ctx, room.JoinRequest{ID: "p", User: "player", Room: "r", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	wanted := make(chan struct{}, 1)
	stream, err := m.PublishLocal(ctx, "p", room.LocalRequest{
		Tracks: []room.LocalTrack{{Codec: codec.Opus}, {Codec: v.Codec}},
		Keyframe: func() {
			select {
			case wanted <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	rec := recorder.New(file)
	if err := m.AddTap(ctx, "p", "", room.All, rec); err != nil {
		t.Fatal(err)
	}
	select {
	case <-wanted: // the tap is there
	case <-ctx.Done():
		t.Fatal("the tap asks for no keyframe")
	}
	play(t, stream, v)
	if err := m.Unpublish(ctx, "p", "", nil); err != nil {
		t.Error(err)
	}
	if err := rec.Err(); err != nil || rec.Missed() != 0 {
		t.Errorf("%v, %d packets were missed", err, rec.Missed())
	}
}

// play sends two seconds of the clip, and of the sound, four times as fast.
func play(t *testing.T, to *room.LocalStream, v clip.Video) {
	t.Helper()
	voice, err := clip.Voice()
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	picture := 0
	for sound := range 100 {
		<-tick.C
		if err := to.WriteSample(room.Audio, voice.Frames[sound].Data, 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		for ; picture*1000 < (sound+1)*20*v.FramesPerSecond; picture++ {
			if err := to.WriteSample(room.Video, v.Frames[picture], time.Second/time.Duration(v.FramesPerSecond)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestARecordingHasAllThatWasPublished(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		t.Run(c.String(), func(t *testing.T) {
			videos, err := clip.Videos(c)
			if err != nil {
				t.Fatal(err)
			}
			v := videos[0]
			path := filepath.Join(t.TempDir(), "clip.webm")
			if keep := os.Getenv("ATRIUM_KEEP_RECORDINGS"); keep != "" {
				path = filepath.Join(keep, c.String()+".webm")
			}
			record(t, v, path)
			r := read(t, path)
			tracks := r.Segment.Tracks.TrackEntry
			if len(tracks) != 2 || tracks[0].CodecID != "A_OPUS" || int(tracks[1].Video.PixelHeight) != v.Height { //nolint:gosec // small
				t.Fatalf("tracks %+v", tracks)
			}
			if sound := r.blocks(1); len(sound) != 100 {
				t.Errorf("%d packets of sound were recorded, want 100", len(sound))
			}
			pictures := r.blocks(2)
			if want := 2 * v.FramesPerSecond; len(pictures) != want {
				t.Fatalf("%d pictures were recorded, want %d", len(pictures), want)
			}
			for i, p := range pictures {
				if p.keyframe != (i == 0) {
					t.Errorf("picture %d is a keyframe: %v", i, p.keyframe)
				}
				if want := pictures[0].at + int64(i)*1000/int64(v.FramesPerSecond); p.at < want-1 || p.at > want+1 {
					t.Errorf("picture %d stands at %d ms, want %d", i, p.at, want)
				}
				if i > 0 && c != codec.H264 && c != codec.AV1 && !bytes.Equal(p.data, v.Frames[i]) {
					t.Errorf("picture %d has %d octets, not the %d that were published", i, len(p.data), len(v.Frames[i]))
				}
			}
			if d := r.Segment.Info.Duration; d < 1800 || d > 2200 {
				t.Errorf("the file says that it lasts %v ms, want 2000", d)
			}
		})
	}
}

// full is a disk with little room.
type full struct {
	left   int
	closed bool
}

var errFull = errors.New("no space left")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func (f *full) Close() error { f.closed = true; return nil }

// opus feeds a recorder with packets of sound.
func opus(rec *recorder.Recorder, numbers ...int) {
	for _, n := range numbers {
		rec.Packet(&tap.Packet{
			SequenceNumber: uint16(n), Timestamp: uint32(n) * 960, Keyframe: true, //nolint:gosec // a test's numbers
			Payload: []byte{0xfc, byte(n), byte(n >> 8)}, Arrival: time.Unix(1000, int64(n)*20_000_000),
		})
	}
}

func soundOnly() []tap.Track { return []tap.Track{{Codec: codec.Opus, Channels: 2}} }

func TestAFullDiskIsToldAndStopsNothing(t *testing.T) {
	disk := &full{left: 2000}
	rec := recorder.New(disk)
	rec.Begin(soundOnly())
	for n := range 1000 {
		opus(rec, n)
	}
	rec.End(tap.Removed)
	if err := rec.Err(); !errors.Is(err, errFull) || !disk.closed {
		t.Errorf("%v, closed: %v; want that the disk is full, and closed", err, disk.closed)
	}
}

func TestNothingIsToldToo(t *testing.T) {
	disk := &full{}
	rec := recorder.New(disk)
	rec.Begin(soundOnly())
	rec.End(tap.Unpublished)
	if err := rec.Err(); !errors.Is(err, recorder.ErrEmpty) || !disk.closed {
		t.Errorf("%v, closed: %v", err, disk.closed)
	}
}

func TestPacketsAreRecordedInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sound.webm")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	rec := recorder.New(file)
	rec.Begin(soundOnly())
	opus(rec, 65530, 65531, 65533, 65532, 65534)
	for n := 65537; n < 65537+200; n++ { // 65535 is lost, 65536 comes late
		opus(rec, n)
	}
	opus(rec, 65536)
	rec.End(tap.Removed)
	if err := rec.Err(); err != nil {
		t.Fatal(err)
	}
	list := read(t, path).blocks(1)
	if len(list) != 205 {
		t.Errorf("%d packets were recorded, want 205", len(list))
	}
	for i := 1; i < len(list); i++ {
		want := int64(20)
		if i == 5 {
			want = 60
		}
		if step := list[i].at - list[i-1].at; step != want {
			t.Errorf("packet %d comes %d ms after the one before, want %d", i, step, want)
		}
	}
}

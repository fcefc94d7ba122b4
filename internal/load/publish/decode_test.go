package publish_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// decode lets ffmpeg decode a file and returns the number of frames. It fails
// the test if ffmpeg complains about anything.
func decode(t *testing.T, file string) int {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg")
	}
	cmd := exec.CommandContext(t.Context(), ffmpeg, "-v", "warning", "-xerror", "-err_detect", "explode", "-threads", "1",
		"-i", file, "-fps_mode", "passthrough", "-f", "framecrc", "-")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Errorf("ffmpeg: %v\n%s", err, complaints.String())
	}
	frames := 0
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "#") {
			frames++
		}
	}
	return frames
}

// depacketizer is what Pion's receivers use for the codec.
func depacketizer(c codec.Codec) rtp.Depacketizer {
	switch c {
	case codec.VP8:
		return &codecs.VP8Packet{}
	case codec.VP9:
		return &codecs.VP9Packet{}
	case codec.H264:
		return &codecs.H264Packet{}
	default:
		return &codecs.AV1Depacketizer{}
	}
}

// assemble returns the frames of a stream as a decoder gets them.
func assemble(t *testing.T, c codec.Codec, list []picture) [][]byte {
	t.Helper()
	d := depacketizer(c)
	var frames [][]byte
	for _, p := range list {
		var f []byte
		if c == codec.AV1 {
			f = append(f, 0x12, 0x00) // the temporal delimiter that RTP leaves out
		}
		for _, packet := range p.packets {
			b, err := d.Unmarshal(packet.Payload)
			if err != nil {
				t.Fatal(err)
			}
			f = append(f, b...)
		}
		frames = append(frames, f)
	}
	return frames
}

// ivf puts frames into the container that ffmpeg reads VP8, VP9 and AV1 from.
func ivf(c codec.Codec, frames [][]byte) []byte {
	fourCC := map[codec.Codec]string{codec.VP8: "VP80", codec.VP9: "VP90", codec.AV1: "AV01"}[c]
	b := append([]byte("DKIF\x00\x00\x20\x00"), fourCC...)
	b = binary.LittleEndian.AppendUint16(b, 1280)
	b = binary.LittleEndian.AppendUint16(b, 720)
	b = binary.LittleEndian.AppendUint32(b, 30)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frames)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	for i, f := range frames {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
		b = binary.LittleEndian.AppendUint64(b, uint64(i))
		b = append(b, f...)
	}
	return b
}

func TestVideoDecodes(t *testing.T) {
	for _, c := range videoCodecs() {
		for i, bitrate := range []int{1_000_000, 1_500_000, 2_000_000} {
			t.Run(c.String()+" "+[]string{"180", "360", "720"}[i], func(t *testing.T) {
				cfg := config(c)
				cfg.Video, cfg.Bitrates = clips()[c][i:i+1], []int{bitrate}
				s := newStage(t, cfg)
				s.run(2500 * time.Millisecond)
				s.hear(pli(videoSSRC)) // starts over in the middle of the clip
				s.run(5 * time.Second)
				list := s.pictures(c, videoSSRC)
				frames := assemble(t, c, list)
				b := bytes.Join(frames, nil)
				if c != codec.H264 {
					b = ivf(c, frames)
				}
				file := filepath.Join(t.TempDir(), map[bool]string{true: "video.h264", false: "video.ivf"}[c == codec.H264])
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if n := decode(t, file); n != len(list) || n < 220 {
					t.Errorf("%d of %d frames decoded", n, len(list))
				}
			})
		}
	}
}

func TestAudioDecodes(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(10 * time.Second)
	file := filepath.Join(t.TempDir(), "audio.ogg")
	w, err := oggwriter.New(file, 48000, 2)
	if err != nil {
		t.Fatal(err)
	}
	packets := s.of(audioSSRC)
	for i := range packets {
		if err := w.WriteRTP(&packets[i].Packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const preSkip = 4 // packets that a decoder needs to settle, as the file's header says
	if n := decode(t, file); n != len(packets)-preSkip {
		t.Errorf("%d of %d packets decoded", n, len(packets))
	}
}

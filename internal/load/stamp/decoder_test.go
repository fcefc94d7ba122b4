package stamp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// decoders names the decoders that ffmpeg may have for a codec.
func decoders(c codec.Codec) []string {
	switch c {
	case codec.Opus:
		return []string{"opus", "libopus"}
	case codec.VP8:
		return []string{"vp8", "libvpx"}
	case codec.VP9:
		return []string{"vp9", "libvpx-vp9"}
	case codec.H264:
		return []string{"h264"}
	default:
		return []string{"libdav1d", "libaom-av1"}
	}
}

// TestDecodersSeeNoStamp plays stamped clips, as they come out of their packets,
// with every decoder that ffmpeg has: none complains, and pictures and samples
// are those of the clip.
func TestDecodersSeeNoStamp(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes for some seconds")
	}
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg: ", err)
	}
	list, err := exec.CommandContext(t.Context(), ffmpeg, "-v", "error", "-decoders").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codec.All() {
		cleanFile := container(t, c, t.TempDir(), clipFrames(t, c, 360))
		stampedFile := container(t, c, t.TempDir(), stampedFrames(t, c, 360))
		for _, decoder := range decoders(c) {
			t.Run(fmt.Sprintf("%v/%s", c, decoder), func(t *testing.T) {
				if !bytes.Contains(list, []byte(" "+decoder+" ")) {
					t.Skip("this ffmpeg does not have it")
				}
				want, _ := decode(t, ffmpeg, decoder, cleanFile)
				got, said := decode(t, ffmpeg, decoder, stampedFile)
				if len(said) > 0 {
					t.Errorf("the decoder says: %s", said)
				}
				if bytes.Count(want, []byte("\n")) < 120 || !bytes.Equal(got, want) {
					t.Errorf("%d octets of checksums differ from %d", len(got), len(want))
				}
			})
		}
	}
}

// stampedFrames are the clip after its way through packets, with filler of all
// sizes.
func stampedFrames(t *testing.T, c codec.Codec, height int) [][]byte {
	t.Helper()
	dice := rand.New(rand.NewPCG(1, uint64(height)))
	p := publisher{codec: c, size: 1100, payloader: payloader(c)}
	var frames [][]byte
	for _, frame := range clipFrames(t, c, height) {
		d := depacketizer(c)
		filler := dice.IntN(3000)
		if c == codec.Opus {
			filler = dice.IntN(600)
		}
		payloads, _ := p.send(t, frame, filler)
		got, _ := receive(t, c, d, payloads)
		frames = append(frames, got)
	}
	return frames
}

// decode returns the checksum of each decoded frame, and whatever the decoder
// complained of.
func decode(t *testing.T, ffmpeg, decoder, file string) (checksums, said []byte) {
	t.Helper()
	kind := "-c:v"
	if filepath.Ext(file) == ".ogg" {
		kind = "-c:a"
	}
	cmd := exec.CommandContext(t.Context(), ffmpeg, "-nostdin", "-v", "warning", kind, decoder, "-i", file, "-f", "framemd5", "-")
	var errors bytes.Buffer
	cmd.Stderr = &errors
	checksums, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errors.Bytes())
	}
	return checksums, errors.Bytes()
}

// container writes frames into a file that ffmpeg reads, and returns its name.
func container(t *testing.T, c codec.Codec, dir string, frames [][]byte) string {
	t.Helper()
	if c == codec.Opus {
		return ogg(t, filepath.Join(dir, "voice.ogg"), frames)
	}
	name, content := filepath.Join(dir, "clip.h264"), bytes.Join(frames, nil)
	if c != codec.H264 {
		name, content = filepath.Join(dir, "clip.ivf"), ivf(c, frames)
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func ivf(c codec.Codec, frames [][]byte) []byte {
	fourCC := map[codec.Codec]string{codec.VP8: "VP80", codec.VP9: "VP90", codec.AV1: "AV01"}[c]
	b := append([]byte("DKIF\x00\x00\x20\x00"+fourCC), 0, 5, 0xd0, 2)
	for _, v := range []uint32{30, 1, uint32(len(frames)), 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for i, frame := range frames {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = binary.LittleEndian.AppendUint64(b, uint64(i))
		b = append(b, frame...)
	}
	return b
}

func ogg(t *testing.T, name string, packets [][]byte) string {
	t.Helper()
	w, err := oggwriter.New(name, 48000, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, packet := range packets {
		header := rtp.Header{Timestamp: uint32(i) * 960, SequenceNumber: uint16(i)}
		if err := w.WriteRTP(&rtp.Packet{Header: header, Payload: packet}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

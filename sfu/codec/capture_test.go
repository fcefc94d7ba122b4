package codec_test

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// captured is one line of a file in testdata; see the README there.
type captured struct {
	rid        string // "" outside simulcast
	seq        uint16
	timestamp  uint32
	marker     bool
	descriptor []byte // nil where there was none
	payload    []byte // the first octets; nil where there was padding only
}

// readCapture reads a file of testdata.
func readCapture(t testing.TB, name string) []captured {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var packets []captured
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), "#") {
			packets = append(packets, parseCaptured(t, strings.Fields(lines.Text())))
		}
	}
	if len(packets) == 0 {
		t.Fatalf("%s has no packets", name)
	}
	return packets
}

func parseCaptured(t testing.TB, fields []string) captured {
	t.Helper()
	var p captured
	if len(fields) == 7 {
		p.rid, fields = fields[0], fields[1:]
	}
	if len(fields) != 6 {
		t.Fatalf("%d fields: %q", len(fields), fields)
	}
	seq, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	timestamp, err := strconv.ParseUint(fields[1], 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	p.seq, p.timestamp, p.marker = uint16(seq), uint32(timestamp), fields[2] == "1"
	p.descriptor = octetsOf(t, strings.TrimPrefix(fields[4], "dd="))
	p.payload = octetsOf(t, strings.TrimPrefix(fields[5], "payload="))
	return p
}

// octetsOf reads hexadecimal digits, or "-" for nothing.
func octetsOf(t testing.TB, s string) []byte {
	t.Helper()
	if s == "-" {
		return nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// captures names the files of video and their codecs.
func captures() map[string]codec.Codec {
	return map[string]codec.Codec{
		"chromium-av1-l3t3_key.txt":     codec.AV1,
		"chromium-vp8-simulcast-dd.txt": codec.VP8,
		"chromium-vp8-simulcast.txt":    codec.VP8,
		"chromium-vp9-l3t3_key.txt":     codec.VP9,
		"firefox-vp8-simulcast.txt":     codec.VP8,
	}
}

// inspected is a captured packet and what an Inspector says of it.
type inspected struct {
	captured
	codec.Frame
}

// inspectCapture reads the packets of each encoding with an Inspector of its
// own, by rid, with their descriptors or without.
func inspectCapture(t testing.TB, name string, descriptors bool) map[string][]inspected {
	t.Helper()
	inspectors, streams := map[string]*codec.Inspector{}, map[string][]inspected{}
	for _, p := range readCapture(t, name) {
		if len(p.payload) == 0 {
			continue // padding
		}
		if inspectors[p.rid] == nil {
			inspectors[p.rid] = codec.NewInspector(captures()[name])
		}
		descriptor := p.descriptor
		if !descriptors {
			descriptor = nil
		}
		f, err := inspectors[p.rid].Inspect(p.payload, descriptor)
		if err != nil {
			t.Fatalf("%s %d: %v", p.rid, p.seq, err)
		}
		streams[p.rid] = append(streams[p.rid], inspected{p, f})
	}
	return streams
}

// TestBrowsersBeginWithTheirOnlyKeyframe also holds what is the same on all
// packets of a capture: it begins with a key picture, every frame is begun once,
// and its packets are needed by the same targets.
func TestBrowsersBeginWithTheirOnlyKeyframe(t *testing.T) {
	for name := range captures() {
		for _, descriptors := range []bool{false, true} {
			for rid, packets := range inspectCapture(t, name, descriptors) {
				last := packets[0]
				for i, p := range packets {
					checkFrame(t, p.Frame, nil)
					checkTargets(t, p.Frame)
					if p.Keyframe != (i == 0) || p.Keyframe != (p.Switch == packet.AllTargets) {
						t.Errorf("%s %s %d: keyframe %v, entered at %s", name, rid, p.seq, p.Keyframe, grid(p.Switch))
					}
					next := p.timestamp != last.timestamp || p.SpatialLayer != last.SpatialLayer
					if p.Start != (i == 0 || next) && captures()[name] != codec.AV1 {
						t.Errorf("%s %s %d: start %v", name, rid, p.seq, p.Start)
					}
					if !p.Start && (p.Needed != last.Needed || p.TemporalLayer != last.TemporalLayer) {
						t.Errorf("%s %s %d: T%d for %s, before T%d for %s", name, rid, p.seq,
							p.TemporalLayer, grid(p.Needed), last.TemporalLayer, grid(last.Needed))
					}
					last = p
				}
			}
		}
	}
}

// layerSizes are those of the spatial layers, and of the encodings by rid.
func layerSizes() [][2]uint16 { return [][2]uint16{{320, 180}, {640, 360}, {1280, 720}} }

// patternOf returns the layers of the frames of a stream, one group of digits
// for each picture: "0" for temporal layer 0 of a stream with one spatial layer.
func patternOf(packets []inspected) string {
	var b strings.Builder
	last := packets[0].timestamp
	for _, p := range packets {
		if p.timestamp != last {
			b.WriteByte(' ')
		}
		last = p.timestamp
		if p.Start {
			b.WriteString(strconv.Itoa(int(p.TemporalLayer)))
		}
	}
	return b.String()
}

func TestBrowsersSendTheLayersThatTheirModeSays(t *testing.T) {
	for name, pattern := range map[string]string{
		"chromium-av1-l3t3_key.txt":     "000 222 111 222 000 222 111 222 000",
		"chromium-vp9-l3t3_key.txt":     "000 222 111 222 000 222 111 222",
		"chromium-vp8-simulcast-dd.txt": "0 2 1 2 0 2 1 2 0",
		"chromium-vp8-simulcast.txt":    "0 2 1 2 0",
		"firefox-vp8-simulcast.txt":     "0 1 0 1 0 1",
	} {
		// Only the descriptor has the layers of VP8 sent together with it.
		for rid, packets := range inspectCapture(t, name, true) {
			if got := patternOf(packets); !strings.HasPrefix(got, pattern) {
				t.Errorf("%s %s: temporal layers %q, want %q", name, rid, got, pattern)
			}
			for _, p := range packets {
				want := layerSizes()[p.SpatialLayer]
				if rid != "" {
					want = layerSizes()[strings.Index("lmh", rid)]
				}
				if p.Width != want[0] || p.Height != want[1] {
					t.Errorf("%s %s %d: S%d of %dx%d", name, rid, p.seq, p.SpatialLayer, p.Width, p.Height)
				}
			}
		}
	}
}

// TestVP9SaysTheSameWithoutDescriptor reads a stream by its descriptors and by
// its payload, which has to learn that lower layers are not needed.
func TestVP9SaysTheSameWithoutDescriptor(t *testing.T) {
	const name = "chromium-vp9-l3t3_key.txt"
	with, without := inspectCapture(t, name, true)[""], inspectCapture(t, name, false)[""]
	learned := slices.IndexFunc(without, func(p inspected) bool { return p.InterPicture && p.SpatialLayer > 0 })
	for i, p := range without {
		want := with[i].Frame
		if p.SpatialLayer != want.SpatialLayer || p.TemporalLayer != want.TemporalLayer || p.Start != want.Start ||
			p.Width != want.Width || p.PictureID != want.PictureID {
			t.Errorf("%d: %+v, with descriptor %+v", p.seq, p.Frame, want)
		}
		if p.Needed != want.Needed && (i >= learned || !p.Needed.Has(want.Needed)) {
			t.Errorf("%d: needed by %s, with descriptor %s", p.seq, grid(p.Needed), grid(want.Needed))
		}
		// The last column is nobody's frame rate in a stream of three.
		third := packet.AllTargets &^ targetsOfColumn(3)
		if p.Switch&third != want.Switch&third {
			t.Errorf("%d: entered at %s, with descriptor %s", p.seq, grid(p.Switch), grid(want.Switch))
		}
	}
}

func targetsOfColumn(temporal uint8) packet.Targets {
	var set packet.Targets
	for s := range uint8(packet.MaxSpatial + 1) {
		set |= packet.TargetOf(s, temporal)
	}
	return set
}

// TestAV1IsSafeWithoutDescriptor reads layers from OBU headers, which say nothing
// of what refers to what.
func TestAV1IsSafeWithoutDescriptor(t *testing.T) {
	const name = "chromium-av1-l3t3_key.txt"
	with, without := inspectCapture(t, name, true)[""], inspectCapture(t, name, false)[""]
	for i, p := range without {
		want := with[i].Frame
		if p.SpatialLayer != want.SpatialLayer || p.TemporalLayer != want.TemporalLayer || p.Keyframe != want.Keyframe {
			t.Errorf("%d: %+v, with descriptor %+v", p.seq, p.Frame, want)
		}
		if !p.Needed.Has(want.Needed) {
			t.Errorf("%d: needed by %s, with descriptor %s", p.seq, grid(p.Needed), grid(want.Needed))
		}
		if top := p.SpatialLayer == 2; top != (p.Width != 0) || top && p.Width != want.Width {
			t.Errorf("%d: S%d of %dx%d", p.seq, p.SpatialLayer, p.Width, p.Height)
		}
	}
}

// TestSimulcastEncodingsShareFrameNumbers shows that a gap in the frame numbers
// of one encoding is no loss.
func TestSimulcastEncodingsShareFrameNumbers(t *testing.T) {
	var starts []inspected
	for _, packets := range inspectCapture(t, "chromium-vp8-simulcast-dd.txt", true) {
		for _, p := range packets {
			if p.Start {
				starts = append(starts, p)
			}
		}
	}
	slices.SortFunc(starts, func(a, b inspected) int { return cmp.Compare(a.PictureID, b.PictureID) })
	for i, p := range starts {
		if p.PictureIDBits != 16 || p.PictureID != starts[0].PictureID+uint16(i) {
			t.Errorf("%s %d: frame %d, want %d", p.rid, p.seq, p.PictureID, starts[0].PictureID+uint16(i))
		}
	}
}

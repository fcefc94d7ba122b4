package codec_test

import (
	"bufio"
	"bytes"
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
	octets     int    // of the whole payload, without padding
	payload    []byte // the first of them; nil where there was padding only
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
	if p.octets, err = strconv.Atoi(fields[3]); err != nil {
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
func captures(t testing.TB) map[string]codec.Codec {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*-*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]codec.Codec{}
	for _, file := range files {
		name := filepath.Base(file)
		words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '.' })
		if c, ok := codec.Parse(words[1]); !ok {
			t.Fatalf("%s: no codec", name)
		} else if c.IsVideo() {
			found[name] = c
		}
	}
	return found
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
			inspectors[p.rid] = codec.NewInspector(captures(t)[name])
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
// packets of a capture: every frame is begun once, and its packets are needed by
// the same targets.
func TestBrowsersBeginWithTheirOnlyKeyframe(t *testing.T) {
	for name, c := range captures(t) {
		for rid, packets := range inspectCapture(t, name, true) {
			last := packets[0]
			for i, p := range packets {
				checkFrame(t, p.Frame, nil)
				checkTargets(t, p.Frame)
				if p.Keyframe != (i == 0) || p.Keyframe != (p.Switch == packet.AllTargets) {
					t.Errorf("%s %s %d: keyframe %v, entered at %s", name, rid, p.seq, p.Keyframe, grid(p.Switch))
				}
				next := p.timestamp != last.timestamp || p.SpatialLayer != last.SpatialLayer
				if p.Start != (i == 0 || next) {
					t.Errorf("%s %s %d: start %v", name, rid, p.seq, p.Start)
				}
				if next && last.End != (c == codec.VP9 || last.descriptor != nil) {
					t.Errorf("%s %s %d: end %v", name, rid, last.seq, last.End)
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

// layerSizes are those of the spatial layers, and of the encodings by rid.
func layerSizes() [][2]uint16 { return [][2]uint16{{320, 180}, {640, 360}, {1280, 720}} }

// patternOf returns the temporal layers of the frames of a stream, one group of
// digits for each picture.
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
	patterns := map[string]string{
		"chromium-av1-default.txt":      "0 0 0 0",
		"chromium-av1-l1t3.txt":         "0 2 1 2 0",
		"chromium-av1-l3t3-start.txt":   "00 22 11 22 000 22 11 22 000 222 111 222 00",
		"chromium-av1-l3t3.txt":         "000 222 111 222 000",
		"chromium-av1-l3t3_key.txt":     "000 222 111 222 000 222 111 222 000",
		"chromium-h264-l1t3.txt":        "0 2 1 2 0 2 1 2 0",
		"chromium-h264-simulcast.txt":   "0 0 0 0",
		"chromium-vp8-simulcast-dd.txt": "0 2 1 2 0 2 1 2 0",
		"chromium-vp8-simulcast.txt":    "0 2 1 2 0",
		"chromium-vp9-default.txt":      "0 0 0 0",
		"chromium-vp9-l1t3.txt":         "0 2 1 2 0",
		"chromium-vp9-l3t3-start.txt":   "0 2 1 2 000 222 111 2 0 2 1 2 000",
		"chromium-vp9-l3t3.txt":         "000 222 111 222 000 222 111",
		"chromium-vp9-l3t3_key.txt":     "000 222 111 222 000 222 111 222",
		"chromium-vp9-s3t3.txt":         "000 222 111 222 000 222",
		"chromium-vp9-simulcast.txt":    "0 2",
		"firefox-av1-simulcast.txt":     "0 1 0 1 0",
		"firefox-vp8-simulcast.txt":     "0 1 0 1 0 1",
		"firefox-vp9.txt":               "0 0 0 0",
	}
	for name := range captures(t) {
		// Only the descriptor has the layers of VP8 sent together with it.
		for rid, packets := range inspectCapture(t, name, true) {
			if got := patternOf(packets); patterns[name] == "" || !strings.HasPrefix(got, patterns[name]) {
				t.Errorf("%s %s: temporal layers %q, want %q", name, rid, got, patterns[name])
			}
			for _, p := range packets {
				want := layerSizes()[p.SpatialLayer]
				switch {
				case rid != "":
					want = layerSizes()[strings.Index("lmh", rid)]
				case !strings.Contains(name, "3t3"):
					want = layerSizes()[2]
				}
				if p.Width != want[0] || p.Height != want[1] {
					t.Errorf("%s %s %d: S%d of %dx%d", name, rid, p.seq, p.SpatialLayer, p.Width, p.Height)
				}
			}
		}
	}
}

// TestVP9SaysTheSameWithoutDescriptor reads streams by their descriptors and by
// their payload alone.
func TestVP9SaysTheSameWithoutDescriptor(t *testing.T) {
	for name, c := range captures(t) {
		if c != codec.VP9 {
			continue
		}
		streams := inspectCapture(t, name, true)
		for rid, without := range inspectCapture(t, name, false) {
			for i, p := range without {
				want := streams[rid][i].Frame
				if p.SpatialLayer != want.SpatialLayer || p.TemporalLayer != want.TemporalLayer || p.Start != want.Start ||
					p.End != want.End || p.Width != want.Width || p.PictureID != want.PictureID {
					t.Errorf("%s %d: %+v, with descriptor %+v", name, p.seq, p.Frame, want)
				}
				if p.Needed != want.Needed {
					t.Errorf("%s %d: needed by %s, with descriptor %s", name, p.seq, grid(p.Needed), grid(want.Needed))
				}
				// In the frame's row: those above may not be known yet. The last column
				// is like the one before it, and streams without U have but one.
				row := packet.TargetsFrom(p.SpatialLayer, 0) &^ targetsFromColumn(3)
				if p.SwitchUp && p.Switch&row != want.Switch&row {
					t.Errorf("%s %d: entered at %s, with descriptor %s", name, p.seq, grid(p.Switch), grid(want.Switch))
				}
			}
		}
	}
}

// targetsFromColumn returns those of a temporal layer and above.
func targetsFromColumn(temporal uint8) packet.Targets {
	var set packet.Targets
	for s := range uint8(packet.MaxSpatial + 1) {
		set |= packet.TargetsFrom(s, temporal)
	}
	return set
}

// TestAV1IsSafeWithoutDescriptor reads layers from OBU headers, which say nothing
// of what refers to what.
func TestAV1IsSafeWithoutDescriptor(t *testing.T) {
	for name, c := range captures(t) {
		if c != codec.AV1 {
			continue
		}
		streams := inspectCapture(t, name, true)
		for rid, without := range inspectCapture(t, name, false) {
			for i, p := range without {
				want := streams[rid][i].Frame
				if p.SpatialLayer != want.SpatialLayer || p.TemporalLayer != want.TemporalLayer || p.Keyframe != want.Keyframe {
					t.Errorf("%s %d: %+v, with descriptor %+v", name, p.seq, p.Frame, want)
				}
				if !p.Needed.Has(want.Needed) {
					t.Errorf("%s %d: needed by %s, with descriptor %s", name, p.seq, grid(p.Needed), grid(want.Needed))
				}
				if p.Width != want.Width && (p.Width != 0 || p.SpatialLayer == 2) {
					t.Errorf("%s %d: S%d of %dx%d", name, p.seq, p.SpatialLayer, p.Width, p.Height)
				}
			}
		}
	}
}

// TestSimulcastEncodingsShareFrameNumbers shows that a gap in the frame numbers
// of one encoding is no loss.
func TestSimulcastEncodingsShareFrameNumbers(t *testing.T) {
	for _, name := range []string{"chromium-vp8-simulcast-dd.txt", "chromium-h264-simulcast.txt", "firefox-av1-simulcast.txt"} {
		var starts []inspected
		for _, packets := range inspectCapture(t, name, true) {
			for _, p := range packets {
				if p.Start {
					starts = append(starts, p)
				}
			}
		}
		slices.SortFunc(starts, func(a, b inspected) int { return cmp.Compare(a.PictureID, b.PictureID) })
		for i, p := range starts {
			if p.PictureIDBits != 16 || p.PictureID != starts[0].PictureID+uint16(i) {
				t.Errorf("%s %s %d: frame %d, want %d", name, p.rid, p.seq, p.PictureID, starts[0].PictureID+uint16(i))
			}
		}
	}
}

// TestChromiumRepeatsThePacketBefore takes its redundant audio apart.
func TestChromiumRepeatsThePacketBefore(t *testing.T) {
	const opus = 111
	var last []byte
	for i, p := range readCapture(t, "chromium-opus-red.txt") {
		if p.octets == 0 {
			continue
		}
		whole := append(slices.Clone(p.payload), make([]byte, p.octets-len(p.payload))...)
		blocks, err := codec.SplitRED(nil, whole)
		if err != nil || len(blocks) != min(i+1, 2) {
			t.Fatalf("%d: %d blocks, %v", p.seq, len(blocks), err)
		}
		primary := blocks[len(blocks)-1]
		if primary.PayloadType != opus || len(blocks) == 2 && (blocks[0].PayloadType != opus || blocks[0].TimestampOffset != 960) {
			t.Errorf("%d: %+v", p.seq, blocks)
		}
		if seen := len(p.payload) - 5; len(blocks) == 2 && !bytes.HasPrefix(last, blocks[0].Payload[:min(seen, len(last), len(blocks[0].Payload))]) {
			t.Errorf("%d repeats %x of %x", p.seq, blocks[0].Payload, last)
		}
		last = primary.Payload
		if known := len(p.payload) - (len(whole) - len(primary.Payload)); known < len(last) {
			last = last[:max(known, 0)] // the rest was not recorded
		}
	}
}

package speaker_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

const levelExtension = 1

// sampleOf sends a payload with a level through the parser.
func sampleOf(t *testing.T, payload []byte, ext []byte) speaker.Sample {
	t.Helper()
	h := rtp.Header{Version: 2, PayloadType: 111}
	if ext != nil {
		if err := h.SetExtension(levelExtension, ext); err != nil {
			t.Fatal(err)
		}
	}
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	p := packet.NewPool().Get()
	defer p.Release()
	if err := p.Parse(b); err != nil {
		t.Fatal(err)
	}
	p.ReadAudioLevel(levelExtension)
	return speaker.SampleOf(p)
}

func TestSampleHasTheLevelOfThePacket(t *testing.T) {
	got := sampleOf(t, []byte{0x78, 1, 2}, []byte{0x80 | 30})
	want := speaker.Sample{Level: 30, Voice: true, HasLevel: true, Size: 3, Duration: 20 * ms}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDurationIsThatOfTheTableOfContents(t *testing.T) {
	tests := []struct {
		name    string
		payload []byte
		want    time.Duration
	}{
		{"SILK 10 ms", []byte{0 << 3}, 10 * ms},
		{"SILK 60 ms", []byte{3 << 3}, 60 * ms},
		{"SILK 40 ms, twice", []byte{6<<3 | 1}, 80 * ms},
		{"hybrid 10 ms", []byte{12 << 3}, 10 * ms},
		{"hybrid 20 ms", []byte{15 << 3}, 20 * ms},
		{"CELT 2.5 ms", []byte{16 << 3}, 2500 * time.Microsecond},
		{"CELT 20 ms, twice of different sizes", []byte{31<<3 | 2}, 40 * ms},
		{"CELT 20 ms, six frames", []byte{31<<3 | 3, 0x80 | 6}, 120 * ms},
		{"count is missing", []byte{31<<3 | 3}, 0},
		{"no frames", []byte{31<<3 | 3, 0}, 0},
		{"empty", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sampleOf(t, tt.payload, nil); got.Duration != tt.want {
				t.Errorf("%v, want %v", got.Duration, tt.want)
			}
		})
	}
}

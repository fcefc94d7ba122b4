package codec_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// redPayload is two redundant blocks, 1920 and 960 units old, and the primary.
var redPayload = []byte{
	0x80 | 111, 0x1e, 0x00, 0x02,
	0x80 | 111, 0x0f, 0x00, 0x03,
	111,
	'a', 'b',
	'c', 'd', 'e',
	'f',
}

func redBlocks() []codec.REDBlock {
	return []codec.REDBlock{
		{PayloadType: 111, TimestampOffset: 1920, Payload: []byte("ab")},
		{PayloadType: 111, TimestampOffset: 960, Payload: []byte("cde")},
		{PayloadType: 111, Payload: []byte("f")},
	}
}

func TestREDIsTakenApartAndPutTogether(t *testing.T) {
	blocks, err := codec.SplitRED(nil, redPayload)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(redBlocks(), blocks); diff != "" {
		t.Error(diff)
	}
	got, err := codec.AppendRED([]byte("in front of it"), blocks)
	if want := append([]byte("in front of it"), redPayload...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x %v, want %x", got, err, want)
	}
}

func TestREDBlocksLieInThePayload(t *testing.T) {
	payload := bytes.Clone(redPayload)
	blocks, err := codec.SplitRED(make([]codec.REDBlock, 1), payload)
	if err != nil || len(blocks) != 4 {
		t.Fatal(blocks, err)
	}
	payload[len(payload)-1] = 'g'
	if string(blocks[3].Payload) != "g" {
		t.Error("the primary block was copied")
	}
	if appended := append(blocks[1].Payload, 'x'); string(blocks[2].Payload) != "cde" {
		t.Errorf("%q wrote into the next block", appended)
	}
}

func TestREDLimits(t *testing.T) {
	widest := codec.REDBlock{PayloadType: 127, TimestampOffset: 1<<14 - 1, Payload: make([]byte, 1<<10-1)}
	primary := codec.REDBlock{PayloadType: 127, Payload: make([]byte, 2000)}
	eight := []codec.REDBlock{widest, widest, widest, widest, widest, widest, widest, primary}
	payload, err := codec.AppendRED(nil, eight)
	if err != nil {
		t.Fatal(err)
	}
	if blocks, err := codec.SplitRED(nil, payload); err != nil || !cmp.Equal(blocks, eight) {
		t.Errorf("%d blocks, %v", len(blocks), err)
	}
	with := func(change func(*codec.REDBlock)) []codec.REDBlock {
		b := widest
		change(&b)
		return []codec.REDBlock{b, primary}
	}
	for _, tt := range []struct {
		name   string
		blocks []codec.REDBlock
		err    error
	}{
		{"no block", nil, codec.ErrREDBlocks},
		{"nine blocks", append([]codec.REDBlock{widest}, eight...), codec.ErrREDBlocks},
		{"payload type", with(func(b *codec.REDBlock) { b.PayloadType = 128 }), codec.ErrREDRange},
		{"offset", with(func(b *codec.REDBlock) { b.TimestampOffset = 1 << 14 }), codec.ErrREDRange},
		{"length", with(func(b *codec.REDBlock) { b.Payload = make([]byte, 1<<10) }), codec.ErrREDRange},
		{"primary payload type", []codec.REDBlock{{PayloadType: 128}}, codec.ErrREDRange},
		{"primary offset", []codec.REDBlock{{TimestampOffset: 1}}, codec.ErrREDRange},
	} {
		if got, err := codec.AppendRED([]byte("x"), tt.blocks); !errors.Is(err, tt.err) || string(got) != "x" {
			t.Errorf("%s: %x %v, want %v", tt.name, got, err, tt.err)
		}
	}
}

func TestREDThatIsMalformedLeavesTheBlocksAlone(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"empty", nil, codec.ErrRED},
		{"half a header", []byte{0xef, 0, 0}, codec.ErrRED},
		{"primary header missing", []byte{0xef, 0, 0, 0}, codec.ErrRED},
		{"block past the end", []byte{0xef, 0, 0, 2, 0x6f, 1}, codec.ErrRED},
		{"second block past the end", []byte{0xef, 0, 0, 1, 0xef, 0, 0, 2, 0x6f, 1, 1}, codec.ErrRED},
		{"nine blocks", append(bytes.Repeat([]byte{0xef, 0, 0, 0}, 8), 0x6f), codec.ErrREDBlocks},
	} {
		dst := redBlocks()[:1]
		if got, err := codec.SplitRED(dst, tt.in); !errors.Is(err, tt.err) || len(got) != 1 {
			t.Errorf("%s: %d blocks, %v, want %v", tt.name, len(got), err, tt.err)
		}
	}
}

func TestREDOfOneBlock(t *testing.T) {
	for _, in := range [][]byte{{0x6f, 1, 2}, {0x6f}} {
		blocks, err := codec.SplitRED(nil, in)
		if err != nil || len(blocks) != 1 || !bytes.Equal(blocks[0].Payload, in[1:]) {
			t.Errorf("%x: %+v %v", in, blocks, err)
		}
	}
}

func TestREDDoesNotAllocate(t *testing.T) {
	blocks, payload := make([]codec.REDBlock, 0, 3), make([]byte, 0, len(redPayload))
	if allocs := testing.AllocsPerRun(100, func() {
		var err error
		if blocks, err = codec.SplitRED(blocks[:0], redPayload); err != nil {
			t.Fatal(err)
		}
		if payload, err = codec.AppendRED(payload[:0], blocks); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkSplitRED(b *testing.B) {
	blocks := make([]codec.REDBlock, 0, 3)
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if blocks, err = codec.SplitRED(blocks[:0], redPayload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendRED(b *testing.B) {
	blocks, payload := redBlocks(), make([]byte, 0, len(redPayload))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if payload, err = codec.AppendRED(payload[:0], blocks); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzRED takes any payload apart and puts it together again.
func FuzzRED(f *testing.F) {
	f.Add(redPayload)
	f.Add([]byte{0x6f, 1, 2})
	f.Add([]byte{0xef, 0, 0, 2, 0x6f, 1})
	f.Add(append(bytes.Repeat([]byte{0xef, 0, 0, 0}, 7), 0x6f))
	f.Fuzz(func(t *testing.T, payload []byte) {
		blocks, err := codec.SplitRED(nil, payload)
		if err != nil {
			if len(blocks) != 0 {
				t.Errorf("%x: %d blocks together with the error %v", payload, len(blocks), err)
			}
			return
		}
		again, err := codec.AppendRED(nil, blocks)
		if err != nil || !bytes.Equal(again, payload) {
			t.Errorf("%x there and back is %x, %v", payload, again, err)
		}
	})
}

package clip

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ivf(frames ...string) []byte {
	b := append([]byte("DKIF\x00\x00\x20\x00VP80"), make([]byte, 20)...)
	for _, f := range frames {
		b = append(append(b, byte(len(f)), 0, 0, 0), make([]byte, 8)...)
		b = append(b, f...)
	}
	return b
}

func TestIVFFrames(t *testing.T) {
	whole := ivf("one", "", "three")
	longHeader := append([]byte("DKIF\x00\x00\x22\x00"), append(make([]byte, 26), ivf("a")[32:]...)...)
	for name, tt := range map[string]struct {
		file []byte
		want []string
		err  error
	}{
		"frames":          {whole, []string{"one", "", "three"}, nil},
		"longer header":   {longHeader, []string{"a"}, nil},
		"no frames":       {ivf(), nil, errEmpty},
		"nothing":         {nil, nil, errFormat},
		"other signature": {bytes.Replace(whole, []byte("DKIF"), []byte("RIFF"), 1), nil, errFormat},
		"header too short": {
			append([]byte("DKIF\x00\x00\x1f\x00"), make([]byte, 24)...), nil, errFormat,
		},
		"header past the end": {append([]byte("DKIF\x00\x00\xff\x00"), make([]byte, 24)...), nil, errFormat},
		"cut frame header":    {whole[:32+11], nil, errTruncated},
		"cut frame":           {whole[:len(whole)-1], nil, errTruncated},
	} {
		t.Run(name, func(t *testing.T) { checkPieces(t, ivfFrames, tt.file, tt.want, tt.err) })
	}
}

func TestAccessUnits(t *testing.T) {
	const parameters, idr, slice = "\x00\x00\x00\x01\x67\x42\x00\x00\x01\x68\xce", "\x00\x00\x00\x01\x65\x88", "\x00\x00\x01\x41\x9a"
	const secondSlice, sei = "\x00\x00\x01\x41\x1a", "\x00\x00\x00\x01\x06\x05"
	for name, tt := range map[string]struct {
		stream string
		want   []string
		err    error
	}{
		"one":                   {parameters + idr, []string{parameters + idr}, nil},
		"three":                 {parameters + idr + slice + slice, []string{parameters + idr, slice, slice}, nil},
		"slices of a picture":   {idr + slice + secondSlice + slice, []string{idr, slice + secondSlice, slice}, nil},
		"SEI begins a unit":     {idr + sei + slice, []string{idr, sei + slice}, nil},
		"empty unit":            {idr + "\x00\x00\x01" + slice, []string{idr, "\x00\x00\x01" + slice}, nil},
		"nothing":               {"", nil, errFormat},
		"no start code":         {"\x65\x88", nil, errFormat},
		"parameters alone":      {parameters, nil, errTruncated},
		"parameters at the end": {idr + parameters, nil, errTruncated},
		"start code alone":      {"\x00\x00\x01", nil, errTruncated},
	} {
		t.Run(name, func(t *testing.T) { checkPieces(t, accessUnits, []byte(tt.stream), tt.want, tt.err) })
	}
}

// page is an Ogg page of segments.
func page(segments ...string) string {
	b := append([]byte(oggSignature), make([]byte, oggHeaderSize-4)...)
	b[oggSegments] = byte(len(segments))
	for _, s := range segments {
		b = append(b, byte(len(s)))
	}
	return string(b) + strings.Join(segments, "")
}

func TestOpusPackets(t *testing.T) {
	headers := page("OpusHead") + page("OpusTags")
	full := strings.Repeat("x", oggFullSize)
	for name, tt := range map[string]struct {
		file string
		want []string
		err  error
	}{
		"packets":                {headers + page("a", "b") + page("c"), []string{"a", "b", "c"}, nil},
		"several segments":       {headers + page(full, "b", "c"), []string{full + "b", "c"}, nil},
		"across pages":           {headers + page(full) + page("b"), []string{full + "b"}, nil},
		"exactly one segment":    {headers + page(full, ""), []string{full}, nil},
		"headers alone":          {headers, nil, errEmpty},
		"one header":             {page("OpusHead"), nil, errFormat},
		"headers out of order":   {page("OpusTags", "OpusHead", "a"), nil, errFormat},
		"nothing":                {"", nil, errFormat},
		"other signature":        {headers + strings.ToLower(page("a")), nil, errFormat},
		"cut page header":        {headers + page("a")[:20], nil, errTruncated},
		"cut sizes":              {headers + page("a", "b")[:28], nil, errTruncated},
		"cut segment":            {headers + page("ab")[:29], nil, errTruncated},
		"packet that never ends": {headers + page(full), nil, errTruncated},
	} {
		t.Run(name, func(t *testing.T) { checkPieces(t, opusPackets, []byte(tt.file), tt.want, tt.err) })
	}
}

func checkPieces(t *testing.T, parse func([]byte) ([][]byte, error), file []byte, want []string, wantErr error) {
	t.Helper()
	pieces, err := parse(file)
	if !errors.Is(err, wantErr) {
		t.Errorf("error %v, want %v", err, wantErr)
	}
	var got []string
	for _, p := range pieces {
		got = append(got, string(p))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLevels(t *testing.T) {
	packets := [][]byte{{1}, {2}}
	got, err := withLevels(packets, "127 0\n20 1\n")
	want := []AudioFrame{{Data: []byte{1}, Level: 127}, {Data: []byte{2}, Level: 20, Voice: true}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	for name, tt := range map[string]struct {
		lines string
		err   error
	}{
		"too few":       {"127 0\n", errTruncated},
		"too many":      {"1 0\n1 0\n1 0\n", errFormat},
		"no voice":      {"127\n1 0\n", errFormat},
		"level too far": {"128 0\n1 0\n", errFormat},
		"negative":      {"-1 0\n1 0\n", errFormat},
		"other voice":   {"1 2\n1 0\n", errFormat},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := withLevels(packets, tt.lines); !errors.Is(err, tt.err) || got != nil {
				t.Errorf("%v, error %v, want %v", got, err, tt.err)
			}
		})
	}
}

// FuzzParse holds for every parser and file: no panic, and what comes out was in.
func FuzzParse(f *testing.F) {
	f.Add(ivf("one", "two"))
	f.Add([]byte("\x00\x00\x00\x01\x67\x42\x00\x00\x01\x65\x88\x00\x00\x01\x41\x9a"))
	f.Add([]byte(page("OpusHead") + page("OpusTags") + page("a", "b")))
	for _, name := range []string{"videos/vp8-180.ivf", "videos/h264-180.h264", "voice/voice.ogg"} {
		file, err := fs.ReadFile(files, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file[:4000])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func([]byte) ([][]byte, error){ivfFrames, accessUnits, opusPackets} {
			pieces, err := parse(b)
			if (err == nil) != (len(pieces) > 0) {
				t.Errorf("%d pieces with error %v", len(pieces), err)
			}
			octets := 0
			for _, p := range pieces {
				octets += len(p)
			}
			if octets > len(b) {
				t.Errorf("%d octets out of %d", octets, len(b))
			}
		}
	})
}

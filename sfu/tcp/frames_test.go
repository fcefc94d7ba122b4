package tcp

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// cut returns all frames of a stream, and the error at its end.
func cut(from io.Reader) ([][]byte, error) {
	f := newFrames(from)
	var list [][]byte
	for {
		frame, err := f.next()
		if err != nil {
			return list, err
		}
		list = append(list, bytes.Clone(frame))
	}
}

func TestStreamIsCutIntoItsFramesHoweverItArrives(t *testing.T) {
	want := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte{7}, MaxFrame), []byte("two"), bytes.Repeat([]byte{8}, MaxFrame)}
	var stream []byte
	for _, frame := range want {
		stream = appendFrame(stream, frame)
	}
	for name, reader := range map[string]io.Reader{
		"at once":             bytes.NewReader(stream),
		"octet by octet":      iotest.OneByteReader(bytes.NewReader(stream)),
		"in halves":           iotest.HalfReader(bytes.NewReader(stream)),
		"the end with octets": iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		got, err := cut(reader)
		if !errors.Is(err, io.EOF) || !bytes.Equal(bytes.Join(got, []byte{'|'}), bytes.Join(want, []byte{'|'})) {
			t.Errorf("%s: %d frames and %v, want %d and EOF", name, len(got), err, len(want))
		}
	}
}

func TestStreamEndsAtAFrameThatIsTooLargeOrIncomplete(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		reader io.Reader
		want   error
	}{
		"largest":                  {bytes.NewReader(appendFrame(nil, make([]byte, MaxFrame))), io.EOF},
		"one octet more":           {bytes.NewReader(appendFrame(nil, make([]byte, MaxFrame+1))), ErrOversize},
		"one octet more announced": {bytes.NewReader([]byte{(MaxFrame + 1) >> 8, (MaxFrame + 1) & 0xFF}), ErrOversize},
		"ends inside the length":   {bytes.NewReader([]byte{0}), io.ErrUnexpectedEOF},
		"ends inside a frame":      {bytes.NewReader([]byte{0, 2, 1}), io.ErrUnexpectedEOF},
		"ends before the content":  {bytes.NewReader([]byte{0, 2}), io.ErrUnexpectedEOF},
		"nothing":                  {bytes.NewReader(nil), io.EOF},
		"an error":                 {iotest.ErrReader(broken), broken},
		"a reader that idles":      {idler{}, io.ErrNoProgress},
	} {
		if _, err := cut(c.reader); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

type idler struct{}

func (idler) Read([]byte) (int, error) { return 0, nil }

// FuzzFrames holds the cutter against the whole stream: however it arrives, the
// frames are those of its lengths, up to the first that is too large or
// incomplete.
func FuzzFrames(f *testing.F) {
	f.Add(appendFrame(appendFrame(nil, media), hello), uint8(1))
	f.Add(appendFrame(appendFrame(nil, nil), make([]byte, MaxFrame)), uint8(200))
	f.Add([]byte{0xFF, 0xFF, 1}, uint8(3))
	f.Add([]byte{0, 0, 0}, uint8(2))
	f.Add([]byte{}, uint8(0))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		got, err := cut(&stepper{stream, int(step)%97 + 1})
		rest := stream
		for i, frame := range got {
			if len(frame) > MaxFrame || len(rest) < 2+len(frame) || !bytes.Equal(rest[:2+len(frame)], appendFrame(nil, frame)) {
				t.Fatalf("frame %d of %x is %x", i, stream, frame)
			}
			rest = rest[2+len(frame):]
		}
		oversize := len(rest) >= 2 && int(rest[0])<<8|int(rest[1]) > MaxFrame
		incomplete := len(rest) == 1 || len(rest) >= 2 && len(rest)-2 < int(rest[0])<<8|int(rest[1])
		switch {
		case oversize && errors.Is(err, ErrOversize):
		case !oversize && incomplete && errors.Is(err, io.ErrUnexpectedEOF):
		case len(rest) == 0 && errors.Is(err, io.EOF):
		default:
			t.Fatalf("%x ended after %d frames, before %x: %v", stream, len(got), rest, err)
		}
	})
}

// stepper reads some octets at a time.
type stepper struct {
	rest []byte
	step int
}

func (s *stepper) Read(b []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), s.step)], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

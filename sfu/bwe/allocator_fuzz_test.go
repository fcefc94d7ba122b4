package bwe

import (
	"encoding/binary"
	"testing"
	"time"
)

// script reads a fuzzed input; after its end all numbers are 0.
type script []byte

func (s *script) next() uint8 {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

func (s *script) bitrate() Bitrate {
	var b [8]byte
	for i := range 3 {
		b[i] = s.next()
	}
	r := Bitrate(binary.LittleEndian.Uint32(b[:])) //nolint:gosec // 24 bits
	switch s.next() {
	case 255:
		return -r
	case 254:
		return r << 36
	}
	return r
}

func (s *script) video(v *Video) {
	v.Priority = Priority(s.next()) //nolint:gosec // any will do
	v.Prefer = Preference(s.next() % 4)
	v.MaxWidth, v.MaxHeight = uint16(s.next())*8, uint16(s.next())*8
	v.MaxSpatial, v.MaxTemporal = s.next(), s.next()
	v.Levels = nil
	for range s.next() % 16 {
		shape := s.next()
		v.Levels = append(v.Levels, Level{
			Spatial: shape & 3, Temporal: shape >> 2 & 3, // in any order, and more than once
			Width: uint16(shape>>4) * 100, Height: uint16(shape>>4) * 80, Bitrate: s.bitrate(),
		})
	}
}

// ordered reports whether all levels are as they should be: in order, each once.
func ordered(videos []*Video) bool {
	for _, v := range videos {
		for i := range v.Levels[min(1, len(v.Levels)):] {
			a, b := v.Levels[i], v.Levels[i+1]
			if a.Spatial > b.Spatial || a.Spatial == b.Spatial && a.Temporal >= b.Temporal {
				return false
			}
		}
	}
	return true
}

func FuzzAllocate(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x02\x00\x00\x00\xff\xff\x03\x00\x10\x27\x00\x00\x04\x20\x4e\x00\x00\x08\x60\xea\x00\x00\x02\xff\xff\x0f\x00"))
	f.Add([]byte("\x00\xff\x00\x00\x00\xff\xff\x02\x11\x60\xea\x00\x00\x22\x00\x00\x00\x00\x02\x00\x00\x01\x00\x03\x00\x02\x00\x00\x10\x00"))
	f.Fuzz(func(t *testing.T, input []byte) {
		s := script(input)
		var a Allocator
		var videos []*Video
		now := time.Unix(1000, 0)
		for len(s) > 0 {
			switch op := s.next(); op % 4 {
			case 0:
				v := new(Video)
				s.video(v)
				videos = append(videos, v)
			case 1:
				if len(videos) > 0 {
					s.video(videos[int(op/4)%len(videos)])
				}
			case 2:
				available := s.bitrate()
				first, _ := a.Allocate(videos, available, now)
				checkSums(t, videos, &a, available)
				again, changed := a.Allocate(videos, available, now)
				if changed && ordered(videos) || again != first || again < 0 {
					t.Fatalf("the same input: changed %t, demand %v and %v", changed, first, again)
				}
			case 3:
				now = now.Add(time.Duration(s.next()) * 100 * time.Millisecond)
			}
		}
	})
}

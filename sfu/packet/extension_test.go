package packet_test

import (
	"bytes"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func withExtension(profile uint16, data ...byte) []byte {
	return join(header(0x90), []byte{byte(profile >> 8), byte(profile), 0, byte(len(data) / 4)}, data, []byte("x"))
}

func TestExtensionFindsElements(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		id   uint8
		want []byte
	}{
		{"one-byte, first", withExtension(0xbede, 0x10, 0xaa, 0x21, 1, 2, 0, 0, 0), 1, []byte{0xaa}},
		{"one-byte, after another", withExtension(0xbede, 0x10, 0xaa, 0x21, 1, 2, 0, 0, 0), 2, []byte{1, 2}},
		{"one-byte, after padding", withExtension(0xbede, 0, 0, 0x20, 5), 2, []byte{5}},
		{"one-byte, absent", withExtension(0xbede, 0x10, 0xaa, 0, 0), 3, nil},
		{"one-byte, behind identifier 15", withExtension(0xbede, 0xf0, 1, 0x20, 5), 2, nil},
		{"one-byte, behind identifier 0 with a length", withExtension(0xbede, 0x01, 1, 0x20, 5), 2, nil},
		{"identifier 0 is padding", withExtension(0xbede, 0, 0, 0x20, 5), 0, nil},
		{"two-byte", withExtension(0x1000, 1, 1, 9, 200, 2, 3, 4, 0), 200, []byte{3, 4}},
		{"two-byte, application bits set", withExtension(0x1007, 1, 1, 9, 0), 1, []byte{9}},
		{"two-byte, empty element", withExtension(0x1000, 1, 0, 2, 0), 2, []byte{}},
		{"another profile", withExtension(0xabcd, 0x10, 0xaa, 0, 0), 1, nil},
		{"no extension", join(header(0x80), []byte("x")), 1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, tt.in)
			got := p.Extension(tt.id)
			if !bytes.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
			if string(p.Payload()) != "x" {
				t.Errorf("payload %q", p.Payload())
			}
		})
	}
}

func TestReadAudioLevel(t *testing.T) {
	p := parse(t, withExtension(0xbede, 0x10, 0x80|42, 0, 0))
	p.ReadAudioLevel(2)
	if p.HasAudioLevel {
		t.Error("a level from an extension that is not there")
	}
	p.ReadAudioLevel(1)
	if !p.HasAudioLevel || !p.Voice || p.AudioLevel != 42 {
		t.Errorf("has %v voice %v level %d, want true true 42", p.HasAudioLevel, p.Voice, p.AudioLevel)
	}
}

func TestReadAudioLevelIgnoresAnEmptyElement(t *testing.T) {
	p := parse(t, withExtension(0x1000, 1, 0, 0, 0))
	p.ReadAudioLevel(1)
	if p.HasAudioLevel {
		t.Error("a level from no octets")
	}
}

func BenchmarkExtension(b *testing.B) {
	p := packet.NewPool().Get()
	if err := p.Parse(mediaPacket(b)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(p.Extension(5)) != 2 {
			b.Fatal("not found")
		}
	}
}

package codec_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func structures() map[string]*structureSpec {
	wide := l1t3() // 32 targets, templates whose identifiers wrap around
	wide.offset, wide.chains, wide.protectedBy = 60, 0, nil
	for i := range wide.templates {
		wide.templates[i].indications += strings.Repeat("-", 29)
		wide.templates[i].chains = nil
	}
	return map[string]*structureSpec{
		"L1T1": l1t1(), "L1T3": l1t3(), "L3T3": l3t3(), "L3T3_KEY": l3t3Key(), "S3T3": s3t3(), "wide": wide,
	}
}

func letters(d *codec.Descriptor) string {
	var b strings.Builder
	for i := range d.Targets {
		b.WriteByte("-DSR"[d.Indication(i)])
	}
	return b.String()
}

// expectDescriptor compares what was read with what was written.
func expectDescriptor(t *testing.T, s *structureSpec, spec descriptorSpec, d codec.Descriptor) {
	t.Helper()
	want := s.templates[spec.template]
	if spec.indications != "" {
		want.indications = spec.indications
	}
	if spec.diffs != nil {
		want.diffs = spec.diffs
	}
	if spec.chains != nil {
		want.chains = spec.chains
	}
	if d.Start != spec.start || d.End != spec.end || d.FrameNumber != spec.number || d.Attached != spec.attach ||
		int(d.SpatialLayer) != want.spatial || int(d.TemporalLayer) != want.temporal {
		t.Errorf("%+v: got %+v", spec, d)
	}
	if got := letters(&d); got != want.indications {
		t.Errorf("template %d: indications %s, want %s", spec.template, got, want.indications)
	}
	if !slices.EqualFunc(d.Diffs(), want.diffs, func(a uint16, b uint32) bool { return uint32(a) == b }) {
		t.Errorf("template %d: refers back %v, want %v", spec.template, d.Diffs(), want.diffs)
	}
	if !slices.EqualFunc(d.Chains(), want.chains, func(a uint8, b uint32) bool { return uint32(a) == b }) {
		t.Errorf("template %d: chains %v, want %v", spec.template, d.Chains(), want.chains)
	}
	if s.sizes != nil && (uint32(d.Width) != s.sizes[want.spatial][0] || uint32(d.Height) != s.sizes[want.spatial][1]) {
		t.Errorf("template %d: %dx%d, want %v", spec.template, d.Width, d.Height, s.sizes[want.spatial])
	}
}

func TestDescriptorReadsEveryTemplateOfAStructure(t *testing.T) {
	for name, s := range structures() {
		t.Run(name, func(t *testing.T) {
			var r codec.DescriptorReader
			for i := range s.templates {
				spec := descriptorSpec{start: true, template: i, number: uint16(65530 + i), attach: i == 0}
				d, err := r.Read(s.octets(spec))
				if err != nil {
					t.Fatalf("template %d: %v", i, err)
				}
				expectDescriptor(t, s, spec, d)
			}
		})
	}
}

func TestDescriptorSaysWhatItsTemplateDoesNot(t *testing.T) {
	s := l3t3()
	var r codec.DescriptorReader
	for _, spec := range []descriptorSpec{
		{start: true, template: 1, number: 1, attach: true, indications: "RRRRRRRRR", diffs: []uint32{}, chains: []uint32{9, 8, 7}},
		{template: 1, number: 2},
		{template: 2, number: 3, indications: "---------"},
		{template: 3, number: 4, diffs: []uint32{1, 16, 17, 256, 257, 4096}},
		{end: true, template: 4, number: 5, chains: []uint32{255, 0, 128}},
	} {
		d, err := r.Read(s.octets(spec))
		if err != nil {
			t.Fatalf("%+v: %v", spec, err)
		}
		expectDescriptor(t, s, spec, d)
	}
}

func TestDescriptorKeepsTheActiveTargets(t *testing.T) {
	s := l1t3()
	var r codec.DescriptorReader
	for _, step := range []struct {
		name string
		spec descriptorSpec
		want uint32
	}{
		{"all with a structure", descriptorSpec{attach: true}, 0b111},
		{"fewer when told", descriptorSpec{template: 1, active: activeSent | 0b001}, 0b001},
		{"the same until told otherwise", descriptorSpec{template: 1}, 0b001},
		{"fewer with a structure", descriptorSpec{attach: true, active: activeSent | 0b011}, 0b011},
		{"all with another structure", descriptorSpec{attach: true}, 0b111},
	} {
		d, err := r.Read(s.octets(step.spec))
		if err != nil || d.Active != step.want || d.Targets != 3 {
			t.Errorf("%s: %b of %d targets, %v, want %b", step.name, d.Active, d.Targets, err, step.want)
		}
	}
}

func TestDescriptorHas32TargetsActive(t *testing.T) {
	s := structures()["wide"]
	var r codec.DescriptorReader
	if d, err := r.Read(s.octets(descriptorSpec{attach: true})); err != nil || d.Active != 1<<32-1 {
		t.Errorf("%x, %v", d.Active, err)
	}
}

// malformed holds descriptors that no reader may believe.
func malformed() map[string][]byte {
	tooMany := l1t1()
	for range 63 {
		tooMany.templates = append(tooMany.templates, tooMany.templates[1])
	}
	spatial, temporal, references := l1t1(), l1t1(), l1t1()
	for i := 1; i <= 8; i++ {
		if i <= 4 {
			spatial.templates = append(spatial.templates, templateSpec{i, 0, "S", []uint32{0}, nil})
		}
		temporal.templates = append(temporal.templates, templateSpec{0, i, "S", []uint32{0}, nil})
	}
	references.templates[1].diffs = make([]uint32, 17)
	for i := range references.templates[1].diffs {
		references.templates[1].diffs[i] = uint32(i%16) + 1
	}
	whole := l3t3().octets(descriptorSpec{template: 1, attach: true})
	attach := descriptorSpec{attach: true}
	return map[string][]byte{
		"empty":                           {},
		"two octets":                      {0xc0, 0},
		"half a structure":                whole[:len(whole)/2],
		"one octet missing":               whole[:len(whole)-1],
		"65 templates":                    tooMany.octets(attach),
		"a fifth spatial layer":           spatial.octets(attach),
		"a ninth temporal layer":          temporal.octets(attach),
		"17 references in a template":     references.octets(attach),
		"17 references in a frame":        l1t1().octets(descriptorSpec{attach: true, diffs: references.templates[1].diffs}),
		"custom indications missing":      {0x00, 0, 9, 0x20},
		"custom chains missing":           {0x00, 0, 9, 0x08},
		"structure without its own frame": l1t1().octets(descriptorSpec{attach: true, template: 2}),
	}
}

func TestDescriptorThatIsMalformedChangesNothing(t *testing.T) {
	for name, b := range malformed() {
		t.Run(name, func(t *testing.T) {
			s := l3t3()
			var r codec.DescriptorReader
			if _, err := r.Read(s.octets(descriptorSpec{template: 1, attach: true, active: activeSent | 0b111})); err != nil {
				t.Fatal(err)
			}
			d, err := r.Read(b)
			if !errors.Is(err, codec.ErrDescriptor) && !errors.Is(err, codec.ErrTemplate) || d != (codec.Descriptor{}) {
				t.Errorf("%x: %+v, %v", b, d, err)
			}
			spec := descriptorSpec{start: true, template: 0xe, number: 7}
			if d, err = r.Read(s.octets(spec)); err != nil || d.Active != 0b111 {
				t.Fatalf("afterwards: active %b, %v", d.Active, err)
			}
			expectDescriptor(t, s, spec, d)
		})
	}
}

func TestDescriptorNeedsTheStructureOfItsTemplate(t *testing.T) {
	s := l1t3()
	s.offset = 62
	var r codec.DescriptorReader
	if _, err := r.Read(s.octets(descriptorSpec{start: true})); !errors.Is(err, codec.ErrTemplate) {
		t.Errorf("before any structure: %v", err)
	}
	if _, err := r.Read(s.octets(descriptorSpec{start: true, attach: true})); err != nil {
		t.Fatal(err)
	}
	for template, want := range map[int]error{-1: codec.ErrTemplate, 0: nil, 4: nil, 5: codec.ErrTemplate} {
		if _, err := r.Read(s.octets(descriptorSpec{template: template})); !errors.Is(err, want) {
			t.Errorf("template %d: %v, want %v", template, err, want)
		}
	}
}

func TestDescriptorPadding(t *testing.T) {
	s := l3t3()
	var r codec.DescriptorReader
	spec := descriptorSpec{start: true, template: 1, attach: true}
	d, err := r.Read(append(s.octets(spec), 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	expectDescriptor(t, s, spec, d)
}

func TestSetFrameNumberChangesNothingElse(t *testing.T) {
	s := l3t3()
	spec := descriptorSpec{start: true, end: true, template: 1, attach: true, number: 1}
	b := s.octets(spec)
	codec.SetFrameNumber(b, 0xfedc)
	spec.number = 0xfedc
	if want := s.octets(spec); !slices.Equal(b, want) {
		t.Errorf("%x, want %x", b, want)
	}
	short := []byte{1, 2}
	codec.SetFrameNumber(short, 0xffff)
	if !slices.Equal(short, []byte{1, 2}) {
		t.Errorf("a truncated descriptor became %x", short)
	}
}

// FuzzDependencyDescriptor reads a descriptor, and another one with what is left
// of the first.
func FuzzDependencyDescriptor(f *testing.F) {
	for _, s := range structures() {
		first := s.octets(descriptorSpec{start: true, template: len(s.templates) / 2, attach: true})
		f.Add(first, s.octets(descriptorSpec{template: 1, number: 1}))
		f.Add(first, s.octets(descriptorSpec{
			template: 1, active: activeSent | 1, indications: strings.Repeat("R", s.targets()),
			diffs: []uint32{1, 300, 4000}, chains: make([]uint32, s.chains),
		}))
	}
	for _, b := range malformed() {
		f.Add(l3t3().octets(descriptorSpec{attach: true}), b)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var r codec.DescriptorReader
		before, err := r.Read(first)
		checkDescriptor(t, first, before, err)
		untouched := r
		d, err := r.Read(second)
		checkDescriptor(t, second, d, err)
		if err != nil && r != untouched {
			t.Errorf("%x was refused and changed the reader", second)
		}
		if again, _ := r.Read(second); again != d {
			t.Errorf("%x read twice: %+v and %+v", second, d, again)
		}
		if err != nil {
			return
		}
		codec.SetFrameNumber(second, 0x1234)
		d.FrameNumber = 0x1234
		if changed, err := r.Read(second); err != nil || changed != d {
			t.Errorf("with another number: %+v %v, want %+v", changed, err, d)
		}
	})
}

// checkDescriptor holds for whatever is read from any octets.
func checkDescriptor(t *testing.T, b []byte, d codec.Descriptor, err error) {
	t.Helper()
	if err != nil {
		if d != (codec.Descriptor{}) {
			t.Errorf("a descriptor %+v together with the error %v", d, err)
		}
		return
	}
	if d.SpatialLayer > 3 || d.TemporalLayer > 7 || d.Targets < 1 || d.Targets > 32 || d.Active>>d.Targets != 0 ||
		(d.Width == 0) != (d.Height == 0) || len(d.Chains()) > 32 || len(d.Diffs()) > 16 || slices.Contains(d.Diffs(), 0) {
		t.Errorf("%x: out of range: %+v", b, d)
	}
	if d.FrameNumber != binary.BigEndian.Uint16(b[1:]) {
		t.Errorf("%x: frame number %#x", b, d.FrameNumber)
	}
	if d.Keyframe() && (!d.Start || len(d.Diffs()) != 0) {
		t.Errorf("%x: keyframe %+v", b, d)
	}
}

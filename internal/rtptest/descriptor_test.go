package rtptest_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// templates returns the templates of a structure as lines, sorted.
func templates(s *rtptest.Structure) []string {
	var list []string
	for _, t := range s.Templates {
		line := fmt.Sprintf("S%dT%d %s %v %v", t.Spatial, t.Temporal, t.Targets, t.Diffs, t.Chains)
		list = append(list, strings.NewReplacer("[", "", "]", "").Replace(line))
	}
	slices.SortFunc(list, cmp.Compare)
	return list
}

// TestTemplatesAreThoseOfLibwebrtc holds what follows from the rules of a mode
// against libwebrtc's tables: layers, targets, references, chains.
func TestTemplatesAreThoseOfLibwebrtc(t *testing.T) {
	tests := map[string]string{
		"L1T1": `S0T0 S  0 | S0T0 S 1 1`,
		"L1T2": `S0T0 SS  0 | S0T0 SS 2 2 | S0T1 -D 1 1`,
		"L1T3": `S0T0 SSS  0 | S0T0 SSS 4 4 | S0T1 -DS 2 2 | S0T2 --D 1 1 | S0T2 --D 1 3`,
		"L2T1": `S0T0 SR 2 2 1 | S0T0 SS  0 0 | S1T0 -S 1 1 1 | S1T0 -S 2 1 1 1`,
		"L2T2": `S0T0 SSRR 4 4 3 | S0T0 SSSS  0 0 | S0T1 -D-R 2 2 1 | S1T0 --SS 1 1 1 | S1T0 --SS 4 1 1 1 |
			S1T1 ---D 2 1 3 2`,
		"L2T1_KEY": `S0T0 S- 2 2 1 | S0T0 SS  0 0 | S1T0 -S 1 1 1 | S1T0 -S 2 1 2`,
		"S2T1":     `S0T0 S-  0 0 | S0T0 S- 2 2 1 | S1T0 -S  1 0 | S1T0 -S 2 1 2`,
		"L3T3": `S0T0 SSSRRRRRR 12 12 11 10 | S0T0 SSSSSSSSS  0 0 0 | S0T1 -DS-RR-RR 6 6 5 4 |
			S0T2 --D--R--R 3 3 2 1 | S0T2 --D--R--R 3 9 8 7 |
			S1T0 ---SSSRRR 12 1 1 1 1 | S1T0 ---SSSSSS 1 1 1 1 | S1T1 ----DS-RR 6 1 7 6 5 |
			S1T2 -----D--R 3 1 10 9 8 | S1T2 -----D--R 3 1 4 3 2 |
			S2T0 ------SSS 1 2 1 1 | S2T0 ------SSS 12 1 2 1 1 | S2T1 -------DS 6 1 8 7 6 |
			S2T2 --------D 3 1 11 10 9 | S2T2 --------D 3 1 5 4 3`,
		"S3T3": `S0T0 SSS------  0 0 0 | S0T0 SSS------ 12 12 11 10 | S0T1 -DS------ 6 6 5 4 |
			S0T2 --D------ 3 3 2 1 | S0T2 --D------ 3 9 8 7 |
			S1T0 ---SSS---  1 0 0 | S1T0 ---SSS--- 12 1 12 11 | S1T1 ----DS--- 6 7 6 5 |
			S1T2 -----D--- 3 10 9 8 | S1T2 -----D--- 3 4 3 2 |
			S2T0 ------SSS  2 1 0 | S2T0 ------SSS 12 2 1 12 | S2T1 -------DS 6 8 7 6 |
			S2T2 --------D 3 11 10 9 | S2T2 --------D 3 5 4 3`,
	}
	for mode, table := range tests {
		var want []string
		for line := range strings.SplitSeq(table, "|") {
			want = append(want, strings.TrimSpace(line))
		}
		s := rtptest.ModeStructure(mode, rtptest.Size{Width: 1280, Height: 720})
		if diff := gocmp.Diff(want, templates(s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mode, diff)
		}
	}
}

func TestStructuresAreThoseOfChromium(t *testing.T) {
	for name, mode := range map[string]string{
		"chromium-av1-default.txt":  "L1T1",
		"chromium-av1-l1t3.txt":     "L1T3",
		"chromium-av1-l3t3.txt":     "L3T3",
		"chromium-av1-l3t3_key.txt": "L3T3_KEY",
		"chromium-vp9-default.txt":  "L1T1",
		"chromium-vp9-l1t3.txt":     "L1T3",
		"chromium-vp9-l3t3.txt":     "L3T3",
		"chromium-vp9-l3t3_key.txt": "L3T3_KEY",
		"chromium-vp9-s3t3.txt":     "S3T3",
	} {
		d, err := rtptest.ReadDescriptor(recording(t, name)[0].descriptor, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := rtptest.ModeStructure(mode, rtptest.Size{Width: 1280, Height: 720})
		if diff := gocmp.Diff(templates(want), templates(d.Attached)); diff != "" {
			t.Errorf("%s: templates (-want +got):\n%s", name, diff)
		}
		got := *d.Attached
		want.Templates, want.Offset = got.Templates, got.Offset
		if diff := gocmp.Diff(want, &got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDescriptorsOfBrowsersAreWrittenAsTheyWereRead(t *testing.T) {
	for _, name := range []string{
		"chromium-av1-l3t3-start.txt", "chromium-av1-l3t3_key.txt", "chromium-h264-l1t3.txt", "chromium-h264-simulcast.txt",
		"chromium-vp8-simulcast-dd.txt", "chromium-vp9-l3t3-start.txt", "chromium-vp9-s3t3.txt", "firefox-av1-simulcast.txt",
	} {
		structures := map[string]*rtptest.Structure{}
		for i, p := range recording(t, name) {
			d, err := rtptest.ReadDescriptor(p.descriptor, structures[p.rid])
			if err != nil {
				t.Fatalf("%s, packet %d: %v", name, i, err)
			}
			if d.Attached != nil {
				structures[p.rid] = d.Attached
			}
			if got := structures[p.rid].Marshal(d); !bytes.Equal(got, p.descriptor) {
				t.Errorf("%s, packet %d: %x, want %x: %+v", name, i, got, p.descriptor, d)
			}
		}
	}
}

func TestDescriptorReadsAsItWasWritten(t *testing.T) {
	s := rtptest.ModeStructure("L2T2", rtptest.Size{Width: 640, Height: 360})
	s.Offset = 62 // template numbers wrap
	active := uint32(0b0101)
	tests := map[string]rtptest.Descriptor{
		"of a template":    {First: true, FrameNumber: 65535, Template: s.Templates[4]},
		"with structure":   {First: true, Last: true, Template: s.Templates[0], Attached: s},
		"with active ones": {Last: true, Template: s.Templates[2], Active: &active},
		"of no template": {FrameNumber: 7, Template: rtptest.Template{
			Spatial: 1, Temporal: 1, Targets: "---R", Diffs: []int{1, 16, 17, 256, 257, 4096}, Chains: []int{0, 255},
		}},
		"with all of it": {FrameNumber: 1, Attached: s, Active: &active, Template: rtptest.Template{
			Targets: "SSSS", Diffs: []int{2}, Chains: []int{9, 9},
		}},
	}
	for name, want := range tests {
		got, err := rtptest.ReadDescriptor(s.Marshal(want), s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDescriptorOfATemplateTakesThreeOctets(t *testing.T) {
	s := rtptest.ModeStructure("L3T3", rtptest.Size{Width: 640, Height: 360})
	for _, template := range s.Templates {
		if b := s.Marshal(rtptest.Descriptor{Template: template}); len(b) != 3 {
			t.Errorf("%+v: %x", template, b)
		}
	}
}

func TestStructureWithoutChainsAndSizes(t *testing.T) {
	s := &rtptest.Structure{Targets: 1, Templates: []rtptest.Template{{Targets: "S"}, {Targets: "S", Diffs: []int{1}}}}
	d := rtptest.Descriptor{First: true, Template: s.Templates[0], Attached: s}
	got, err := rtptest.ReadDescriptor(s.Marshal(d), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(d, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBrokenDescriptorsAreRefused(t *testing.T) {
	s := rtptest.ModeStructure("L1T2", rtptest.Size{Width: 640, Height: 360})
	whole := s.Marshal(rtptest.Descriptor{Template: s.Templates[0], Attached: s})
	for size := range len(whole) - 1 {
		if size == 3 {
			continue // a descriptor of its own
		}
		if d, err := rtptest.ReadDescriptor(whole[:size], s); err == nil && size < 3 {
			t.Errorf("%d octets of %d: %+v", size, len(whole), d)
		} else if err == nil && d.Attached != nil {
			t.Errorf("%d octets of %d: a structure", size, len(whole))
		}
	}
	if _, err := rtptest.ReadDescriptor(whole[:3], nil); err == nil {
		t.Error("read without a structure")
	}
	if _, err := rtptest.ReadDescriptor([]byte{3, 0, 0}, s); err == nil {
		t.Error("template 3 of 3 was read")
	}
}

func TestMarshalOfLayersWithoutTemplatePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s := rtptest.ModeStructure("L1T2", rtptest.Size{Width: 640, Height: 360})
	s.Marshal(rtptest.Descriptor{Template: rtptest.Template{Temporal: 2}})
}

package codec_test

import "strings"

// templateSpec is a template as libwebrtc's scalability structures write it:
// indications in one letter each, "-" not present, "D" discardable, "S" switch,
// "R" required.
type templateSpec struct {
	spatial, temporal int
	indications       string
	chains            []uint32
	diffs             []uint32
}

// structureSpec is a template structure and the order in which frames follow it.
type structureSpec struct {
	offset      uint32
	protectedBy []uint32 // chain of each decode target
	chains      uint32
	templates   []templateSpec
	sizes       [][2]uint32 // of the spatial layers, or none
}

func (s *structureSpec) targets() int { return len(s.templates[0].indications) }

// descriptorSpec is one dependency descriptor. The zero value of what follows
// number leaves it out.
type descriptorSpec struct {
	start, end bool
	template   int // index into the structure
	number     uint16

	attach      bool
	active      uint32 // with a bit set beyond the targets, to tell 0 from nothing
	indications string
	diffs       []uint32
	chains      []uint32
}

const activeSent = 1 << 31

// octets writes the descriptor of a stream with the structure.
func (s *structureSpec) octets(d descriptorSpec) []byte {
	var w bitWriter
	w.flag(d.start)
	w.flag(d.end)
	w.bits(6, (s.offset+uint32(d.template))&0x3f)
	w.bits(16, uint32(d.number))
	if !d.attach && d.active == 0 && d.indications == "" && d.diffs == nil && d.chains == nil {
		return w.b
	}
	w.flag(d.attach)
	w.flag(d.active != 0)
	w.flag(d.indications != "")
	w.flag(d.diffs != nil)
	w.flag(d.chains != nil)
	if d.attach {
		s.write(&w)
	}
	if d.active != 0 {
		w.bits(s.targets(), d.active)
	}
	writeIndications(&w, d.indications)
	if d.diffs != nil {
		for _, diff := range d.diffs {
			size := 1
			for diff-1 >= 1<<(4*size) {
				size++
			}
			w.bits(2, uint32(size))
			w.bits(4*size, diff-1)
		}
		w.bits(2, 0)
	}
	for _, chain := range d.chains {
		w.bits(8, chain)
	}
	return w.b
}

func (s *structureSpec) write(w *bitWriter) {
	w.bits(6, s.offset)
	w.bits(5, uint32(s.targets()-1))
	for i, t := range s.templates[1:] {
		switch before := s.templates[i]; {
		case t.spatial > before.spatial:
			w.bits(2, 2)
		case t.temporal > before.temporal:
			w.bits(2, 1)
		default:
			w.bits(2, 0)
		}
	}
	w.bits(2, 3)
	for _, t := range s.templates {
		writeIndications(w, t.indications)
	}
	for _, t := range s.templates {
		for _, diff := range t.diffs {
			w.flag(true)
			w.bits(4, diff-1)
		}
		w.flag(false)
	}
	w.nonSymmetric(uint32(s.targets())+1, s.chains)
	if s.chains > 0 {
		for _, chain := range s.protectedBy {
			w.nonSymmetric(s.chains, chain)
		}
		for _, t := range s.templates {
			for _, chain := range t.chains {
				w.bits(4, chain)
			}
		}
	}
	w.flag(s.sizes != nil)
	for _, size := range s.sizes {
		w.bits(16, size[0]-1)
		w.bits(16, size[1]-1)
	}
}

func writeIndications(w *bitWriter, letters string) {
	for _, letter := range letters {
		w.bits(2, uint32(strings.IndexRune("-DSR", letter)))
	}
}

// The structures of libwebrtc's modules/video_coding/svc.

func l1t1() *structureSpec {
	return &structureSpec{
		chains: 1, protectedBy: []uint32{0},
		templates: []templateSpec{
			{0, 0, "S", []uint32{0}, nil},
			{0, 0, "S", []uint32{1}, []uint32{1}},
		},
	}
}

func l1t3() *structureSpec {
	return &structureSpec{
		chains: 1, protectedBy: []uint32{0, 0, 0},
		templates: []templateSpec{
			{0, 0, "SSS", []uint32{0}, nil},
			{0, 0, "SSS", []uint32{4}, []uint32{4}},
			{0, 1, "-DS", []uint32{2}, []uint32{2}},
			{0, 2, "--D", []uint32{1}, []uint32{1}},
			{0, 2, "--D", []uint32{3}, []uint32{1}},
		},
	}
}

// threeByThree fills in what L3T3, L3T3_KEY and S3T3 have in common.
func threeByThree(templates []templateSpec) *structureSpec {
	return &structureSpec{
		chains: 3, protectedBy: []uint32{0, 0, 0, 1, 1, 1, 2, 2, 2}, templates: templates,
		sizes: [][2]uint32{{320, 180}, {640, 360}, {1280, 720}},
	}
}

func l3t3() *structureSpec {
	return threeByThree([]templateSpec{
		0x0: {0, 0, "SSSRRRRRR", []uint32{12, 11, 10}, []uint32{12}},
		0x1: {0, 0, "SSSSSSSSS", []uint32{0, 0, 0}, nil},
		0x2: {0, 1, "-DS-RR-RR", []uint32{6, 5, 4}, []uint32{6}},
		0x3: {0, 2, "--D--R--R", []uint32{3, 2, 1}, []uint32{3}},
		0x4: {0, 2, "--D--R--R", []uint32{9, 8, 7}, []uint32{3}},
		0x5: {1, 0, "---SSSRRR", []uint32{1, 1, 1}, []uint32{12, 1}},
		0x6: {1, 0, "---SSSSSS", []uint32{1, 1, 1}, []uint32{1}},
		0x7: {1, 1, "----DS-RR", []uint32{7, 6, 5}, []uint32{6, 1}},
		0x8: {1, 2, "-----D--R", []uint32{4, 3, 2}, []uint32{3, 1}},
		0x9: {1, 2, "-----D--R", []uint32{10, 9, 8}, []uint32{3, 1}},
		0xa: {2, 0, "------SSS", []uint32{2, 1, 1}, []uint32{12, 1}},
		0xb: {2, 0, "------SSS", []uint32{2, 1, 1}, []uint32{1}},
		0xc: {2, 1, "-------DS", []uint32{8, 7, 6}, []uint32{6, 1}},
		0xd: {2, 2, "--------D", []uint32{5, 4, 3}, []uint32{3, 1}},
		0xe: {2, 2, "--------D", []uint32{11, 10, 9}, []uint32{3, 1}},
	})
}

func l3t3Key() *structureSpec {
	return threeByThree([]templateSpec{
		0x0: {0, 0, "SSSSSSSSS", []uint32{0, 0, 0}, nil},
		0x1: {0, 0, "SSS------", []uint32{12, 11, 10}, []uint32{12}},
		0x2: {0, 1, "-DS------", []uint32{6, 5, 4}, []uint32{6}},
		0x3: {0, 2, "--D------", []uint32{3, 2, 1}, []uint32{3}},
		0x4: {0, 2, "--D------", []uint32{9, 8, 7}, []uint32{3}},
		0x5: {1, 0, "---SSSSSS", []uint32{1, 1, 1}, []uint32{1}},
		0x6: {1, 0, "---SSS---", []uint32{1, 12, 11}, []uint32{12}},
		0x7: {1, 1, "----DS---", []uint32{7, 6, 5}, []uint32{6}},
		0x8: {1, 2, "-----D---", []uint32{4, 3, 2}, []uint32{3}},
		0x9: {1, 2, "-----D---", []uint32{10, 9, 8}, []uint32{3}},
		0xa: {2, 0, "------SSS", []uint32{2, 1, 1}, []uint32{1}},
		0xb: {2, 0, "------SSS", []uint32{2, 1, 12}, []uint32{12}},
		0xc: {2, 1, "-------DS", []uint32{8, 7, 6}, []uint32{6}},
		0xd: {2, 2, "--------D", []uint32{5, 4, 3}, []uint32{3}},
		0xe: {2, 2, "--------D", []uint32{11, 10, 9}, []uint32{3}},
	})
}

func s3t3() *structureSpec {
	return threeByThree([]templateSpec{
		0x0: {0, 0, "SSS------", []uint32{12, 11, 10}, []uint32{12}},
		0x1: {0, 0, "SSS------", []uint32{0, 0, 0}, nil},
		0x2: {0, 1, "-DS------", []uint32{6, 5, 4}, []uint32{6}},
		0x3: {0, 2, "--D------", []uint32{3, 2, 1}, []uint32{3}},
		0x4: {0, 2, "--D------", []uint32{9, 8, 7}, []uint32{3}},
		0x5: {1, 0, "---SSS---", []uint32{1, 12, 11}, []uint32{12}},
		0x6: {1, 0, "---SSS---", []uint32{1, 0, 0}, nil},
		0x7: {1, 1, "----DS---", []uint32{7, 6, 5}, []uint32{6}},
		0x8: {1, 2, "-----D---", []uint32{4, 3, 2}, []uint32{3}},
		0x9: {1, 2, "-----D---", []uint32{10, 9, 8}, []uint32{3}},
		0xa: {2, 0, "------SSS", []uint32{2, 1, 12}, []uint32{12}},
		0xb: {2, 0, "------SSS", []uint32{2, 1, 0}, nil},
		0xc: {2, 1, "-------DS", []uint32{8, 7, 6}, []uint32{6}},
		0xd: {2, 2, "--------D", []uint32{5, 4, 3}, []uint32{3}},
		0xe: {2, 2, "--------D", []uint32{11, 10, 9}, []uint32{3}},
	})
}

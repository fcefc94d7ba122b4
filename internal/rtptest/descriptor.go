package rtptest

import (
	"cmp"
	"fmt"
	"slices"
)

// What a frame is to a decode target: the decode target indications of the AV1
// RTP specification, appendix A.4, in the letters that it uses.
const (
	NotPresent  = '-' // not part of it
	Discardable = 'D' // part of it, and nothing refers to it
	Switch      = 'S' // a receiver may begin the target here
	Required    = 'R' // part of it
)

// Descriptor is what the dependency descriptor of one packet says (AV1 RTP
// specification 1.0, appendix A).
type Descriptor struct {
	First, Last bool   // packet of its frame
	FrameNumber uint16 // of the layer frame
	Template           // layers and dependencies of the frame

	// Attached is the structure if the packet brings one.
	Attached *Structure
	// Active are the decode targets that the sender makes, one bit for each,
	// where the packet tells.
	Active *uint32
}

// Template is what the frames of one kind have in common.
type Template struct {
	Spatial, Temporal uint8
	// Targets is one indication for each decode target, such as "SS-D".
	Targets string
	// Diffs are the distances to the frames referred to, in frame numbers.
	Diffs []int
	// Chains is for each chain the distance to its frame before, or 0 for none.
	Chains []int
}

// Structure is a template dependency structure: what a receiver must know of
// before it can read other descriptors.
type Structure struct {
	// Offset is the identifier of the first template, below 64.
	Offset uint8
	// Targets is the number of decode targets.
	Targets int
	// ProtectedBy is the chain of each decode target; empty without chains.
	ProtectedBy []int
	// Templates are in the order of their layers: all of a spatial layer before
	// the next, by temporal layer.
	Templates []Template
	// Sizes of the spatial layers; empty if they are not told.
	Sizes []Size
}

// chains returns their number.
func (s *Structure) chains() int { return len(s.Templates[0].Chains) }

// Marshal returns the data of the header extension element, in as few bits as
// can be: what the best template says is left out. It panics on a descriptor
// whose layers have no template.
func (s *Structure) Marshal(d Descriptor) []byte {
	id, custom := s.best(d.Template)
	w := &bitWriter{}
	w.flag(d.First)
	w.flag(d.Last)
	w.bits(6, uint64(int(s.Offset)+id)%64)
	w.bits(16, uint64(d.FrameNumber))
	if d.Attached == nil && d.Active == nil && custom.bits == 0 {
		return w.b
	}
	w.flag(d.Attached != nil)
	w.flag(d.Active != nil)
	w.flag(custom.targets)
	w.flag(custom.diffs)
	w.flag(custom.chains)
	if d.Attached != nil {
		d.Attached.write(w)
	}
	if d.Active != nil {
		w.bits(s.Targets, uint64(*d.Active))
	}
	if custom.targets {
		writeTargets(w, d.Targets)
	}
	if custom.diffs {
		writeLongDiffs(w, d.Diffs)
	}
	if custom.chains {
		for _, diff := range d.Chains {
			w.bits(8, uint64(diff))
		}
	}
	return w.b
}

// customized says what of a frame differs from a template, and how many bits it
// takes to say so.
type customized struct {
	targets, diffs, chains bool
	bits                   int
}

// best returns the template from which a frame differs least.
func (s *Structure) best(frame Template) (id int, custom customized) {
	id = -1
	for i, t := range s.Templates {
		if t.Spatial != frame.Spatial || t.Temporal != frame.Temporal {
			continue
		}
		c := customized{
			targets: t.Targets != frame.Targets,
			diffs:   !slices.Equal(t.Diffs, frame.Diffs),
			chains:  !slices.Equal(t.Chains, frame.Chains),
		}
		if c.targets {
			c.bits += 2 * s.Targets
		}
		if c.diffs {
			c.bits += 2
			for _, diff := range frame.Diffs {
				c.bits += 2 + 4*longDiffSize(diff)
			}
		}
		if c.chains {
			c.bits += 8 * s.chains()
		}
		if id < 0 || c.bits < custom.bits {
			id, custom = i, c
		}
	}
	if id < 0 {
		panic(fmt.Sprintf("rtptest: no template for layers S%dT%d", frame.Spatial, frame.Temporal))
	}
	return id, custom
}

// write is template_dependency_structure().
func (s *Structure) write(w *bitWriter) {
	w.bits(6, uint64(s.Offset))
	w.bits(5, uint64(s.Targets-1))
	for i := 1; i < len(s.Templates); i++ {
		w.bits(2, nextLayer(s.Templates[i-1], s.Templates[i]))
	}
	w.bits(2, noMoreLayers)
	for _, t := range s.Templates {
		writeTargets(w, t.Targets)
	}
	for _, t := range s.Templates {
		for _, diff := range t.Diffs {
			w.bits(5, 1<<4|uint64(diff-1))
		}
		w.bits(1, 0)
	}
	s.writeChains(w)
	w.flag(len(s.Sizes) > 0)
	for _, size := range s.Sizes {
		w.bits(16, uint64(size.Width-1))
		w.bits(16, uint64(size.Height-1))
	}
}

func (s *Structure) writeChains(w *bitWriter) {
	w.nonSymmetric(uint64(s.chains()), uint64(s.Targets+1))
	if s.chains() == 0 {
		return
	}
	for _, chain := range s.ProtectedBy {
		w.nonSymmetric(uint64(chain), uint64(s.chains()))
	}
	for _, t := range s.Templates {
		for _, diff := range t.Chains {
			w.bits(4, uint64(diff))
		}
	}
}

// The values of next_layer_idc.
const (
	sameLayer = iota
	nextTemporal
	nextSpatial
	noMoreLayers
)

// nextLayer says how the layers of one template follow those of the one before.
func nextLayer(before, t Template) uint64 {
	switch {
	case t.Spatial == before.Spatial && t.Temporal == before.Temporal:
		return sameLayer
	case t.Spatial == before.Spatial && t.Temporal == before.Temporal+1:
		return nextTemporal
	case t.Spatial == before.Spatial+1 && t.Temporal == 0:
		return nextSpatial
	default:
		panic(fmt.Sprintf("rtptest: template S%dT%d behind S%dT%d", t.Spatial, t.Temporal, before.Spatial, before.Temporal))
	}
}

// indicationLetters are in the order of their values.
const indicationLetters = string(NotPresent) + string(Discardable) + string(Switch) + string(Required)

func writeTargets(w *bitWriter, targets string) {
	for _, t := range targets {
		w.bits(2, uint64(slices.Index([]rune(indicationLetters), t)))
	}
}

// writeLongDiffs writes the distances of one frame, which may be farther than a
// template's: each with its size in front.
func writeLongDiffs(w *bitWriter, diffs []int) {
	for _, diff := range diffs {
		size := longDiffSize(diff)
		w.bits(2, uint64(size))
		w.bits(4*size, uint64(diff-1))
	}
	w.bits(2, 0)
}

// longDiffSize returns how many half octets a distance takes.
func longDiffSize(diff int) int {
	size := 1
	for diff > 1<<(4*size) {
		size++
	}
	return size
}

// ModeStructure returns the structure of a scalability mode as libwebrtc has it
// for a picture of that size. It panics on a name that it does not know.
func ModeStructure(name string, top Size) *Structure {
	m, err := parseMode(name)
	if err != nil {
		panic(fmt.Sprintf("rtptest: %v", err))
	}
	s := &Structure{Targets: m.spatial * m.temporal, Sizes: m.sizes(top)}
	for chain := range m.spatial {
		for range m.temporal {
			s.ProtectedBy = append(s.ProtectedBy, chain)
		}
	}
	// What the frames of a keyframe and one group behind it have is all there is.
	l := layering{mode: m}
	for i := range len(m.group()) + 1 {
		for _, f := range l.next(i == 0, 0) {
			s.Templates = append(s.Templates, f.template())
		}
	}
	slices.SortStableFunc(s.Templates, func(a, b Template) int {
		return cmp.Or(cmp.Compare(a.Spatial, b.Spatial), cmp.Compare(a.Temporal, b.Temporal))
	})
	return s
}

func (f layerFrame) template() Template {
	return Template{Spatial: f.spatial, Temporal: f.temporal, Targets: f.targets, Diffs: f.refs, Chains: f.chains}
}

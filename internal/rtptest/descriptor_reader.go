package rtptest

import (
	"errors"
	"fmt"
)

// errDescriptor is a dependency descriptor that ends early.
var errDescriptor = errors.New("dependency descriptor is truncated")

// ReadDescriptor reads the data of a header extension element. The structure is
// the one that was attached last; it may be nil for a packet that brings its own.
func ReadDescriptor(b []byte, s *Structure) (Descriptor, error) {
	r := &bitReader{b: b}
	d := Descriptor{First: r.flag(), Last: r.flag()}
	id := r.bits(6)
	d.FrameNumber = uint16(r.bits(16))
	var active bool
	var custom customized
	if len(b) > 3 {
		attached := r.flag()
		active = r.flag()
		custom = customized{targets: r.flag(), diffs: r.flag(), chains: r.flag()}
		if attached {
			var err error
			if s, err = readStructure(r); err != nil {
				return Descriptor{}, err
			}
			d.Attached = s
		}
	}
	if s == nil {
		return Descriptor{}, errors.New("dependency descriptor without a structure")
	}
	place := int(id+64-uint64(s.Offset)) % 64
	if place >= len(s.Templates) {
		return Descriptor{}, fmt.Errorf("dependency descriptor with template %d of %d", place, len(s.Templates))
	}
	d.Template = s.Templates[place]
	if active {
		mask := uint32(r.bits(s.Targets))
		d.Active = &mask
	}
	if custom.targets {
		d.Targets = readTargets(r, s.Targets)
	}
	if custom.diffs {
		d.Diffs = readLongDiffs(r)
	}
	if custom.chains {
		d.Chains = make([]int, s.chains())
		for i := range d.Chains {
			d.Chains[i] = int(r.bits(8))
		}
	}
	if r.failed {
		return Descriptor{}, errDescriptor
	}
	return d, nil
}

func readStructure(r *bitReader) (*Structure, error) {
	s := &Structure{Offset: uint8(r.bits(6)), Targets: int(r.bits(5)) + 1}
	var layer Template
	for more := true; more; {
		s.Templates = append(s.Templates, layer)
		switch r.bits(2) {
		case nextTemporal:
			layer.Temporal++
		case nextSpatial:
			layer.Spatial, layer.Temporal = layer.Spatial+1, 0
		case noMoreLayers:
			more = false
		}
		if r.failed || len(s.Templates) > 64 {
			return nil, errDescriptor
		}
	}
	for i := range s.Templates {
		s.Templates[i].Targets = readTargets(r, s.Targets)
	}
	for i := range s.Templates {
		for r.flag() {
			s.Templates[i].Diffs = append(s.Templates[i].Diffs, int(r.bits(4))+1)
		}
	}
	s.readChains(r)
	if r.flag() {
		s.Sizes = make([]Size, layer.Spatial+1)
		for i := range s.Sizes {
			s.Sizes[i] = Size{Width: uint16(r.bits(16)) + 1, Height: uint16(r.bits(16)) + 1}
		}
	}
	if r.failed {
		return nil, errDescriptor
	}
	return s, nil
}

func (s *Structure) readChains(r *bitReader) {
	chains := int(r.nonSymmetric(uint64(s.Targets + 1)))
	if chains == 0 {
		return
	}
	for range s.Targets {
		s.ProtectedBy = append(s.ProtectedBy, int(r.nonSymmetric(uint64(chains))))
	}
	for i := range s.Templates {
		for range chains {
			s.Templates[i].Chains = append(s.Templates[i].Chains, int(r.bits(4)))
		}
	}
}

func readTargets(r *bitReader, count int) string {
	list := make([]byte, count)
	for i := range list {
		list[i] = indicationLetters[r.bits(2)]
	}
	return string(list)
}

func readLongDiffs(r *bitReader) []int {
	var list []int
	for size := r.bits(2); size > 0 && !r.failed; size = r.bits(2) {
		list = append(list, int(r.bits(4*int(size)))+1)
	}
	return list
}

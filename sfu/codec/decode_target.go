package codec

import "github.com/atrium-rtc/atrium/sfu/packet"

const (
	rows    = packet.MaxSpatial + 1  // of the grid of packet.Targets, its spatial layers
	columns = packet.MaxTemporal + 1 // and its temporal layers
)

// cells says for each target of the grid of packet.Targets which decode target
// of the stream a receiver at it is given.
type cells [rows][columns]uint8

// targetLayers are the highest layers among the frames of a decode target.
type targetLayers struct {
	target, spatial, temporal uint8
}

// mapTargets gives each cell the decode target with the highest layers that are
// not above it.
func (s *structure) mapTargets() {
	var all [maxTargets]targetLayers
	used := s.usedTargets(all[:0])
	for row := range s.cells {
		for column := range s.cells[row] {
			s.cells[row][column] = targetAt(used, uint8(row), uint8(column))
		}
	}
}

// usedTargets appends the decode targets that have frames, with the layers that
// decode_target_layers() of AV1 RTP appendix A gives them.
func (s *structure) usedTargets(used []targetLayers) []targetLayers {
	for i := range s.targets {
		layers := targetLayers{target: i}
		found := false
		for j := range s.templates[:s.count] {
			t := &s.templates[j]
			if t.indications.of(i) != NotPresent {
				layers.spatial, layers.temporal = max(layers.spatial, t.spatial), max(layers.temporal, t.temporal)
				found = true
			}
		}
		if found {
			used = append(used, layers)
		}
	}
	return used
}

// targetAt looks for the highest spatial layer first, and below all targets
// takes the lowest. The last column stands for all temporal layers above it,
// too.
func targetAt(used []targetLayers, row, column uint8) uint8 {
	if column == packet.MaxTemporal {
		column = maxDescriptorTemporal
	}
	best, lowest := -1, -1
	var target, fallback uint8
	for _, l := range used {
		rank := int(l.spatial)*(maxDescriptorTemporal+1) + int(l.temporal)
		if l.spatial <= row && l.temporal <= column && rank > best {
			best, target = rank, l.target
		}
		if lowest < 0 || rank < lowest {
			lowest, fallback = rank, l.target
		}
	}
	if best < 0 {
		return fallback
	}
	return target
}

// needed returns the cells whose decode target the frame is part of. Its own
// layers' cell is always among them, whatever a sender writes.
func (c *cells) needed(d *Descriptor) packet.Targets {
	set := packet.TargetOf(d.SpatialLayer, d.TemporalLayer)
	for row := range c {
		for column, target := range c[row] {
			if d.Indication(target) != NotPresent {
				set |= packet.TargetOf(uint8(row), uint8(column))
			}
		}
	}
	return set
}

// switches returns the cells that can be entered with the frame: those of its
// spatial layer, and of the rows above that are given the same, whose decode
// target is complete from here on if the frame can be decoded. A receiver of the
// layer below can decode a frame that refers to nothing outside its picture; of
// any other it is only known that a receiver of its own temporal layer can.
func (c *cells) switches(d *Descriptor, withinPicture bool) packet.Targets {
	var set packet.Targets
	own := &c[d.SpatialLayer]
	for row := int(d.SpatialLayer); row < rows; row++ {
		for column, target := range c[row] {
			reachable := withinPicture || column > int(d.TemporalLayer)
			if target == own[column] && reachable && d.Indication(target) == Switch {
				set |= packet.TargetOf(uint8(row), uint8(column))
			}
		}
	}
	return set
}

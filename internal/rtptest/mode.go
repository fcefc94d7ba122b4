package rtptest

import (
	"fmt"
	"strings"
)

// The most layers that a scalability mode of WebRTC has.
const (
	maxSpatial  = 3
	maxTemporal = 3
)

// mode is a scalability mode of the W3C's webrtc-svc, section 6. The zero value
// is a stream without layers, whose temporal layers the caller picks.
type mode struct {
	name              string
	spatial, temporal int
	leaning           leaning
}

// leaning says in which pictures a spatial layer refers to the one below.
type leaning int

const (
	always  leaning = iota // L modes
	atKeys                 // L modes with _KEY
	nowhere                // S modes
)

// parseMode reads names such as "L1T3", "L3T3_KEY" and "S3T3"; "" is one layer.
// Modes with a ratio other than 2:1 (L2T1h) and shifted keyframes are not made.
func parseMode(name string) (mode, error) {
	m := mode{name: name, spatial: 1, temporal: 1}
	if name == "" {
		return m, nil
	}
	layers, key := strings.CutSuffix(name, "_KEY")
	var kind byte
	if n, err := fmt.Sscanf(layers, "%c%dT%d", &kind, &m.spatial, &m.temporal); n != 3 || err != nil {
		return mode{}, fmt.Errorf("scalability mode %q", name)
	}
	switch {
	case kind == 'L' && key:
		m.leaning = atKeys
	case kind == 'S' && !key:
		m.leaning = nowhere
	case kind != 'L':
		return mode{}, fmt.Errorf("scalability mode %q", name)
	}
	if layers != fmt.Sprintf("%c%dT%d", kind, m.spatial, m.temporal) || (m.spatial == 1 && m.leaning != always) ||
		m.spatial < 1 || m.spatial > maxSpatial || m.temporal < 1 || m.temporal > maxTemporal {
		return mode{}, fmt.Errorf("scalability mode %q", name)
	}
	return m, nil
}

// leans reports whether upper spatial layers refer to the one below.
func (m mode) leans(key bool) bool {
	return m.leaning == always || (m.leaning == atKeys && key)
}

// group returns the temporal layers of a picture group, which repeats.
func (m mode) group() []uint8 {
	switch m.temporal {
	case 2:
		return []uint8{0, 1}
	case 3:
		return []uint8{0, 2, 1, 2}
	default:
		return []uint8{0}
	}
}

// pictureDiff returns how many pictures back the one refers to that stands at a
// place in the group: the last one of a lower temporal layer, or of the base for
// the base.
func (m mode) pictureDiff(at int) int {
	group := m.group()
	if at == 0 {
		return len(group)
	}
	diff := 1
	for group[at-diff] >= group[at] {
		diff++
	}
	return diff
}

// Size is a picture size in pixels.
type Size struct{ Width, Height uint16 }

// sizes returns those of the spatial layers: each has half the width and height
// of the one above.
func (m mode) sizes(top Size) []Size {
	list := make([]Size, m.spatial)
	for s := range list {
		shift := m.spatial - 1 - s
		list[s] = Size{Width: top.Width >> shift, Height: top.Height >> shift}
	}
	return list
}

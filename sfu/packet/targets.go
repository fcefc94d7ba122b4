package packet

// Targets is a set of decode targets of one encoding, in the sense of the AV1
// RTP specification's dependency descriptor (appendix A): what a receiver can be
// given, up to a spatial and a temporal layer. The target of spatial layer s
// and temporal layer t is bit 4s+t. A packet names the targets that need it, so
// that choosing what a subscriber gets is one bit test, whatever the codec.
//
//	bit  0  1  2  3    4  5  6  7    8 ...
//	     S0T0 ... S0T3 S1T0 ... S1T3 S2T0 ...
type Targets uint16

// MaxSpatial and MaxTemporal are the highest layers that have a target of their
// own. WebRTC's scalability modes end at S2 and T2; higher layers count as the
// highest.
const (
	MaxSpatial  = 3
	MaxTemporal = 3

	temporalLayers = MaxTemporal + 1
)

const (
	// AllTargets is what every packet of an encoding without layers is needed by.
	AllTargets Targets = 1<<16 - 1
	// NoTargets marks a packet that nobody needs, such as padding.
	NoTargets Targets = 0
)

// TargetOf returns the set of the one target of a spatial and a temporal layer.
func TargetOf(spatial, temporal uint8) Targets {
	return 1 << (min(spatial, MaxSpatial)*temporalLayers + min(temporal, MaxTemporal))
}

// TargetsFrom returns the targets of one spatial layer from a temporal layer up:
// those that need a frame of these layers if nothing else depends on it.
func TargetsFrom(spatial, temporal uint8) Targets {
	row := Targets(1<<temporalLayers-1) << min(temporal, MaxTemporal) & (1<<temporalLayers - 1)
	return row << (min(spatial, MaxSpatial) * temporalLayers)
}

// Has reports whether all targets of other are in the set.
func (t Targets) Has(other Targets) bool { return t&other == other }

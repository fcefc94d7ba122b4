package bwe

// Level is one way to send a video: a rung of its ladder with the temporal layers
// up to one.
type Level struct {
	Spatial  uint8 // position on the ladder, 0 being the smallest picture
	Temporal uint8 // the highest temporal layer that is sent
	// Width and Height are those of the pictures, 0 while unknown.
	Width, Height uint16
	// Bitrate was measured of all that is sent at this level, lower layers
	// included and repair not. It is 0 while unknown, and should stay so for the
	// first second of an encoding: its beginning says little about the rest.
	Bitrate Bitrate
	// Guess says that Bitrate is one: it counts until something was measured, and is
	// no peak.
	Guess bool
}

// name returns the level without what changes from moment to moment.
func (l Level) name() Level {
	l.Bitrate, l.Guess = 0, false
	return l
}

// sized reports whether the size of the pictures is known.
func (l Level) sized() bool { return l.Width != 0 && l.Height != 0 }

// sameSize reports whether the pictures are known to have the same size.
func (l Level) sameSize(o Level) bool {
	return l.sized() && l.Width == o.Width && l.Height == o.Height
}

// fills reports whether the pictures fill so many pixels without being enlarged, 0
// being no demand. Of pictures without a known size it says yes: whoever gets one
// learns the size from it, and the next answer is a better one.
func (l Level) fills(width, height uint16) bool {
	return !l.sized() || l.Width >= width && l.Height >= height
}

// findLevel returns where a level of before stands now, or -1. When a rung with a
// smaller picture appears, all positions shift; then the size tells which is which.
func findLevel(now []Level, was Level) int {
	for i := range now {
		l := &now[i]
		if l.Spatial == was.Spatial && l.Temporal == was.Temporal &&
			(l.sameSize(was) || !l.sized() || !was.sized()) {
			return i
		}
	}
	for i := range now {
		if now[i].Temporal == was.Temporal && now[i].sameSize(was) {
			return i
		}
	}
	return -1
}

// Preference says what to keep of a video when not all of it fits.
type Preference uint8

// The preferences: picture and frame rate alike, the picture first (text, a shared
// screen), the frame rate first (sports).
const (
	PreferBalanced Preference = iota
	PreferSharpness
	PreferMotion
)

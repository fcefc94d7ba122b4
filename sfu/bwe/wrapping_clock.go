package bwe

// maxTicks is where a wrappingClock begins anew: years of true time, but a hostile
// receiver can make it run. As a Duration it must not overflow.
const maxTicks = 1 << 44

// wrappingClock makes one clock of readings that wrap at 2^32. Each is taken for
// the one nearest to the last, before it or after: the feedback may be out of
// order. A receiver that begins anew makes the clock jump, up to half a cycle
// either way; whoever looks at the times must expect that. The zero value is ready.
type wrappingClock struct {
	ticks int64 // at the last reading
	begun bool
}

// unwrap returns the time of a reading, in its units.
func (c *wrappingClock) unwrap(reading uint32) int64 {
	ahead := int64(int32(reading - uint32(c.ticks))) //nolint:gosec // wrapping is the point
	c.ticks += ahead
	if !c.begun || c.ticks > maxTicks || c.ticks < -maxTicks {
		c.begun, c.ticks = true, int64(reading)
	}
	return c.ticks
}

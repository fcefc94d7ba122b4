package invariant

// PoisonByte fills freed memory. As an RTP header it has version 3, as a length
// it is absurd: whoever reads it fails early and recognisably.
const PoisonByte = 0xDB

// Poison overwrites b, which its owner has just freed, when Enabled.
func Poison(b []byte) {
	if !Enabled {
		return
	}
	for i := range b {
		b[i] = PoisonByte
	}
}

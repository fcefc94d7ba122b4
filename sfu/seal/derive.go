package seal

import (
	"crypto/aes"
	"crypto/cipher"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// label says which session key is derived (RFC 3711 section 4.3.2). Those of
// SRTCP are others, so that Pion may use the same master key for it.
type label byte

const (
	labelEncryption     label = 0x00
	labelAuthentication label = 0x01
	labelSalt           label = 0x02
)

// labelAt is where the label stands in the salt: the last of its 14 octets but
// for the 48 bits of the index, which is 0 at a key derivation rate of 0.
const labelAt = 7

// derive returns the first size octets of a session key: the key stream of AES-CM
// under the master key, begun where salt and label say (RFC 3711 sections 4.3.1
// and 4.3.3). The salt of GCM has 12 octets and is continued with zeros (RFC 7714
// section 11, erratum 4938). AES-256 is used in the same way (RFC 6188 section 3).
func derive(master cipher.Block, salt []byte, l label, size int) []byte {
	var start [aes.BlockSize]byte // the last two octets count blocks
	copy(start[:], salt)
	start[labelAt] ^= byte(l)
	key := make([]byte, size)
	cipher.NewCTR(master, start[:]).XORKeyStream(key, key)
	return key
}

// newBlock returns AES under a key whose size is one of AES's.
func newBlock(key []byte) cipher.Block {
	block, err := aes.NewCipher(key)
	invariant.Check(err == nil, "AES key of %d octets", len(key))
	return block
}

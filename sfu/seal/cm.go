package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"hash"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

const (
	// maxStream is how much key stream an index has, in octets: 2^16 blocks,
	// behind which that of the next index begins (RFC 3711 section 4.1.1).
	maxStream = aes.BlockSize << 16
	// shortPayload is the largest payload, in octets, for which the key stream is
	// made block by block, see encrypt: most sound, little video.
	shortPayload = 12 * aes.BlockSize
	// rocSize is the size of the roll-over counter, which no tag is shorter than.
	rocSize = 4
)

// cm seals with AES in counter mode (RFC 3711 section 4.1.1) and HMAC-SHA1
// (section 4.2.1). What is not a key is scratch space for one packet; local
// variables would be allocated.
type cm struct {
	block    cipher.Block
	mac      hash.Hash
	tag      int    // octets
	saltHead uint64 // octets 0 to 7 of the session salt
	saltTail uint64 // octets 8 to 13, and two zeros

	iv     [aes.BlockSize]byte
	stream [shortPayload]byte
	sum    [sha1.Size]byte
}

func newCM(key, salt, authentication []byte, tag int) *cm {
	var padded [aes.BlockSize]byte
	copy(padded[:], salt)
	return &cm{
		block:    newBlock(key),
		mac:      hmac.New(sha1.New, authentication),
		tag:      tag,
		saltHead: binary.BigEndian.Uint64(padded[:]),
		saltTail: binary.BigEndian.Uint64(padded[8:]),
	}
}

func (c *cm) seal(packet []byte, header int, payload []byte, ssrc uint32, index uint64) {
	end := header + len(payload)
	c.encrypt(packet[header:end], payload, ssrc, index)
	// The roll-over counter is authenticated behind the payload but not sent
	// (section 4.2). It stands where the tag will, so that the MAC has one piece to
	// read.
	binary.BigEndian.PutUint32(packet[end:], uint32(index/cycle)) //nolint:gosec // below 2^48
	c.mac.Reset()
	c.mac.Write(packet[:end+rocSize])
	copy(packet[end:], c.mac.Sum(c.sum[:0])[:c.tag])
}

// encrypt makes use of the standard library's counter mode, which encrypts eight
// blocks at a time: 1100 octets take 0.4 us, and block by block 1.3 us. But it
// cannot be begun anew, and making one takes 0.15 us and 512 octets of memory. So
// short payloads go block by block: 100 octets take 0.14 us and no memory instead
// of 0.2 us. The two meet at about 200 octets.
func (c *cm) encrypt(dst, payload []byte, ssrc uint32, index uint64) {
	invariant.Check(len(payload) <= maxStream, "payload beyond the key stream of its index")
	head, tail := c.counter(ssrc, index)
	if len(payload) > shortPayload {
		binary.BigEndian.PutUint64(c.iv[:], head)
		binary.BigEndian.PutUint64(c.iv[8:], tail)
		cipher.NewCTR(c.block, c.iv[:]).XORKeyStream(dst, payload)
		return
	}
	for i := 0; i < len(payload); i += aes.BlockSize {
		block := c.stream[i : i+aes.BlockSize]
		binary.BigEndian.PutUint64(block, head)
		binary.BigEndian.PutUint64(block[8:], tail)
		c.block.Encrypt(block, block)
		tail++ // its last two octets were the salt's two zeros: no carry
	}
	subtle.XORBytes(dst, payload, c.stream[:])
}

// counter returns the first block of the counter, as two halves: salt, SSRC and
// index, each at its place, exclusive-or (section 4.1.1).
func (c *cm) counter(ssrc uint32, index uint64) (head, tail uint64) {
	return c.saltHead ^ uint64(ssrc), c.saltTail ^ index<<16
}

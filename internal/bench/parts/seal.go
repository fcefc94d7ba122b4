package parts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 3711 says so
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

const (
	headerSize  = 12 // octets of an RTP header without extensions
	payloadSize = 1100
	tagSize     = 16 // of AES-GCM
	sealedSize  = headerSize + payloadSize + tagSize
)

// source is a packet as it came from a publisher.
func source() []byte {
	b := make([]byte, headerSize+payloadSize)
	b[0], b[1] = 0x80, 96 // version 2
	return b
}

// rewriter is a subscriber of one stream: it gives packets numbers of its own and
// seals them.
type rewriter struct {
	aead    cipher.AEAD
	nonce   [12]byte
	salt    [12]byte
	counter uint64 // ROC and sequence number, RFC 3711 section 3.3.1
	ssrc    uint32
}

func newRewriter(keySize int, ssrc uint32) (*rewriter, error) {
	key := make([]byte, keySize)
	binary.BigEndian.PutUint32(key, ssrc)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &rewriter{aead: aead, ssrc: ssrc}, err
}

// appendSealed adds the packet as it goes over the wire (RFC 7714 section 8).
func (r *rewriter) appendSealed(dst, packet []byte) []byte {
	r.counter++
	start := len(dst)
	dst = append(dst, packet[:headerSize]...)
	header := dst[start:]
	binary.BigEndian.PutUint16(header[2:], uint16(r.counter)) //nolint:gosec // meant to wrap
	binary.BigEndian.PutUint32(header[8:], r.ssrc)
	binary.BigEndian.PutUint16(r.nonce[:], 0)
	binary.BigEndian.PutUint32(r.nonce[2:], r.ssrc)
	binary.BigEndian.PutUint16(r.nonce[6:], uint16(r.counter>>32)) //nolint:gosec // 48 bits in two parts
	binary.BigEndian.PutUint32(r.nonce[8:], uint32(r.counter))     //nolint:gosec // the other part
	for i := range r.nonce {
		r.nonce[i] ^= r.salt[i]
	}
	return r.aead.Seal(dst, r.nonce[:], packet[headerSize:], header)
}

// counterMode is AES-CM with HMAC-SHA1-80 (RFC 3711 sections 4.1.1 and 4.2.1).
type counterMode struct {
	block   cipher.Block
	mac     hash.Hash
	iv      [aes.BlockSize]byte
	sum     []byte
	counter uint64
}

func newCounterMode() (*counterMode, error) {
	block, err := aes.NewCipher(make([]byte, 16))
	return &counterMode{block: block, mac: hmac.New(sha1.New, make([]byte, 20))}, err
}

func (c *counterMode) appendSealed(dst, packet []byte) []byte {
	const index, tag = 6, 10 // of the packet's index in the IV; octets of the tag
	c.counter++
	start := len(dst)
	dst = append(dst, packet...)
	b := dst[start:]
	binary.BigEndian.PutUint16(b[2:], uint16(c.counter)) //nolint:gosec // meant to wrap
	binary.BigEndian.PutUint64(c.iv[index:], c.counter<<16)
	cipher.NewCTR(c.block, c.iv[:]).XORKeyStream(b[headerSize:], b[headerSize:])
	var roc [4]byte
	c.mac.Reset()
	c.mac.Write(b)
	c.mac.Write(roc[:])
	c.sum = c.mac.Sum(c.sum[:0])
	return append(dst, c.sum[:tag]...)
}

// sealers returns a function for each way of sealing, by cipher: the library's
// own, and Pion's.
func sealers() (direct, pion map[string]func(), err error) {
	packet, buffer := source(), make([]byte, 0, 2*sealedSize)
	direct, pion = make(map[string]func()), make(map[string]func())
	for name, size := range map[string]int{GCM128: 16, GCM256: 32} {
		r, err := newRewriter(size, 1)
		if err != nil {
			return nil, nil, err
		}
		direct[name] = func() { buffer = r.appendSealed(buffer[:0], packet) }
	}
	mode, err := newCounterMode()
	if err != nil {
		return nil, nil, err
	}
	direct[CM] = func() { buffer = mode.appendSealed(buffer[:0], packet) }
	for name, profile := range map[string]srtp.ProtectionProfile{
		GCM128: srtp.ProtectionProfileAeadAes128Gcm, GCM256: srtp.ProtectionProfileAeadAes256Gcm,
		CM: srtp.ProtectionProfileAes128CmHmacSha1_80,
	} {
		if pion[name], err = pionSealer(profile); err != nil {
			return nil, nil, err
		}
	}
	return direct, pion, nil
}

func pionSealer(profile srtp.ProtectionProfile) (func(), error) {
	keySize, err := profile.KeyLen()
	if err != nil {
		return nil, err
	}
	saltSize, err := profile.SaltLen()
	if err != nil {
		return nil, err
	}
	context, err := srtp.CreateContext(make([]byte, keySize), make([]byte, saltSize), profile)
	if err != nil {
		return nil, err
	}
	packet, buffer, header := source(), make([]byte, 2*sealedSize), &rtp.Header{}
	number := uint16(0)
	return func() {
		number++
		binary.BigEndian.PutUint16(packet[2:], number)
		out, err := context.EncryptRTP(buffer, packet, header)
		if err != nil {
			panic(fmt.Sprintf("parts: %v", err)) // cannot be: the packet is always the same
		}
		buffer = out[:cap(out)]
	}, nil
}

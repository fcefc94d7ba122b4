package seal

import "fmt"

// Profile is an SRTP protection profile by its DTLS-SRTP number (RFC 5764 section
// 4.1.2, RFC 7714 section 14.2).
type Profile uint16

// The profiles that browsers negotiate. SHA1_32 shortens the tag of RTP only.
//
//nolint:staticcheck // the underscore is the RFC's: without it the sizes run together
const (
	AES128CMHMACSHA1_80 Profile = 0x0001
	AES128CMHMACSHA1_32 Profile = 0x0002
	AEADAES128GCM       Profile = 0x0007
	AEADAES256GCM       Profile = 0x0008
)

// parameters are what a profile stands for. Sizes are in octets.
type parameters struct {
	name string
	key  int // master key, and session key
	salt int // master salt, and session salt
	tag  int // authentication tag of an RTP packet
}

// parameters returns those of the profile, and zero for an unknown one.
func (p Profile) parameters() parameters {
	switch p {
	case AES128CMHMACSHA1_80:
		return parameters{"SRTP_AES128_CM_HMAC_SHA1_80", 16, 14, 10}
	case AES128CMHMACSHA1_32:
		return parameters{"SRTP_AES128_CM_HMAC_SHA1_32", 16, 14, 4}
	case AEADAES128GCM:
		return parameters{"SRTP_AEAD_AES_128_GCM", 16, 12, 16}
	case AEADAES256GCM:
		return parameters{"SRTP_AEAD_AES_256_GCM", 32, 12, 16}
	default:
		return parameters{}
	}
}

// String returns the profile's name as the RFCs write it.
func (p Profile) String() string {
	if name := p.parameters().name; name != "" {
		return name
	}
	return fmt.Sprintf("Profile(%#04x)", uint16(p))
}

// KeySize returns the size of the master key in octets, 0 for an unknown profile.
func (p Profile) KeySize() int { return p.parameters().key }

// SaltSize returns the size of the master salt in octets, 0 for an unknown
// profile.
func (p Profile) SaltSize() int { return p.parameters().salt }

package seal_test

import (
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/seal"
)

// profiles are all that can be sealed with.
func profiles() []seal.Profile {
	return []seal.Profile{
		seal.AES128CMHMACSHA1_80, seal.AES128CMHMACSHA1_32, seal.AEADAES128GCM, seal.AEADAES256GCM,
	}
}

func TestProfilesAreThoseOfTheRFCs(t *testing.T) {
	tests := []struct {
		number              seal.Profile
		name                string
		key, salt, overhead int
	}{
		{0x0001, "SRTP_AES128_CM_HMAC_SHA1_80", 16, 14, 10},
		{0x0002, "SRTP_AES128_CM_HMAC_SHA1_32", 16, 14, 4},
		{0x0007, "SRTP_AEAD_AES_128_GCM", 16, 12, 16},
		{0x0008, "SRTP_AEAD_AES_256_GCM", 32, 12, 16},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.number.String() != tt.name || tt.number.KeySize() != tt.key || tt.number.SaltSize() != tt.salt {
				t.Errorf("%v: key %d, salt %d", tt.number, tt.number.KeySize(), tt.number.SaltSize())
			}
			c, err := seal.New(tt.number, make([]byte, tt.key), make([]byte, tt.salt))
			if err != nil {
				t.Fatal(err)
			}
			if c.Overhead() != tt.overhead {
				t.Errorf("overhead %d, want %d", c.Overhead(), tt.overhead)
			}
		})
	}
}

func TestUnknownProfileHasNumberAndNoSizes(t *testing.T) {
	const null = seal.Profile(0x0005)
	if null.String() != "Profile(0x0005)" || null.KeySize() != 0 || null.SaltSize() != 0 {
		t.Errorf("%v: key %d, salt %d", null, null.KeySize(), null.SaltSize())
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name      string
		profile   seal.Profile
		key, salt int
		want      error
	}{
		{"no profile", 0, 16, 14, seal.ErrProfile},
		{"a profile without encryption", 5, 16, 14, seal.ErrProfile},
		{"an unknown profile without keys", 9, 0, 0, seal.ErrProfile},
		{"a short key", seal.AES128CMHMACSHA1_80, 15, 14, seal.ErrKeySize},
		{"the key of another AES", seal.AEADAES128GCM, 32, 12, seal.ErrKeySize},
		{"the salt of the other mode", seal.AEADAES256GCM, 32, 14, seal.ErrKeySize},
		{"no salt", seal.AES128CMHMACSHA1_32, 16, 0, seal.ErrKeySize},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := seal.New(tt.profile, make([]byte, tt.key), make([]byte, tt.salt))
			if !errors.Is(err, tt.want) || c != nil {
				t.Errorf("%v, error %v, want %v", c, err, tt.want)
			}
		})
	}
}

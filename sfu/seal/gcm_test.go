package seal

import (
	"bytes"
	"testing"
)

// TestGCMPacketsOfRFC7714 has the packets of RFC 7714 sections 16.1.1 and 16.2.1,
// whose keys are session keys.
func TestGCMPacketsOfRFC7714(t *testing.T) {
	const (
		salt    = "51756964 2070726f 2071756f" // Quid pro quo
		header  = "8040f17b 8041f8d3 5501a0b2"
		ssrc    = 0x5501a0b2
		index   = 0xf17b
		payload = `47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465
			73207472 6573`
	)
	tests := []struct{ name, key, want string }{
		{"AES-128", "000102030405060708090a0b0c0d0e0f", `
			8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
			0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439
			0cce`},
		{"AES-256", "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f", `
			8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238
			9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7
			6c13`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := octets(t, tt.want)
			packet := make([]byte, len(want))
			n := copy(packet, octets(t, header))
			newGCM(octets(t, tt.key), octets(t, salt)).seal(packet, n, octets(t, payload), ssrc, index)
			if !bytes.Equal(packet, want) {
				t.Errorf("got  %x\nwant %x", packet, want)
			}
		})
	}
}

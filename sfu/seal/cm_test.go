package seal

import (
	"bytes"
	"testing"
)

// TestKeyStreamOfRFC3711 has the key stream of RFC 3711 appendix B.2, which is
// 65282 blocks long: a short payload shows the beginning, and a long one all.
func TestKeyStreamOfRFC3711(t *testing.T) {
	const (
		key    = "2B7E151628AED2A6ABF7158809CF4F3C"
		salt   = "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"
		begins = `E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
			41E95B3BB0A2E8DD477901E4FCA894C0`
		ends = `EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE
			6A2CC3787889374FBEB4C81B17BA6C44`
	)
	for _, size := range []int{3 * 16, 65282 * 16} {
		c := newCM(octets(t, key), octets(t, salt), make([]byte, 20), 10)
		stream := make([]byte, size)
		c.encrypt(stream, stream, 0, 0)
		if !bytes.HasPrefix(stream, octets(t, begins)) {
			t.Errorf("%d octets begin with %x", size, stream[:48])
		}
		if size > 3*16 && !bytes.HasSuffix(stream, octets(t, ends)) {
			t.Errorf("%d octets end with %x", size, stream[size-48:])
		}
	}
}

// TestShortAndLongPayloadsHaveTheSameKeyStream holds the two ways of encrypt
// against each other where they meet.
func TestShortAndLongPayloadsHaveTheSameKeyStream(t *testing.T) {
	c := newCM(octets(t, "2B7E151628AED2A6ABF7158809CF4F3C"), make([]byte, 14), make([]byte, 20), 10)
	long := make([]byte, shortPayload+1)
	c.encrypt(long, long, 7, 1<<47+9)
	for size := range shortPayload + 1 {
		short := make([]byte, size)
		c.encrypt(short, short, 7, 1<<47+9)
		if !bytes.Equal(short, long[:size]) {
			t.Fatalf("%d octets: %x, want %x", size, short, long[:size])
		}
	}
}

func TestPayloadBeyondTheKeyStreamOfItsIndexIsABug(t *testing.T) {
	c := newCM(make([]byte, 16), make([]byte, 14), make([]byte, 20), 10)
	largest := make([]byte, maxStream+1)
	c.encrypt(largest[:maxStream], largest[:maxStream], 1, 1)
	defer func() {
		if recover() == nil {
			t.Error("sealed with the key stream of the next index")
		}
	}()
	c.encrypt(largest, largest, 1, 1)
}

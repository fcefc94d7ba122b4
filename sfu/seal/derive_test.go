package seal

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// octets reads hexadecimal digits, grouped as they are in the RFCs.
func octets(tb testing.TB, digits string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestSessionKeysOfRFC3711 has the keys of RFC 3711 appendix B.3. Its
// authentication key has 94 octets, which shows more than one block's counting.
func TestSessionKeysOfRFC3711(t *testing.T) {
	master := newBlock(octets(t, "E1F97A0D3E018BE0D64FA32C06DE4139"))
	salt := octets(t, "0EC675AD498AFEEBB6960B3AABE6")
	tests := []struct {
		name  string
		label label
		want  string
	}{
		{"cipher key", labelEncryption, "C61E7A93744F39EE10734AFE3FF7A087"},
		{"cipher salt", labelSalt, "30CBBC08863D8C85D49DB34A9AE1"},
		{"authentication key", labelAuthentication, `
			CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE
			E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25
			6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := octets(t, tt.want)
			if got := derive(master, salt, tt.label, len(want)); !bytes.Equal(got, want) {
				t.Errorf("got  %x\nwant %x", got, want)
			}
		})
	}
}

func TestShortSaltIsContinuedWithZeros(t *testing.T) {
	master := newBlock(octets(t, "000102030405060708090a0b0c0d0e0f"))
	salt := octets(t, "517569642070726f2071756f")
	short := derive(master, salt, labelSalt, 12)
	if long := derive(master, append(salt, 0, 0), labelSalt, 12); !bytes.Equal(short, long) {
		t.Errorf("%x and %x", short, long)
	}
}

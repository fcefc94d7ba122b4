package demux

import "testing"

func TestClassesFollowRFC7983(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second byte
		want          Class
	}{
		{"lowest STUN", 0, 1, STUN},
		{"highest STUN", 3, 0, STUN},
		{"reserved", 4, 0, Unknown},
		{"ZRTP", 16, 0, Unknown},
		{"lowest DTLS", 20, 254, DTLS},
		{"highest DTLS", 63, 254, DTLS},
		{"TURN channel", 64, 0, Unknown},
		{"QUIC", 127, 0, Unknown},
		{"RTP", 128, 96, RTP},
		{"RTP with marker", 0x90, 0x80 | 111, RTP},
		{"below RTCP", 128, 191, RTP},
		{"sender report", 128, 200, RTCP},
		{"highest RTCP", 191, 223, RTCP},
		{"above RTCP", 128, 224, RTP},
		{"above RTP", 192, 0, Unknown},
	} {
		if got := Of([]byte{c.first, c.second, 0, 0}); got != c.want {
			t.Errorf("%s: class %d, want %d", c.name, got, c.want)
		}
	}
	if got := Of([]byte{128}); got != Unknown {
		t.Errorf("one octet: class %d", got)
	}
}

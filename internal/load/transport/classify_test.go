package transport

import "testing"

func TestClassifyFollowsRFC7983(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second byte
		want          class
	}{
		{"lowest STUN", 0, 1, classSTUN},
		{"highest STUN", 3, 0, classSTUN},
		{"reserved", 4, 0, classUnknown},
		{"below DTLS", 19, 0, classUnknown},
		{"lowest DTLS", 20, 254, classDTLS},
		{"highest DTLS", 63, 254, classDTLS},
		{"TURN channel", 64, 0, classUnknown},
		{"QUIC", 127, 0, classUnknown},
		{"RTP", 128, 96, classRTP},
		{"RTP with marker", 0x90, 0x80 | 111, classRTP},
		{"below RTCP", 128, 191, classRTP},
		{"lowest RTCP", 128, 192, classRTCP},
		{"highest RTCP", 191, 223, classRTCP},
		{"above RTCP", 128, 224, classRTP},
		{"above RTP", 192, 0, classUnknown},
	} {
		if got := classify([]byte{c.first, c.second, 0, 0}); got != c.want {
			t.Errorf("%s: class %d, want %d", c.name, got, c.want)
		}
	}
	if got := classify([]byte{128}); got != classUnknown {
		t.Errorf("one octet: class %d", got)
	}
}

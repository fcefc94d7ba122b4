package sfu

import (
	"bytes"
	"testing"
)

// helloOf is a ClientHello with a random number and a cookie.
func helloOf(random byte, cookie string) []byte {
	body := append([]byte{254, 253}, bytes.Repeat([]byte{random}, randomSize)...)
	body = append(append(body, 0, byte(len(cookie))), cookie...)
	body = append(body, 0, 2, 0xc0, 0x2b, 1, 0)
	message := append([]byte{clientHello, 0, 0, byte(len(body)), 0, 0, 0, 0, 0, 0, 0, byte(len(body))}, body...)
	return append([]byte{recordHandshake, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(message))}, message...)
}

// verifyOf is Pion's HelloVerifyRequest.
func verifyOf(cookie string) []byte {
	body := append([]byte{254, 253, byte(len(cookie))}, cookie...)
	message := append([]byte{helloVerify, 0, 0, byte(len(body)), 0, 0, 0, 0, 0, 0, 0, byte(len(body))}, body...)
	return append([]byte{recordHandshake, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(message))}, message...)
}

func TestAHandshakeIsHeldToWhoBeganIt(t *testing.T) {
	lost := 0
	g := handshakeGuard{lost: func() { lost++ }}
	for _, step := range []struct {
		name   string
		b      []byte
		admits bool
		lost   int
	}{
		{"a cookie that nobody gave", helloOf(1, "guess"), false, 0},
		{"half a record", helloOf(9, "")[:40], false, 0},
		{"the first", helloOf(1, ""), true, 0},
		{"another before the answer", helloOf(2, ""), true, 0},
		{"the answer", verifyOf("cookie"), false, 0},
		{"another after it", helloOf(2, ""), true, 0},
		{"the first again", helloOf(1, ""), true, 0},
		{"a guess", helloOf(1, "guess!"), false, 0},
		{"an alert that nobody authenticated", []byte{recordAlert, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40}, false, 0},
		{"no part of a message", append(bytes.Clone(helloOf(1, "")[:22]), 0, 0, 0), false, 0},
		{"the client's", helloOf(1, "cookie"), true, 0},
		{"an encrypted alert", []byte{recordAlert, 254, 253, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40}, true, 0},
		{"who was not the first", helloOf(3, "cookie"), true, 1},
	} {
		if step.b[recordHeader] == helloVerify && step.b[0] == recordHandshake {
			g.sent(step.b)
			continue
		}
		if got := g.admits(step.b); got != step.admits || lost != step.lost {
			t.Errorf("%s: admitted %v, lost %d times", step.name, got, lost)
		}
	}
}

func TestWhatPassesInTheClearIsBounded(t *testing.T) {
	var g handshakeGuard
	other := helloOf(1, "")
	other[recordHeader] = 16 // client key exchange
	hellos, others := 0, 0
	for range 1000 {
		if g.admits(helloOf(1, "")) {
			hellos++
		}
		if g.admits(other) {
			others++
		}
	}
	g.sent(verifyOf("cookie"))
	if hellos != maxHellos || others != maxOthers || !g.admits(helloOf(1, "cookie")) {
		t.Errorf("%d and %d passed, want %d and %d, and then the client", hellos, others, maxHellos, maxOthers)
	}
}

func FuzzHandshakeGuard(f *testing.F) {
	f.Add(helloOf(1, ""), verifyOf("c"))
	f.Add(helloOf(1, "cookie"), verifyOf("cookie"))
	f.Add(helloOf(1, "")[:45], verifyOf("")[:28])
	f.Add([]byte{20}, []byte{})
	f.Fuzz(func(t *testing.T, in, out []byte) {
		var g handshakeGuard
		g.admits(in)
		g.sent(out)
		if g.admits(in) && len(in) >= recordHeader && in[0] == recordAlert && in[3]|in[4] == 0 {
			t.Errorf("an alert was admitted: %x", in)
		}
		g.admits(out)
	})
}

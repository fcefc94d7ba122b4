package udp

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestSendModesAreReadAsTheyAreWritten(t *testing.T) {
	for mode, word := range map[SendMode]string{
		SendAuto: "auto", SendSegments: "segments", SendBatches: "batches", SendPlain: "plain",
	} {
		if got, err := ParseSendMode(word); err != nil || got != mode || mode.String() != word {
			t.Errorf("%q is %v: %v", word, got, err)
		}
	}
	for _, word := range []string{"", "Auto", "segment", "SendMode(4)"} {
		if mode, err := ParseSendMode(word); !errors.Is(err, ErrSendMode) {
			t.Errorf("%q is %v: %v", word, mode, err)
		}
	}
	if got := SendMode(4).String(); got != "SendMode(4)" {
		t.Errorf("an unknown mode is %q", got)
	}
}

func TestNewRefusesASendModeThatItsSocketsLack(t *testing.T) {
	for _, mode := range []SendMode{SendSegments, SendBatches, SendMode(4)} {
		if _, err := New(Config{Sockets: []net.PacketConn{newLoop()}, Send: mode}); !errors.Is(err, ErrSendMode) {
			t.Errorf("%v: %v", mode, err)
		}
	}
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		t.Fatal(err)
	}
	second := newLoop()
	second.addr = netip.MustParseAddrPort("127.0.0.2:8082")
	m, err := New(Config{Sockets: []net.PacketConn{conn, second}})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.SendMode(); got != SendPlain {
		t.Errorf("%v with a simulated socket among them", got)
	}
	_ = m.Close()
}

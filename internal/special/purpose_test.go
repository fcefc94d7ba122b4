package special_test

import (
	"net/netip"
	"testing"

	"github.com/atrium-rtc/atrium/internal/special"
)

func TestWhatAnAddressIsFor(t *testing.T) {
	for text, want := range map[string]special.Use{
		"8.8.8.8":                  special.Ordinary,
		"172.15.255.255":           special.Ordinary,
		"172.32.0.0":               special.Ordinary,
		"100.63.255.255":           special.Ordinary,
		"223.255.255.255":          special.Ordinary,
		"2a00:1450::1":             special.Ordinary,
		"64:ff9b::808:808":         special.Ordinary,
		"0.0.0.0":                  special.Unspecified,
		"10.1.2.3":                 special.Private,
		"100.64.0.1":               special.Shared,
		"127.0.0.1":                special.Loopback,
		"127.255.255.254":          special.Loopback,
		"169.254.169.254":          special.LinkLocal,
		"172.16.0.1":               special.Private,
		"172.31.255.255":           special.Private,
		"192.0.0.8":                special.Reserved,
		"192.0.2.1":                special.Documentation,
		"192.88.99.1":              special.Reserved,
		"192.168.0.1":              special.Private,
		"198.19.255.255":           special.Reserved,
		"198.51.100.1":             special.Documentation,
		"203.0.113.1":              special.Documentation,
		"224.0.0.1":                special.Multicast,
		"255.255.255.255":          special.Reserved,
		"::":                       special.Unspecified,
		"::1":                      special.Loopback,
		"::7f00:1":                 special.Reserved,
		"::ffff:127.0.0.1":         special.Loopback,
		"::ffff:169.254.169.254":   special.LinkLocal,
		"::ffff:8.8.8.8":           special.Ordinary,
		"64:ff9b::7f00:1":          special.Loopback,
		"64:ff9b::a9fe:a9fe":       special.LinkLocal,
		"64:ff9b:1::1":             special.Reserved,
		"100::1":                   special.Reserved,
		"2001::1":                  special.Reserved,
		"2001:db8::1":              special.Documentation,
		"2002:7f00:1::":            special.Reserved,
		"3fff::1":                  special.Documentation,
		"5f00::1":                  special.Reserved,
		"fd00:ec2::254":            special.Private,
		"fe80::1%eth0":             special.LinkLocal,
		"fec0::1":                  special.Private,
		"ff02::1":                  special.Multicast,
		"2001:4860:4860::8888":     special.Ordinary,
		"2606:4700:4700::1111%lan": special.Ordinary,
	} {
		if got := special.Purpose(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := special.Purpose(netip.Addr{}); got != special.Invalid {
		t.Error(got)
	}
}

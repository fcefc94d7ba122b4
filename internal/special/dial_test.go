package special_test

import (
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/internal/special"
)

func TestADialerConnectsToTheUsesNamedOnly(t *testing.T) {
	check := special.Only(special.Ordinary, special.Loopback)
	for address, use := range map[string]special.Use{
		"8.8.8.8:443":              "",
		"[::1]:443":                "",
		"10.0.0.1:443":             special.Private,
		"[::ffff:10.0.0.1]:443":    special.Private,
		"169.254.169.254:80":       special.LinkLocal,
		"[fe80::1%eth0]:80":        special.LinkLocal,
		"[64:ff9b::a9fe:a9fe]:443": special.LinkLocal,
	} {
		err := check("tcp", address, nil)
		var refused *special.AddressError
		if errors.As(err, &refused) != (use != "") || use != "" && refused.Use != use {
			t.Errorf("%s: %v", address, err)
		}
	}
	if check("tcp", "example.org:443", nil) == nil {
		t.Error("a name is no address")
	}
}

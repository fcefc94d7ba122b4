package main

import (
	"runtime/debug"
	"testing"

	"golang.org/x/mod/semver"
)

// minimums are the versions of modules below which a fault of theirs reaches this server. A change of go.mod that goes below
// one, by an older requirement or a replacement, fails here, also where Go's vulnerability database cannot be asked
// (make vuln).
var minimums = []struct{ module, version, fault string }{
	{"github.com/pion/dtls/v3", "v3.1.4", "CVE-2026-54908: a crafted ServerKeyExchange ends the process; CVE-2026-26014 (v3.1.1): nonces of AES-GCM repeat"},
	{"github.com/pion/interceptor", "v0.1.39", "CVE-2025-49140: the padding of an RTP packet ends the process"},
	{"github.com/pion/stun/v4", "v4.0.0", "GHSA-34rh-wp3j-6cxc (v3.1.5): a malformed XOR-MAPPED-ADDRESS ends the process"},
	{"github.com/pion/webrtc/v4", "v4.1.2", "CVE-2025-49140, its other half: padding is lost between header and packet"},
	{"github.com/gorilla/websocket", "v1.4.1", "CVE-2020-27813: the length of a frame overflows"},
	{"github.com/golang-jwt/jwt/v5", "v5.2.2", "CVE-2025-30204: a token of many periods takes memory"},
	{"golang.org/x/net", "v0.38.0", "CVE-2025-22872 and earlier, of HTTP/2 and HTML"},
	{"golang.org/x/crypto", "v0.45.0", "CVE-2025-47914 and earlier, of SSH, which is not called"},
	{"google.golang.org/protobuf", "v1.33.0", "CVE-2024-24786: an endless loop over JSON"},
	{"github.com/go-viper/mapstructure/v2", "v2.4.0", "GHSA-2464-8j7c-4cjm: values of the configuration in errors"},
}

func TestNoModuleIsOlderThanItsLastKnownFault(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("this binary does not say what it was built from")
	}
	built := make(map[string]string)
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = &debug.Module{Path: module.Path, Version: module.Replace.Version}
		}
		built[module.Path] = module.Version
	}
	for _, minimum := range minimums {
		switch version := built[minimum.module]; {
		case version == "":
			t.Errorf("%s is not part of the server: take it off the list", minimum.module)
		case semver.Compare(version, minimum.version) < 0:
			t.Errorf("%s is %s, and must be %s or later: %s", minimum.module, version, minimum.version, minimum.fault)
		}
	}
}

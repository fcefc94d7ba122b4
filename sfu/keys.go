package sfu

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/prf"
	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"
)

// errNoKeys says that a connection's handshake did not show what its keys follow
// from: it was not DTLS 1.2, or the client was the DTLS server.
var errNoKeys = errors.New("the DTLS handshake did not show the SRTP keys")

// dtlsKeys learns the SRTP keys of one connection on which we are the DTLS
// server. Pion keeps them to itself, but its settings show all that they follow
// from: the master secret and the client's random number in the key log, and our
// own random number, cipher suite and profile in the ServerHello.
type dtlsKeys struct {
	mu             sync.Mutex
	client, server []byte // random numbers
	master         []byte // secret
	suite          dtls.CipherSuiteID
	profile        srtp.ProtectionProfile
}

// listen makes a connection show its keys.
func (k *dtlsKeys) listen(s *webrtc.SettingEngine) {
	s.SetDTLSKeyLogWriter(k)
	s.SetDTLSServerHelloMessageHook(k.serverHello)
}

// Write takes a line of the key log: "CLIENT_RANDOM", the random number and the
// master secret, in hexadecimal.
func (k *dtlsKeys) Write(line []byte) (int, error) {
	fields := bytes.Fields(line)
	if len(fields) == 3 && string(fields[0]) == "CLIENT_RANDOM" {
		client, err1 := hex.DecodeString(string(fields[1]))
		master, err2 := hex.DecodeString(string(fields[2]))
		if err1 == nil && err2 == nil {
			k.mu.Lock()
			k.client, k.master = client, master
			k.mu.Unlock()
		}
	}
	return len(line), nil
}

// serverHello looks at our answer to the client and changes nothing.
func (k *dtlsKeys) serverHello(m handshake.MessageServerHello) handshake.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	random := m.Random.MarshalFixed()
	k.server = bytes.Clone(random[:])
	if m.CipherSuiteID != nil {
		k.suite = dtls.CipherSuiteID(*m.CipherSuiteID)
	}
	for _, e := range m.Extensions {
		if use, ok := e.(*extension.UseSRTP); ok && len(use.ProtectionProfiles) == 1 {
			k.profile = srtp.ProtectionProfile(use.ProtectionProfiles[0])
		}
	}
	return &m
}

// take returns the SRTP keys (RFC 5764 section 4.2) and forgets what they were
// made of. The error is errNoKeys, or says what is wrong with them.
func (k *dtlsKeys) take() (srtp.ProtectionProfile, srtp.SessionKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.master == nil || k.server == nil || k.profile == 0 {
		return 0, srtp.SessionKeys{}, errNoKeys
	}
	cfg := srtp.Config{Profile: k.profile}
	err := cfg.ExtractSessionKeysFromDTLS(exporter{k}, false)
	clear(k.master)
	k.master = nil
	if err != nil {
		return 0, srtp.SessionKeys{}, fmt.Errorf("SRTP keys: %w", err)
	}
	return k.profile, cfg.Keys, nil
}

// exporter derives keys for others from those of the handshake (RFC 5705).
type exporter struct{ keys *dtlsKeys }

// ExportKeyingMaterial implements srtp.KeyingMaterialExporter.
func (e exporter) ExportKeyingMaterial(label string, _ []byte, length int) ([]byte, error) {
	seed := append(append([]byte(label), e.keys.client...), e.keys.server...)
	return prf.PHash(e.keys.master, seed, length, e.keys.hash) //nolint:wrapcheck // take wraps it
}

// hash returns the hash function of the suite (RFC 5246 section 5, RFC 5289).
func (k *dtlsKeys) hash() hash.Hash {
	switch k.suite {
	case dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, dtls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
		return sha512.New384()
	default: // all others of DTLS 1.2
		return sha256.New()
	}
}

package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/atrium-rtc/atrium/internal/config"
)

// certificates is where the public listener's certificates come from.
type certificates struct {
	// config is nil when TLS is off.
	config *tls.Config
	// pair is what it reads, nil unless tls.mode is files.
	pair *keyPair
	// challenges answers HTTP-01 and redirects the rest; nil without ACME.
	challenges http.Handler
}

func newCertificates(cfg config.Config, logger *slog.Logger) (certificates, error) {
	base := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	switch cfg.TLS.Mode {
	case config.TLSFiles:
		pair, err := newKeyPair(cfg.TLS.Cert, cfg.TLS.Key, logger)
		if err != nil {
			return certificates{}, err
		}
		base.GetCertificate = pair.certificate
		return certificates{config: base, pair: pair}, nil
	case config.TLSSelfSigned:
		cert, err := selfSigned(selfSignedNames(cfg))
		if err != nil {
			return certificates{}, fmt.Errorf("make a self-signed certificate: %w", err)
		}
		base.Certificates = []tls.Certificate{cert}
		return certificates{config: base}, nil
	case config.TLSACME:
		return acmeCertificates(cfg.TLS.ACME), nil
	default:
		return certificates{}, nil
	}
}

// acmeCertificates gets certificates when clients first ask for a name. TLS-ALPN-01
// (RFC 8737) is answered by the listener itself.
func acmeCertificates(options config.ACME) certificates {
	manager := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(options.Cache),
		HostPolicy: autocert.HostWhitelist(options.Domains...),
		Email:      options.Email,
		Client:     &acme.Client{DirectoryURL: options.Directory, UserAgent: "atrium"},
	}
	config := manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return certificates{config: config, challenges: manager.HTTPHandler(nil)}
}

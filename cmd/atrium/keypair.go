package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// keyPair is a certificate in two files that is read again when they change.
type keyPair struct {
	logger *slog.Logger

	mu                sync.Mutex
	certFile, keyFile string
	current           *tls.Certificate
	version           [2]fileVersion
}

// fileVersion changes when somebody writes or replaces a file.
type fileVersion struct {
	modified time.Time
	size     int64
}

func newKeyPair(certFile, keyFile string, logger *slog.Logger) (*keyPair, error) {
	pair := &keyPair{logger: logger}
	if err := pair.use(certFile, keyFile); err != nil {
		return nil, err
	}
	return pair, nil
}

// use reads the certificate from these files from now on, or changes nothing when
// they do not hold one.
func (p *keyPair) use(certFile, keyFile string) error {
	next := &keyPair{certFile: certFile, keyFile: keyFile}
	if err := next.reload(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.certFile, p.keyFile, p.current, p.version = next.certFile, next.keyFile, next.current, next.version
	return nil
}

// certificate is a tls.Config.GetCertificate. While new files do not fit each
// other (a renewal writes one after the other) it keeps the old certificate.
func (p *keyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reload(); err != nil {
		p.logger.Warn("keeping the certificate that was read before", "error", err)
	}
	return p.current, nil
}

// reload wants the lock held.
func (p *keyPair) reload() error {
	var found [2]fileVersion
	for i, file := range []string{p.certFile, p.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("read the certificate (keys tls.cert, tls.key): %w", err)
		}
		found[i] = fileVersion{info.ModTime(), info.Size()}
	}
	if found == p.version {
		return nil
	}
	p.version = found // a pair that does not fit is tried once, not in every handshake
	cert, err := tls.LoadX509KeyPair(p.certFile, p.keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate (keys tls.cert, tls.key): %w", err)
	}
	p.current = &cert
	return nil
}

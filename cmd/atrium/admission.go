package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/auth/keyring"
	"github.com/atrium-rtc/atrium/internal/config"
)

// errNoTokenKeys is what is left to say where a reload takes the keys away and cannot
// take the mode away.
var errNoTokenKeys = errors.New("auth.mode is token, and there is no key to check tokens with: set auth.secret_file, auth.key_files or auth.jwks")

// tokenKeys are the keys that tokens are checked with: fixed ones, and those of a set that
// is loaded again and again.
type tokenKeys struct {
	digest [sha256.Size]byte // of everything that they were made of
	fixed  *auth.KeySet
	ring   *keyring.Ring // nil without auth.jwks
	stop   context.CancelFunc
	ended  chan struct{}
}

// readTokenKeys reads the files. The set of auth.jwks is loaded by begin.
func readTokenKeys(cfg config.Auth, logger *slog.Logger) (*tokenKeys, error) {
	if cfg.Mode != config.AuthToken {
		return nil, nil //nolint:nilnil // open mode has no keys
	}
	fixed, digest, err := fixedKeys(cfg)
	if err != nil {
		return nil, err
	}
	k := &tokenKeys{digest: digest}
	if k.fixed, err = auth.NewKeySet(fixed...); err != nil {
		return nil, fmt.Errorf("auth.key_files: %w", err)
	}
	switch {
	case cfg.JWKS == "" && len(fixed) == 0:
		return nil, errNoTokenKeys
	case cfg.JWKS == "":
		return k, nil
	}
	source, err := keySource(cfg)
	if err != nil {
		return nil, err
	}
	k.ring, err = keyring.New(source, keyring.Options{Fixed: fixed, Logger: logger})
	return k, err
}

// fixedKeys returns the keys of auth.secret, auth.secret_file and auth.key_files, and what
// tells whether they, or the place of the key set, are others than before.
func fixedKeys(cfg config.Auth) (keys []auth.Key, digest [sha256.Size]byte, err error) {
	made := sha256.New()
	note := func(text []byte) { fmt.Fprintf(made, "%d:%s", len(text), text) }
	note([]byte(cfg.JWKS))
	note(fmt.Append(nil, cfg.JWKSAllowPrivate))
	secret, from := []byte(cfg.Secret.Reveal()), "auth.secret"
	if cfg.SecretFile != "" {
		from = "auth.secret_file: " + cfg.SecretFile
		if secret, err = os.ReadFile(cfg.SecretFile); err != nil {
			return nil, digest, fmt.Errorf("auth.secret_file: %w", err)
		}
	}
	if cfg.Secret != "" || cfg.SecretFile != "" {
		secret = bytes.TrimSpace(secret)
		key, err := auth.NewSecretKey("", secret)
		if err != nil {
			return nil, digest, fmt.Errorf("%s: %w", from, err)
		}
		keys = append(keys, key)
		note(secret)
	}
	for _, name := range cfg.KeyFiles {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, digest, fmt.Errorf("auth.key_files: %w", err)
		}
		key, err := auth.ParsePEM("", text)
		if err != nil {
			return nil, digest, fmt.Errorf("auth.key_files: %s: %w", name, err)
		}
		keys = append(keys, key)
		note(text)
	}
	return keys, [sha256.Size]byte(made.Sum(nil)), nil
}

func keySource(cfg config.Auth) (keyring.Source, error) {
	if !cfg.JWKSByHTTP() {
		return keyring.File(cfg.JWKS), nil
	}
	source, err := keyring.NewURL(cfg.JWKS, keyring.Client(cfg.JWKSAllowPrivate))
	if err != nil {
		return nil, fmt.Errorf("auth.jwks: %w", err)
	}
	return source, nil
}

// load loads the key set for the first time; without one there is nothing to do.
func (k *tokenKeys) load(ctx context.Context) error {
	if k == nil || k.ring == nil {
		return nil
	}
	if err := k.ring.Load(ctx); err != nil {
		return fmt.Errorf("auth.jwks: %w", err)
	}
	return nil
}

// run keeps the key set up to date until end.
func (k *tokenKeys) run() {
	if k == nil || k.ring == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	k.stop, k.ended = stop, make(chan struct{})
	go func() {
		defer close(k.ended)
		k.ring.Run(ctx)
	}()
}

// end waits for what run began. Nothing to end is fine.
func (k *tokenKeys) end() {
	if k != nil && k.stop != nil {
		k.stop()
		<-k.ended
	}
}

// same reports whether both are made of the same things.
func (k *tokenKeys) same(other *tokenKeys) bool {
	return k == nil && other == nil || k != nil && other != nil && k.digest == other.digest
}

// status is for the metrics.
func (k *tokenKeys) status() admission.Keys {
	if k.ring == nil {
		return admission.Keys{Count: len(k.fixed.Keys())}
	}
	now := k.ring.Status()
	return admission.Keys{Count: len(now.Keys.Keys()), Loaded: now.Loaded, Failures: now.Failures}
}

// admissionOptions say who comes in, with keys that readTokenKeys made of the same
// configuration.
func admissionOptions(cfg config.Auth, keys *tokenKeys) admission.Options {
	if keys == nil {
		return admission.Options{}
	}
	tokens := &auth.VerifierOptions{
		Keys:   func() *auth.KeySet { return keys.fixed },
		Issuer: cfg.Issuer, Audience: cfg.Audience, Leeway: cfg.Leeway, MaxLifetime: cfg.MaxLifetime,
	}
	if keys.ring != nil {
		tokens.Keys, tokens.Refresh = keys.ring.Keys, keys.ring.Refresh
	}
	options := admission.Options{Tokens: tokens, Keys: keys.status}
	for _, place := range cfg.TokenIn {
		options.Places = append(options.Places, admission.Place(place))
	}
	return options
}

// startAdmission decides who comes in. A key set in a file must be there; one at an
// address may come later, since a server that waits for its issuer helps nobody.
func (s *server) startAdmission(ctx context.Context) error {
	keys, err := readTokenKeys(s.cfg.Auth, s.logger)
	if err != nil {
		return err
	}
	if err := keys.load(ctx); err != nil {
		if !s.cfg.Auth.JWKSByHTTP() {
			return err
		}
		s.logger.Warn("no token is accepted until the keys are there", "error", err)
	}
	s.admission = admission.New(admissionOptions(s.cfg.Auth, keys))
	s.tokenKeys = keys
	keys.run()
	switch {
	case !s.admission.Open():
	case s.cfg.Auth.OpenToAll:
		s.logger.Warn("open to all: everybody who reaches this server can join every room", "listen", s.cfg.HTTP.Listen)
	default:
		s.logger.Info("open mode: whoever is on this machine can join every room")
	}
	return nil
}

// readyKeys returns the keys that a reload goes on with: those that run when they are made
// of the same, else the prepared ones, loaded.
func (s *server) readyKeys(prepared *tokenKeys) (*tokenKeys, error) {
	if prepared.same(s.tokenKeys) {
		return s.tokenKeys, nil
	}
	return prepared, prepared.load(context.Background())
}

// admit gives other rules, and keys that are ready, to those who decide who comes in.
func (s *server) admit(cfg config.Auth, keys *tokenKeys) {
	s.admission.Reconfigure(admissionOptions(cfg, keys))
	if before := s.tokenKeys; before != keys {
		s.tokenKeys = keys
		keys.run()
		before.end()
	}
}

// checkTokenKeys finds what is wrong with the files of auth. It asks no address: what
// checks a configuration must not depend on somebody else's server.
func checkTokenKeys(cfg config.Auth) error {
	keys, err := readTokenKeys(cfg, discardLogger())
	if err != nil || cfg.JWKSByHTTP() {
		return err
	}
	return keys.load(context.Background())
}

// watchForProxies says once that a proxy stands before a server that listens to its own
// machine and lets everybody in: that is the one way for others to reach such a server.
func (s *server) watchForProxies(next http.Handler) http.Handler {
	if s.cfg.Auth.OpenToAll {
		return next
	}
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.admission.Open() && auth.Forwarded(r) {
			once.Do(func() {
				s.logger.Warn("a proxy forwards requests to this server, which is in open mode: whoever reaches the proxy can join every room. " +
					"Set auth.mode to token, or auth.open_to_all to true if that is meant")
			})
		}
		next.ServeHTTP(w, r)
	})
}

package keyring_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/auth/keyring"
)

// keyNamed returns a key of its own for each name.
func keyNamed(t testing.TB, name string) auth.Key {
	key, err := auth.NewKey(name, ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%032s", name))))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func setOf(t testing.TB, names ...string) []byte {
	var keys []auth.Key
	for _, name := range names {
		keys = append(keys, keyNamed(t, name))
	}
	text, err := auth.PublicJWKS(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// provider is a source that answers what it is told to, after a while.
type provider struct {
	delay time.Duration

	mu    sync.Mutex
	text  []byte
	err   error
	loads int
}

func (p *provider) answer(text []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text, p.err = text, err
}

func (p *provider) Load(ctx context.Context) ([]byte, error) {
	select {
	case <-time.After(p.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loads++
	return p.text, p.err
}

func (p *provider) Secrets() bool  { return false }
func (p *provider) String() string { return "provider" }

// took returns how often was loaded since it was asked last.
func (p *provider) took() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.loads
	p.loads = 0
	return n
}

// run starts a ring in a bubble.
func run(t *testing.T, p *provider, fixed ...auth.Key) (*keyring.Ring, *auth.Verifier) {
	ring, err := keyring.New(p, keyring.Options{
		Interval: 5 * time.Minute, Cooldown: 30 * time.Second, Fixed: fixed, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go ring.Run(ctx)
	synctest.Wait()
	return ring, auth.NewVerifier(auth.VerifierOptions{Keys: ring.Keys, Refresh: ring.Refresh})
}

func tokenOf(t *testing.T, key auth.Key) string {
	token, err := auth.Sign(auth.Claims{
		Subject: "u", Issued: time.Now(), Expires: time.Now().Add(time.Hour), Access: auth.Access{Room: "r", Role: "guest"},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestKeysAreLoadedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{text: setOf(t, "old")}
		_, v := run(t, p)
		old, fresh := keyNamed(t, "old"), keyNamed(t, "new")
		accepts := func(key auth.Key) bool {
			_, err := v.Verify(tokenOf(t, key), time.Now())
			return err == nil
		}
		if !accepts(old) || accepts(fresh) {
			t.Error("at the start")
		}
		p.answer(setOf(t, "old", "new"), nil)
		time.Sleep(5*time.Minute + 1)
		if !accepts(old) || !accepts(fresh) {
			t.Error("in the overlap")
		}
		p.answer(setOf(t, "new"), nil)
		time.Sleep(5*time.Minute + 1)
		if accepts(old) || !accepts(fresh) {
			t.Error("at the end")
		}
		if n := p.took(); n != 3 {
			t.Errorf("%d loads in ten minutes", n)
		}
	})
}

func TestKeysStayWhenALoadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{text: setOf(t, "k")}
		ring, v := run(t, p)
		for _, failure := range []struct {
			text string
			err  error
		}{
			{"", errors.New("no route")},
			{"<html>", nil},
			{`{"keys":[]}`, nil},
			{`{"keys":[{"kty":"oct","k":"c2VjcmV0IG9mIHRoaXJ0eS10d28gb2N0ZXRzIGFuZCBtb3Jl"}]}`, nil}, // published
			{strings.Repeat(" ", auth.MaxJWKSOctets+1), nil},
		} {
			p.answer([]byte(failure.text), failure.err)
			time.Sleep(24 * time.Hour)
			if _, err := v.Verify(tokenOf(t, keyNamed(t, "k")), time.Now()); err != nil {
				t.Errorf("%.20q: the key is gone", failure.text)
			}
			if s := ring.Status(); s.Failures < 280 || time.Since(s.Loaded) < 24*time.Hour-5*time.Minute {
				t.Errorf("status %+v", s)
			}
		}
		p.answer(setOf(t, "k2"), nil)
		time.Sleep(5 * time.Minute)
		if s := ring.Status(); s.Failures != 0 || s.Keys.Keys()[0].ID() != "k2" {
			t.Errorf("after it heals: %+v", s)
		}
	})
}

func TestATokenOfAnUnknownKeyWaitsForTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{delay: time.Second, text: setOf(t, "old")}
		_, v := run(t, p)
		time.Sleep(time.Minute)
		p.took()
		p.answer(setOf(t, "old", "new"), nil)
		token, start := tokenOf(t, keyNamed(t, "new")), time.Now()
		var waiting sync.WaitGroup
		for range 50 {
			waiting.Go(func() {
				if _, err := v.VerifyWaiting(t.Context(), token, start); err != nil {
					t.Error("refused although the key was there to be had")
				}
			})
		}
		waiting.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
		if n := p.took(); n != 1 {
			t.Errorf("%d loads for one new key", n)
		}
	})
}

func TestUnknownKeysCauseOneLoadInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{text: setOf(t, "k")}
		_, v := run(t, p)
		time.Sleep(time.Minute)
		p.took()
		for i := range 1000 { // 100 s
			if _, err := v.VerifyWaiting(t.Context(), tokenOf(t, keyNamed(t, fmt.Sprint("x", i%7))), time.Now()); err == nil {
				t.Fatal("accepted")
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := p.took(); n != 4 {
			t.Errorf("%d loads in 100 s, and one in 30 s is allowed", n)
		}
		// Tokens that are bad in another way cause none.
		time.Sleep(time.Minute)
		p.took()
		if _, err := v.VerifyWaiting(t.Context(), tokenOf(t, keyNamed(t, "k"))+"x", time.Now()); err == nil || p.took() != 0 {
			t.Error("a bad token caused a load")
		}
	})
}

func TestNobodyWaitsLongerThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{text: setOf(t, "k")}
		ring, v := run(t, p)
		time.Sleep(time.Minute)
		p.delay = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := v.VerifyWaiting(ctx, tokenOf(t, keyNamed(t, "x")), start)
		if took := time.Since(start); took != 3*time.Second || !errors.Is(err, auth.ErrNotAccepted) {
			t.Errorf("%v after %v", err, took)
		}
		ring.Refresh(ctx) // has ended
	})
}

func TestFixedKeysAreThereWhateverTheSourceDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{err: errors.New("no route")}
		ring, v := run(t, p, keyNamed(t, "fixed"))
		check := func() {
			t.Helper()
			if _, err := v.Verify(tokenOf(t, keyNamed(t, "fixed")), time.Now()); err != nil {
				t.Error("the fixed key is gone")
			}
		}
		check()
		p.answer(setOf(t, "k"), nil)
		time.Sleep(5 * time.Minute)
		check()
		if n := len(ring.Keys().Keys()); n != 2 {
			t.Errorf("%d keys", n)
		}
	})
}

func TestRefreshAfterTheEndReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring, err := keyring.New(&provider{text: setOf(t, "k")}, keyring.Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		ring.Run(ctx)
		ring.Refresh(t.Context())
	})
}

func TestAFileIsReadAgainWhenItChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ring, err := keyring.New(keyring.File(path), keyring.Options{Interval: 10 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := ring.Load(t.Context()); err == nil {
			t.Error("a missing file is no error at the start")
		}
		write([]byte(`{"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0IG9mIHRoaXJ0eS10d28gb2N0ZXRzIGFuZCBtb3Jl"}, {"kty":"?","kid":"other"}]}`))
		if err := ring.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go ring.Run(ctx)
		time.Sleep(time.Minute)
		write(setOf(t, "changed"))
		time.Sleep(10*time.Second + 1)
		if keys := ring.Keys().Keys(); len(keys) != 1 || keys[0].ID() != "changed" {
			t.Errorf("%v", keys)
		}
		stop()
		synctest.Wait()
		if n := strings.Count(log.String(), "loaded keys"); n != 2 || strings.Contains(log.String(), "c2VjcmV0") || !strings.Contains(log.String(), "other") {
			t.Errorf("%d lines of changes: %s", n, log.String())
		}
	})
}

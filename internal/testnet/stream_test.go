package testnet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// streams makes both ends of a stream from bob to alice, over links in both directions.
func streams(t *testing.T, n *testnet.Net, l testnet.Link) (here, there net.Conn) {
	t.Helper()
	server, client := n.Host(alice), n.Host(bob)
	listener := server.Listen(80)
	client.SetUplink(l)
	client.SetDownlink(l)
	here, err := client.Dial(t.Context(), "tcp", net.JoinHostPort(alice, "80"))
	if err != nil {
		t.Fatal(err)
	}
	if there, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	return here, there
}

func TestAStreamIsReliableOverABadLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: 7})
		here, there := streams(t, n, testnet.Link{Delay: 30 * time.Millisecond, Loss: 0.2, Burst: 3, Reorder: 0.1, Duplicate: 0.1})
		sent := make([]byte, 300_000)
		random := rand.New(rand.NewPCG(1, 2))
		for i := range sent {
			sent[i] = byte(random.Uint32())
		}
		go func() {
			_, _ = here.Write(sent)
			_ = here.Close()
		}()
		got, err := io.ReadAll(there)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d octets of %d came, %v", len(got), len(sent), err)
		}
		_ = there.Close()
	})
}

func TestAStreamOutlivesAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		here, there := streams(t, n, testnet.Link{})
		n.Host(bob).SetUplink(testnet.Link{Loss: 1})
		began := time.Now()
		go func() {
			time.Sleep(20 * time.Second)
			n.Host(bob).SetUplink(testnet.Link{})
		}()
		_, _ = here.Write([]byte("x"))
		if _, err := there.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 20*time.Second || took > 26*time.Second {
			t.Errorf("came after %v, want soon after the 20 s", took)
		}
	})
}

func TestAStreamBreaksWhenNothingGetsThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		here, _ := streams(t, n, testnet.Link{})
		n.Host(bob).SetUplink(testnet.Link{Loss: 1})
		_, _ = here.Write([]byte("x"))
		if _, err := here.Read(make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("read: %v, want a timeout", err)
		}
	})
}

func TestAReaderThatStopsStopsTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		here, there := streams(t, n, testnet.Link{Delay: time.Millisecond})
		_ = here.SetWriteDeadline(time.Now().Add(time.Second))
		wrote, err := here.Write(make([]byte, 1<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || wrote != 320<<10 {
			t.Errorf("wrote %d octets, %v; the buffers have 320 KiB", wrote, err)
		}
		_ = here.SetWriteDeadline(time.Time{})
		_ = there.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.ReadFull(there, make([]byte, wrote)); err != nil {
			t.Error(err)
		}
		if _, err := there.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v, want the deadline", err)
		}
	})
}

func TestACutBreaksBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		here, there := streams(t, n, testnet.Link{})
		n.Host(bob).Cut()
		for _, end := range []net.Conn{here, there} {
			if _, err := end.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("read: %v, want a reset", err)
			}
			if _, err := end.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("write: %v, want a reset", err)
			}
		}
	})
}

func TestDialFailsWithoutAListenerAndWithoutAWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		client := n.Host(bob)
		n.Host(alice)
		if _, err := client.Dial(t.Context(), "tcp", net.JoinHostPort(alice, "80")); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("nobody listens: %v", err)
		}
		client.SetUplink(testnet.Link{Loss: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := client.Dial(ctx, "tcp", net.JoinHostPort(alice, "80")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no way: %v", err)
		}
	})
}

func TestHTTPRunsOverStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.RemoteAddr)
		})}
		listener := n.Host(alice).Listen(80)
		go func() { _ = server.Serve(listener) }()
		transport := &http.Transport{DialContext: n.Host(bob).Dial}
		resp, err := (&http.Client{Transport: transport}).Get("http://" + net.JoinHostPort(alice, "80"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if from, _, _ := net.SplitHostPort(string(body)); from != bob {
			t.Errorf("the server saw %q", body)
		}
		transport.CloseIdleConnections()
		_ = server.Close()
	})
}

func TestReboundPortsAreSeenOutsideAndTheOldOnesAreDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		a, b := n.Host(alice).ListenPacket(1000), n.Host(bob).ListenPacket(2000)
		n.Host(bob).Rebind()
		_, _ = b.WriteTo([]byte("x"), a.LocalAddr())
		_, from, err := a.ReadFromAddrPort(make([]byte, 1))
		if err != nil || from.Port() == 2000 {
			t.Fatalf("from %v, %v", from, err)
		}
		_ = b.SetReadDeadline(time.Now().Add(time.Second))
		_, _ = a.WriteTo([]byte("x"), b.LocalAddr())
		if _, _, err := b.ReadFrom(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the old port: %v, want silence", err)
		}
		_ = b.SetReadDeadline(time.Time{})
		_, _ = a.WriteToAddrPort([]byte("x"), from)
		if _, _, err := b.ReadFrom(make([]byte, 1)); err != nil {
			t.Errorf("the new port: %v", err)
		}
	})
}

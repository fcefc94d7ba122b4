package special_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/atrium-rtc/atrium/internal/special"
)

// rebinding is a name server that answers the first question about a name with an ordinary address, as for whoever checks the
// name, and later ones with what it really wants to be connected to.
type rebinding struct {
	questions atomic.Int32
	then      []netip.Addr
}

// resolver asks the name server over a pipe, by the form of TCP.
func (r *rebinding) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go r.serve(far)
		return near, nil
	}}
}

func (r *rebinding) serve(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, 2048)
	for {
		if _, err := conn.Read(buf[:2]); err != nil {
			return
		}
		n, err := conn.Read(buf[2:])
		if err != nil {
			return
		}
		answer := r.answer(buf[2 : 2+n])
		length := []byte{byte(len(answer) >> 8), byte(len(answer))}
		if _, err := conn.Write(append(length, answer...)); err != nil {
			return
		}
	}
}

func (r *rebinding) answer(question []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	addresses := []netip.Addr{netip.MustParseAddr("93.184.216.34")}
	if r.questions.Add(1) > 2 { // A and AAAA of the first look-up
		addresses = r.then
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	for _, a := range addresses {
		head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && a.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
		case q.Type == dnsmessage.TypeAAAA && a.Is6():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	packed, _ := m.Pack()
	return packed
}

// A name that was looked at and found ordinary may lead elsewhere a moment later. The dialer asks about the address it is
// about to connect to, so that nothing lies between the question and the connection.
func TestANameThatIsReboundLeadsNowhere(t *testing.T) {
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Int32
	go func() {
		for {
			c, err := inside.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = c.Close()
		}
	}()
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Addr().String())
	for name, then := range map[string][]string{
		"this machine":                 {"127.0.0.1"},
		"this machine, as IPv6":        {"::ffff:127.0.0.1"},
		"this machine, really IPv6":    {"::1"},
		"the metadata of a cloud":      {"169.254.169.254"},
		"the same, behind NAT64":       {"64:ff9b::a9fe:a9fe"},
		"a private network":            {"10.0.0.1", "fd00::1"},
		"nobody, then this machine":    {"0.0.0.0", "127.0.0.1"},
		"what connects to this on BSD": {"::"},
	} {
		r := &rebinding{}
		for _, a := range then {
			r.then = append(r.then, netip.MustParseAddr(a))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if looked, err := r.resolver().LookupHost(ctx, "keys.example.org"); err != nil || looked[0] != "93.184.216.34" {
			t.Fatalf("%s: the first look says %v, %v", name, looked, err)
		}
		dialer := net.Dialer{Resolver: r.resolver(), Control: special.Only(special.Ordinary)}
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("keys.example.org", port))
		var refused *special.AddressError
		if conn != nil || !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "this machine" { // the test is of use: without the rule the connection is made
			dialer.Control = special.Only(special.Loopback)
			if conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort("keys.example.org", port)); err != nil {
				t.Errorf("allowed: %v", err)
			} else {
				_ = conn.Close()
			}
		}
		cancel()
	}
	if n := reached.Load(); n > 1 {
		t.Errorf("this machine was reached %d times, once was allowed", n)
	}
}

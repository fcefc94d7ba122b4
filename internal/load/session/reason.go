package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// OpError says which step of a session failed.
type OpError struct {
	// Op is "dial", a method of the protocol ("joinRoom"), or the protocol and
	// method of an HTTP request ("WHIP POST").
	Op  string
	Err error
}

// Error returns the step and what went wrong.
func (e *OpError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns what went wrong.
func (e *OpError) Unwrap() error { return e.Err }

func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return &OpError{Op: op, Err: err}
}

// Reason returns a short text for counting errors: the same for errors that
// differ only in names, addresses and ids, such as
// "joinRoom: 104 existing user in room" and "dial: connection refused". It is
// empty for nil.
func Reason(err error) string {
	if err == nil {
		return ""
	}
	if op := (*OpError)(nil); errors.As(err, &op) {
		return op.Op + ": " + cause(op.Err)
	}
	return cause(err)
}

// cause names an error by the most telling one in its chain.
func cause(err error) string {
	var (
		refusal   *rpc.Error
		closed    *rpc.CloseError
		handshake *rpc.HandshakeError
		status    *StatusError
		address   *AddressError
	)
	switch {
	case errors.As(err, &refusal):
		name := api.Code(refusal.Code).String()
		return fmt.Sprintf("%d %s", refusal.Code, strings.ToLower(strings.ReplaceAll(name, "_", " ")))
	case errors.As(err, &closed):
		return fmt.Sprintf("websocket closed by the server with %d", closed.Code)
	case errors.As(err, &handshake):
		return fmt.Sprintf("%d %s", handshake.Status, http.StatusText(handshake.Status))
	case errors.As(err, &status):
		return fmt.Sprintf("%d %s", status.Status, http.StatusText(status.Status))
	case errors.As(err, &address):
		return "address needs --i-am-allowed"
	}
	for _, known := range []error{
		ErrEvicted, ErrRoomClosed, ErrCounterOffer, errUnpaired, errors.ErrUnsupported,
		errNoEndpoint, errNoResource, errRedirect, errNoSDP, errNoLocation,
		rpc.ErrBadAnswer, rpc.ErrBadFrame, rpc.ErrTooBig, rpc.ErrSlowConsumer, rpc.ErrLost, rpc.ErrClosed,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return networkCause(err)
}

func networkCause(err error) string {
	var (
		dns       *net.DNSError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		errno     syscall.Errno
		timeout   net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &verify), errors.As(err, &authority):
		return "certificate not trusted"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "connection ended"
	}
	return anonymous(err.Error())
}

// anonymous takes out of a text what differs between errors of one kind, and
// all but its beginning.
func anonymous(text string) string {
	const longest = 80
	varying := regexp.MustCompile(`"[^"]*"|'[^']*'|\S*[0-9]\S*`)
	text = varying.ReplaceAllString(text, "*")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest])
	}
	return text
}

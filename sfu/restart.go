package sfu

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// ICECredentials are the username fragment and the password of one side of a
// connection (RFC 8839 section 5.4).
type ICECredentials struct{ Ufrag, Password string }

// valid reports whether they are what RFC 8839 section 5.4 allows: 4 to 256 and 22
// to 256 characters of base 64.
func (c ICECredentials) valid() bool {
	return iceChars(c.Ufrag, 4) && iceChars(c.Password, 22)
}

func iceChars(s string, least int) bool {
	if len(s) < least || len(s) > 256 {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}

// Restart begins ICE anew with the client's new credentials (RFC 8445 section
// 9) and returns the answer with ours and with our candidates; all else in it is
// as it was. The client's candidates follow by AddICECandidate. The keys of the
// connection stay, and so does what is sent where, until a new path is chosen;
// what the client sends on its old path is lost from here on. A client that does
// not make a new connection in time loses the old one.
//
// The errors are ErrBadOffer for credentials that are none or those that the
// client has already, ErrClosed, or the context's.
func (p *Peer) Restart(ctx context.Context, client ICECredentials) (string, error) {
	if !client.valid() {
		return "", fmt.Errorf("%w: no ICE credentials (RFC 8839 section 5.4)", ErrBadOffer)
	}
	if p.answer == "" {
		return "", fmt.Errorf("%w: the server offered this connection, and restarts no ICE on it", ErrBadOffer)
	}
	type result struct {
		answer string
		err    error
	}
	done := make(chan result, 1)
	p.do(func() {
		answer, err := p.restart(ctx, client)
		done <- result{answer, err}
	})
	select {
	case r := <-done:
		return r.answer, r.err
	case <-ctx.Done():
		return "", fmt.Errorf("restart ICE: %w", ctx.Err())
	case <-p.closing:
		return "", fmt.Errorf("restart ICE: %w", ErrClosed)
	}
}

// restart runs on the owner goroutine.
func (p *Peer) restart(ctx context.Context, client ICECredentials) (string, error) {
	before := p.pc.CurrentRemoteDescription()
	if before == nil {
		return "", fmt.Errorf("restart ICE: %w", ErrClosed)
	}
	if credentialsOf(before.SDP).Ufrag == client.Ufrag {
		return "", fmt.Errorf("%w: the ICE credentials are not new", ErrBadOffer)
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("restart ICE: %w", err)
	}
	own, err := p.answerRestart(ctx, withICE(before.SDP, client, nil))
	if err != nil {
		return "", err
	}
	return withICE(p.answer, credentialsOf(own), candidatesOf(own)), nil
}

// answerRestart gives Pion an offer with new credentials. It runs on the owner goroutine.
func (p *Peer) answerRestart(ctx context.Context, offer string) (string, error) {
	p.log.Info("ICE restarts")
	p.candidates, p.restarting = 0, true
	p.deadline.Reset(connectTimeout)
	if p.onDisturbed != nil {
		time.AfterFunc(restartPatience, func() {
			p.do(func() {
				if p.restarting && !p.isClosing() {
					p.disturb(true)
				}
			})
		})
	}
	return p.answerOffer(ctx, offer)
}

// answerOffer gives an offer to Pion and returns Pion's answer with all our
// candidates. It runs on the owner goroutine.
func (p *Peer) answerOffer(ctx context.Context, offer string) (_ string, err error) {
	_, step := tracing.Start(ctx, "media.answer")
	defer func() { conclude(step, err) }()
	remote := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := p.pc.SetRemoteDescription(remote); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("create answer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("set answer: %w", err)
	}
	step.End()
	_, step = tracing.Start(ctx, "media.candidates")
	if err := p.awaitCandidates(ctx, gathered); err != nil {
		return "", err
	}
	return p.pc.LocalDescription().SDP, nil
}

// awaitCandidates waits for our candidates, and not for long.
func (p *Peer) awaitCandidates(ctx context.Context, gathered <-chan struct{}) error {
	timeout := time.NewTimer(gatherTimeout)
	defer timeout.Stop()
	select {
	case <-gathered:
	case <-timeout.C:
		p.log.Warn("candidates still missing when the description left", "after", gatherTimeout)
	case <-ctx.Done():
		return fmt.Errorf("gather candidates: %w", ctx.Err())
	}
	return nil
}

// The lines of a description that a restart replaces.
const (
	ufragLine     = "a=ice-ufrag:"
	passwordLine  = "a=ice-pwd:"
	candidateLine = "a=candidate:"
	lastCandidate = "a=end-of-candidates"
)

// credentialsOf returns the first ICE credentials of a description. In a bundle
// there are no others that matter.
func credentialsOf(text string) ICECredentials {
	return ICECredentials{Ufrag: lineOf(text, ufragLine), Password: lineOf(text, passwordLine)}
}

// lineOf returns what follows a prefix in the first line that has it.
func lineOf(text, prefix string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimRight(value, "\r\n")
		}
	}
	return ""
}

// candidatesOf returns the candidate lines of the first section that has any.
func candidatesOf(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "m=") && len(lines) > 0 {
			break
		}
		if strings.HasPrefix(line, candidateLine) {
			lines = append(lines, line)
		}
	}
	return lines
}

// withICE returns a description with other credentials, and with other candidates
// where it had some.
func withICE(text string, c ICECredentials, candidates []string) string {
	var out strings.Builder
	placed := false // the candidates of this section
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, ufragLine):
			out.WriteString(ufragLine + c.Ufrag + "\r\n")
		case strings.HasPrefix(line, passwordLine):
			out.WriteString(passwordLine + c.Password + "\r\n")
		case strings.HasPrefix(line, candidateLine):
			if !placed {
				out.WriteString(strings.Join(candidates, ""))
			}
			placed = true
		case strings.HasPrefix(line, lastCandidate) && len(candidates) == 0:
		default:
			if strings.HasPrefix(line, "m=") {
				placed = false
			}
			out.WriteString(line)
		}
	}
	return out.String()
}

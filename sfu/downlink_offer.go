package sfu

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// downlinkExtensions are the header extensions that a client is offered, which get the
// identifiers from 1 on: what is passed on, and what we make ourselves. In a bundle they
// mean the same everywhere (RFC 8843 section 9.3.1).
var downlinkExtensions = append([]string{sdp.TransportCCURI, sdp.ABSSendTimeURI, dependencyURI}, forwardedExtensions...)

// localTransport is our side of the transport, as Pion describes it.
type localTransport struct {
	credentials ICECredentials
	fingerprint string
	lite        bool
	candidates  []string // lines
	mid         string   // of Pion's only section
}

// offer makes the offer that is due. It runs on the peer's goroutine, when no other is
// outstanding.
func (d *Downlink) offer() error {
	d.wanted = d.placed()
	if !d.restart && !d.sections.changed() {
		d.settled()
		return nil // what was wanted has ended already
	}
	if d.restart || d.number == 0 {
		if err := d.describeTransport(); err != nil {
			return err
		}
	}
	d.settled()
	d.sections.offer()
	d.number++
	o := DownlinkOffer{Number: d.number, SDP: d.sections.offerText(d.number, d.local), Streams: d.sections.streams()}
	d.outstanding.Store(&o)
	d.peer.log.Debug("offer", "number", o.Number, "streams", len(o.Streams), "sections", len(d.sections.list))
	d.request.Offer(o)
	return nil
}

// placed gives sections to what is wanted, and returns what must wait until some are free.
func (d *Downlink) placed() (waiting []*Subscription) {
	for _, s := range d.wanted {
		if !d.sections.place(s.senders) {
			waiting = append(waiting, s)
		}
	}
	return waiting
}

// settled notes that all there is to offer is offered now; the rest waits for the answer.
func (d *Downlink) settled() { d.changed, d.restart = time.Time{}, false }

// describeTransport has Pion make its side of the transport, for the first time or anew.
func (d *Downlink) describeTransport() error {
	p := d.peer
	if d.restart && d.number > 0 {
		p.log.Info("ICE restarts")
		p.candidates, p.restarting = 0, true
	}
	p.deadline.Reset(connectTimeout)
	text, err := p.makeOffer(context.Background(), &webrtc.OfferOptions{ICERestart: d.restart && d.number > 0})
	if err != nil {
		return err
	}
	d.answered, d.early = false, nil
	d.local = localTransportOf(text)
	return nil
}

// localTransportOf reads Pion's description.
func localTransportOf(text string) localTransport {
	return localTransport{
		credentials: credentialsOf(text), fingerprint: lineOf(text, "a=fingerprint:"), mid: lineOf(text, "a=mid:"),
		lite: strings.Contains(text, "\na=ice-lite"), candidates: candidatesOf(text),
	}
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

// offerText writes an offer (RFC 8829 section 5.2). The transport stands once, in the
// session's part, from where it holds for all sections (RFC 8839 section 5.4, RFC 8122
// section 5, RFC 4145 section 4), and the candidates in the first section of the bundle.
func (l *downlinkSections) offerText(number int, local localTransport) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0")
	line("o=- 1 %d IN IP4 0.0.0.0", number)
	line("s=-")
	line("t=0 0")
	line("a=group:BUNDLE%s", l.bundle())
	line("a=extmap-allow-mixed")
	line("a=msid-semantic:WMS *")
	line("a=ice-options:trickle")
	if local.lite {
		line("a=ice-lite")
	}
	line(ufragLine+"%s", local.credentials.Ufrag)
	line(passwordLine+"%s", local.credentials.Password)
	line("a=fingerprint:%s", local.fingerprint)
	line("a=setup:actpass")
	candidates := local.candidates
	for _, x := range l.list {
		x.write(line)
		if x.refused {
			continue
		}
		for _, c := range candidates {
			b.WriteString(c)
		}
		if candidates != nil {
			line(lastCandidate)
		}
		candidates = nil
	}
	return b.String()
}

// bundle lists the sections of the bundle, each behind a space. Refused ones are in none
// (RFC 9143 section 7.2.1).
func (l *downlinkSections) bundle() string {
	var b strings.Builder
	for _, x := range l.list {
		if !x.refused {
			b.WriteString(" " + x.mid)
		}
	}
	return b.String()
}

// write writes the section as it is offered.
func (x *downlinkSection) write(line func(string, ...any)) {
	codecs := x.codecs
	port := 9
	if x.refused {
		port = 0
	}
	formats := ""
	for _, c := range codecs {
		for _, n := range []uint8{c.payloadType, c.red, c.rtx} {
			if n != 0 {
				formats += fmt.Sprintf(" %d", n)
			}
		}
	}
	line("m=%s %d UDP/TLS/RTP/SAVPF%s", x.kind, port, formats)
	line("c=IN IP4 0.0.0.0")
	line("a=mid:%s", x.mid)
	line("a=rtcp-mux")
	line("a=rtcp-rsize")
	if x.offered == nil {
		line("a=inactive")
	} else {
		line("a=sendonly")
	}
	for _, c := range codecs {
		writeCodec(line, c)
	}
	for i, uri := range downlinkExtensions {
		if only := extensionKind(uri); only == 0 || only.String() == x.kind.String() {
			line("a=extmap:%d %s", i+1, uri)
		}
	}
	line("a=rtcp-xr:%s=all", receiverRTT)
	if x.offered != nil {
		x.offered.writeSource(line)
	}
}

// writeCodec writes the lines of a codec, and of its repair stream or redundant form.
func writeCodec(line func(string, ...any), c offeredCodec) {
	encoding := ""
	if !c.codec.IsVideo() {
		encoding = "/2"
	}
	_, name, _ := strings.Cut(c.codec.MIMEType(), "/")
	line("a=rtpmap:%d %s/%d%s", c.payloadType, name, c.codec.ClockRate(), encoding)
	if c.fmtp != "" {
		line("a=fmtp:%d %s", c.payloadType, c.fmtp)
	}
	for _, f := range c.feedback {
		line("%s", strings.TrimRight(fmt.Sprintf("a=rtcp-fb:%d %s %s", c.payloadType, f.kind, f.parameter), " "))
	}
	if c.red != 0 {
		line("a=rtpmap:%d red/%d/2", c.red, c.codec.ClockRate())
		line("a=fmtp:%d %s", c.red, c.redFMTP)
	}
	if c.rtx != 0 {
		line("a=rtpmap:%d rtx/%d", c.rtx, c.codec.ClockRate())
		line("a=fmtp:%d apt=%d", c.rtx, c.payloadType)
	}
}

// writeSource writes whose media it is, and from which sources it comes.
func (s *sender) writeSource(line func(string, ...any)) {
	line("a=msid:%s %s", s.StreamID(), s.ID())
	if s.repair != 0 {
		line("a=ssrc-group:FID %d %d", s.source, s.repair)
	}
	for _, ssrc := range []uint32{s.source, s.repair} {
		if ssrc != 0 {
			line("a=ssrc:%d cname:%s", ssrc, s.StreamID())
		}
	}
}

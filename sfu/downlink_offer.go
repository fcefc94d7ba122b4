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

// offerText writes an offer (RFC 8829 section 5.2). The transport stands once, in the
// session's part, from where it holds for all sections (RFC 8839 section 5.4, RFC 8122
// section 5, RFC 4145 section 4), and the candidates in the first section of the bundle.
func (l *downlinkSections) offerText(number int, local localTransport) string {
	d := newDescription(number, l.bundle())
	d.line("a=extmap-allow-mixed")
	d.line("a=msid-semantic:WMS *")
	d.line("a=ice-options:trickle")
	d.lite(local.lite)
	d.credentials(local.credentials)
	d.line("a=fingerprint:%s", local.fingerprint)
	d.line("a=setup:actpass")
	candidates := local.candidates
	for _, x := range l.list {
		x.write(d)
		if x.refused {
			continue
		}
		for _, c := range candidates {
			d.WriteString(c)
		}
		if candidates != nil {
			d.line(lastCandidate)
		}
		candidates = nil
	}
	return d.String()
}

// bundle lists the sections of the bundle. Refused ones are in none (RFC 9143 section
// 7.2.1).
func (l *downlinkSections) bundle() (mids []string) {
	for _, x := range l.list {
		if !x.refused {
			mids = append(mids, x.mid)
		}
	}
	return mids
}

// write writes the section as it is offered.
func (x *downlinkSection) write(d *description) {
	port := 9
	if x.refused {
		port = 0
	}
	formats := ""
	for _, c := range x.codecs {
		for _, n := range []uint8{c.payloadType, c.red, c.rtx} {
			if n != 0 {
				formats += fmt.Sprintf(" %d", n)
			}
		}
	}
	d.line("m=%s %d UDP/TLS/RTP/SAVPF%s", x.kind, port, formats)
	d.line("c=IN IP4 0.0.0.0")
	d.line("a=mid:%s", x.mid)
	d.line("a=rtcp-mux")
	d.line("a=rtcp-rsize")
	if x.offered == nil {
		d.line("a=inactive")
	} else {
		d.line("a=sendonly")
	}
	for _, c := range x.codecs {
		d.codec(c)
	}
	for i, uri := range downlinkExtensions {
		if only := extensionKind(uri); only == 0 || only.String() == x.kind.String() {
			d.line("a=extmap:%d %s", i+1, uri)
		}
	}
	d.line("a=rtcp-xr:%s=all", receiverRTT)
	if x.offered != nil {
		x.offered.writeSource(d)
	}
}

// writeSource writes whose media it is, and from which sources it comes.
func (s *sender) writeSource(d *description) {
	d.line("a=msid:%s %s", s.StreamID(), s.ID())
	if s.repair != 0 {
		d.line("a=ssrc-group:FID %d %d", s.source, s.repair)
	}
	for _, ssrc := range []uint32{s.source, s.repair} {
		if ssrc != 0 {
			d.line("a=ssrc:%d cname:%s", ssrc, s.StreamID())
		}
	}
}

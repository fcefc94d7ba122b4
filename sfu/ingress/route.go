package ingress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// silentAfter is how long a source without a name must have been silent before
// another one may take its place.
const silentAfter = 2 * time.Second

// route finds whose packet it is: by its SSRC when that is known, else by the
// MID extension (RFC 8843 section 9.2) or the payload type, which is unique
// within our answers, and the RID or repaired RID extension (RFC 8852). What was
// found is remembered for the SSRC. A packet of simulcast that does not say which
// encoding it belongs to is nobody's: browsers name the encoding until they have
// heard that we know.
//
// Pion looks at new sources too, but at 25 of them at a time, and repair streams
// of simulcast are nobody's for it; so none of that is left to it.
func (r *Receiver) route(p *packet.Packet, now time.Time) route {
	if rt, known := r.bySSRC[p.SSRC]; known {
		return rt
	}
	if len(r.bySSRC) >= r.current.maxSources() {
		return route{}
	}
	t, rtx := r.trackOf(p)
	if t == nil {
		r.bySSRC[p.SSRC] = route{} // what belongs nowhere is looked up once
		return route{}
	}
	id := r.current.ids.RID
	if rtx {
		id = r.current.ids.RepairedRID
	}
	e := t.encodingOf(string(p.Extension(id)))
	if e == nil || !rtx && !e.admits(p.SSRC, now) {
		return route{}
	}
	r.bySSRC[p.SSRC] = route{encoding: e, rtx: rtx}
	return r.bySSRC[p.SSRC]
}

// trackOf finds the track of a packet, and whether it repairs.
func (r *Receiver) trackOf(p *packet.Packet) (t *Track, rtx bool) {
	mid := string(p.Extension(r.current.ids.MID))
	if mid == "" && !r.current.guess {
		return nil, false
	}
	for _, t := range r.current.tracks {
		if mid != "" && mid != t.cfg.MID {
			continue
		}
		switch p.PayloadType {
		case 0:
		case t.cfg.PayloadType, t.cfg.REDPayloadType:
			return t, false
		case t.cfg.RTXPayloadType:
			return t, true
		}
	}
	return nil, false
}

// admits reports whether a new source may carry the encoding. One that the
// packets name may at once: the publisher has begun anew. Without simulcast
// there is no name, and a second source at the same time was not agreed: its
// numbers are another space.
func (e *encoding) admits(ssrc uint32, now time.Time) bool {
	if !e.reception.started {
		return true
	}
	if e.cfg.RID == "" && e.silence(now) < silentAfter {
		return false
	}
	e.replace(ssrc)
	return true
}

package sfu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// sections of a kind that media comes in.
var mediaKinds = []string{"audio", "video"}

// uplinkStream is one stream of an Uplink.
type uplinkStream struct {
	id          string
	mids        []string
	use         []chosen // its sections, as they were offered when it began
	publication *Publication
}

// uplinkPlan is what an offer makes of an Uplink.
type uplinkPlan struct {
	offer     *offer
	transport remoteTransport
	fresh     []*uplinkStream // without publications yet
	ended     []*uplinkStream
	answers   []sectionAnswer // one for each section of the offer
}

// planUplink decides about an offer, and changes nothing. Codecs that are not in allowed may
// go on, but not begin.
func planUplink(o *offer, list []UplinkStream, live []*uplinkStream, allowed map[codec.Codec]bool) (*uplinkPlan, error) {
	transport, err := o.bundled()
	if err != nil {
		return nil, err
	}
	sections, err := o.byMID()
	if err != nil {
		return nil, err
	}
	plan := &uplinkPlan{offer: o, transport: transport, answers: make([]sectionAnswer, len(o.sections))}
	for i, s := range o.sections {
		plan.answers[i] = unused(s)
	}
	ids, taken := make(map[string]bool), make(map[string]bool)
	for _, want := range list {
		if ids[want.ID] || want.ID == "" {
			return nil, fmt.Errorf("%w: stream %q is listed twice, or has no name", ErrBadOffer, want.ID)
		}
		ids[want.ID] = true
		for _, mid := range want.MIDs {
			if taken[mid] {
				return nil, fmt.Errorf("%w: section %q is listed twice", ErrBadOffer, mid)
			}
			taken[mid] = true
		}
		if err := plan.take(want, sections, live, allowed); err != nil {
			return nil, err
		}
	}
	for _, s := range live {
		if !ids[s.id] {
			plan.ended = append(plan.ended, s)
		}
	}
	return plan, plan.agree(live)
}

// take plans one stream that is listed.
func (p *uplinkPlan) take(want UplinkStream, sections map[string]int, live []*uplinkStream, allowed map[codec.Codec]bool) error {
	if at := slices.IndexFunc(live, func(s *uplinkStream) bool { return s.id == want.ID }); at >= 0 {
		return p.keep(want, live[at], sections)
	}
	stream := &uplinkStream{id: want.ID, mids: slices.Clone(want.MIDs)}
	var have []string
	for _, mid := range want.MIDs {
		at, ok := sections[mid]
		if !ok {
			return fmt.Errorf("%w: stream %q: there is no section %q", ErrBadOffer, want.ID, mid)
		}
		s := p.offer.sections[at]
		switch codecs := s.forwarded(allowed); {
		case !slices.Contains(mediaKinds, s.kind) || slices.Contains(have, s.kind):
			return fmt.Errorf("%w: stream %q: one section of sound and one of video at most", ErrBadOffer, want.ID)
		case !s.sends:
			return fmt.Errorf("%w: stream %q: nothing is sent in section %q", ErrNoMedia, want.ID, mid)
		case len(codecs) == 0:
			return fmt.Errorf("%w: stream %q: section %q has no codec that is forwarded here", ErrNoMedia, want.ID, mid)
		default:
			have = append(have, s.kind)
			s.accepted = s.rids
			c := chosen{section: s, codec: published(codecs)}
			stream.use = append(stream.use, c)
			p.answers[at] = receiving(c, s)
		}
	}
	if len(have) == 0 {
		return fmt.Errorf("%w: stream %q has no sections", ErrBadOffer, want.ID)
	}
	slices.SortFunc(stream.use, func(a, b chosen) int { return strings.Compare(a.section.kind, b.section.kind) })
	p.fresh = append(p.fresh, stream)
	return nil
}

// keep plans a stream that goes on: in the same sections, with the same codecs.
func (p *uplinkPlan) keep(want UplinkStream, s *uplinkStream, sections map[string]int) error {
	if !slices.Equal(slices.Sorted(slices.Values(want.MIDs)), slices.Sorted(slices.Values(s.mids))) {
		return fmt.Errorf("%w: stream %q is published in the sections %q: end it first", ErrBadOffer, s.id, s.mids)
	}
	for _, c := range s.use {
		at, ok := sections[c.section.mid]
		if !ok || p.offer.sections[at].kind != c.section.kind || p.offer.sections[at].stopped() {
			return fmt.Errorf("%w: section %q of stream %q is gone", ErrBadOffer, c.section.mid, s.id)
		}
		now := p.offer.sections[at]
		same := func(o offeredCodec) bool {
			return o.codec == c.codec.codec && o.payloadType == c.codec.payloadType && o.rtx == c.codec.rtx
		}
		if !slices.ContainsFunc(now.codecs, same) {
			return fmt.Errorf("%w: section %q no longer has %s, which stream %q is sent with", ErrBadOffer, now.mid, c.codec.codec, s.id)
		}
		p.answers[at] = receiving(c, now)
	}
	return nil
}

// agree holds the identifiers of header extensions against each other: in a bundle one means
// the same everywhere (RFC 8843 section 9.3.1), and for as long as it is in use.
func (p *uplinkPlan) agree(live []*uplinkStream) error {
	ids, uris := make(map[string]uint8), make(map[uint8]string)
	check := func(c chosen, offered map[string]uint8) error {
		for _, uri := range uplinkExtensions(c) {
			id := offered[uri]
			if id == 0 {
				continue
			}
			if before, known := ids[uri]; known && before != id || uris[id] != "" && uris[id] != uri {
				return fmt.Errorf("%w: header extension %d of section %q means something else in another", ErrBadOffer, id, c.section.mid)
			}
			ids[uri], uris[id] = id, uri
		}
		return nil
	}
	for _, s := range live {
		if slices.Contains(p.ended, s) {
			continue
		}
		for _, c := range s.use {
			if err := check(c, c.section.extension); err != nil {
				return err
			}
		}
	}
	for i, a := range p.answers {
		if a.use.section != nil {
			if err := check(a.use, p.offer.sections[i].extension); err != nil {
				return err
			}
		}
	}
	return nil
}

// forwarded returns the codecs of a section that are allowed.
func (s *section) forwarded(allowed map[codec.Codec]bool) []offeredCodec {
	return slices.DeleteFunc(slices.Clone(s.codecs), func(c offeredCodec) bool { return !allowed[c.codec] })
}

// stopped reports whether the client has given the section up: it may be another's from the
// next offer on (RFC 8829 section 5.2.2).
func (s *section) stopped() bool {
	_, bundled := s.media.Attribute("bundle-only")
	return s.media.MediaName.Port.Value == 0 && !bundled
}

// byMID returns the indexes of the sections.
func (o *offer) byMID() (map[string]int, error) {
	index := make(map[string]int, len(o.sections))
	for i, s := range o.sections {
		if s.mid == "" && s.stopped() {
			continue
		}
		if _, twice := index[s.mid]; twice || s.mid == "" {
			return nil, fmt.Errorf("%w: section %d has no identification of its own (RFC 5888)", ErrBadOffer, i)
		}
		index[s.mid] = i
	}
	return index, nil
}

// bundled returns the client's side of the transport, which stands in the first section of
// the bundle: the group begins with it (RFC 9143 section 7.2).
func (o *offer) bundled() (remoteTransport, error) {
	group, _ := o.desc.Attribute(sdp.AttrKeyGroup)
	mids := strings.Fields(group)[1:]
	s := o.first(func(s *section) bool { return len(mids) > 0 && s.mid == mids[0] })
	if s == nil {
		return remoteTransport{}, fmt.Errorf("%w: no section is in its bundle (RFC 9143)", ErrBadOffer)
	}
	return o.transportOf(s)
}

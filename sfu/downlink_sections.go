package sfu

import (
	"slices"
	"strconv"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// maxDownlinkSections bounds the sections of one connection: sound and picture of 128
// streams. A stream beyond it waits until another one leaves.
const maxDownlinkSections = 256

// downlinkSection is a media section of a Downlink. It never goes away: RFC 3264 section 8
// knows only sections that are not used.
type downlinkSection struct {
	kind Kind
	mid  string

	// What is sent in it: as of now, with the last offer, and as the client has answered
	// last. nil is nothing, for which the section is inactive.
	now, offered, answered *sender
	refused                bool // by the client's last answer, with port 0

	codecs []offeredCodec // of its last track: also an inactive section must have some
}

// free reports whether it can be given to another track: the client must have answered
// that it is inactive, or it could take the old track's packets for the new one's.
func (x *downlinkSection) free() bool { return x.now == nil && x.offered == nil && x.answered == nil }

// downlinkSections decide which track is in which section. A section that is free is used
// again, so that a connection has as many as it ever needed at once, however long it
// lives; one that the client has refused comes back under another name (RFC 8829 section
// 5.2.2). They do no I/O, and belong to the connection's goroutine.
type downlinkSections struct {
	list   []*downlinkSection
	named  int // mids given out
	known  map[codec.Codec]bool
	codecs payloadTypes
}

func newDownlinkSections(known map[codec.Codec]bool) downlinkSections {
	return downlinkSections{known: known, codecs: newPayloadTypes(known)}
}

// place gives sections to the tracks of one subscription, to all or to none: false says
// that there is no room yet.
func (l *downlinkSections) place(tracks senders) bool {
	var free []*downlinkSection
	missing := 0
	for _, snd := range tracks {
		i := slices.IndexFunc(l.list, func(x *downlinkSection) bool {
			return x.free() && x.kind == snd.track.kind && !slices.Contains(free, x)
		})
		if i < 0 {
			missing++
			free = append(free, nil)
			continue
		}
		free = append(free, l.list[i])
	}
	if len(l.list)+missing > maxDownlinkSections {
		return false
	}
	for i, snd := range tracks {
		section := free[i]
		if section == nil {
			section = &downlinkSection{kind: snd.track.kind}
			l.list = append(l.list, section)
		}
		if section.mid == "" || section.refused {
			section.mid, section.refused = strconv.Itoa(l.named), false
			l.named++
		}
		section.now, section.codecs = snd, snd.offers
	}
	return true
}

// vacate takes tracks out, and reports whether that is to be offered.
func (l *downlinkSections) vacate(tracks senders) (changed bool) {
	for _, x := range l.list {
		if x.now != nil && slices.Contains(tracks, x.now) {
			x.now = nil
			changed = true
		}
	}
	return changed
}

// offer takes note that what is now has been offered.
func (l *downlinkSections) offer() {
	for _, x := range l.list {
		x.offered = x.now
	}
}

// changed reports whether the client does not know what is now.
func (l *downlinkSections) changed() bool {
	return slices.ContainsFunc(l.list, func(x *downlinkSection) bool { return x.now != x.offered })
}

// begins reports whether the client was offered a track here that it has not answered yet.
func (x *downlinkSection) begins() bool { return x.offered != nil && x.answered != x.offered }

// settle takes note of the answer to a section.
func (x *downlinkSection) settle(refused bool) {
	if x.refused = refused; refused {
		x.offered = nil
	}
	x.answered = x.offered
}

// subscriptions returns those that anything is or was to be sent of.
func (l *downlinkSections) subscriptions() (list []*Subscription) {
	for _, x := range l.list {
		if x.now != nil && !slices.Contains(list, x.now.of) {
			list = append(list, x.now.of)
		}
	}
	return list
}

// streams lists what the client receives, in the order of the sections.
func (l *downlinkSections) streams() (list []DownlinkStream) {
	at := make(map[*Subscription]int)
	for _, kind := range []Kind{Audio, Video} {
		for _, x := range l.list {
			if x.kind != kind || x.offered == nil {
				continue
			}
			s := x.offered.of
			i, ok := at[s]
			if !ok {
				i = len(list)
				at[s] = i
				list = append(list, DownlinkStream{Subscription: s})
			}
			list[i].MIDs = append(list[i].MIDs, x.mid)
		}
	}
	return list
}

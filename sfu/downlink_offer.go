package sfu

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// downlinkSection is a media section of a Downlink.
type downlinkSection struct {
	transceiver *webrtc.RTPTransceiver
	kind        Kind

	// What is sent in it; nil when it is free, which the client has answered.
	subscription *Subscription
	sender       *sender
	offered      offeredCodec // with which the sender was offered
	answered     bool         // the client knows the sender
	leaving      bool         // the subscription has ended, and the client was not offered that yet
}

// deliverable lists what can be sent on a Downlink, as it is offered: the codecs in all
// variants that somebody may publish. A payload type means the same in all sections (RFC
// 8843 section 9.1).
func deliverable(known map[codec.Codec]bool) (list []offeredCodec) {
	sound := []feedbackType{feedbackTWCC}
	video := []feedbackType{feedbackREMB, feedbackTWCC, feedbackFIR, feedbackNACK, feedbackPLI}
	h264 := func(payloadType uint8, mode, profile string) offeredCodec {
		return offeredCodec{
			codec: codec.H264, payloadType: payloadType, rtx: payloadType + 1, feedback: video,
			fmtp: "level-asymmetry-allowed=1;packetization-mode=" + mode + ";profile-level-id=" + profile,
		}
	}
	for _, c := range []offeredCodec{
		{codec: codec.Opus, payloadType: 111, red: 63, redFMTP: "111/111", fmtp: "minptime=10;useinbandfec=1", feedback: sound},
		{codec: codec.VP8, payloadType: 96, rtx: 97, feedback: video},
		{codec: codec.VP9, payloadType: 98, rtx: 99, fmtp: "profile-id=0", feedback: video},
		{codec: codec.VP9, payloadType: 100, rtx: 101, fmtp: "profile-id=2", feedback: video},
		h264(102, "1", "42001f"), h264(104, "1", "42e01f"), h264(106, "1", "4d001f"), h264(108, "1", "640c1f"),
		h264(112, "0", "42001f"), h264(114, "0", "42e01f"), h264(116, "0", "4d001f"),
		{codec: codec.AV1, payloadType: 45, rtx: 46, feedback: video},
	} {
		if known[c.codec] {
			list = append(list, c)
		}
	}
	return list
}

// offer makes the offer that is due. It runs on the peer's goroutine, when no other is
// outstanding.
func (d *Downlink) offer() error {
	if err := d.arrange(); err != nil {
		return err
	}
	if len(d.sections) == 0 {
		return nil // what was wanted has ended already
	}
	text, err := d.describe()
	if err != nil {
		return err
	}
	d.number++
	o := DownlinkOffer{Number: d.number, SDP: text, Streams: d.received()}
	d.outstanding.Store(&o)
	d.request.Offer(o)
	return nil
}

// arrange gives sections to what is wanted, and takes them from what has ended: in this
// order, so that a section is used again only when the client has answered that it was
// free.
func (d *Downlink) arrange() error {
	wanted := d.wanted
	d.wanted = nil
	for _, s := range wanted {
		use, lacking := d.choose(s)
		if lacking != nil {
			d.end(s, fmt.Errorf("%w: the publisher sends %s", ErrCodecMismatch, describe(lacking.codec)), true)
			continue
		}
		for i, snd := range s.senders {
			if err := d.place(s, snd, use[i]); err != nil {
				return err
			}
		}
	}
	for _, section := range d.sections {
		if section.leaving {
			if err := d.pc.RemoveTrack(section.transceiver.Sender()); err != nil {
				return fmt.Errorf("remove a track: %w", err)
			}
			*section = downlinkSection{transceiver: section.transceiver, kind: section.kind}
		}
	}
	return nil
}

// choose returns the codecs with which a subscription's tracks are offered, or the first
// track for which there is none.
func (d *Downlink) choose(s *Subscription) (use []offeredCodec, lacking *Track) {
	codecs := deliverable(d.engine.known)
	for _, snd := range s.senders {
		c, ok := decodable(codecs, snd.track.codec)
		if !ok {
			return nil, snd.track
		}
		use = append(use, c)
	}
	return use, nil
}

// place gives a section to a track: a free one, if there is any.
func (d *Downlink) place(s *Subscription, snd *sender, c offeredCodec) error {
	snd.codec = c
	section, err := d.vacant(snd)
	if err != nil {
		return fmt.Errorf("add a track: %w", err)
	}
	section.subscription, section.sender, section.offered, section.answered = s, snd, c, false
	return nil
}

// vacant returns a section that the sender is in from here on. Pion takes the first that
// is free.
func (d *Downlink) vacant(snd *sender) (*downlinkSection, error) {
	if slices.ContainsFunc(d.sections, func(x *downlinkSection) bool { return x.kind == snd.track.kind && x.sender == nil }) {
		added, err := d.pc.AddTrack(snd)
		if err != nil {
			return nil, err //nolint:wrapcheck // by the caller
		}
		for _, section := range d.sections {
			if section.transceiver.Sender() == added {
				return section, nil
			}
		}
		return nil, errNoSection
	}
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	transceiver, err := d.pc.AddTransceiverFromTrack(snd, init)
	if err != nil {
		return nil, err //nolint:wrapcheck // by the caller
	}
	section := &downlinkSection{transceiver: transceiver, kind: snd.track.kind}
	d.sections = append(d.sections, section)
	return section, nil
}

// describe has Pion make an offer, and returns it as the client gets it: each section with
// the one codec that is sent in it. To Pion every section has all codecs, since it
// forgets those that its first answer lacks.
func (d *Downlink) describe() (string, error) {
	if d.restart {
		d.peer.log.Info("ICE restarts")
		d.peer.candidates, d.peer.restarting = 0, true
	}
	if d.restart || d.number == 0 {
		d.peer.deadline.Reset(connectTimeout)
	}
	text, err := d.peer.makeOffer(context.Background(), &webrtc.OfferOptions{ICERestart: d.restart})
	if err != nil {
		return "", err
	}
	d.restart, d.offered = false, text
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(text); err != nil {
		return "", fmt.Errorf("own offer: %w", err)
	}
	for _, media := range desc.MediaDescriptions {
		mid, _ := media.Attribute(sdp.AttrKeyMID)
		if section := d.section(mid); section != nil && section.sender != nil {
			offerOnly(media, section.offered)
		}
	}
	out, err := desc.Marshal()
	if err != nil {
		return "", fmt.Errorf("own offer: %w", err)
	}
	return string(out), nil
}

// offerOnly reduces a section to one codec, with its repair stream or redundant form.
func offerOnly(media *sdp.MediaDescription, c offeredCodec) {
	keep := []string{strconv.Itoa(int(c.payloadType))}
	for _, also := range []uint8{c.red, c.rtx} {
		if also != 0 {
			keep = append(keep, strconv.Itoa(int(also)))
		}
	}
	media.MediaName.Formats = keep
	media.Attributes = slices.DeleteFunc(media.Attributes, func(a sdp.Attribute) bool {
		if a.Key != "rtpmap" && a.Key != "fmtp" && a.Key != "rtcp-fb" {
			return false
		}
		payloadType, _, _ := strings.Cut(a.Value, " ")
		return !slices.Contains(keep, payloadType)
	})
}

// section returns the one with a mid, nil when there is none.
func (d *Downlink) section(mid string) *downlinkSection {
	for _, section := range d.sections {
		if section.transceiver.Mid() == mid {
			return section
		}
	}
	return nil
}

// received lists what the client receives, in the order in which it began.
func (d *Downlink) received() (list []DownlinkStream) {
	at := make(map[*Subscription]int)
	for _, section := range d.sections {
		s := section.subscription
		if s == nil {
			continue
		}
		i, known := at[s]
		if !known {
			i = len(list)
			at[s] = i
			list = append(list, DownlinkStream{Subscription: s})
		}
		list[i].MIDs = append(list[i].MIDs, section.transceiver.Mid())
	}
	for i := range list {
		slices.SortStableFunc(list[i].MIDs, func(a, b string) int { return int(d.section(a).kind) - int(d.section(b).kind) })
	}
	return list
}

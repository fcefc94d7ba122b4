package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// pairedMedia are the two connections of a client of the paired style.
type pairedMedia struct {
	client *client

	up        *webrtc.PeerConnection
	upFresh   bool // the server has an older one
	published map[string]*pairedPublication

	down      *webrtc.PeerConnection
	downFresh bool
	asked     map[string]bool // senders
	number    int             // of the last offer, and its answer
	answer    string
	resting   restingSections

	mu   sync.Mutex
	mids map[string]string // senders by media section
}

type pairedPublication struct {
	tracks   *tracks
	sections []*webrtc.RTPTransceiver
}

// publish brings the streams in line with what is wanted, by one negotiation.
func (m *pairedMedia) publish() error {
	c := m.client
	if slices.Equal(slices.Sorted(maps.Keys(m.published)), c.wants()) {
		return nil
	}
	for stream, pub := range m.published {
		if c.sources[stream] == nil {
			pub.tracks.end()
			delete(m.published, stream)
		}
	}
	if err := m.offer(); err != nil {
		m.closeUp() // the next begins anew
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// offer offers all that is wanted, also with new ICE credentials.
func (m *pairedMedia) offer() error {
	var begin []func()
	if m.up == nil {
		pc, err := m.client.newPeer()
		if err != nil {
			return err
		}
		m.up = pc
		m.client.watchState(pc, func(failed bool) { m.upTroubled(pc, failed) })
	}
	for _, stream := range m.client.wants() {
		if m.published[stream] != nil {
			continue
		}
		s := m.client.sources[stream]
		t, err := newTracks(stream)
		if err != nil {
			return err
		}
		sections, err := addSource(m.up, s, t)
		if err != nil {
			return err
		}
		m.published[stream] = &pairedPublication{t, sections}
		begin = append(begin, func() { t.done.Go(func() { s.play(t) }) })
	}
	if err := m.negotiate(nil); err != nil {
		return err
	}
	for _, do := range begin {
		do()
	}
	return nil
}

func (m *pairedMedia) negotiate(o *webrtc.OfferOptions) error {
	d, err := m.up.CreateOffer(o)
	offer, err := describe(m.up, d, err)
	if err != nil {
		return err
	}
	type stream struct {
		ID   string   `json:"id"`
		MIDs []string `json:"mids"`
	}
	streams := []stream{}
	for _, id := range slices.Sorted(maps.Keys(m.published)) {
		s := stream{ID: id}
		for _, tr := range m.published[id].sections {
			s.MIDs = append(s.MIDs, tr.Mid())
		}
		streams = append(streams, s)
	}
	var answer api.SDPAnswer
	params := map[string]any{"sdpOffer": offer, "streams": streams}
	if m.upFresh {
		params["fresh"] = true
	}
	if err := m.client.call(api.Publish, params, &answer); err != nil {
		return err
	}
	m.upFresh = false
	if answer.SDPAnswer == "" { // nothing is new, and nothing was asked
		return m.up.SetLocalDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeRollback})
	}
	return accept(m.up, answer.SDPAnswer)
}

// upTroubled begins ICE anew, or the connection.
func (m *pairedMedia) upTroubled(pc *webrtc.PeerConnection, failed bool) {
	if pc == nil || m.up != pc || m.client.socket == nil {
		return
	}
	m.client.world.tell(m.client.Name, "publishing connection is in trouble, failed: %v", failed)
	if failed || m.negotiate(&webrtc.OfferOptions{ICERestart: true}) != nil {
		m.closeUp()
	}
}

// receive asks for what is there and was not asked for.
func (m *pairedMedia) receive() error {
	c := m.client
	var missing []string
	for _, sender := range c.senders() {
		if !m.asked[sender] {
			missing = append(missing, sender)
		}
	}
	if len(missing) == 0 || c.socket == nil {
		return nil
	}
	if m.down == nil {
		if err := m.openDown(); err != nil {
			return err
		}
	}
	for _, sender := range missing {
		c.world.asked(c, sender)
		m.asked[sender] = true
	}
	params := map[string]any{"senders": missing}
	if m.downFresh {
		params["fresh"] = true
	}
	var result api.Subscribed
	if err := c.call("subscribe", params, &result); err != nil {
		for _, sender := range missing {
			delete(m.asked, sender)
		}
		return fmt.Errorf("subscribe: %w", err)
	}
	m.downFresh = false
	var failures error
	for _, f := range result.Failed {
		delete(m.asked, f.Sender)
		if f.Code != 102 && f.Code != 105 {
			failures = errors.Join(failures, fmt.Errorf("subscribe to %s: %d %s", f.Sender, f.Code, f.Message))
		}
	}
	return failures
}

func (m *pairedMedia) openDown() error {
	c := m.client
	pc, err := c.newPeer()
	if err != nil {
		return err
	}
	m.down, m.number, m.resting = pc, 0, restingSections{}
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		mid := ""
		for _, tr := range pc.GetTransceivers() {
			if tr.Receiver() == r {
				mid = tr.Mid()
			}
		}
		c.screen.watch(t, func() string { return m.senderOf(mid) })
	})
	c.watchState(pc, func(failed bool) { m.downTroubled(pc, failed) })
	return nil
}

// offered answers the server's offer.
func (m *pairedMedia) offered(o *api.SubscriberOffer) {
	if m.down == nil || m.client.socket == nil {
		return // of a connection that is gone
	}
	if o.Number != m.number {
		if err := m.take(o); err != nil {
			m.client.world.tell(m.client.Name, "cannot take offer %d: %v", o.Number, err)
			m.closeDown()
			return
		}
	}
	params := map[string]any{"number": o.Number, "sdpAnswer": m.answer}
	if err := m.client.call("subscriberAnswer", params, nil); err != nil {
		m.client.world.tell(m.client.Name, "answer %d: %v", o.Number, err)
	}
}

func (m *pairedMedia) take(o *api.SubscriberOffer) error {
	m.mu.Lock()
	m.mids = make(map[string]string)
	for _, s := range o.Streams {
		for _, mid := range s.MIDs {
			m.mids[mid] = s.Sender
		}
	}
	m.mu.Unlock()
	m.client.world.wire.repairs(m.client, repairTypes(o.SDPOffer))
	if err := m.down.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.resting.show(o.SDPOffer)}); err != nil {
		return err
	}
	d, err := m.down.CreateAnswer(nil)
	answer, err := describe(m.down, d, err)
	if err != nil {
		return err
	}
	m.number, m.answer = o.Number, answer
	return nil
}

// senderOf is whose a media section is now. Any goroutine may call it.
func (m *pairedMedia) senderOf(mid string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mids[mid]
}

func (m *pairedMedia) downTroubled(pc *webrtc.PeerConnection, failed bool) {
	if pc == nil || m.down != pc || m.client.socket == nil {
		return
	}
	m.client.world.tell(m.client.Name, "receiving connection is in trouble, failed: %v", failed)
	if failed || m.client.call("restartIce", map[string]any{"connection": "subscriber"}, nil) != nil {
		m.closeDown()
	}
}

// renew drops a connection that the server has lost.
func (m *pairedMedia) renew(which string) {
	switch which {
	case "publisher":
		m.closeUp()
	case "subscriber":
		m.closeDown()
	}
}

// move begins ICE anew on both.
func (m *pairedMedia) move() {
	m.upTroubled(m.up, false)
	m.downTroubled(m.down, false)
}

// compare takes over what the server says is published and received.
func (m *pairedMedia) compare(now *api.RoomNow) {
	own := make(map[string]bool)
	for _, s := range now.Me.Streams {
		own[s.ID] = true
	}
	for stream := range m.published {
		if !own[stream] {
			m.closeUp()
			break
		}
	}
	for sender := range m.asked {
		if !slices.Contains(now.Subscriptions, sender) {
			delete(m.asked, sender)
		}
	}
}

func (m *pairedMedia) closeUp() {
	for stream, pub := range m.published {
		pub.tracks.end()
		delete(m.published, stream)
	}
	if m.up != nil {
		_ = m.up.Close()
		m.up, m.upFresh = nil, true
	}
}

func (m *pairedMedia) closeDown() {
	clear(m.asked)
	if m.down != nil {
		_ = m.down.Close()
		m.down, m.downFresh = nil, true
	}
}

func (m *pairedMedia) close() {
	m.closeUp()
	m.closeDown()
	m.upFresh, m.downFresh = false, false
}

// repairTypes are the payload types of retransmissions in a description.
func repairTypes(sdp string) map[uint8]bool {
	types := make(map[uint8]bool)
	for line := range strings.Lines(sdp) {
		rest, is := strings.CutPrefix(line, "a=rtpmap:")
		number, name, _ := strings.Cut(rest, " ")
		if n, err := strconv.ParseUint(number, 10, 8); is && err == nil && strings.HasPrefix(name, "rtx/") {
			types[uint8(n)] = true
		}
	}
	return types
}

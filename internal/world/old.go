package world

import (
	"errors"
	"fmt"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// oldMedia are the connections of a client of the old style: one for what it
// publishes, one for each stream that it receives.
type oldMedia struct {
	client *client
	own    *oldPublication
	from   map[string]*webrtc.PeerConnection // by sender
}

type oldPublication struct {
	pc     *webrtc.PeerConnection
	tracks *tracks
}

// publish publishes the one stream, if it is wanted and not there.
func (m *oldMedia) publish() error {
	c := m.client
	s := c.sources[api.StreamID]
	switch {
	case s == nil && m.own != nil:
		m.unpublish()
		err := c.call(api.UnpublishVideo, nil, nil)
		if code(err) == 105 {
			return nil
		}
		return err
	case s == nil || m.own != nil:
		return nil
	}
	pub, err := m.negotiate(s)
	if code(err) == 301 { // an answer was lost
		_ = c.call(api.UnpublishVideo, nil, nil)
		pub, err = m.negotiate(s)
	}
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	m.own = pub
	pub.tracks.done.Go(func() { s.play(pub.tracks) })
	c.watchState(pub.pc, func(failed bool) { m.troubled(c.Name, pub.pc, failed) })
	return nil
}

func (m *oldMedia) negotiate(s *source) (*oldPublication, error) {
	pc, err := m.client.newPeer()
	if err != nil {
		return nil, err
	}
	t, err := newTracks(s.stream)
	if err == nil {
		_, err = addSource(pc, s, t)
	}
	if err == nil {
		err = m.offer(pc, func(offer string, answer *api.SDPAnswer) error {
			return m.client.call(api.PublishVideo, map[string]any{"sdpOffer": offer, "doLoopback": false}, answer)
		})
	}
	if err != nil {
		_ = pc.Close()
		return nil, err
	}
	return &oldPublication{pc, t}, nil
}

// offer offers on a connection and takes the answer.
func (m *oldMedia) offer(pc *webrtc.PeerConnection, ask func(offer string, answer *api.SDPAnswer) error) error {
	d, err := pc.CreateOffer(nil)
	offer, err := describe(pc, d, err)
	if err != nil {
		return err
	}
	var answer api.SDPAnswer
	if err := ask(offer, &answer); err != nil {
		return err
	}
	return accept(pc, answer.SDPAnswer)
}

// receive subscribes to what is there and not received.
func (m *oldMedia) receive() (failures error) {
	c := m.client
	for _, sender := range c.senders() {
		if m.from[sender] != nil || c.socket == nil {
			continue
		}
		if err := m.subscribe(sender); err != nil && code(err) != 102 && code(err) != 105 {
			failures = errors.Join(failures, fmt.Errorf("receive %s: %w", sender, err))
		}
	}
	return failures
}

func (m *oldMedia) subscribe(sender string) error {
	c := m.client
	pc, err := c.newPeer()
	if err != nil {
		return err
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return errors.Join(err, pc.Close())
		}
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		c.screen.watch(t, func() string { return sender })
	})
	m.from[sender] = pc // candidates may come before the answer
	c.world.asked(c, sender)
	err = m.offer(pc, func(offer string, answer *api.SDPAnswer) error {
		return c.call(api.ReceiveVideoFrom, map[string]any{"sender": sender, "sdpOffer": offer}, answer)
	})
	if err != nil {
		m.drop(sender)
		return err
	}
	c.watchState(pc, func(failed bool) { m.troubled(sender, pc, failed) })
	return nil
}

// connection is the one that candidates are for.
func (m *oldMedia) connection(endpoint string) *webrtc.PeerConnection {
	if endpoint == m.client.Name {
		if m.own == nil {
			return nil
		}
		return m.own.pc
	}
	if pc := m.from[endpoint]; pc != nil {
		return pc
	}
	return m.from[endpoint+"_"+api.StreamID]
}

// troubled begins ICE anew on a connection from which nothing comes, and the
// connection anew when that did not help.
func (m *oldMedia) troubled(endpoint string, pc *webrtc.PeerConnection, failed bool) {
	c := m.client
	current := m.connection(endpoint) == pc
	if !current || c.socket == nil || !c.joined {
		return
	}
	c.world.tell(c.Name, "connection %s is in trouble, failed: %v", endpoint, failed)
	if !failed && m.restart(endpoint, pc) == nil {
		return
	}
	m.begin(endpoint)
}

// begin drops a connection; tend makes another.
func (m *oldMedia) begin(endpoint string) {
	if endpoint != m.client.Name {
		m.drop(endpoint)
		return
	}
	m.unpublish()
	if m.client.socket != nil {
		_ = m.client.call(api.UnpublishVideo, nil, nil)
	}
}

func (m *oldMedia) restart(endpoint string, pc *webrtc.PeerConnection) error {
	if pc.SignalingState() != webrtc.SignalingStateStable {
		return errors.New("not stable")
	}
	d, err := pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	offer, err := describe(pc, d, err)
	if err != nil {
		return err
	}
	var answer api.SDPAnswer
	if err := m.client.call(api.RestartICE, map[string]any{"endpointName": endpoint, "sdpOffer": offer}, &answer); err != nil {
		return err
	}
	return accept(pc, answer.SDPAnswer)
}

// mend drops what is not connected: the server has lost one and does not say
// which.
func (m *oldMedia) mend() {
	bad := func(pc *webrtc.PeerConnection) bool {
		return pc.ConnectionState() != webrtc.PeerConnectionStateConnected
	}
	if m.own != nil && bad(m.own.pc) {
		m.begin(m.client.Name)
	}
	for sender, pc := range m.from {
		if bad(pc) {
			m.drop(sender)
		}
	}
}

// move begins ICE anew everywhere: the client is in another network.
func (m *oldMedia) move() {
	if m.own != nil {
		m.troubled(m.client.Name, m.own.pc, false)
	}
	for sender, pc := range m.from {
		m.troubled(sender, pc, false)
	}
}

func (m *oldMedia) unpublish() {
	if m.own != nil {
		m.own.tracks.end()
		_ = m.own.pc.Close()
		m.own = nil
	}
}

func (m *oldMedia) drop(sender string) {
	if pc := m.from[sender]; pc != nil {
		delete(m.from, sender)
		_ = pc.Close()
	}
}

func (m *oldMedia) close() {
	m.unpublish()
	for sender := range m.from {
		m.drop(sender)
	}
}

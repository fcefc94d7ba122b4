package world

import (
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// The kinds of lies.
const (
	lieNACK    = "nacks"   // asks for everything again, twenty times
	liePLI     = "plis"    // asks for keyframes a hundred times a second
	lieRTCP    = "rtcp"    // garbage inside SRTCP
	lieRTP     = "rtp"     // garbage inside SRTP
	lieUDP     = "udp"     // garbage on the media port
	lieRequest = "words"   // nonsense, foreign names and foreign sessions
	lieSockets = "sockets" // what is no websocket
)

var allLies = []string{lieNACK, liePLI, lieRTCP, lieRTP, lieUDP, lieRequest, lieSockets}

// lie does one kind for three seconds at most.
func (c *client) lie(kind string) {
	random := rand.New(rand.NewPCG(c.world.script.Seed, uint64(c.index)))
	switch kind {
	case lieNACK:
		c.repeat(20, 50*time.Millisecond, func() { c.report(c.everything()...) })
	case liePLI:
		c.repeat(200, 10*time.Millisecond, func() { c.report(c.keyframes()...) })
	case lieRTCP:
		c.repeat(100, 10*time.Millisecond, func() { c.report(garbageRTCP(random, c.received())) })
	case lieRTP:
		c.repeat(100, 10*time.Millisecond, func() { c.garbageRTP(random) })
	case lieUDP:
		socket := c.roam.at.Load().ListenPacket(0)
		c.repeat(200, 10*time.Millisecond, func() { shout(socket, random) })
		_ = socket.Close()
	case lieRequest:
		c.nonsense(random)
	case lieSockets:
		c.noWebsockets(random)
	}
}

func (c *client) repeat(times int, every time.Duration, do func()) {
	for range times {
		do()
		pause(every)
	}
}

// peers are all connections of the client.
func (c *client) peers() (list []*webrtc.PeerConnection) {
	if c.old.own != nil {
		list = append(list, c.old.own.pc)
	}
	for _, pc := range c.old.from {
		list = append(list, pc)
	}
	for _, pc := range []*webrtc.PeerConnection{c.paired.up, c.paired.down} {
		if pc != nil {
			list = append(list, pc)
		}
	}
	return list
}

// received are the SSRCs of what comes.
func (c *client) received() (list []uint32) {
	for _, pc := range c.peers() {
		for _, r := range pc.GetReceivers() {
			if t := r.Track(); t != nil {
				list = append(list, uint32(t.SSRC()))
			}
		}
	}
	return list
}

func (c *client) report(packets ...rtcp.Packet) {
	if len(packets) == 0 {
		return
	}
	for _, pc := range c.peers() {
		_ = pc.WriteRTCP(packets)
	}
}

func (c *client) everything() (list []rtcp.Packet) {
	for _, ssrc := range c.received() {
		n := &rtcp.TransportLayerNack{MediaSSRC: ssrc}
		for seq := 0; seq < 1<<16; seq += 17 * 16 {
			n.Nacks = append(n.Nacks, rtcp.NackPair{PacketID: uint16(seq), LostPackets: 0xffff}) //nolint:gosec // all there are
		}
		list = append(list, n)
	}
	return list
}

func (c *client) keyframes() (list []rtcp.Packet) {
	for _, ssrc := range c.received() {
		list = append(list, &rtcp.PictureLossIndication{MediaSSRC: ssrc})
	}
	return list
}

// garbageRTCP is a packet with a good header and anything behind it, some of it
// with the SSRC of what comes.
func garbageRTCP(random *rand.Rand, ssrcs []uint32) rtcp.Packet {
	b := make([]byte, 4+4*random.IntN(60))
	for i := range b {
		b[i] = byte(random.Uint32()) //nolint:gosec // any octet
	}
	b[0] = 0x80 | b[0]&0x1f
	b[1] = 200 + b[1]%8
	b[2], b[3] = 0, byte(len(b)/4-1) //nolint:gosec // 60 at most
	if len(ssrcs) > 0 && len(b) >= 12 {
		ssrc := ssrcs[random.IntN(len(ssrcs))]
		b[8], b[9], b[10], b[11] = byte(ssrc>>24), byte(ssrc>>16), byte(ssrc>>8), byte(ssrc) //nolint:gosec // octets
	}
	raw := rtcp.RawPacket(b)
	return &raw
}

// garbageRTP sends packets of the client's own streams that are nothing.
func (c *client) garbageRTP(random *rand.Rand) {
	var all []*tracks
	if c.old.own != nil {
		all = append(all, c.old.own.tracks)
	}
	for _, pub := range c.paired.published {
		all = append(all, pub.tracks)
	}
	for _, t := range all {
		for _, track := range t.of {
			p := &rtp.Packet{Header: rtp.Header{
				Version: 2, SequenceNumber: uint16(random.Uint32()), Timestamp: random.Uint32(), Marker: random.IntN(2) == 0, //nolint:gosec // any
			}}
			p.Payload = make([]byte, random.IntN(300))
			for i := range p.Payload {
				p.Payload[i] = byte(random.Uint32()) //nolint:gosec // any octet
			}
			_ = track.WriteRTP(p)
		}
	}
}

// shout sends a datagram that begins like something.
func shout(socket *testnet.Conn, random *rand.Rand) {
	b := make([]byte, 1+random.IntN(1200))
	for i := range b {
		b[i] = byte(random.Uint32()) //nolint:gosec // any octet
	}
	b[0] = []byte{0, 1, 22, 64, 128, 144, 0x80, b[0]}[random.IntN(8)]
	_, _ = socket.WriteTo(b, &net.UDPAddr{IP: net.ParseIP(serverAddress), Port: mediaPort})
}

// nonsense asks for what there is not, what is somebody else's, and what makes no
// sense.
func (c *client) nonsense(random *rand.Rand) {
	foreign := "nobody"
	for _, o := range c.world.clients {
		if o.Room != c.Room {
			foreign = o.Name
		}
	}
	for _, ask := range []struct {
		method string
		params any
	}{
		{"receiveVideoFrom", map[string]any{"sender": foreign + "_webcam", "sdpOffer": "v=0"}},
		{"unsubscribeFromVideo", map[string]any{"sender": foreign + "_webcam"}},
		{"publishVideo", map[string]any{"sdpOffer": strings.Repeat("a", 2000), "doLoopback": "perhaps"}},
		{"restartIce", map[string]any{"endpointName": foreign, "sdpOffer": ""}},
		{"onIceCandidate", map[string]any{"endpointName": foreign, "candidate": "candidate:1 1 udp 1 1.2.3.4 5 typ host", "sdpMid": "0", "sdpMLineIndex": 70000}},
		{"subscriberAnswer", map[string]any{"number": 9999, "sdpAnswer": "v=0"}},
		{"subscribe", map[string]any{"senders": []string{foreign + "_webcam", "_", ""}}},
		{"joinRoom", map[string]any{"user": foreign, "room": "elsewhere"}},
		{"joinRoom", map[string]any{"user": strings.Repeat("u", 5000), "room": c.Room}},
		{"sendMessage", map[string]any{"message": "x", "userMessage": foreign, "roomMessage": "elsewhere"}},
		{"evictParticipant", map[string]any{"user": foreign}},
		{"muteAll", nil},
		{"noSuchMethod", map[string]any{"a": []any{1, 2, map[string]any{}}}},
		{"setOff", map[string]any{"stream": "none", "audio": 3}},
	} {
		if c.socket == nil {
			return
		}
		_ = c.call(ask.method, ask.params, nil)
	}
	c.borrow(random)
}

// borrow tries to continue sessions that it guesses.
func (c *client) borrow(random *rand.Rand) {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	socket, err := c.dial(ctx)
	if err != nil {
		return
	}
	for range 20 {
		id := make([]byte, 26)
		for i := range id {
			id[i] = "abcdefghijklmnopqrstuv0123456789"[random.IntN(32)]
		}
		if err := socket.Call(ctx, "connect", map[string]any{"sessionId": string(id)}, nil); err == nil {
			c.world.fail("outcome", "%s has taken over a session with an id that it guessed", c.Name)
		}
	}
	socket.Close(1001, "")
}

// noWebsockets opens connections and says anything or nothing.
func (c *client) noWebsockets(random *rand.Rand) {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	for i := range 20 {
		conn, err := c.roam.dial(ctx, "tcp", net.JoinHostPort(serverAddress, "80"))
		if err != nil {
			return
		}
		b := make([]byte, random.IntN(2000))
		for j := range b {
			b[j] = byte(random.Uint32()) //nolint:gosec // any octet
		}
		if i%3 == 0 {
			b = []byte("GET /room HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
		}
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = conn.Write(b)
		if i%2 == 0 {
			_ = conn.Close()
			continue
		}
		time.AfterFunc(15*time.Second, func() { _ = conn.Close() })
	}
}

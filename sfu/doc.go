// Package sfu is the front of the media plane and the only importer of
// pion/webrtc: it negotiates connections and wires ingress and egress to them.
//
//	Engine.Publish(offer)            Engine.Subscribe(publication, offer)
//	      │                                   │
//	 Publication ── Peer                 Subscription ── Peer
//	      │          └ PeerConnection         │           └ PeerConnection
//	 ingress.Receiver                    egress.Subscriber
//	      └ Track ───── fan-out ─────► shard ─ └ Stream ─► shardSealer ─► udp.Queue
//
// Each connection is a Peer with one owner goroutine, which negotiates, takes
// candidates, limits keyframe requests and closes. Media does not pass through
// it: decrypted packets go from Pion's SRTP goroutine straight into the
// ingress.Receiver (by SettingEngine.BufferFactory), and from a shard, sealed,
// into the send queue of its socket: the peerTransport has the keys of the
// connection and knows its selected path. Where the keys could not be had, the
// pionSealer gives packets to Pion's SRTP writer, which ends in the same queue.
// What a subscriber reports is decrypted on the socket's goroutine
// (feedbackReader), and of its DTLS handshake only what can be the client's reaches Pion
// (handshakeGuard). No interceptor is registered; reports, NACK, retransmission
// and keyframe requests are ours.
//
// The client offers and the server answers, once for each connection. A
// publication is answered with one video codec, the first in the offer that we
// forward, so that what later subscribers must be able to decode is known, in as
// many encodings as the client offers (simulcast); a subscription is answered with
// exactly the publisher's codecs, and gets one encoding at a time.
//
// Nothing of these is negotiated twice but ICE: Peer.Restart moves a connection to another
// network (RFC 8445 section 9) without a new handshake.
//
// A client that can, has two connections for all its streams, which are negotiated again
// and again (docs/adr/0016-paired-connections.md):
//
//	Uplink ── Peer                    Downlink ── Peer
//	  │        └ offers of the client   │          └ offers of the server
//	  └ Publication, Publication, ...   └ egress.Subscriber
//	                                         └ Subscription: its Streams in its sections, ...
//
// On both, Pion makes the transport. What an Uplink is offered is planned first (uplinkPlan),
// and until Pion has to do something for it, an error changes nothing:
//
//	offer and streams ─► plan ─► ICE, if its credentials are new ─► Receiver.Remove, Add ─► answer
//
// Its Publications share the connection, one ingress.Receiver and one SSRC of ours in RTCP;
// tracks, keyframe requests, layers and the end of each are its own. What a Downlink offers is in downlinkSections, and
// comes back with Complete:
//
//	Subscribe ─► place ─► offer ─► answer ─► begin: Subscriber.Add, sealed with the keys there are
//	Close ─► Subscriber.Remove, vacate ─► offer (inactive) ─► answer ─► free for another track
//
// An application in the process may stand at both ends: a LocalPublication takes its
// packets from Go instead of a connection, and a Tapping gives those of any publication
// to Go, through the same shards and the same choice of layers (sfu/tap).
//
// A Track merges what all its subscribers want of the publisher: one keyframe
// request for many (R7), and which encodings are worth sending at all.
package sfu

// Package relay is a TURN server (RFC 8656) for clients whose
// networks let nothing else through. It relays to this server's own media port and,
// unless somebody asks for more, to nowhere else: every peer of a client here is
// this server, so a relay that reached further would serve strangers only.
//
//	client --UDP----> datagrams -+                        +-> relayed: one UDP socket --> sfu/udp
//	       --TCP----> stream ----+--> pion/turn: protocol-+     target: may packets go there, and
//	       --TLS----> stream ----+        |  allocations  |             where is that from here
//	                  framing,            |               +-> ledger: how many for a user, a network, all
//	                  patience            +-> authenticate: expiry:name, HMAC (internal/iceserver)
//
// What pion/turn leaves open is decided here. It asks whether an address may be a
// peer, without the port; the relayed socket asks again with the port for each new
// destination. It counts on clients that end their frames and handshakes in time;
// stream bounds both. It answers everybody; datagrams answers one network only so
// often, since an address over UDP may be somebody else's.
//
// Since the only peer is on this machine, relayed ports need no hole in the
// firewall, and a public address of a NAT is replaced by the local one behind it:
// packets do not leave the machine to come back.
//
// Goroutines are pion/turn's: one for each UDP socket, listener, connection and
// allocation. Decisions, here, run on them and contain their own panics; a panic
// inside pion/turn would end the process, as one in pion/ice would, and a fuzz target
// sends it what nobody would.
package relay

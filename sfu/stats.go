package sfu

import (
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/tcp"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// Stats is a snapshot of an Engine.
type Stats struct {
	Peers        int // connections
	Publications int // of them publishing
	Local        int // publications of the application, which have no connection
	Taps         TapStats
	Connections  uint64 // ever made
	Published    uint64 // of them to publish

	Handshakes HandshakeStats

	Tracks  [codec.AV1 + 1]int // published, by codec.Codec
	Ingress ingress.Totals     // of all publications, those that have ended too

	Packets   int64 // received packets held in buffers and queues
	Pool      packet.PoolStats
	Keyframes uint64 // requests for them sent to publishers
	Panics    uint64 // faults of ours, of which each has ended a connection
	// Connections to subscribers, ever, whose media the shards seal, and whose
	// media Pion does.
	SealedByShard, SealedByPion uint64
	Network                     udp.Stats
	TCP                         tcp.Stats    // zero without ICE-TCP
	SendMode                    udp.SendMode // in use
	Egress                      egress.Stats
}

// TapStats is what taps have done since the start.
type TapStats struct {
	Taps                  int    // at present
	Packets, Lost, Panics uint64 // given to taps, lost by slow ones, ends by a panic
}

func (st *Stats) addTracks(tracks []*Track) {
	for _, t := range tracks {
		st.Tracks[t.Codec()]++
	}
}

// Stats returns a snapshot. Any goroutine may call it.
func (e *Engine) Stats() Stats {
	st := Stats{
		Packets: e.pool.InUse(), Pool: e.pool.Stats(), Keyframes: e.keyframes.Load(), Panics: e.panics.Load(), Network: e.ports.UDP.Stats(), Egress: e.egress.Stats(),
		SendMode: e.ports.UDP.SendMode(), SealedByShard: e.sealedByShard.Load(), SealedByPion: e.sealedByPion.Load(),
	}
	if e.ports.tcp != nil {
		st.TCP = e.ports.tcp.Stats()
	}
	st.Handshakes = e.outcomes.stats()
	st.Taps = TapStats{
		Taps: int(e.taps.Taps.Load()), Packets: e.taps.Packets.Load(), Lost: e.taps.Lost.Load(), Panics: e.taps.Panics.Load(),
	}
	e.census.addTo(&st)
	return st
}

// PublicationStats is a snapshot of one publication. Packets that are of no track are not
// counted for those of an Uplink.
type PublicationStats struct {
	Ingress          ingress.Stats
	KeyframeRequests uint64 // sent to the publisher
}

// Stats returns a snapshot. Any goroutine may call it.
func (p *Publication) Stats() PublicationStats {
	st := PublicationStats{KeyframeRequests: p.requested.Load()}
	if p.uplink == nil {
		st.Ingress = p.receiver.Stats()
		return st
	}
	for _, t := range p.tracks {
		st.Ingress.Tracks = append(st.Ingress.Tracks, t.Stats())
	}
	return st
}

// Stats returns a snapshot for each track. Any goroutine may call it.
func (s *Subscription) Stats() []egress.StreamStats {
	var list []egress.StreamStats
	for _, snd := range s.senders {
		if st := snd.stream.Load(); st != nil {
			list = append(list, st.Stats())
		}
	}
	return list
}

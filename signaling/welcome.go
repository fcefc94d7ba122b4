package signaling

import (
	"context"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// welcome answers joinRoom: with those who were there before, and where it is
// understood with more of them, of oneself and of the room. What changes meanwhile is
// held back and comes after.
func (s *Session) welcome(ctx context.Context, r *reply, others []room.ParticipantInfo) error {
	extended := s.extended.Load()
	peers := make([]api.Peer, 0, len(others))
	for _, other := range others {
		if extended {
			peers = append(peers, peerOf(other))
		} else {
			peers = append(peers, plainPeerOf(other))
		}
	}
	if !extended {
		r.ok(peers)
		return nil
	}
	now, err := s.server.manager.Snapshot(ctx, s.id)
	if err != nil {
		return err
	}
	result := s.joinResult(now)
	result.Value = peers // as it was when one came
	r.ok(result)
	return nil
}

// joinResult is what joinRoom and getRoom tell of the room.
func (s *Session) joinResult(now room.Snapshot) api.JoinResult {
	result := api.JoinResult{
		Me: api.Me{
			ID: now.Me.User, Role: now.Me.Role, Permissions: permissionWords(now.Me.Permissions), Metadata: now.Me.Metadata,
		},
		Room: waysOf(now.Settings),
	}
	if now.Me.Paired {
		result.Connections = api.Paired
	}
	for _, w := range now.Waiting {
		result.Waiting = append(result.Waiting, api.Waiting{ID: w.User})
	}
	if servers := s.server.opts.Load().ICEServers; servers != nil {
		result.ICEServers = servers(now.Me.User)
	}
	return result
}

// plainPeerOf is a participant in Kurento Room's words: its webcam, if it publishes it.
func plainPeerOf(p room.ParticipantInfo) api.Peer {
	peer := api.Peer{ID: p.User}
	if p.Publishes(room.DefaultStream) {
		peer.Streams = api.Webcam()
	}
	return peer
}

// peerOf is a participant with everything that others may know of it.
func peerOf(p room.ParticipantInfo) api.Peer {
	peer := api.Peer{ID: p.User, Role: p.Role, Metadata: p.Metadata, Streams: streamsOf(p), Unreachable: p.Unreachable}
	if !p.HandRaised.IsZero() {
		peer.HandRaised, peer.HandRaisedAt = true, p.HandRaised.UnixMilli()
	}
	return peer
}

// streamsOf lists what a participant publishes: all of it, or the streams named.
func streamsOf(p room.ParticipantInfo, only ...string) []api.Stream {
	list := make([]api.Stream, 0, len(p.Streams))
	for _, s := range p.Streams {
		if only == nil || slices.Contains(only, s.ID) {
			list = append(list, api.Stream{
				ID: s.ID, AudioMuted: s.Muted&room.Audio != 0, VideoMuted: s.Muted&room.Video != 0,
				AudioOff: s.Off&room.Audio != 0, VideoOff: s.Off&room.Video != 0,
			})
		}
	}
	return list
}

// permissionWords are the words of tokens for what one may do.
func permissionWords(p room.Permissions) []string {
	return append([]string{}, strings.Fields(p.String())...)
}

package signaling

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// setVideoPreferences serves the method of that name.
func (s *Session) setVideoPreferences(ctx context.Context, r *reply) error {
	p := api.SetVideoPreferencesParams{
		Priority: api.Word{Of: api.Priorities(), Place: place(room.PriorityNormal)},
		Prefer:   api.Word{Of: api.Preferences()},
	}
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, stream, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	preference := room.VideoPreference{
		MaxWidth: uint16(p.MaxWidth), MaxHeight: uint16(p.MaxHeight),
		Priority: room.PriorityHidden + room.Priority(p.Priority.Place), //nolint:gosec // one of five
		Prefer:   room.Preference(p.Prefer.Place),                       //nolint:gosec // one of three
	}
	if err := s.server.manager.SetVideoPreference(ctx, s.id, publisher, stream, preference); err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

// place is where a priority's word stands.
func place(p room.Priority) int { return int(p - room.PriorityHidden) }

// getQuality tells how well the session receives everything that it does.
func (s *Session) getQuality(ctx context.Context, r *reply) error {
	list, err := s.server.manager.Quality(ctx, s.id)
	if err != nil {
		return err
	}
	quality := api.Quality{Streams: make([]api.StreamQuality, 0, len(list))}
	for _, stream := range list {
		tracks := make([]api.TrackQuality, 0, len(stream.Tracks))
		for _, t := range stream.Tracks {
			tracks = append(tracks, trackQuality(t))
		}
		quality.Streams = append(quality.Streams, api.StreamQuality{Sender: senderOf(stream.Publisher, stream.Stream), Tracks: tracks})
	}
	r.ok(quality)
	return nil
}

func trackQuality(t room.TrackQuality) api.TrackQuality {
	quality := api.TrackQuality{
		Kind: "audio", FirstFrame: thousandths(t.FirstFrame.Seconds()), Freezes: t.Freezes, Frozen: thousandths(t.Frozen.Seconds()),
		Paused: t.Paused, Loss: thousandths(t.Loss), RoundTrip: thousandths(t.RoundTrip.Seconds()), Score: thousandths(t.Score), Cause: string(t.Cause),
	}
	if t.Kind == room.Video {
		quality.Kind = "video"
		quality.Layer, quality.WantedLayer = layer(t.Layer), layer(t.Wanted)
	}
	return quality
}

// thousandths rounds for the wire. What is no number is nothing: JSON has no word
// for it.
func thousandths(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return math.Round(f*1000) / 1000
}

// layer returns the number of a layer, nil when there is none.
func layer(l room.LayerIndex) *int {
	if l.Spatial < 0 {
		return nil
	}
	return &l.Spatial
}

// reportStatistics takes what the client measured by itself.
func (s *Session) reportStatistics(ctx context.Context, r *reply) error {
	var p api.ReportStatisticsParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, stream, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	err = s.server.manager.ReportStatistics(ctx, s.id, publisher, stream, room.ReceiverStatistics{
		Freezes: uint64(p.FreezeCount), Frozen: time.Duration(p.TotalFreezesDuration), FramesDecoded: uint64(p.FramesDecoded),
		Concealed: uint64(p.ConcealedSamples), Samples: uint64(p.SamplesInAll), PacketsLost: int64(p.PacketsLost),
	})
	if err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

// senderOf returns the name of a user's stream, as in a sender parameter.
func senderOf(user, stream string) string { return user + "_" + stream }

// OnVideoPaused tells a client that is known to understand it: Kurento's Java client
// fails on names it does not know.
func (l listener) OnVideoPaused(e room.VideoPausedEvent) {
	l.tell(l.whoKnow(e.To), alike(api.VideoPaused, api.VideoState{
		Sender: senderOf(e.Publisher, e.Stream), Reason: string(e.Reason), Bitrate: e.Estimate, Text: pausedText(e.Estimate),
	}))
}

func (l listener) OnVideoResumed(e room.VideoResumedEvent) {
	l.tell(l.whoKnow(e.To), alike(api.VideoResumed, api.VideoState{Sender: senderOf(e.Publisher, e.Stream), Bitrate: e.Estimate}))
}

// whoKnow returns the participant if its client has shown that it knows what is
// Atrium's own.
func (l listener) whoKnow(p room.ParticipantInfo) []room.ParticipantInfo {
	if s := l.server.sessions.get(p.ID); s != nil && (s.hears.Load() || s.modern.Load() || s.extended.Load()) {
		return []room.ParticipantInfo{p}
	}
	return nil
}

// pausedText says to a person why a video is paused.
func pausedText(estimate int64) string {
	switch {
	case estimate <= 0:
		return "paused: your connection does not carry it"
	case estimate < 10_000:
		return "paused: your connection carries less than 10 kbit/s"
	case estimate < 995_000: // what rounds to less than a megabit
		return fmt.Sprintf("paused: your connection carries about %d kbit/s", (estimate+5000)/10_000*10)
	default:
		return fmt.Sprintf("paused: your connection carries about %.1f Mbit/s", float64(estimate)/1e6)
	}
}

// OnSpeakers tells those who asked for it when they joined.
func (l listener) OnSpeakers(e room.SpeakersEvent) {
	to := make([]room.ParticipantInfo, 0, len(e.To))
	for _, p := range e.To {
		if session := l.server.sessions.get(p.ID); session != nil && session.hears.Load() {
			to = append(to, p)
		}
	}
	l.mention(to, alike(api.SpeakersChanged, speakersOf(e.Dominant, e.Speakers)))
}

func speakersOf(dominant string, list []room.Speaker) api.Speakers {
	speakers := make([]api.Speaker, 0, len(list))
	for _, s := range list {
		speakers = append(speakers, api.Speaker{ID: s.User, Level: s.Level})
	}
	return api.Speakers{Dominant: dominant, Speakers: speakers}
}

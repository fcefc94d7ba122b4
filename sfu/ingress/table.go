package ingress

import (
	"slices"

	"github.com/pion/interceptor/pkg/twcc"
)

// Extensions are the identifiers of the header extensions (RFC 8285) that are read; 0 is
// "not negotiated". In a bundle an identifier means the same everywhere (RFC 8843 section
// 9.3.1).
type Extensions struct {
	MID, TWCC, AudioLevel        uint8
	RID, RepairedRID, Dependency uint8
}

// with returns the extensions and those that o has besides.
func (x Extensions) with(o Extensions) Extensions {
	for _, p := range []struct {
		to   *uint8
		from uint8
	}{
		{&x.MID, o.MID},
		{&x.TWCC, o.TWCC},
		{&x.AudioLevel, o.AudioLevel},
		{&x.RID, o.RID},
		{&x.RepairedRID, o.RepairedRID},
		{&x.Dependency, o.Dependency},
	} {
		if p.from != 0 {
			*p.to = p.from
		}
	}
	return x
}

// sourcesPerTrack bounds the synchronization sources of one track: three encodings of
// simulcast with their repair streams are six, and a publisher that begins anew has others.
const sourcesPerTrack = 16

// table is what is received on a connection at a time. A table is never changed: another
// takes its place, which the Receiver's goroutine notices with its next packet. So the
// packet path reads one pointer more, and takes no lock.
type table struct {
	tracks []*Track
	ids    Extensions
	// guess lets a payload type alone tell whose an unknown source is. Where tracks come and
	// go it does not: a late packet of one that has gone would open another.
	guess bool
}

func (t *table) has(track *Track) bool { return slices.Contains(t.tracks, track) }

// maxSources bounds the synchronization sources that are remembered. A peer that goes on is
// misbehaving, and its further sources are dropped.
func (t *table) maxSources() int { return sourcesPerTrack * max(2, len(t.tracks)) }

// NewTracks makes tracks that Add is to be given: in between, the caller gets ready for what
// they report. Any goroutine.
func (r *Receiver) NewTracks(list []TrackConfig, ids Extensions, feedback Feedback) []*Track {
	tracks := make([]*Track, len(list))
	for i, tc := range list {
		tracks[i] = newTrack(tc, ids, feedback, r.cfg.SSRC, &r.clock)
	}
	return tracks
}

// Add takes tracks in whose packets may come from its return on, and what extensions they
// bring. With extensions that name the track, sources that are not declared must be named.
// Any goroutine.
func (r *Receiver) Add(tracks []*Track, ids Extensions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.table.Load()
	all := old.ids.with(ids)
	r.table.Store(&table{tracks: slices.Concat(old.tracks, tracks), ids: all, guess: all.MID == 0})
}

// Remove ends tracks: their sources and names are free. A packet that is on its way may
// still be pushed to their sinks. Any goroutine.
func (r *Receiver) Remove(tracks []*Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	old := r.table.Load()
	left := make([]*Track, 0, len(old.tracks))
	for _, t := range old.tracks {
		if slices.Contains(tracks, t) {
			r.retired = append(r.retired, t)
		} else {
			left = append(left, t)
		}
	}
	r.table.Store(&table{tracks: left, ids: old.ids, guess: old.guess && old.ids.MID == 0})
}

// adopt makes the Receiver's goroutine follow a new table: it forgets the sources of what
// has gone and those that were nobody's, and learns the declared ones of what has come.
func (r *Receiver) adopt(next *table) {
	for ssrc, rt := range r.bySSRC {
		if rt.encoding == nil || !next.has(rt.encoding.track) {
			delete(r.bySSRC, ssrc)
		}
	}
	for _, t := range next.tracks {
		if r.current != nil && r.current.has(t) {
			continue
		}
		for _, e := range t.encodings {
			if e.cfg.SSRC != 0 {
				r.bySSRC[e.cfg.SSRC] = route{encoding: e}
			}
			if e.cfg.RTXSSRC != 0 {
				r.bySSRC[e.cfg.RTXSSRC] = route{encoding: e, rtx: true}
			}
		}
	}
	if next.ids.TWCC != 0 && r.twcc == nil {
		r.twcc = twcc.NewRecorder(r.cfg.SSRC)
	}
	r.current = next
}

// settle adds what tracks have counted that went with the last change but one, or before.
// The lock is held.
func (r *Receiver) settle() {
	for _, t := range r.retired {
		t.addTo(&r.past)
	}
	r.retired = nil
}

package speaker

import (
	"testing"
	"time"
)

// script reads decisions from the input of a fuzz target.
type script []byte

func (s *script) next() byte {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

// check finds what must never be in a Loudest.
func (l *Loudest[ID]) check(t *testing.T, at int64) {
	t.Helper()
	if len(l.in) != min(l.n, len(l.order)) || len(l.order) != len(l.tracks) {
		t.Fatalf("%d of %d places taken by %d tracks, %d listed", len(l.in), l.n, len(l.tracks), len(l.order))
	}
	count := map[place]int{}
	for _, x := range l.order {
		count[x.place]++
		if x.place == leaving && x != l.leaving {
			t.Fatal("a track leaves that is not noted to")
		}
	}
	for _, x := range l.in {
		if x.place != inside {
			t.Fatal("a track has a place and does not know")
		}
	}
	if count[inside] != len(l.in) || count[leaving] > 1 || (count[leaving] == 1) != (l.leaving != nil) {
		t.Fatalf("places: %v, %d in", count, len(l.in))
	}
	if l.leaving != nil && l.leaving.until > at+int64(maxOverlap) {
		t.Fatal("an overlap that is too long")
	}
}

// FuzzLoudest draws tracks that come, go and send anything.
func FuzzLoudest(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3, 0, 0, 1, 0, 2, 0, 3, 0, 130, 30, 20, 131, 25, 20, 132, 20, 20, 133, 15, 20, 64, 1})
	f.Add([]byte{1, 0, 0, 1, 0, 2, 128, 10, 20, 193, 80, 255, 129, 5, 20, 129, 5, 20, 129, 5, 20, 129, 5, 20, 129, 5, 20, 64, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := script(data)
		l := NewLoudest[byte](int(in.next() % 5))
		now, latest := time.Unix(1e9, 0), int64(0)
		for len(in) > 0 {
			action := in.next()
			id := action & 7
			switch {
			case action < 64:
				l.Add(id)
			case action < 128:
				l.Remove(id)
			default:
				s := Sample{HasLevel: action < 192, Level: in.next(), Voice: action&8 != 0, Duration: time.Duration(in.next()) * time.Millisecond}
				s.Size = int(s.Level)
				latest = max(latest, now.UnixNano())
				forward, opened := l.Packet(id, s, now)
				if opened && !forward {
					t.Fatal("opened, and not forwarded")
				}
				if x, ok := l.tracks[id]; forward != (ok && x.place != outside) {
					t.Fatalf("forwarded: %v", forward)
				}
				now = now.Add(time.Duration(int8(s.Duration/time.Millisecond)) * 4 * time.Millisecond) //nolint:gosec // back, too
			}
			l.check(t, latest)
		}
	})
}

// FuzzMeter draws any packets, at any moments.
func FuzzMeter(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 30, 20, 1, 30, 20, 1, 30, 20, 0, 90, 20, 3, 127, 250})
	f.Add([]byte{0, 40, 20, 0, 90, 20, 0, 1, 200, 0, 120, 60})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := script(data)
		var m Meter
		now := time.Unix(1e9, 0)
		for len(in) > 0 {
			kind := in.next()
			s := Sample{HasLevel: kind&1 != 0, Voice: kind&2 != 0, Level: in.next(), Duration: time.Duration(in.next()-8) * time.Millisecond}
			s.Size = int(s.Level) << (kind >> 5)
			m.Add(s, now)
			got := m.Snapshot(now)
			if got.Level > 0 || got.Level < Silence || got.Immediate > 12 || got.Medium > frames || got.Long > blocks {
				t.Fatalf("%+v", got)
			}
			if !got.Heard.IsZero() && got.Speaking != m.level.Speaking(now) {
				t.Fatalf("%+v, speaking %v", got, m.level.Speaking(now))
			}
			now = now.Add(time.Duration(int8(in.next())) * 10 * time.Millisecond) //nolint:gosec // back, too
		}
	})
}

// FuzzOpusDuration reads any payload.
func FuzzOpusDuration(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0xfb, 0x06})
	f.Fuzz(func(t *testing.T, payload []byte) {
		s := Sample{Duration: opusDuration(payload)}
		if d := s.duration(); d <= 0 || d > maxDuration {
			t.Fatalf("%v", d)
		}
	})
}

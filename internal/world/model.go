package world

import (
	"maps"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// model is who should be there, by the script alone.
type model struct {
	people map[string]*person
}

type person struct {
	Member
	present bool
	dead    bool
	streams map[string]bool
	muted   [kinds]bool
	left    time.Duration // when it left or died, if it is not present
	joined  time.Duration
}

func newModel(s *Script) *model {
	m := &model{people: make(map[string]*person)}
	for _, who := range s.Members {
		p := &person{Member: who, streams: make(map[string]bool)}
		for _, stream := range who.Streams {
			p.streams[stream] = true
		}
		m.people[who.Name] = p
	}
	return m
}

func (m *model) do(step *Step, now time.Duration) {
	for _, name := range step.Who {
		p := m.people[name]
		switch step.Do {
		case Join:
			p.present, p.joined = !p.dead, now
		case Leave:
			p.present, p.left = false, now
		case Die:
			p.present, p.dead, p.left = false, true, now
		case AddStream:
			p.streams[step.Text] = true
		case EndStream:
			delete(p.streams, step.Text)
		case Mute:
			p.muted[step.Kind] = true
		default:
		}
	}
}

func (m *model) undo(step *Step) {
	for _, name := range step.Who {
		if step.Do == Mute {
			m.people[name].muted[step.Kind] = false
		}
	}
}

// rooms are the rooms that are not empty, sorted.
func (m *model) rooms() []string {
	set := make(map[string]bool)
	for _, p := range m.people {
		if p.present {
			set[p.Room] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// in are those present in a room, sorted by name.
func (m *model) in(room string) (list []*person) {
	for _, name := range slices.Sorted(maps.Keys(m.people)) {
		if p := m.people[name]; p.present && p.Room == room {
			list = append(list, p)
		}
	}
	return list
}

// senders are the streams that a viewer sees in its room, sorted.
func (m *model) senders(viewer *person) (list []string) {
	for _, p := range m.in(viewer.Room) {
		if p.Name == viewer.Name {
			continue
		}
		for stream := range p.streams {
			if viewer.sees(stream) {
				list = append(list, p.Name+"_"+stream)
			}
		}
	}
	slices.Sort(list)
	return list
}

// sees reports whether one knows of streams of this name: the old style knows one.
func (p *person) sees(stream string) bool { return p.Style == Paired || stream == api.StreamID }

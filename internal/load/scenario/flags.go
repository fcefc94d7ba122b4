package scenario

import (
	"reflect"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Flags are the choices of the common case: rooms that are all alike, where
// everybody comes and stays. The tags are those of kong, which can embed it in a
// command; units are in the texts of the values.
type Flags struct {
	Rooms             int           `name:"rooms" default:"1" placeholder:"N" help:"How many rooms there are."`
	Publishers        int           `name:"publishers" default:"2" placeholder:"N" help:"How many clients of each room send."`
	Subscribers       int           `name:"subscribers" default:"0" placeholder:"N" help:"How many clients of each room only receive."`
	PublishersReceive bool          `name:"publishers-receive" default:"true" negatable:"" help:"Publishers of a room receive each other."`
	Duration          time.Duration `name:"duration" default:"1m" help:"How long the test takes."`
	Ramp              Ramp          `name:"ramp" placeholder:"TIME|RATE" help:"Clients come evenly within a time (10s) or at a rate (20/s). Default: within 5s, or a tenth of the duration if that is less."`
	Connections       Connections   `name:"connections" default:"separate" placeholder:"HOW" help:"A connection for each stream (separate), or two for each client (paired); a share such as 50% has the second. Atrium alone knows paired ones."`
	Churn             Frequency     `name:"churn" placeholder:"RATE" help:"So many subscribers (publishers, if there are none) leave and come back: 2/s, 30/min."`
	Seed              uint64        `name:"seed" default:"1" placeholder:"N" help:"Decides every choice. The same seed is the same test."`
	RoomName          string        `name:"room-name" default:"load" placeholder:"NAME" help:"The rooms are called NAME-1, NAME-2 and so on."`

	Codec            VideoCodec    `name:"codec" default:"vp8" help:"Video codec: vp8, vp9, h264 or av1. Audio is Opus."`
	Audio            bool          `name:"audio" default:"true" negatable:"" help:"Send audio."`
	Video            bool          `name:"video" default:"true" negatable:"" help:"Send video."`
	Size             Size          `name:"size" placeholder:"WxH" help:"Picture: 320x180, 640x360 or 1280x720. Default: 640x360, with --simulcast 1280x720."`
	Simulcast        bool          `name:"simulcast" help:"Send the smaller sizes as well, as layers."`
	Bitrate          Bitrate       `name:"bitrate" placeholder:"RATE" help:"Bit rate of the video (1Mbit/s), with --simulcast of its largest layer. Default: that of the clip."`
	FramesPerSecond  int           `name:"fps" default:"30" placeholder:"N" help:"Frames a second."`
	PacketSize       int           `name:"packet-size" default:"1100" placeholder:"OCTETS" help:"Largest RTP payload."`
	KeyframeInterval time.Duration `name:"keyframe-interval" help:"Send a keyframe this often without being asked."`
	Adapt            bool          `name:"adapt" help:"Follow the server's feedback with the bit rate."`
	Burst            bool          `name:"burst" help:"Send the packets of a frame back to back."`

	Loss      Share         `name:"loss" placeholder:"SHARE" help:"How many packets a bad network loses, each way: 5%."`
	Delay     time.Duration `name:"delay" help:"How long a packet takes on a bad network, one way."`
	Jitter    time.Duration `name:"jitter" help:"How much longer it takes at most."`
	LinkRate  Bitrate       `name:"link-rate" placeholder:"RATE" help:"Capacity of a bad network, each way: 2Mbit/s."`
	LossShare Share         `name:"loss-share" default:"100%" placeholder:"SHARE" help:"The part of all clients that has the bad network, subscribers first."`
}

// DefaultFlags returns what flags that nobody gave say.
func DefaultFlags() Flags {
	var f Flags
	setDefaults(reflect.ValueOf(&f).Elem())
	return f
}

// VideoCodec is a codec there are clips in, as text.
type VideoCodec codec.Codec

// MarshalText returns "vp8".
func (c VideoCodec) MarshalText() ([]byte, error) {
	return []byte(strings.ToLower(codec.Codec(c).String())), nil
}

// UnmarshalText reads "vp8", "vp9", "h264" or "av1".
func (c *VideoCodec) UnmarshalText(text []byte) error {
	return parseInto((*codec.Codec)(c), parseCodec, text)
}

// The names that the scenario of flags uses.
const (
	publishers  = "publishers"
	subscribers = "subscribers"
	badNetwork  = "bad"
)

// Scenario returns what the flags say. The error is of type Problems; what else
// is wrong, Scenario.Plan finds and reports under the flag's name.
func (f Flags) Scenario() (Scenario, error) {
	s := Scenario{
		Name: "load test", Seed: f.Seed, Duration: f.Duration, Ramp: f.Ramp, Rooms: f.Rooms, RoomName: f.RoomName,
		origins: f.origins(),
	}
	if f.Rooms < 1 || f.Publishers < 0 || f.Subscribers < 0 || f.Publishers+f.Subscribers == 0 {
		return s, f.refuse(s.origins)
	}
	publish := Publish{
		Codec: codec.Codec(f.Codec), Audio: f.Audio, Video: f.Video, Size: f.Size, Simulcast: f.Simulcast, Bitrate: f.Bitrate,
		FramesPerSecond: f.FramesPerSecond, PacketSize: f.PacketSize, KeyframeInterval: f.KeyframeInterval,
		Adapt: f.Adapt, Burst: f.Burst,
	}
	if f.Publishers > 0 {
		g := Group{Name: publishers, Count: f.Publishers, Publish: &publish, Connections: f.Connections}
		if f.PublishersReceive {
			g.Receive.Streams = All
		}
		s.Groups = append(s.Groups, g)
	}
	if f.Subscribers > 0 {
		s.Groups = append(s.Groups, Group{Name: subscribers, Count: f.Subscribers, Receive: Receive{All}, Connections: f.Connections})
	}
	if f.Churn > 0 {
		last := s.Groups[len(s.Groups)-1].Name
		s.Phases = []Phase{{Name: "load", Do: []Instruction{{Verb: VerbChurn, Who: Names{last}, Rate: f.Churn, Away: time.Second}}}}
	}
	return s, f.impair(&s)
}

// impair gives its share of the clients the bad network. Subscribers come
// first: what a publisher loses, everybody loses.
func (f Flags) impair(s *Scenario) error {
	d := direction{Loss: f.Loss, Delay: f.Delay, Jitter: f.Jitter, Rate: f.LinkRate, Queue: 200 * time.Millisecond}
	if err := checkRanges(s.origins, below("networks", badNetwork), reflect.ValueOf(d)).err(); err != nil {
		return err
	}
	l := d.link()
	if l.Perfect() {
		return nil
	}
	s.Networks = []Network{{Name: badNetwork, Up: l, Down: l}}
	all := s.Rooms * (f.Publishers + f.Subscribers)
	n := f.LossShare.Of(all)
	if n == 0 {
		return Problems{s.problem(below("networks", badNetwork)+".share", "%v of %d clients is nobody", f.LossShare, all)}
	}
	for i := len(s.Groups) - 1; i >= 0 && n > 0; i-- {
		count := min(n, s.Groups[i].Count*s.Rooms)
		s.Groups[i].Network = Mix{{Network: badNetwork, Count: count}}
		n -= count
	}
	return nil
}

// refuse says which of the numbers of clients makes no test.
func (f Flags) refuse(o origins) error {
	var found Problems
	for _, g := range []struct {
		path  string
		count int
	}{{"groups.publishers.count", f.Publishers}, {"groups.subscribers.count", f.Subscribers}} {
		if g.count < 0 {
			found = append(found, o.problem(g.path, "%d is less than none", g.count))
		}
	}
	if f.Rooms < 1 {
		found = append(found, o.problem("rooms", "%d is outside 1 to 10000", f.Rooms))
	}
	if len(found) == 0 {
		found = append(found, o.problem("groups.publishers.count", "0 and --subscribers 0 leave nobody"))
	}
	return found.err()
}

// origins maps the keys of the scenario to the flags they come from.
func (f Flags) origins() origins {
	o := origins{flags: map[string]string{
		"duration": "duration", "ramp": "ramp", "rooms": "rooms", "room_name": "room-name",
		"groups.publishers.count": "publishers", "groups.subscribers.count": "subscribers",
		"networks.bad.loss": "loss", "networks.bad.delay": "delay", "networks.bad.jitter": "jitter", "networks.bad.rate": "link-rate",
		"networks.bad.share": "loss-share", "phases": "churn",
		"groups.publishers.connections": "connections", "groups.subscribers.connections": "connections",
	}}
	for key, name := range map[string]string{
		"": "simulcast", ".fps": "fps", ".packet_size": "packet-size", ".bitrate": "bitrate", ".keyframe_interval": "keyframe-interval",
	} {
		o.flags["groups.publishers.publish"+key] = name
	}
	return o
}

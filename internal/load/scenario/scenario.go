package scenario

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Scenario is what a load test does, as an operator describes it: groups of
// clients in every room, and phases in which things happen to them. The tags of
// the types are their documentation: key names the key of the file, default its
// default as text, unset what holds without a default, min and max its range,
// required that it must be given, form its values in words, help what it does.
//
// Read and Flags.Scenario fill in the defaults; a literal sets what it needs.
type Scenario struct {
	Name     string        `key:"name" help:"What reports call the scenario; the file's name if it is not given."`
	Seed     uint64        `key:"seed" default:"1" help:"Decides every choice of clients and every lost packet. The same seed is the same test."`
	Duration time.Duration `key:"duration" min:"1s" max:"24h" help:"How long the test takes, without the cleaning up. It may be left out if every phase says how long it is."`
	Ramp     Ramp          `key:"ramp" unset:"5s, or a tenth of the duration if that is less" form:"duration or rate" help:"How clients come for whom no phase has a join: evenly within a time (10s), or so many each second (20/s). Rooms fill side by side, groups in the order of the file."`
	Rooms    int           `key:"rooms" default:"1" min:"1" max:"10000" help:"How many rooms there are. Each has all groups."`
	RoomName string        `key:"room_name" default:"load" help:"The rooms are called load-1, load-2 and so on. Give generators that share a server different names."`
	Networks []Network     `key:"networks" form:"networks by name, see below" help:"The networks that clients can have, by name. A client without one has the generator's own connection as it is."`
	Groups   []Group       `key:"groups" form:"groups by name, see below" required:"true" help:"Who is in each room, by name."`
	Phases   []Phase       `key:"phases" form:"list of phases, see below" help:"What happens, one phase after the other. Without phases everybody comes and stays."`

	origins origins
}

// Group is clients of one kind.
type Group struct {
	Name        string
	Count       int         `key:"count" required:"true" min:"1" max:"100000" help:"How many there are in each room."`
	Publish     *Publish    `key:"publish" form:"true or what is sent" help:"What each of them sends, see below; true sends the defaults. Without it they only receive."`
	Receive     Receive     `key:"receive" default:"all" form:"all, none or a number" help:"How many of the others' streams in the room each receives, at most."`
	Connections Connections `key:"connections" default:"separate" form:"separate, paired or a share" help:"Whether each stream has a connection of its own, or a client two: one for all that it sends, one for all that it receives (docs/protocol.md, Atrium's own). A share such as 50% has the second, and is counted as the group paired."`
	Network     Mix         `key:"network" form:"name, or shares by name" help:"The network they have: one for all (mobile), or shares ({lossy: 10%}), which are chosen by the seed over all rooms. The rest has the connection as it is."`
}

// Publish is what a client sends. Zero values mean the defaults, except that
// Audio and Video say what they say.
type Publish struct {
	Codec            codec.Codec   `key:"codec" default:"vp8" form:"vp8, vp9, h264 or av1" help:"The video codec. Audio is Opus."`
	Audio            bool          `key:"audio" default:"true" help:"Whether there is audio."`
	Video            bool          `key:"video" default:"true" help:"Whether there is video."`
	Size             Size          `key:"size" unset:"640x360, 1280x720 with simulcast" form:"320x180, 640x360 or 1280x720" help:"The picture, with simulcast the largest."`
	Simulcast        bool          `key:"simulcast" default:"false" help:"Whether the smaller sizes are sent as well, as layers of their own."`
	Bitrate          Bitrate       `key:"bitrate" unset:"that of the clip" form:"bit rate" min:"30kbit/s" max:"100Mbit/s" help:"Bit rate of the video, with simulcast of its largest layer. The clip is filled up to it."`
	FramesPerSecond  int           `key:"fps" default:"30" min:"1" max:"60" help:"Frames a second."`
	PacketSize       int           `key:"packet_size" default:"1100" min:"200" max:"1200" help:"Largest RTP payload, in octets."`
	KeyframeInterval time.Duration `key:"keyframe_interval" unset:"only on request" min:"500ms" max:"1h" help:"How often a keyframe is sent without being asked for. Each repetition of the clip begins with one anyway."`
	Adapt            bool          `key:"adapt" default:"false" help:"Whether the bit rate follows the server's feedback, as a browser's does."`
	Burst            bool          `key:"burst" default:"false" help:"Whether the packets of a frame leave back to back instead of spread over the frame's time."`
}

// Mix says which networks a group's clients have. Nobody named has none.
type Mix []Portion

// Portion is the part of a group that has one network: a share, or Count if that
// is above 0. Both are over all rooms.
type Portion struct {
	Network string
	Share   Share
	Count   int
}

// Phase is a stretch of the test. Phases follow each other without gaps.
type Phase struct {
	Name string        `key:"name" help:"What reports call the phase."`
	For  time.Duration `key:"for" min:"100ms" max:"24h" help:"How long it is. The last phase may leave it out and lasts until the end."`
	Do   []Instruction `key:"do" form:"list of instructions, see below" help:"What happens in it, see below. An empty list lets the clients be."`
}

// Instruction makes something happen to some clients. Which fields count depends
// on the verb (see verbs).
type Instruction struct {
	Verb Verb
	Who  Names // groups; nil is everybody

	Share   Share         `key:"share" min:"0.001%" max:"100%" form:"share" help:"Which part of those named it happens to, chosen by the seed over all rooms. Without share and count: to all of them."`
	Count   int           `key:"count" min:"1" max:"100000" help:"How many of those named it happens to, instead of a share."`
	After   time.Duration `key:"after" min:"0s" max:"24h" help:"How long after the beginning of the phase."`
	Over    time.Duration `key:"over" min:"0s" max:"24h" help:"Spreads it evenly over a time. Without it all are hit at once."`
	For     time.Duration `key:"for" min:"100ms" max:"24h" help:"After how long it ends again: who left or vanished returns, who is muted is heard again, and so on. Without it, it lasts."`
	Every   time.Duration `key:"every" min:"1s" max:"24h" help:"Repeats it until the end of the phase. Each time other clients are chosen, except for layer."`
	Rate    Frequency     `key:"rate" min:"0.001/s" max:"1000/s" form:"rate" help:"How many clients join, or leave in a churn, each second (2/s, 30/min)."`
	Stay    time.Duration `key:"stay" min:"1s" max:"24h" help:"How long each stays in the room, instead of a rate."`
	Away    time.Duration `key:"away" default:"1s" min:"0s" max:"1h" help:"How long each is away before it returns."`
	Media   Media         `key:"media" default:"audio" form:"audio, video or both" help:"What is muted."`
	To      Names         `key:"to" required:"by its verb" form:"name" help:"The layer: low, middle, high, or auto for the server's choice; a list is gone through with every. Or the network, as it is for no trouble."`
	Speed   Speed         `key:"speed" required:"by its verb" form:"octets a second" min:"0B/s" max:"1MB/s" help:"How fast the websocket is read; 0B/s is not at all."`
	implied bool          // made from Scenario.Ramp
}

// Everybody names all groups.
const Everybody = "everybody"

// Untouched is the network of clients whose packets are left alone.
const Untouched = "as it is"

// Names is one name or several.
type Names []string

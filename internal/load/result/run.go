package result

import (
	"strings"
	"time"
)

// Run is one load test, from its first second to its last.
type Run struct {
	Version   string       `json:"version"` // of the generator
	Started   time.Time    `json:"started"`
	Duration  Seconds      `json:"duration_s"`
	Target    string       `json:"target"`
	Command   string       `json:"command"` // what was typed, or the scenario's name
	Seed      uint64       `json:"seed"`
	Planned   Planned      `json:"planned"`
	Machine   Machine      `json:"machine"`
	Total     Summary      `json:"total"`
	Groups    []Group      `json:"groups"`
	Timeline  []Point      `json:"timeline"`
	Marks     []Mark       `json:"marks"` // what the scenario did, and notes, and when
	Clients   []Client     `json:"clients"`
	Errors    []ErrorCount `json:"errors"` // most frequent first
	Server    *Usage       `json:"server,omitempty"`
	Generator Generator    `json:"generator"`
	Capacity  *Capacity    `json:"capacity,omitempty"`
	Verdicts  []Verdict    `json:"verdicts"`
	Stopped   string       `json:"stopped,omitempty"` // why it ended early: "interrupted", ...
}

// JSON has no durations; people read these.
type (
	// Seconds is a duration in seconds.
	Seconds float64
	// Millis is a duration in milliseconds.
	Millis float64
)

// Planned says what was asked for.
type Planned struct {
	Rooms         int    `json:"rooms"`
	Clients       int    `json:"clients"`
	Publishers    int    `json:"publishers"`
	Subscriptions int    `json:"subscriptions"` // if everybody were there at once
	Media         string `json:"media"`         // for people: "VP8 1280x720, 30 fps, 1 Mbit/s + Opus"
}

// Machine is where the generator ran.
type Machine struct {
	Host   string `json:"host"`
	CPUs   int    `json:"cpus"`
	Model  string `json:"model"`
	System string `json:"system"`
}

// Distribution is a spread of values in one unit, of which there were Count.
// All are 0 when there was none.
type Distribution struct {
	Count uint64  `json:"count"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// Summary is what some clients saw, all together.
type Summary struct {
	Clients       int `json:"clients"`       // that were to join
	Joined        int `json:"joined"`        // that did, at least once
	JoinFailures  int `json:"join_failures"` // joins and subscriptions that failed or never got media
	Subscriptions int `json:"subscriptions"` // that got media

	Join          Distribution `json:"join_ms"`           // from dialling to the answer of joinRoom
	FirstMedia    Distribution `json:"first_media_ms"`    // from asking for a stream to its first packet
	FirstKeyframe Distribution `json:"first_keyframe_ms"` // from asking to the first complete keyframe

	PacketsSent uint64 `json:"packets_sent"` // by publishers, without retransmissions
	Packets     uint64 `json:"packets"`      // received, each once
	Octets      uint64 `json:"octets"`       // of RTP payload received
	Lost        uint64 `json:"lost"`         // missing after repair
	Repaired    uint64 `json:"repaired"`     // came by retransmission
	NACKs       uint64 `json:"nacks"`        // packets asked for again
	PLIs        uint64 `json:"plis"`         // keyframes asked for

	Latency Distribution `json:"latency_ms"` // one way, of stamped packets

	Frames         uint64  `json:"frames"`          // complete and decodable
	FramesExpected uint64  `json:"frames_expected"` // sent to these subscriptions, by the publisher's numbers
	FramesLate     uint64  `json:"frames_late"`
	Freezes        uint64  `json:"freezes"`
	Frozen         Seconds `json:"frozen_s"`
	LongestFreeze  Millis  `json:"longest_freeze_ms"`
	Watched        Seconds `json:"watched_s"` // video, all subscriptions together
	LayerSwitches  uint64  `json:"layer_switches"`

	AudioGaps uint64  `json:"audio_gaps"`
	AudioGap  Seconds `json:"audio_gap_s"`
	Listened  Seconds `json:"listened_s"`
}

// Delivered is the share of packets that arrived, 0 to 1; 1 when none was due.
func (s *Summary) Delivered() float64 { return share(float64(s.Packets), float64(s.Packets+s.Lost), 1) }

// FramesComplete is the share of the frames sent that were complete and
// decodable, 0 to 1; 1 when none was due.
func (s *Summary) FramesComplete() float64 {
	return share(float64(s.Frames), float64(max(s.FramesExpected, s.Frames)), 1)
}

// FrozenShare is the share of the time watched that was frozen, 0 to 1.
func (s *Summary) FrozenShare() float64 { return share(float64(s.Frozen), float64(s.Watched), 0) }

// FreezesPerMinute is how often a viewer of one stream saw it freeze.
func (s *Summary) FreezesPerMinute() float64 {
	return share(float64(s.Freezes), float64(s.Watched)/60, 0)
}

func share(part, whole, otherwise float64) float64 {
	if whole <= 0 {
		return otherwise
	}
	return part / whole
}

// Group is a part of the clients: one of the scenario's groups, one network, or
// the two that are always there, "clean" and "affected".
type Group struct {
	Name    string  `json:"name"`
	Summary Summary `json:"summary"`
}

// The groups that every Run has. Affected are the clients for which the
// scenario plans trouble (loss, vanishing, slow reading), clean are the others.
const (
	Clean    = "clean"
	Affected = "affected"
)

// Point is one second of the run.
type Point struct {
	At            Seconds `json:"at_s"` // the end of the second, since the start
	Rooms         int     `json:"rooms"`
	Clients       int     `json:"clients"` // joined now
	Publishers    int     `json:"publishers"`
	Subscriptions int     `json:"subscriptions"`
	Joins         int     `json:"joins"` // in this second
	Leaves        int     `json:"leaves"`
	Failures      int     `json:"failures"`

	Packets   uint64  `json:"packets"` // received in this second
	Bits      uint64  `json:"bits"`
	Delivered float64 `json:"delivered"` // 0 to 1

	LatencyP50 Millis `json:"latency_p50_ms"`
	LatencyP95 Millis `json:"latency_p95_ms"`
	LatencyP99 Millis `json:"latency_p99_ms"`

	Freezes int `json:"freezes"` // subscriptions whose picture stood still at some time in this second
	Late    int `json:"late"`    // frames

	ServerCPU    float64 `json:"server_cpu"`    // cores
	ServerMemory uint64  `json:"server_memory"` // octets, resident
	// What the server holds, by its own metrics: 0 where they do not tell.
	ServerGoroutines int    `json:"server_goroutines,omitempty"`
	ServerFiles      int    `json:"server_files,omitempty"`  // open descriptors
	ServerHeap       uint64 `json:"server_heap,omitempty"`   // octets of live objects after a collection
	ServerSeries     int    `json:"server_series,omitempty"` // of metrics

	CPU       float64 `json:"cpu"` // cores, the generator's own
	Memory    uint64  `json:"memory"`
	Saturated bool    `json:"saturated"` // these figures say more about the generator than about the server
}

// Mark is an event of the run worth a line in its plots: what the scenario did,
// or a note of the generator, whose Text begins with NotePrefix.
type Mark struct {
	At   Seconds `json:"at_s"`
	Text string  `json:"text"`
}

// NotePrefix begins the Text of a Mark that tells what was found on the way, and
// not what the scenario did.
const NotePrefix = "note: "

// IsNote says whether the Mark is a note.
func (m Mark) IsNote() bool { return strings.HasPrefix(m.Text, NotePrefix) }

// Words is the Text for people, without NotePrefix.
func (m Mark) Words() string { return strings.TrimPrefix(m.Text, NotePrefix) }

// Client is one synthetic participant.
type Client struct {
	Name    string   `json:"name"`
	Room    string   `json:"room"`
	Group   string   `json:"group"`
	Network string   `json:"network,omitempty"` // the name of its conditions; "" is as it is
	Faults  []string `json:"faults,omitempty"`  // what the scenario does to it: "5 % loss", "vanishes"
	Ended   string   `json:"ended"`             // "stayed", "left", "vanished", or the error
	Summary Summary  `json:"summary"`
	Layer   string   `json:"layer,omitempty"` // received last, of the last subscription: "1280x720"
}

// ErrorCount is an error that clients met, with numbers and names taken out.
type ErrorCount struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// Usage is what a process used.
type Usage struct {
	Source     string  `json:"source"` // "process 4711", "http://.../metrics"
	CPUSeconds float64 `json:"cpu_s"`
	CPUMean    float64 `json:"cpu_mean"` // cores
	CPUMax     float64 `json:"cpu_max"`  // cores, in the worst second
	MemoryMax  uint64  `json:"memory_max"`
	MemoryEnd  uint64  `json:"memory_end"`
	// CPUPerPacket is microseconds for each packet that subscribers received.
	CPUPerPacket float64 `json:"cpu_per_packet_us"`
}

// Generator says how far the generator's own figures can be trusted.
type Generator struct {
	Usage
	Lateness   Distribution `json:"lateness_ms"`  // of publishers' sends behind their schedule
	SocketDrop uint64       `json:"socket_drops"` // datagrams the generator's sockets had no room for
	Saturated  bool         `json:"saturated"`
	Reasons    []string     `json:"reasons,omitempty"` // why, for people
	FilesUsed  int          `json:"files_used"`
	FilesLimit int          `json:"files_limit"`
}

// Capacity is the answer of --find-capacity.
type Capacity struct {
	Subscribers int    `json:"subscribers"` // the most with which the level held
	Level       string `json:"level"`       // the service level asked for
	Reason      string `json:"reason"`      // what broke first at the next step
	Limited     bool   `json:"limited"`     // nothing broke: the limit asked for, or the generator's own, came first
	Steps       []Step `json:"steps"`       // ascending by Subscribers
}

// Step is one load that was held for a while.
type Step struct {
	Subscribers  int       `json:"subscribers"`
	Held         bool      `json:"held"`
	Verdicts     []Verdict `json:"verdicts"`
	Delivered    float64   `json:"delivered"`
	LatencyP50   Millis    `json:"latency_p50_ms"`
	LatencyP99   Millis    `json:"latency_p99_ms"`
	FrozenShare  float64   `json:"frozen"`
	ServerCPU    float64   `json:"server_cpu"`
	ServerMemory uint64    `json:"server_memory"`
	CPU          float64   `json:"cpu"`
	Saturated    bool      `json:"saturated"`
}

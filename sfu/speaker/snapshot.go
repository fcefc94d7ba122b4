package speaker

import "time"

// Snapshot is what is known of one track at a moment.
type Snapshot struct {
	Level    int8 // smoothed, in dBov: Silence to 0
	Speaking bool // see Level.Speaking
	// The speech of the newest frames, of the newest block and of the last second,
	// which the Election compares.
	Immediate uint8 // active sub-bands of loudness, 0 to 12
	Medium    uint8 // frames of 5
	Long      uint8 // blocks of 10
	// Heard is when the last packet came, to a millisecond; zero before the first.
	Heard time.Time
}

// state is a Snapshot of the moment of the last packet, in one word, so that it
// is published by a single store and never seen half. From the lowest bit:
//
//	loudness 7 | speaking 1 | immediate 4 | medium 3 | long 4 |
//	since speech 7, in 10 ms, the most stands for more | when heard 38, in ms
//
// The last field wraps after eight years. The word is 0 before the first packet.
type state uint64

const (
	sinceUnit = 10 // milliseconds
	sinceMost = 1<<7 - 1
	heardBits = 38

	speakingAt  = 7
	immediateAt = speakingAt + 1
	mediumAt    = immediateAt + 4
	longAt      = mediumAt + 3
	sinceAt     = longAt + 4
	heardAt     = sinceAt + 7
)

// pack makes the state of a track whose last packet just came.
func pack(l *Level, a *activity) state {
	const ms = int64(time.Millisecond)
	since := min(max((l.last-l.voice)/(sinceUnit*ms), 0), sinceMost)
	s := state(int(decibel(l.power)) - int(Silence)) //nolint:gosec // 0 to 127
	if l.speaking && since < sinceMost {
		s |= 1 << speakingAt
	}
	s |= state(a.immediate())<<immediateAt | state(a.medium())<<mediumAt | state(a.long())<<longAt
	return s | state(since)<<sinceAt | state(l.last/ms)<<heardAt //nolint:gosec // wraps, as documented
}

// field returns n bits of the word.
func (s state) field(at, n int) uint8 { return uint8(s >> at & (1<<n - 1)) } //nolint:gosec // at most 7 bits

// at returns the Snapshot at a later moment: the level of a track without packets
// is silence, its newest frames are, and so are more and more of its blocks.
func (s state) at(now time.Time) Snapshot {
	if s == 0 {
		return Snapshot{Level: Silence}
	}
	const modulus = 1 << heardBits
	ms := now.UnixMilli()
	idle := (ms - int64(s>>heardAt)) % modulus //nolint:gosec // 38 bits
	if idle < 0 {
		idle += modulus
	}
	if idle > modulus/2 { // the packet came after now
		idle = 0
	}
	since := idle + int64(s.field(sinceAt, 7))*sinceUnit
	v := Snapshot{
		Level:    int8(int(s.field(0, 7)) + int(Silence)), //nolint:gosec // -127 to 0
		Speaking: s.field(speakingAt, 1) == 1 && since <= speechHold.Milliseconds(),
		Long:     s.field(longAt, 4),
		Heard:    time.UnixMilli(ms - idle),
	}
	if idle <= blockTime.Milliseconds() {
		v.Immediate, v.Medium = s.field(immediateAt, 4), s.field(mediumAt, 3)
	}
	if idle > silenceAfter.Milliseconds() {
		v.Level = Silence
	}
	v.Long -= uint8(min(int64(v.Long), idle/blockTime.Milliseconds())) //nolint:gosec // at most 10
	return v
}

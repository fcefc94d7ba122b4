package speaker

import "time"

// Silence is the level of no sound, in dBov.
const Silence int8 = -127

const (
	// attack and release are the time constants of the smoothing, in power. The
	// ear adds sound up over some 50 to 200 ms, and a loudness that fell with every
	// gap between syllables could not be compared: 300 ms bring 20 dB in 1.4 s,
	// about what peak programme meters do (IEC 60268-10).
	attack  = 50 * time.Millisecond
	release = 300 * time.Millisecond
	// silenceAfter is how long a track without packets is still as loud as it was.
	// Longer is DTX, where Opus sends one packet in 400 ms; shorter is jitter.
	silenceAfter = 200 * time.Millisecond

	speechStart = 60 * time.Millisecond // of speech make a speaker
	speechHold  = time.Second           // how long he is one after the last of it
)

// Loudness is the level counted from silence: 0 is -127 dBov, 127 is 0 dBov.
const (
	maxLoudness = 127
	// speechLoudness is where speech begins, -47 dBov; Jitsi and mediasoup count
	// frames from there on, too. Behind the gain control of a browser people speak
	// at -20 to -35.
	speechLoudness = 80
	// aboveFloor is how far above the track's own noise speech must be, in dB.
	aboveFloor = 10
	// loudLoudness is where everything counts, -35 dBov: music has no pauses, and
	// would be taken for noise.
	loudLoudness = 92
)

// Level follows the loudness of one track, and marks its speaker. It is owned by
// one goroutine; the zero value is ready.
//
// A packet is speech when it is louder than -47 dBov and 10 dB above the least
// of the last 8 to 16 seconds, or louder than -35 dBov. The V bit alone proves
// nothing: libwebrtc sets it on everything but DTX, and others never do. But
// where a sender that does set it has left it out, only the latter counts.
type Level struct {
	power    float64       // 1 is 0 dBov
	last     int64         // when a packet came, Unix nanoseconds
	voice    int64         // when the last one with speech came
	run      time.Duration // of speech without a break
	speaking bool

	noise    spread // of loudness
	sizes    sizes
	measured bool // the track has the extension
	voiced   bool // the V bit was set once
	unknown  bool // the last packet told nothing
}

// Add takes a packet. It returns the loudness of its speech, 1 to 127, or 0 when
// it is none. A packet without a level, on a track where others have one, was
// restored from redundancy: it changes nothing.
func (l *Level) Add(s Sample, now time.Time) (speech uint8) {
	if l.skips(&s) {
		return 0
	}
	return l.add(&s, now.UnixNano())
}

// add takes a packet that skips allows, at a moment in Unix nanoseconds.
func (l *Level) add(s *Sample, at int64) (speech uint8) {
	d := s.duration()
	loudness := l.loudness(s, d, at)
	if at-l.last > int64(silenceAfter) {
		l.power, l.run = 0, 0
	}
	l.voice = min(l.voice, at) // later only where the clock was set back
	if at-l.voice > int64(speechHold) {
		l.speaking = false
	}
	l.last = at
	l.smooth(loudness, d)
	if loudness < l.threshold(s, l.floor(loudness, at)) {
		l.run = 0
		return 0
	}
	l.voice = at
	l.run = min(l.run+d, speechStart)
	l.speaking = l.speaking || l.run == speechStart
	return loudness
}

// At returns the smoothed level in dBov, Silence to 0.
func (l *Level) At(now time.Time) int8 {
	return decibel(l.powerAt(now.UnixNano()))
}

// Speaking reports whether the track's speaker is to be marked: from 60 ms of
// speech on until a second after the last.
func (l *Level) Speaking(now time.Time) bool {
	return l.speaking && now.UnixNano()-l.voice <= int64(speechHold)
}

// skips reports whether a packet is without the level that others of its track
// have.
func (l *Level) skips(s *Sample) bool { return l.measured && !s.HasLevel }

// loudness returns that of one packet.
func (l *Level) loudness(s *Sample, d time.Duration, at int64) uint8 {
	if s.HasLevel {
		l.measured, l.unknown = true, false
		l.voiced = l.voiced || s.Voice
		return maxLoudness - min(s.Level, maxLoudness)
	}
	loudness, known := l.sizes.loudness(s.Size, d, at)
	l.unknown = !known
	return loudness
}

// smooth is a filter of first order in backward differences: for the steps of
// sound it is close to the exponential, and costs a division.
func (l *Level) smooth(loudness uint8, d time.Duration) {
	target, constant := power(loudness), release
	if target > l.power {
		constant = attack
	}
	l.power += (target - l.power) * float64(d) / float64(constant+d)
}

// floor returns the loudness of the track's noise, 0 while not known: digital
// silence tells nothing of it.
func (l *Level) floor(loudness uint8, at int64) int {
	if loudness > 0 {
		l.noise.add(uint32(loudness), at)
	}
	if !l.noise.settled {
		return 0
	}
	return int(l.noise.bounds().least)
}

// threshold returns the least loudness of speech.
func (l *Level) threshold(s *Sample, floor int) uint8 {
	if s.HasLevel && l.voiced && !s.Voice {
		return loudLoudness
	}
	return uint8(min(max(floor+aboveFloor, speechLoudness), loudLoudness)) //nolint:gosec // bounded
}

func (l *Level) powerAt(at int64) float64 {
	if at-l.last > int64(silenceAfter) {
		return 0
	}
	return l.power
}

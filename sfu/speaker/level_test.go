package speaker_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// feed adds n packets, 20 ms apart, and returns the moment after the last.
func feed(l *speaker.Level, from time.Duration, n int, s speaker.Sample) time.Duration {
	for i := range n {
		l.Add(s, at(from+time.Duration(i)*interval))
	}
	return from + time.Duration(n)*interval
}

func TestLevelOfASteadySoundIsItsOwn(t *testing.T) {
	for dBov := -127; dBov <= 0; dBov++ {
		var l speaker.Level
		now := feed(&l, 0, 100, level(dBov))
		if got := l.At(at(now)); int(got) != dBov {
			t.Errorf("%d dBov after two seconds of %d", got, dBov)
		}
	}
}

func TestLevelRisesFastAndFallsSlowly(t *testing.T) {
	var l speaker.Level
	now := feed(&l, 0, 5, level(-20))
	if got := l.At(at(now)); got < -22 {
		t.Errorf("%d dBov after 100 ms of -20", got)
	}
	now = feed(&l, now, 45, level(-20))
	now = feed(&l, now, 10, level(-90))
	if got := l.At(at(now)); got > -22 || got < -24 {
		t.Errorf("%d dBov 200 ms after a sound of -20, want 3 dB less", got)
	}
	now = feed(&l, now, 60, level(-90))
	if got := l.At(at(now)); got > -38 || got < -42 {
		t.Errorf("%d dBov 1.4 s after a sound of -20, want 20 dB less", got)
	}
}

func TestTrackWithoutPacketsIsSilent(t *testing.T) {
	var l speaker.Level
	if got := l.At(start); got != speaker.Silence {
		t.Errorf("%d dBov before the first packet", got)
	}
	last := feed(&l, 0, 50, level(-20)) - interval
	if got := l.At(at(last + 200*ms)); got != -20 {
		t.Errorf("%d dBov after 200 ms of jitter", got)
	}
	if got := l.At(at(last + 201*ms)); got != speaker.Silence {
		t.Errorf("%d dBov without packets", got)
	}
}

func TestSpeakerIsMarkedAfterSixtyMilliseconds(t *testing.T) {
	var l speaker.Level
	now := feed(&l, 0, 2, level(-30))
	if l.Speaking(at(now)) {
		t.Error("speaking after 40 ms")
	}
	now = feed(&l, now, 1, level(-30))
	if !l.Speaking(at(now)) {
		t.Error("not speaking after 60 ms")
	}
}

func TestClicksMakeNoSpeaker(t *testing.T) {
	var l speaker.Level
	now := time.Duration(0)
	for range 50 {
		now = feed(&l, now, 2, level(-15))
		now = feed(&l, now, 2, level(quiet))
		if l.Speaking(at(now)) {
			t.Fatal("speaking by clicks of 40 ms")
		}
	}
}

func TestMarkDoesNotFlickerBetweenWords(t *testing.T) {
	var l speaker.Level
	v := newVoice(1, -28)
	on := false
	for i := range 1500 {
		now := at(time.Duration(i) * interval)
		l.Add(v.next(), now)
		if on && !l.Speaking(now) {
			t.Fatalf("went out after %v", now.Sub(start))
		}
		on = l.Speaking(now)
	}
	last := at(1500 * interval)
	if !l.Speaking(last) || l.Speaking(last.Add(time.Second)) {
		t.Error("the mark does not end a second after speech")
	}
}

func TestSteadyNoiseIsNoSpeech(t *testing.T) {
	var l speaker.Level
	now := feed(&l, 0, 1000, level(-42)) // a fan: taken for speech until it is known
	if now = feed(&l, now, 1, level(-42)); l.Speaking(at(now)) {
		t.Error("noise of 20 s is speech")
	}
	now = feed(&l, now, 3, level(-30))
	if !l.Speaking(at(now)) {
		t.Error("speech 12 dB above the noise is none")
	}
}

func TestLoudMusicIsNeverNoise(t *testing.T) {
	var l speaker.Level
	if now := feed(&l, 0, 3000, level(-20)); !l.Speaking(at(now)) {
		t.Error("a minute of music is taken for noise")
	}
}

func TestVoiceBitCountsOnlyWhereItIsUsed(t *testing.T) {
	unset := level(-40)
	unset.Voice = false
	var never, sometimes speaker.Level
	if now := feed(&never, 0, 5, unset); !never.Speaking(at(now)) {
		t.Error("a sender without voice detection never speaks")
	}
	now := feed(&sometimes, 0, 1, level(quiet))
	if now = feed(&sometimes, now, 5, unset); sometimes.Speaking(at(now)) {
		t.Error("speech that the sender says is none")
	}
	unset.Level = 30
	if now = feed(&sometimes, now, 5, unset); !sometimes.Speaking(at(now)) {
		t.Error("a loud sound does not count")
	}
}

func TestPacketRestoredFromRedundancyChangesNothing(t *testing.T) {
	var l speaker.Level
	now := feed(&l, 0, 2, level(-30))
	feed(&l, now, 1, octets(200))
	now = feed(&l, now, 1, level(-30))
	if !l.Speaking(at(now)) {
		t.Error("a packet without a level interrupted speech")
	}
}

func TestPacketsOfOtherLengthsCountByTheirSound(t *testing.T) {
	for _, d := range []time.Duration{2500 * time.Microsecond, 10 * ms, 60 * ms, 120 * ms} {
		var l speaker.Level
		s := level(-25)
		s.Duration = d
		marked := time.Duration(0)
		for now := time.Duration(0); now < time.Second && marked == 0; now += d {
			l.Add(s, at(now))
			if l.Speaking(at(now)) {
				marked = now + d
			}
		}
		if want := max(60*ms, d); marked != want {
			t.Errorf("packets of %v: marked after %v, want %v", d, marked, want)
		}
	}
}

func TestLevelSurvivesAClockSetBack(t *testing.T) {
	var l speaker.Level
	feed(&l, time.Hour, 50, level(-25))
	now := feed(&l, 0, 100, level(quiet))
	if l.Speaking(at(now)) {
		t.Error("still speaking two seconds after")
	}
}

package simulcast_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

const videoClock = 90000

var (
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

	noReference simulcast.Reference
)

// plain returns a packet of a codec without numbers of its own.
func plain(seq packet.ExtSeq, ts uint32) *packet.Packet {
	return &packet.Packet{Seq: seq, Timestamp: ts}
}

// picture returns a packet of VP8 or VP9. The picture id has 15 bits.
func picture(seq packet.ExtSeq, ts uint32, id packet.ExtSeq, tl0 uint8) *packet.Packet {
	return &packet.Packet{Seq: seq, Timestamp: ts, PictureID: id, PictureIDBits: 15, TL0PICIDX: tl0, HasTL0PICIDX: true}
}

// switchTo lets a source begin and returns what its first packet goes out as.
func switchTo(t *testing.T, r *simulcast.Rewriter, p *packet.Packet, now time.Time) simulcast.Output {
	t.Helper()
	r.Switch(p, noReference, noReference, now)
	out, ok := r.Rewrite(p)
	if !ok {
		t.Fatalf("the first packet, %d, was refused", p.Seq)
	}
	return out
}

func wantRewrite(t *testing.T, r *simulcast.Rewriter, p *packet.Packet, seq uint16, ts uint32) {
	t.Helper()
	if out, ok := r.Rewrite(p); !ok || out.Seq != seq || out.Timestamp != ts {
		t.Errorf("%d/%d became %d/%d %v, want %d/%d", p.Seq, p.Timestamp, out.Seq, out.Timestamp, ok, seq, ts)
	}
}

func wantPicture(t *testing.T, r *simulcast.Rewriter, p *packet.Packet, seq, id uint16, tl0 uint8) {
	t.Helper()
	if out, ok := r.Rewrite(p); !ok || out.Seq != seq || out.PictureID&0x7fff != id || out.TL0PICIDX != tl0 {
		t.Errorf("%d, picture %d, TL0 %d became %d, %d, %d %v, want %d, %d, %d",
			p.Seq, p.PictureID, p.TL0PICIDX, out.Seq, out.PictureID&0x7fff, out.TL0PICIDX, ok, seq, id, tl0)
	}
}

func wantRefused(t *testing.T, r *simulcast.Rewriter, p *packet.Packet) {
	t.Helper()
	if out, ok := r.Rewrite(p); ok {
		t.Errorf("%d/%d became %d/%d, want it refused", p.Seq, p.Timestamp, out.Seq, out.Timestamp)
	}
}

func wantLeft(t *testing.T, r *simulcast.Rewriter, p *packet.Packet) {
	t.Helper()
	if fill, late := r.Leave(p); late {
		t.Errorf("leaving out %d leaves %d to be filled", p.Seq, fill.Seq)
	}
}

func wantFill(t *testing.T, r *simulcast.Rewriter, p *packet.Packet, seq uint16, ts uint32) {
	t.Helper()
	if fill, late := r.Leave(p); !late || fill.Seq != seq || fill.Timestamp != ts {
		t.Errorf("leaving out %d fills %d/%d %v, want %d/%d", p.Seq, fill.Seq, fill.Timestamp, late, seq, ts)
	}
}

func TestStreamBeginsWithTheGivenNumbers(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 65535, 7, false)
	wantRefused(t, r, plain(500, 1000))
	wantLeft(t, r, plain(500, 1000))
	if out := switchTo(t, r, plain(500, 1000), start); out.Seq != 65535 || out.Timestamp != 7 {
		t.Errorf("the first packet went out as %d/%d", out.Seq, out.Timestamp)
	}
	wantRewrite(t, r, plain(501, 1000), 0, 7)
	wantRewrite(t, r, plain(502, 4000), 1, 3007)
}

func TestPictureNumbersOfTheFirstSourceStay(t *testing.T) {
	for _, compact := range []bool{true, false} {
		r := simulcast.NewRewriter(videoClock, 100, 0, compact)
		if out := switchTo(t, r, picture(500, 0, 1<<15+44, 9), start); out.PictureID&0x7fff != 44 || out.TL0PICIDX != 9 {
			t.Errorf("compact %v: picture %d, TL0 %d", compact, out.PictureID, out.TL0PICIDX)
		}
		wantPicture(t, r, picture(501, 0, 1<<15+45, 10), 101, 45, 10)
	}
}

func TestLossAndReorderingInsideASourceStay(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, false)
	switchTo(t, r, plain(500, 0), start)
	wantRewrite(t, r, plain(503, 90), 103, 90)
	wantRewrite(t, r, plain(501, 0), 101, 0)
}

func TestSwitchContinuesSequenceAndTime(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, false)
	switchTo(t, r, plain(500, 50_000), start)
	wantRewrite(t, r, plain(501, 53_000), 101, 4000)
	r.Switch(plain(9000, 4_000_000_000), noReference, noReference, start.Add(100*time.Millisecond))
	wantRewrite(t, r, plain(9000, 4_000_000_000), 102, 1000+9000)
	wantRewrite(t, r, plain(9001, 4_000_003_000), 103, 1000+12_000)
}

// TestSwitchGoesByTheReferences has a keyframe of the new source that was
// captured 50 ms after the first frame of the old one, and came after 400 ms.
func TestSwitchGoesByTheReferences(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, false)
	switchTo(t, r, plain(500, 50_000), start)
	before := simulcast.Reference{RTP: 50_000, Wall: start}
	after := simulcast.Reference{RTP: 170_000, Wall: start.Add(time.Second)}
	first := plain(9000, 170_000-950*90)
	r.Switch(first, before, after, start.Add(400*time.Millisecond))
	wantRewrite(t, r, first, 101, 1000+50*90)
}

func TestSwitchBehindTheTimelineStillAdvances(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, false)
	switchTo(t, r, plain(500, 0), start)
	wantRewrite(t, r, plain(501, 30_000), 101, 31_000) // media ahead of the clock
	r.Switch(plain(900, 0), noReference, noReference, start)
	wantRewrite(t, r, plain(900, 0), 102, 31_090)
}

func TestPacketsFromBeforeTheSwitchAreRefused(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, true)
	switchTo(t, r, picture(500, 0, 7000, 3), start)
	r.Switch(picture(900, 0, 40_000, 77), noReference, noReference, start.Add(time.Second))
	wantRefused(t, r, picture(899, 0, 39_999, 76))
	wantLeft(t, r, picture(898, 0, 39_998, 76))
	wantRewrite(t, r, picture(900, 0, 40_000, 77), 101, 91_000)
	wantRefused(t, r, picture(899, 0, 39_999, 76))
	wantPicture(t, r, picture(901, 3000, 40_001, 78), 102, 7002, 5)
}

func TestPauseLeavesNoGapInTheSequence(t *testing.T) {
	r := simulcast.NewRewriter(48000, 100, 0, false)
	switchTo(t, r, plain(500, 0), start)
	r.Switch(plain(800, 288_000), noReference, noReference, start.Add(6*time.Second)) // 300 packets later
	wantRewrite(t, r, plain(800, 288_000), 101, 288_000)
}

func TestSwitchSurvivesAPauseLongerThanATimestampCycle(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, false)
	switchTo(t, r, plain(500, 0), start)
	pause := 100 * time.Hour
	r.Switch(plain(600, 0), noReference, noReference, start.Add(pause))
	ticks := uint64(pause/time.Second) * videoClock // more than 2^32, and behind the last one modulo 2^32
	wantRewrite(t, r, plain(600, 0), 101, uint32(ticks))
}

func TestSenderReportsFollowTheSource(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, false)
	if _, ok := r.Timestamp(0); ok {
		t.Error("a timestamp before the first packet")
	}
	switchTo(t, r, plain(500, 50_000), start)
	if ts, ok := r.Timestamp(50_900); !ok || ts != 1900 {
		t.Errorf("timestamp %d %v, want 1900", ts, ok)
	}
	switchTo(t, r, plain(900, 7), start.Add(time.Second))
	if ts, ok := r.Timestamp(7 + 900); !ok || ts != 91_900 {
		t.Errorf("timestamp %d %v, want 91900", ts, ok)
	}
}

// TestSenderReportsAreExactWhileTheSourceIsBehind: its frames are squeezed in,
// but what the receiver learns about sound and picture is true.
func TestSenderReportsAreExactWhileTheSourceIsBehind(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, false)
	switchTo(t, r, plain(500, 0), start)
	wantRewrite(t, r, plain(501, 9000), 101, 9000)
	first := plain(900, 70_000) // captured 50 ms after the first
	r.Switch(first, simulcast.Reference{Wall: start}, simulcast.Reference{RTP: 65_500, Wall: start}, start.Add(100*time.Millisecond))
	wantRewrite(t, r, first, 102, 9090)
	if ts, _ := r.Timestamp(70_000); ts != 4500 {
		t.Errorf("timestamp %d, want 4500", ts)
	}
}

// SRTP would seal another payload under a number already used, if the numbers
// jumped by nearly a cycle.
func TestFarJumpOfTheSourceIsNotPassedOn(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 5000, false)
	r.Switch(plain(70000, 0), noReference, noReference, start)
	for _, step := range []struct {
		seq  packet.ExtSeq
		want uint16
	}{{70000, 100}, {70001, 101}, {70001 + 65534, 102}, {70001 + 65535, 103}, {70001 + 65535 + 1000, 1103}} {
		wantRewrite(t, r, plain(step.seq, 0), step.want, 5000)
	}
	wantRefused(t, r, plain(70002, 0))
}

func TestLeftOutPacketsLeaveNoGap(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, false)
	switchTo(t, r, plain(500, 0), start)
	wantLeft(t, r, plain(501, 3000))
	wantLeft(t, r, plain(502, 3000))
	wantRewrite(t, r, plain(503, 6000), 101, 6000)
	wantRefused(t, r, plain(502, 3000))
}

func TestLeaveFillsThePlaceOfALatePacket(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, true)
	switchTo(t, r, picture(500, 0, 7000, 0), start)
	wantRewrite(t, r, picture(503, 6000, 7002, 1), 103, 6000) // 501 and 502 may be anything
	wantFill(t, r, picture(501, 3000, 7001, 0), 101, 3000)
	wantFill(t, r, picture(502, 3000, 7001, 0), 102, 3000)
	wantRewrite(t, r, picture(504, 6000, 7002, 1), 104, 6000)
	wantLeft(t, r, picture(505, 9000, 7003, 1))
	wantRewrite(t, r, picture(506, 12_000, 7004, 2), 105, 12_000)
}

// TestPictureIDsCloseUp leaves out every second frame of VP8, as for a target
// without the upper temporal layer.
func TestPictureIDsCloseUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		bits uint8
		last packet.ExtSeq // before the ids wrap
	}{
		{"of 15 bits", 15, 2<<15 - 1},
		{"of 7 bits", 7, 2<<7 - 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := simulcast.NewRewriter(videoClock, 100, 0, true)
			mask := uint16(1)<<tt.bits - 1
			frame := func(i int) *packet.Packet {
				p := picture(packet.ExtSeq(500+i), uint32(3000*i), tt.last-3+packet.ExtSeq(i), uint8(250+i/2))
				p.PictureIDBits = tt.bits
				return p
			}
			first := switchTo(t, r, frame(0), start)
			if first.PictureID&mask != uint16(tt.last-3)&mask {
				t.Errorf("begins with picture %d", first.PictureID)
			}
			for i := 1; i < 300; i++ {
				if i%2 == 1 {
					wantLeft(t, r, frame(i))
					wantLeft(t, r, frame(i)) // another packet of it
					continue
				}
				out, ok := r.Rewrite(frame(i))
				if want := (first.PictureID + uint16(i/2)) & mask; !ok || out.PictureID&mask != want {
					t.Fatalf("frame %d went out as picture %d %v, want %d", i, out.PictureID&mask, ok, want)
				}
				if want := uint8(250 + i/2); out.TL0PICIDX != want {
					t.Fatalf("frame %d went out with TL0 %d, want %d", i, out.TL0PICIDX, want)
				}
			}
		})
	}
}

func TestLostFramesKeepTheirPictureIDs(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, true)
	switchTo(t, r, picture(500, 0, 7000, 0), start)
	wantLeft(t, r, picture(501, 3000, 7001, 0))
	wantPicture(t, r, picture(504, 12_000, 7004, 2), 103, 7003, 2) // 502 and 503 were lost
	wantPicture(t, r, picture(503, 9000, 7003, 1), 102, 7002, 1)   // or late
}

// TestPictureIDsKeepTheirDistances: frames of VP9 and of the dependency
// descriptor name those that they refer to by them.
func TestPictureIDsKeepTheirDistances(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, false)
	switchTo(t, r, picture(500, 0, 7000, 0), start)
	wantLeft(t, r, picture(501, 3000, 7001, 0))
	wantLeft(t, r, picture(502, 6000, 7002, 0))
	wantPicture(t, r, picture(503, 9000, 7003, 1), 101, 7003, 1)
	wantPicture(t, r, picture(506, 18_000, 7006, 1), 104, 7006, 1)
	wantPicture(t, r, picture(505, 15_000, 7005, 1), 103, 7005, 1)
}

func TestPictureNumbersContinueOverASwitch(t *testing.T) {
	for _, tt := range []struct {
		name    string
		compact bool
		next    uint16 // picture id of the first frame after the switch
	}{
		{"compact", true, 7002},
		{"with distances", false, 7003},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := simulcast.NewRewriter(videoClock, 100, 0, tt.compact)
			switchTo(t, r, picture(500, 0, 7000, 254), start)
			wantLeft(t, r, picture(501, 3000, 7001, 254))
			wantPicture(t, r, picture(502, 6000, 7002, 255), 101, tt.next-1, 255)
			wantLeft(t, r, picture(503, 9000, 7003, 255)) // the last frame takes no id with it
			next := picture(9000, 0, 1<<15+44, 99)
			r.Switch(next, noReference, noReference, start.Add(time.Second))
			wantPicture(t, r, next, 102, tt.next, 0)
			wantPicture(t, r, picture(9001, 0, 1<<15+44, 99), 103, tt.next, 0)
			wantPicture(t, r, picture(9002, 3000, 1<<15+45, 100), 104, tt.next+1, 1)
			wantPicture(t, r, picture(9004, 9000, 1<<15+47, 102), 106, tt.next+3, 3)
			wantPicture(t, r, picture(9003, 6000, 1<<15+46, 101), 105, tt.next+2, 2) // late

			back := picture(510, 0, 7010, 5)
			r.Switch(back, noReference, noReference, start.Add(2*time.Second))
			wantPicture(t, r, back, 107, tt.next+4, 4)
		})
	}
}

func TestRestOfAFrameThatWasLeftOutIsRefused(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, true)
	switchTo(t, r, picture(500, 0, 7000, 0), start)
	wantLeft(t, r, picture(501, 3000, 7001, 0))
	wantRefused(t, r, picture(502, 3000, 7001, 0)) // was decided otherwise
	wantPicture(t, r, picture(503, 6000, 7002, 1), 101, 7001, 1)
}

// TestPictureIDsOfASourceMayBeginAnew: its encoder was replaced. The packets go
// on, and so must the stream.
func TestPictureIDsOfASourceMayBeginAnew(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, true)
	switchTo(t, r, picture(500, 0, 30_000, 0), start)
	wantPicture(t, r, picture(501, 3000, 30_001, 1), 101, 30_001, 1)
	wantPicture(t, r, picture(502, 6000, 20_000, 1), 102, 30_002, 1)
	wantPicture(t, r, picture(503, 6000, 20_000, 1), 103, 30_002, 1)
	wantLeft(t, r, picture(504, 9000, 20_001, 1))
	wantPicture(t, r, picture(505, 12_000, 20_002, 1), 104, 30_003, 1)
}

// TestPictureIDsMayComeLate: the first frame had none.
func TestPictureIDsMayComeLate(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 0, true)
	switchTo(t, r, plain(500, 0), start)
	wantRewrite(t, r, picture(501, 3000, 7001, 0), 101, 3000)
}

func TestResumeKeepsTheTimelineOfTheSource(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 5000, false)
	r.Resume(plain(7, 0)) // nothing to resume yet
	wantRefused(t, r, plain(7, 0))
	switchTo(t, r, plain(1000, 90_000), start)
	r.Resume(plain(1031, 180_000))
	wantRewrite(t, r, plain(1031, 180_000), 101, 95_000)
	wantRefused(t, r, plain(1030, 177_000))
	wantRewrite(t, r, plain(1033, 186_000), 103, 101_000)
	wantRewrite(t, r, plain(1032, 183_000), 102, 98_000)
}

func TestResumeContinuesThePictureNumbers(t *testing.T) {
	for _, compact := range []bool{true, false} {
		r := simulcast.NewRewriter(videoClock, 100, 0, compact)
		switchTo(t, r, picture(500, 0, 7000, 8), start)
		wantLeft(t, r, picture(501, 3000, 7001, 8))
		r.Resume(picture(600, 90_000, 7100, 50))
		wantPicture(t, r, picture(600, 90_000, 7100, 50), 101, 7001, 9)
		wantPicture(t, r, picture(601, 93_000, 7101, 51), 102, 7002, 10)
		wantPicture(t, r, picture(500, 0, 7000, 8), 100, 7000, 8) // a late packet from before the pause
		r.Switch(picture(20, 0, 9000, 77), noReference, noReference, start.Add(time.Second))
		wantPicture(t, r, picture(20, 0, 9000, 77), 103, 7003, 11)
	}
}

// TestPauseMayEndWithALatePacket from before it: that one finds its own place, and
// the source resumes with what is new.
func TestPauseMayEndWithALatePacket(t *testing.T) {
	for _, compact := range []bool{true, false} {
		r := simulcast.NewRewriter(videoClock, 100, 0, compact)
		switchTo(t, r, picture(500, 0, 7000, 8), start)
		wantPicture(t, r, picture(502, 6000, 7002, 10), 102, 7002, 10)
		r.Resume(picture(501, 3000, 7001, 9))
		wantPicture(t, r, picture(501, 3000, 7001, 9), 101, 7001, 9)
		wantPicture(t, r, picture(502, 6000, 7002, 10), 102, 7002, 10)
		wantRewrite(t, r, picture(510, 30_000, 7010, 18), 103, 30_000)
		wantPicture(t, r, picture(511, 30_000, 7010, 18), 104, 7003, 18)
		wantRefused(t, r, picture(509, 27_000, 7009, 17))
	}
}

// TestReplayedFramesAreCloseToEachOther begins with a keyframe of a second ago.
func TestReplayedFramesAreCloseToEachOther(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 100, 1000, true)
	key := picture(500, 50_000, 7000, 3)
	if !r.Replay(key, 140_000, start) {
		t.Error("a stream that has not begun does not begin with what was")
	}
	wantRewrite(t, r, key, 100, 1000)
	wantPicture(t, r, picture(501, 53_000, 7001, 4), 101, 7001, 4)
	wantRewrite(t, r, picture(502, 56_000, 7002, 5), 102, 1187)
	wantRewrite(t, r, picture(529, 137_000, 7029, 5), 129, 3718)
	wantRewrite(t, r, picture(530, 140_000, 7030, 5), 130, 3812)
	wantRewrite(t, r, picture(531, 143_000, 7031, 5), 131, 6812) // live
	if ts, _ := r.Timestamp(143_000); ts != 6812 {
		t.Errorf("sender reports have %d for it", ts)
	}
	if r.Replay(picture(20, 0, 9000, 77), 9000, start) {
		t.Error("a stream that has begun begins with what was")
	}
	wantRewrite(t, r, picture(532, 146_000, 7032, 5), 132, 9812)
}

// TestOutgoingStreamIsContinuous drives a Rewriter with random sources, loss,
// reordering and pauses: every number is used for one packet only, each source
// begins right after the highest number of the one before, distances inside a
// source are kept, and time never goes back between sources.
func TestOutgoingStreamIsContinuous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		firstSeq := rapid.Uint16().Draw(t, "firstSeq")
		r := simulcast.NewRewriter(videoClock, firstSeq, rapid.Uint32().Draw(t, "firstTS"), rapid.Bool().Draw(t, "compact"))
		used := map[uint16]bool{}
		now, next := start, firstSeq
		var lastTS uint32
		for source := range rapid.IntRange(1, 6).Draw(t, "sources") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Millisecond)
			seq := packet.ExtSeq(rapid.Uint32Range(1<<16, 1<<20).Draw(t, "seq"))
			ts := rapid.Uint32().Draw(t, "ts")
			at := func(offset int) *packet.Packet {
				return picture(seq+packet.ExtSeq(offset), ts+uint32(offset)*3000, seq+packet.ExtSeq(offset), 0)
			}
			r.Switch(at(0), noReference, noReference, now)
			base := next
			order := rapid.Permutation(offsets(rapid.IntRange(0, 30).Draw(t, "packets"))).Draw(t, "order")
			for i, offset := range append([]int{0}, order...) {
				if i > 0 && rapid.IntRange(0, 9).Draw(t, "lost") == 0 {
					continue
				}
				out, ok := r.Rewrite(at(offset))
				if !ok || used[out.Seq] || out.Seq != base+uint16(offset) {
					t.Fatalf("source %d offset %d became %d %v (used %v), base %d", source, offset, out.Seq, ok, used[out.Seq], base)
				}
				used[out.Seq] = true
				if int16(out.Seq+1-next) > 0 {
					next = out.Seq + 1
				}
				if i == 0 && source > 0 && int32(out.Timestamp-lastTS) <= 0 {
					t.Fatalf("source %d begins at %d, not after %d", source, out.Timestamp, lastTS)
				}
				if (source == 0 && i == 0) || int32(out.Timestamp-lastTS) > 0 {
					lastTS = out.Timestamp
				}
			}
			if _, ok := r.Rewrite(at(-1)); ok {
				t.Fatal("a packet from before the switch got a number")
			}
		}
	})
}

// offsets returns 1 to n.
func offsets(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

func TestRewriteDoesNotAllocate(t *testing.T) {
	r := simulcast.NewRewriter(videoClock, 1, 1, true)
	p, now := picture(500, 0, 7000, 0), start
	if allocs := testing.AllocsPerRun(1000, func() {
		switch p.Seq % 100 {
		case 0:
			now = now.Add(time.Second)
			r.Switch(p, noReference, noReference, now)
		case 20:
			r.Resume(p)
		case 30:
			r.Leave(p)
		}
		if _, ok := r.Rewrite(p); ok == (p.Seq%100 == 30) {
			t.Fatalf("%d: %v", p.Seq, ok)
		}
		p.Seq, p.Timestamp, p.PictureID = p.Seq+1, p.Timestamp+3000, p.PictureID+1
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

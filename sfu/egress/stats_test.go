package egress

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// published returns what an engine would of one shard that is not running.
func published(s *Shard) Stats {
	s.stats.tell(s.judged, s.downlinksTotal)
	s.stats.tally.publish(events)
	return (&Engine{shards: []*Shard{s}, load: make([]atomic.Int64, 1)}).Stats()
}

func TestEveryPacketIsSentOrCountedWithItsReason(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		push := func(from packet.ExtSeq, keyframe bool) {
			for i := range packet.ExtSeq(10) {
				src.push(from+i, uint32(3000*from), keyframe && i == 0, 100)
			}
			synctest.Wait()
		}
		push(1000, false) // nothing to begin with
		push(1010, true)
		st.SetMuted(true)
		push(1020, false)
		st.SetMuted(false)
		push(1030, false) // again nothing
		push(1040, true)
		got := e.Stats()
		if want := (PerKind[Sent]{Video: Sent{20, 2000}}); got.Sent != want {
			t.Errorf("sent %+v, want %+v", got.Sent, want)
		}
		if want := (Withheld{Keyframe: 20, Muted: 10}); got.Withheld != want {
			t.Errorf("withheld %+v, want %+v", got.Withheld, want)
		}
		if got.Dropped != (Dropped{}) {
			t.Errorf("dropped %+v, want none", got.Dropped)
		}
	})
}

func TestPacketsOfOtherLayersAreWithheldForThem(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, st := simulcastStream(e, src)
		st.SetPreferredLayers(0, AllLayers)
		newSimulcaster(src).play(time.Second)
		got := e.Stats()
		sent, withheld := got.Sent.Video.Packets, got.Withheld
		if sent == 0 || withheld.Layer < sent/2 || withheld.Paused+withheld.Muted+withheld.Unheard != 0 {
			t.Errorf("withheld %+v beside %d packets sent of the smaller of two encodings", withheld, sent)
		}
	})
}

func TestWhatWaitsTooLongIsDroppedAsLate(t *testing.T) {
	l := newSlowLink(t)
	l.picture(300, true)
	l.pass(maxWait + 10*time.Millisecond)
	got := published(l.shard)
	if n := got.Dropped.Late; n == 0 || n+got.Sent.Video.Packets != 300 {
		t.Errorf("%d late and %d sent of 300", n, got.Sent.Video.Packets)
	}
}

func TestWhatASilentReceiverDoesNotGetIsPaused(t *testing.T) {
	l := newSlowLink(t)
	l.picture(20, true)
	l.sub.link.silent = true
	l.st.notePause()
	l.picture(5, false)
	l.st.setMuted(true) // drops what waits
	got := published(l.shard)
	if want := (Withheld{Paused: 5, Muted: 20}); got.Withheld != want {
		t.Errorf("withheld %+v, want %+v", got.Withheld, want)
	}
	if want := [pauses]uint64{PausedSilent: 1, PausedMuted: 1}; got.Pauses != want {
		t.Errorf("pauses %v, want %v", got.Pauses, want)
	}
	if want := [pauses]int{PausedMuted: 1}; withoutFlowing(got.Paused) != want {
		t.Errorf("paused %v, want %v", got.Paused, want)
	}
	l.sub.remove()
	if got := published(l.shard); withoutFlowing(got.Paused) != [pauses]int{} || got.Streams != [codec.AV1 + 1]int{} {
		t.Errorf("paused %v of streams %v, when none is left", got.Paused, got.Streams)
	}
}

// withoutFlowing leaves out who is not paused, which nobody counts.
func withoutFlowing(paused [pauses]int) [pauses]int {
	paused[Flowing] = 0
	return paused
}

// refusing is a Sealer that has no room.
type refusing struct{ fakeWriter }

func (*refusing) WriteRTP(*rtp.Header, []byte) error { return errors.New("no room") }

func TestWhatTheSealerRefusesIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		sub := e.NewSubscriber("", &fakeWriter{})
		sub.Add(src, videoConfig(&refusing{}))
		sub.Start()
		synctest.Wait()
		src.push(1000, 0, true, 100)
		synctest.Wait()
		if got := e.Stats(); got.Dropped != (Dropped{Writer: 1}) || got.Sent.Video.Packets != 0 || got.ForwardLatency.Count != 0 {
			t.Errorf("dropped %+v, sent %+v, %d latencies", got.Dropped, got.Sent, got.ForwardLatency.Count)
		}
	})
}

func TestRequestsForRepairsAreCountedWithTheirAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		for i := range packet.ExtSeq(20) {
			src.push(1000+i, 3000, i == 0, 100)
		}
		synctest.Wait()
		ask := func(seq uint16) {
			st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: seq}}})
			time.Sleep(200 * time.Millisecond)
		}
		ask(30000) // was never sent
		for range 4 {
			ask(65535)
		}
		st.HandleRTCP(&rtcp.PictureLossIndication{MediaSSRC: mediaSSRC})
		st.HandleRTCP(&rtcp.FullIntraRequest{})
		time.Sleep(2 * tickInterval)
		got := e.Stats()
		if got.NACKed != 5 || got.Retransmitted != 3 || got.Refused != (Refused{Unknown: 1, Soon: 1}) {
			t.Errorf("%d asked for, %d sent again, refused %+v; want 5, 3, and one of each", got.NACKed, got.Retransmitted, got.Refused)
		}
		if got.KeyframeRequests != 2 {
			t.Errorf("%d requests for a keyframe, want 2", got.KeyframeRequests)
		}
	})
}

func TestSwitchesAreUpOrDownTheLadder(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, st := simulcastStream(e, src)
		s := newSimulcaster(src)
		s.play(time.Second)
		begun := e.Stats().Switches
		st.SetPreferredLayers(0, AllLayers)
		s.play(time.Second)
		if got, want := e.Stats().Switches, (Switches{Up: begun.Up, Down: begun.Down + 1}); got != want {
			t.Errorf("%+v after one down, want %+v", got, want)
		}
		st.SetPreferredLayers(AllLayers, AllLayers)
		s.play(time.Second)
		if got, want := e.Stats().Switches, (Switches{Up: begun.Up + 1, Down: begun.Down + 1}); got != want {
			t.Errorf("%+v after one up again, want %+v", got, want)
		}
	})
}

func TestStreamsAreCountedByCodec(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, first, _ := started(e, src)
		started(e, src)
		cfg := videoConfig(&fakeWriter{})
		cfg.Codec = codec.Opus
		first.Add(&fakeSource{pool: src.pool}, cfg)
		time.Sleep(2 * tickInterval)
		want := [codec.AV1 + 1]int{}
		want[videoConfig(nil).Codec], want[codec.Opus] = 2, 1
		if diff := cmp.Diff(want, e.Stats().Streams); diff != "" {
			t.Errorf("streams (-want +got):\n%s", diff)
		}
		first.Close()
		time.Sleep(2 * tickInterval)
		want[videoConfig(nil).Codec], want[codec.Opus] = 1, 0
		if diff := cmp.Diff(want, e.Stats().Streams); diff != "" {
			t.Errorf("streams after one left (-want +got):\n%s", diff)
		}
	})
}

func TestScoresAreOfEachStreamAboutOnceASecond(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		started(e, src)
		started(e, src)
		seq := packet.ExtSeq(1 << 16)
		film30(src, &seq, 10*time.Second)
		got := e.Stats()
		scores := got.Score.Video
		if scores.Count < 14 || scores.Count > 20 || got.Score.Audio.Count != 0 {
			t.Errorf("%d scores of pictures and %d of sound in ten seconds of two videos", scores.Count, got.Score.Audio.Count)
		}
		if mean := scores.Sum / float64(scores.Count); mean < 4 || mean > 5 {
			t.Errorf("a mean score of %v", mean)
		}
		if w := got.Watched; w < 16*time.Second || w > 20*time.Second {
			t.Errorf("watched for %v, want about ten seconds for each of two", w)
		}
	})
}

// The link carries 400 kbit/s at most.
func TestDownlinksAreToldTogether(t *testing.T) {
	l := newSlowLink(t)
	if got := published(l.shard).Downlinks; got != (Downlinks{}) {
		t.Errorf("%+v before anything was measured", got)
	}
	l.sub.link.estimator.REMB(400*bwe.Kbps, l.now)
	l.sub.link.demand = 3 * bwe.Mbps
	for range 3 {
		l.now = l.now.Add(estimateInterval / 2)
		l.sub.link.contribute(l.now)
	}
	got := published(l.shard)
	if d := got.Downlinks; d.Estimated != 1 || d.Limited != 1 || d.Demand != 3*bwe.Mbps {
		t.Errorf("%+v, want one that needs more than it carries", d)
	}
	if n, sum := got.Estimates.Count, got.Estimates.Sum; n != 2 || sum != 100e3 {
		t.Errorf("%d estimates of %v bytes per second in all, want two of 400 kbit/s in a second", n, sum)
	}
	l.sub.remove()
	if got := published(l.shard).Downlinks; got != (Downlinks{}) {
		t.Errorf("%+v when none is left", got)
	}
}

func TestLossIsWhatReceiversTold(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		cfg := videoConfig(w)
		cfg.CongestionFeedback = true
		sub.Add(src, cfg)
		sub.Start()
		synctest.Wait()
		for i := range packet.ExtSeq(4) {
			src.push(i, 0, i == 0, 1000)
		}
		synctest.Wait()
		tell := func(arrived ...bool) {
			var blocks []rtcp.CCFeedbackMetricBlock
			for i, ok := range arrived {
				m := rtcp.CCFeedbackMetricBlock{Received: ok}
				if ok {
					m.ArrivalTimeOffset = uint16(90 - 10*i)
				}
				blocks = append(blocks, m)
			}
			report := &rtcp.CCFeedbackReport{ReportTimestamp: 1 << 20, ReportBlocks: []rtcp.CCFeedbackReportBlock{{
				MediaSSRC: mediaSSRC, BeginSequence: cfg.FirstSequence, MetricBlocks: blocks,
			}}}
			b, err := report.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			sub.Feedback(b)
			time.Sleep(2 * calmInterval)
		}
		tell(true, false, false, true)
		if got := e.Stats(); got.Lost != 2 {
			t.Errorf("%d lost, want 2", got.Lost)
		}
		tell(true, false, true, true) // it was late
		if got := e.Stats(); got.Lost != 2 {
			t.Errorf("%d lost: a counter went back", got.Lost)
		}
		sub.Close()
		time.Sleep(2 * tickInterval)
		if got := e.Stats(); got.Lost != 2 {
			t.Errorf("%d lost when the receiver has left", got.Lost)
		}
	})
}

func TestMailboxTellsWhatWaits(t *testing.T) {
	s := newShard(0) // never run
	for range 3 {
		s.command(func() {})
	}
	if got := published(s).Shards[0].Waiting; got != 3 {
		t.Errorf("%d items wait, want 3", got)
	}
	s.runBatch(time.Now())
	if got := published(s).Shards[0].Waiting; got != 0 {
		t.Errorf("%d items wait, want none", got)
	}
}

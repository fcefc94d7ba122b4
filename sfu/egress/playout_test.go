package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// share is a loss as receiver reports have it.
func share(lost float64) uint8 { return uint8(lost * 256) }

func TestPicturesWaitForAsManyRepairsAsThePathNeeds(t *testing.T) {
	for name, test := range map[string]struct {
		lost float64
		rtt  time.Duration
		want time.Duration
	}{
		"a clean path":          {0, 200 * time.Millisecond, 0},
		"what every path loses": {0.02, 200 * time.Millisecond, 0},
		"some loss":             {0.05, 100 * time.Millisecond, 300 * time.Millisecond},
		"much loss":             {0.15, 100 * time.Millisecond, 500 * time.Millisecond},
		"much loss, a long way": {0.15, 200 * time.Millisecond, 900 * time.Millisecond},
		"the other side of it":  {0.15, 600 * time.Millisecond, maxPlayout},
		"unknown round trip":    {0.15, 0, 0},
	} {
		var p playout
		now := time.Now()
		for i := range 20 {
			p.reported(share(test.lost), test.rtt, now.Add(time.Duration(i)*time.Second))
		}
		if p.delay != test.want {
			t.Errorf("%s: pictures wait for %v, want %v", name, p.delay, test.want)
		}
	}
}

func TestLessDelayIsToldWhenLessHasBeenEnoughForAWhile(t *testing.T) {
	var p playout
	now := time.Now()
	report := func(lost float64) {
		now = now.Add(time.Second)
		p.reported(share(lost), 200*time.Millisecond, now)
	}
	for range 20 {
		report(0.15)
	}
	told := p.delay
	for range 5 { // falls below much
		report(0)
	}
	report(0.15)
	report(0.15)
	if p.delay != told {
		t.Errorf("a pause of loss changed the delay from %v to %v", told, p.delay)
	}
	for range 15 {
		report(0)
	}
	if p.delay >= told || !p.telling(now) && p.delay != 0 {
		t.Errorf("without loss for 15 s pictures still wait for %v", p.delay)
	}
	for range 30 {
		report(0)
	}
	if p.delay != 0 {
		t.Errorf("without loss for 45 s pictures still wait for %v", p.delay)
	}
}

func TestTheDelayIsToldForAWhileInsteadOfThePublishers(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		cfg := videoConfig(w)
		cfg.Codec = codec.AV1
		cfg.Extensions = Extensions{Passed: []ExtensionMapping{{From: 8, To: 7}}, PlayoutDelay: 7}
		sub := e.NewSubscriber("", w)
		st := sub.Add(src, cfg)
		sub.Start()
		synctest.Wait()
		send := func(seq packet.ExtSeq) *rtp.Packet {
			described(t, src, seq, 3, 100)
			all := w.take()
			return &all[len(all)-1]
		}
		if got := send(1000).GetExtension(7); string(got) != "\x01\x02\x03\x04" {
			t.Errorf("without loss the publisher's own word is %x", got)
		}
		st.playout.set(900*time.Millisecond, time.Now())
		if got := send(1001).GetExtension(7); string(got) != "\x05\xa3\xe8" { // 90 and 1000 of 10 ms
			t.Errorf("told %x", got)
		}
		time.Sleep(playoutTold)
		if got := send(1002).GetExtension(7); len(got) != 4 {
			t.Errorf("still told after %v: %x", playoutTold, got)
		}
	})
}

package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/internal/bench/parts"
)

// mixOf is what the publisher of the main load sent, as measured; what it is
// meant to be if nothing was.
func mixOf(list []*bout) parts.Mix {
	m := parts.Mix{Lone: 50, Runs: 30, InRun: 116.0 / 30}
	for _, b := range list {
		if len(b.samples) == 0 {
			continue
		}
		publishers := float64(b.load.rooms * b.load.publishers)
		m.Lone = b.median(func(s *sample) float64 { return s.audio / publishers })
		m.Runs = b.median(func(s *sample) float64 { return s.frames / publishers })
		m.InRun = b.median(func(s *sample) float64 { return s.video / s.frames })
		return m
	}
	return m
}

// floorOf returns the floor of any load, by the medians of the rounds; NaN if no
// parts were measured.
func floorOf(rounds []parts.Costs) func(parts.Mix) float64 {
	if len(rounds) == 0 {
		return func(parts.Mix) float64 { return math.NaN() }
	}
	c := parts.Median(rounds)
	return c.Floor
}

// partsTable lists the parts, and the floor that follows from them.
func partsTable(rounds []parts.Costs, m parts.Mix) (t document.Table) {
	if len(rounds) == 0 {
		return t
	}
	c := parts.Median(rounds)
	t.Head = []string{"part", "us / packet"}
	for _, name := range parts.Ciphers() {
		t.Add("header rewritten, sealed with "+name+", crypto/cipher", document.Number(c.Direct[name], 2))
	}
	for _, name := range parts.Ciphers() {
		t.Add("sealed with "+name+", pion/srtp", document.Number(c.Pion[name], 2))
	}
	t.Add("sent by WriteToUDPAddrPort", document.Number(c.Plain, 2))
	t.Add("sent by sendmmsg of 64", document.Number(c.Batch, 2))
	var counts []int
	for n := range c.Segments {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	for _, n := range counts {
		t.Add(fmt.Sprintf("sent by sendmmsg of 32 messages of %d packets (UDP_SEGMENT)", n), document.Number(c.Segments[n], 2))
	}
	if c.Path > 0 {
		t.Add("rewritten, sealed with AES-128-GCM and sent in messages of 4, as one path", document.Number(c.Path, 2))
	}
	t.Add("**floor for this load**", "**"+document.Number(c.Floor(m), 2)+"**")
	t.Notes = []string{fmt.Sprintf(
		"The load has %.1f packets a second, %.1f of them alone and %.1f in the runs of %.1f frames: %.2f in a message, on the average. "+
			"Floor: rewriting and AES-128-GCM, lone packets by sendmmsg, the others in one message for each frame.",
		m.Packets(), m.Lone, m.Packets()-m.Lone, m.Runs, m.RunLength())}
	return t
}

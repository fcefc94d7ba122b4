package sfu_test

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// scenarios are what the media plane has to survive, each for every format.
func scenarios() []scenario {
	const ms = time.Millisecond
	broadband := link.Link{Delay: 20 * ms, RateBitsPerSecond: 20_000_000}
	far := link.Link{Delay: 50 * ms, RateBitsPerSecond: 20_000_000}
	with := func(l link.Link, change func(*link.Link)) link.Link {
		change(&l)
		return l
	}
	lossy := func(l link.Link, loss float64) link.Link { return with(l, func(l *link.Link) { l.Loss = loss }) }
	unordered := with(broadband, func(l *link.Link) { l.Reorder, l.ReorderBy = 0.02, 20*ms })
	distant := with(broadband, func(l *link.Link) { l.Delay = 300 * ms })
	veryFar := with(far, func(l *link.Link) { l.Delay = 100 * ms })
	const (
		// Of VP8 a picture that was left out late leaves its picture id, too.
		pictureID = "has picture id"
		// A viewer whose layer is sent no more misses pictures until a keyframe.
		layersLeft = "has TL0PICIDX"
		// A packet that the old encoding still owed at a switch never comes.
		owed = "packets missing behind"
		// A smaller spatial layer was entered right behind a keyframe, when a frame of
		// it was missing that turned out to have been left out for good.
		unsent = "which was not sent"
		// A source that began anew is placed by arrivals, which loss delays.
		restarted = "the media advanced by"
		// A layer that was not for the viewer when its picture went out is taken for
		// one that it has needed since, a second later.
		afterMarker = "continues a frame that its marker had ended"
		// The keyframe with the structure was lost for good.
		noStructure = "dependency descriptor with template"
	)
	excuse := func(texts ...string) map[string]bool {
		set := map[string]bool{}
		for _, text := range texts {
			set[text] = true
		}
		return set
	}
	repaired := excuse(pictureID, unsent)
	return []scenario{
		{name: "clean", up: broadband, down: broadband, limits: lossless()},
		{name: "switching", up: broadband, down: broadband, act: switching, limits: lossless()},
		{name: "batches", up: broadband, down: broadband, batch: 12 * ms, act: switching, limits: lossless()},
		{
			name: "1% down", up: broadband, down: lossy(far, 0.01), act: switching,
			limits: lossless().downLoss(500*ms, 0.01, 0.99, 0.02),
		},
		{
			name: "5% down", up: broadband, down: lossy(far, 0.05), act: switching,
			limits: lossless().downLoss(750*ms, 0.03, 0.99, 0.07),
		},
		{
			name: "15% down", up: broadband, down: lossy(veryFar, 0.15), act: switching,
			limits: lossless().downLoss(2500*ms, notJudged, 0.85, 0.18), excused: excuse(noStructure),
		},
		{
			name: "1% up", up: lossy(far, 0.01), down: broadband, act: switching,
			limits: lossless().upLoss(500*ms, 0.01, 0.02), excused: repaired,
		},
		{
			name: "5% up", up: lossy(far, 0.05), down: broadband, act: switching,
			limits: lossless().upLoss(750*ms, 0.03, 0.07), excused: repaired,
		},
		{
			name: "5% both", up: lossy(far, 0.05), down: lossy(far, 0.05), red: true, act: switching,
			limits:  lossless().downLoss(time.Second, 0.03, 0.99, 0.015).upLoss(750*ms, 0.03, 0.01),
			excused: repaired,
		},
		{
			name: "15% both", up: lossy(veryFar, 0.15), down: lossy(veryFar, 0.15), red: true, act: switching,
			limits:  lossless().downLoss(6*time.Second, notJudged, 0.80, 0.09).upLoss(6*time.Second, notJudged, 0.05).late(3 * time.Second),
			excused: excuse(pictureID, unsent, noStructure, restarted, afterMarker),
		},
		{
			name: "reordering", up: unordered, down: unordered, act: switching,
			limits: lossless().later(60 * ms), excused: excuse(pictureID, owed),
		},
		{name: "duplicates", up: broadband, down: broadband, duplicate: 0.01, probes: true, act: switching, limits: lossless()},
		{name: "distant", up: distant, down: distant, act: switching, limits: lossless()},
		{
			name: "layers come and go", up: broadband, down: broadband, act: together(vanishing, switching),
			limits: lossless().freezing(0.15), excused: excuse(layersLeft),
		},
		{name: "mute", up: broadband, down: broadband, act: together(muting, switching), limits: lossless()},
		{name: "silent publisher", up: broadband, down: broadband, act: together(silence, switching), limits: lossless()},
		{name: "restart", up: broadband, down: broadband, act: together(restarting, switching), limits: lossless()},
		{
			name: "everything", red: true, duplicate: 0.01, probes: true, rests: true,
			up:      lossy(with(unordered, func(l *link.Link) { l.Delay = 50 * ms }), 0.02),
			down:    lossy(with(unordered, func(l *link.Link) { l.Delay = 50 * ms }), 0.05),
			act:     together(vanishing, muting, silence, restarting, switching, coming),
			limits:  lossless().downLoss(2*time.Second, 0.20, 0.97, 0.03).upLoss(2*time.Second, 0.20, 0.02).late(5 * time.Second),
			excused: excuse(pictureID, unsent, layersLeft, owed, noStructure, restarted),
		},
		{
			name: "measured", up: broadband, measured: true, act: switching,
			down:   link.Link{Delay: 50 * ms, RateBitsPerSecond: 4_000_000, QueueBytes: 100_000, Loss: 0.02},
			limits: lossless().downLoss(750*ms, 0.03, 0.99, 0.04),
		},
	}
}

// cast lets the publisher and its viewers come.
func (sc scenario) cast(p *plane) {
	if p.format.simulcast() { // the larger ones begin when the uplink is known
		p.publisher.active = 1
		p.after(time.Second, func() { p.publisher.vary(2) })
		p.after(2500*time.Millisecond, func() { p.publisher.vary(3) })
	}
	p.publisher.start()
	for _, cfg := range []viewerConfig{
		{name: "control", spatial: allLayers, temporal: allLayers, descriptors: true},
		{name: "wide", link: sc.down, spatial: allLayers, temporal: allLayers, descriptors: true},
		{name: "fickle", link: sc.down, spatial: 1, temporal: allLayers, descriptors: true},
		{name: "small", link: sc.down, spatial: 0, temporal: 1, descriptors: true},
		{name: "old", link: sc.down, spatial: 1, temporal: 0},
	} {
		cfg.mayLose = sc.up.Loss > 0 || cfg.link.Loss > 0
		cfg.settle, cfg.jitter = sc.limits.settle, sc.limits.jitter
		if cfg.measured = sc.measured && cfg.name != "control"; cfg.measured {
			cfg.settle = 2 * minute // what it gets is up to the estimate
		}
		p.after(time.Duration(p.random.Int64N(int64(time.Second))), func() { p.join(cfg) })
	}
}

// together plays several acts at once.
func together(acts ...func(*plane)) func(*plane) {
	return func(p *plane) {
		for _, act := range acts {
			act(p)
		}
	}
}

// between calls do again and again, after times between least and most, until
// shortly before the end.
func (p *plane) between(least, most time.Duration, do func()) {
	p.after(least+time.Duration(p.random.Int64N(int64(most-least))), func() {
		if p.since() < minute-3*time.Second {
			do()
			p.between(least, most, do)
		}
	})
}

// named returns a viewer, nil before it has joined.
func (p *plane) named(name string) *planeViewer {
	for _, v := range p.viewers {
		if v.name == name {
			return v
		}
	}
	return nil
}

// switching lets one viewer ask for other layers 100 times a minute: 17 times in
// six of each ten seconds, so that there is time to settle, too.
func switching(p *plane) {
	layers := []uint8{0, 1, 2, allLayers}
	for ten := time.Second; ten < minute; ten += 10 * time.Second {
		for range 17 {
			p.at(p.start.Add(ten+time.Duration(p.random.Int64N(int64(6*time.Second)))), func() {
				if v := p.named("fickle"); v != nil {
					v.prefer(layers[p.random.IntN(4)], layers[p.random.IntN(4)])
				}
			})
		}
	}
}

// vanishing lets the publisher send fewer layers for some seconds, and more again.
func vanishing(p *plane) {
	p.after(4*time.Second, func() {
		p.between(3*time.Second, 6*time.Second, func() {
			if rungs := p.format.rungs(); rungs > 1 {
				p.publisher.vary((p.publisher.active+p.random.IntN(rungs-1))%rungs + 1)
			}
		})
	})
}

// muting stops the streams of two viewers now and then.
func muting(p *plane) {
	for _, name := range []string{"small", "wide"} {
		p.after(2*time.Second, func() {
			p.between(4*time.Second, 9*time.Second, func() {
				v := p.named(name)
				v.mute(true)
				p.after(time.Duration(p.random.Int64N(int64(3*time.Second))), func() { v.mute(false) })
			})
		})
	}
}

// silence lets the publisher send no picture for some seconds.
func silence(p *plane) {
	p.between(8*time.Second, 12*time.Second, func() {
		p.publisher.mute(true)
		p.after(time.Second+time.Duration(p.random.Int64N(int64(2*time.Second))), func() { p.publisher.mute(false) })
	})
}

// restarting lets the publisher begin anew twice. Where sources have no names it
// must be silent before.
func restarting(p *plane) {
	for _, at := range []time.Duration{22 * time.Second, 44 * time.Second} {
		if p.format.simulcast() {
			p.after(at, p.publisher.restart)
			continue
		}
		p.after(at, func() { p.publisher.mute(true) })
		p.after(at+2500*time.Millisecond, func() {
			p.publisher.restart()
			p.publisher.mute(false)
		})
	}
}

// coming lets a viewer leave, and others come.
func coming(p *plane) {
	p.after(20*time.Second, func() { p.named("old").leave() })
	for i, at := range []time.Duration{15 * time.Second, 30 * time.Second, 45 * time.Second} {
		p.after(at, func() {
			cfg := p.named("wide").viewerConfig
			cfg.name, cfg.spatial = "late", uint8(i)
			p.join(cfg)
		})
	}
}

package arch

import (
	"fmt"
	"maps"
)

// level is a package's place in the order of imports.
type level int

// The packages for tests have no place in the order: they may import every
// package, and only they and tests may import them.
const forTests level = -1

// The places. The ground has two steps, so that the packet may check its invariants,
// and so has level 3: who is let into rooms is decided right above them.
const (
	ground level = 0
	zero   level = iota + 1
	one
	two
	three
	_ // right above rooms
	four
	five
	six
)

// levels returns the place of each package.
func levels() map[string]level {
	table := serverLevels()
	maps.Copy(table, toolLevels())
	return table
}

// serverLevels are those of the server and of what it is made of.
func serverLevels() map[string]level {
	return map[string]level{
		"internal/invariant": ground,
		"internal/demux":     ground,
		"internal/link":      ground,
		"internal/spelling":  ground,
		"internal/special":   ground,
		"internal/histogram": ground,
		"internal/tracing":   ground,
		"internal/awake":     ground,
		"internal/flight":    ground,
		"sfu/packet":         ground + 1,

		"sfu/codec":     zero,
		"sfu/simulcast": zero,
		"sfu/nack":      zero,
		"sfu/seal":      zero,
		"sfu/bwe":       zero,
		"sfu/speaker":   zero,
		"sfu/quality":   zero,
		"internal/auth": zero,
		"internal/site": zero,

		"internal/httpjson": zero,

		"sfu/inspect": zero,

		"internal/systemd": zero,
		"internal/host":    zero,

		"internal/iceserver": zero,
		"internal/overload":  zero,

		"sfu/ingress":   one,
		"sfu/egress":    one,
		"sfu/tap":       one,
		"sfu/udp":       one,
		"sfu/tcp":       one,
		"signaling/rpc": one,

		"internal/auth/keyring": one,
		"internal/relay":        one,

		"sfu": two,

		"room":          three,
		"signaling/api": three,

		"internal/admission": three + 1,
		"internal/feed":      three + 1,

		"signaling":      four,
		"signaling/whip": four,
		"room/cluster":   four,
		"room/recorder":  four,
		"client":         four, // the embedded page; imports nothing of ours

		"metrics":               five,
		"internal/config":       five,
		"internal/tracing/otlp": five,
		"internal/webhook":      four,
		"internal/admin":        five,
		"internal/rest":         five,

		"cmd/atrium":  six,
		"deploy/dist": six, // imports nothing of ours
	}
}

// toolLevels are those of what measures, tests and describes the server.
func toolLevels() map[string]level {
	return map[string]level{
		// The load generator. It shares the ground and the wire with the server, and
		// none of the code that it measures.
		"internal/load/histogram": zero,
		"internal/load/result":    zero,
		"internal/load/usage":     zero,
		"internal/load/stamp":     one,
		"internal/load/clip":      one,
		"internal/load/scenario":  one,
		"internal/load/transport": two,
		"internal/load/report":    two,
		"internal/load/publish":   three,
		"internal/load/watch":     three,
		"internal/load/session":   four,
		"internal/load":           five,
		"internal/soak":           six,

		// The benchmark of forwarding. It measures from outside, too.
		"internal/emulator": zero,

		"internal/bench/process": zero,
		"internal/bench/parts":   zero,
		"internal/bench/naive":   zero, // imports nothing of ours
		"internal/bench/crowd":   five,
		"internal/bench":         six,

		// The simulation of congestion control, and what writes the documents of both.
		"internal/bench/document":       zero,
		"internal/bench/ccsim/dumbbell": one,
		"internal/bench/ccsim":          six,

		// What operators look at. It imports nothing of ours; the proof of it starts everything.
		"internal/dashboards":        five,
		"internal/dashboards/render": six,

		// What docs/embedding.md builds, of exported packages alone.
		"docs/examples/meeting": six,

		"internal/dashboards/proof": forTests,

		"internal/arch":     forTests,
		"internal/docstest": forTests,
		"internal/faults":   forTests,
		"internal/rtptest":  forTests,
		"internal/sfutest":  forTests,
		"internal/testnet":  forTests,
		"internal/world":    forTests,
	}
}

// checkLevels finds packages without a level, imports that do not go down, and
// imports of test packages by code that is not a test.
func checkLevels(m *Module) []Violation {
	const rule = "levels"
	table := levels()
	var found []Violation
	for dir := range m.packages() {
		if _, ok := table[dir]; !ok {
			found = append(found, Violation{Rule: rule, Path: dir, Text: "the package has no level yet"})
		}
	}
	for _, f := range m.Files {
		from := table[f.Package]
		if f.Test || from == forTests {
			continue
		}
		for _, i := range f.Imports {
			dir, ok := local(i.Path)
			if !ok {
				continue
			}
			to, known := table[dir]
			switch {
			case !known: // reported above, where the package is
			case to == forTests:
				found = append(found, Violation{rule, f.Path, i.line, fmt.Sprintf("imports %s, which is for tests", dir)})
			case to >= from:
				found = append(found, Violation{rule, f.Path, i.line, fmt.Sprintf("imports %s, which is not on a lower level", dir)})
			}
		}
	}
	return found
}

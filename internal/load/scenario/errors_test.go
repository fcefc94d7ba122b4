package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problemsOf reads and plans, and returns the lines of the error without the
// file's name.
func problemsOf(text string) []string {
	s, err := Read("t.yaml", []byte(text))
	if err == nil {
		_, err = s.Plan()
	}
	if err == nil {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, strings.TrimPrefix(line, "t.yaml"))
	}
	return lines
}

// base is a right scenario; the tests below break it from line 9 on.
const base = `duration: 30s
rooms: 5
networks: {lossy: {loss: 5%}}
groups:
  talk: {count: 2, publish: true}
  listen:
    count: 10
phases:
`

func TestBaseOfTheErrorTestsIsRight(t *testing.T) {
	if got := problemsOf(base); got != nil {
		t.Fatal(got)
	}
}

func TestProblemsNameLineAndKeyAndSayWhatIsRight(t *testing.T) {
	for text, want := range map[string]string{
		// the document
		"":                                  ":1: is empty; a scenario has at least duration and groups",
		"# nothing\n":                       ":1: is empty; a scenario has at least duration and groups",
		"- a\n":                             ":1: is not a mapping of keys to values",
		"duration: 5s\n---\nduration: 6s\n": ":2: holds more than one YAML document",
		"duration: 5s\ngroups: [\n":         ":3: did not find expected node content",
		"a: b\n\tc: d\n":                    ":2: found a tab character that violates indentation",

		// keys and values
		"durration: 5s\ngroups: {a: {count: 1}}\n":               `:1: durration: unknown key; did you mean "duration"?`,
		"duration: 5s\nduration: 6s\ngroups: {a: {count: 1}}\n":  ":2: duration: is set twice, first on line 1",
		"duration: 5s\ngroups: {a: {count: 1}, a: {count: 2}}\n": ":2: groups.a: is set twice, first on line 2",
		"duration: 5s\ngroups:\n  a: {kind: 1}\n":                ":3: groups.a.kind: unknown key; there is count, publish, receive, connections, network",
		"duration: 5s\ngroups: {a: {count: few}}\n":              `:2: groups.a.count: "few" is not a whole number`,
		"duration: 5s\ngroups: {a: {count: 0}}\n":                ":2: groups.a.count: 0 is outside 1 to 100000",
		"duration: 5s\ngroups: {a: {publish: true}}\n":           ":2: groups.a.count: is missing: How many there are in each room.",
		"duration: 5s\n":                                                                             "groups",
		"duration: 5s\ngroups: [a]\n":                                                                ":2: groups: takes names, each with keys of its own, not a list or a value",
		"duration: 5s\ngroups: {a: 5}\n":                                                             ":2: groups.a: takes keys of its own, indented below it: count, publish, receive, connections, network",
		"duration: 5\ngroups: {a: {count: 1}}\n":                                                     `:1: duration: "5" is not a duration such as 30s, 1.5s or 2m`,
		"duration: [5s]\ngroups: {a: {count: 1}}\n":                                                  ":1: duration: takes one value, not a list or a section",
		"duration: 25h\ngroups: {a: {count: 1}}\n":                                                   ":1: duration: 25h is outside 1s to 24h",
		"duration: 0s\ngroups: {a: {count: 1}}\n":                                                    ":1: duration: 0s is outside 1s to 24h",
		"seed: -1\nduration: 5s\ngroups: {a: {count: 1}}\n":                                          `:1: seed: "-1" is not a whole number from 0`,
		"ramp: soon\nduration: 5s\ngroups: {a: {count: 1}}\n":                                        `:1: ramp: "soon" is neither a time such as 10s nor a rate such as 20/s`,
		"ramp: 10s\nduration: 5s\ngroups: {a: {count: 1}}\n":                                         ":1: ramp: takes 10s, but there are only 5s left",
		"ramp: 1/s\nduration: 5s\ngroups: {a: {count: 10}}\n":                                        ":1: ramp: takes 10s, but there are only 5s left",
		"duration: 5s\ngroups: {everybody: {count: 1}}\n":                                            `:2: groups.everybody: "everybody" stands for all groups: choose another name`,
		"duration: 5s\ngroups: {a b: {count: 1}}\n":                                                  `:2: groups.a b: "a b" is not a name: use letters, digits, dashes and underscores`,
		"duration: 5s\ngroups: {a: {count: 1, receive: some}}\n":                                     `:2: groups.a.receive: "some" is neither all, none nor a number of streams`,
		"groups: {a: {count: 1}}\n":                                                                  ": duration: is missing: say how long the test takes",
		"duration: 5s\ngroups: {a: {count: 1}}\nphases: {do: []}\n":                                  ":3: phases: takes a list: its items begin with a dash",
		"duration: 5s\ngroups: {a: {count: 1, publish: maybe}}\n":                                    `:2: groups.a.publish: "maybe" is neither true nor a section of keys`,
		"duration: 5s\ngroups: {a: {count: 1, publish: [vp8]}}\n":                                    ":2: groups.a.publish: takes keys of its own, indented below it: codec, audio, video, size, simulcast, bitrate, fps, packet_size, keyframe_interval, adapt, burst",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {audio: false, video: false}\n":     ":5: groups.a.publish: sends neither audio nor video: leave one of them true",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {simulcast: true, size: 320x180}\n": ":5: groups.a.publish: has simulcast with nothing smaller than size 320x180: use 640x360 or 1280x720",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {simulcast: true, video: false}\n":  ":5: groups.a.publish: has simulcast without video",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {codec: opus}\n":                    `:5: groups.a.publish.codec: "opus" is not one of vp8, vp9, h264, av1`,
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {size: 1920x1080}\n":                `:5: groups.a.publish.size: "1920x1080" is not one of 320x180, 640x360, 1280x720`,
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {bitrate: 1M}\n":                    `:5: groups.a.publish.bitrate: "1M" is not a bit rate such as 500kbit/s or 1.5Mbit/s`,
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {bitrate: 1kbit/s}\n":               ":5: groups.a.publish.bitrate: 1 kbit/s is outside 30kbit/s to 100Mbit/s",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {fps: 0}\n":                         ":5: groups.a.publish.fps: 0 is outside 1 to 60",
		"duration: 5s\ngroups:\n  a:\n    count: 1\n    publish: {adapt: perhaps}\n":                 `:5: groups.a.publish.adapt: "perhaps" is neither true nor false`,

		// networks
		"duration: 5s\nnetworks: {x: {loss: 5}}\ngroups: {a: {count: 1}}\n":                                     `:2: networks.x.loss: "5" is not a share such as 5% or 0.5%`,
		"duration: 5s\nnetworks: {x: {loss: 101%}}\ngroups: {a: {count: 1}}\n":                                  `:2: networks.x.loss: "101%" is more than 100%`,
		"duration: 5s\nnetworks: {x: {delay: 2m}}\ngroups: {a: {count: 1}}\n":                                   ":2: networks.x.delay: 2m is outside 0s to 1m",
		"duration: 5s\nnetworks: {x: {up: {jitter: -1s}}}\ngroups: {a: {count: 1}}\n":                           ":2: networks.x.up.jitter: -1s is outside 0s to 1m",
		"duration: 5s\nnetworks: {x: {up: {down: {}}}}\ngroups: {a: {count: 1}}\n":                              ":2: networks.x.up.down: unknown key; there is loss, delay, jitter, rate, queue, reorder, reorder_by",
		"duration: 5s\nnetworks: {x: {losss: 1%}}\ngroups: {a: {count: 1}}\n":                                   `:2: networks.x.losss: unknown key; did you mean "loss"?`,
		"duration: 5s\nnetworks: {as it is: {loss: 1%}}\ngroups: {a: {count: 1}}\n":                             `:2: networks.as it is: "as it is" cannot be the name of a network`,
		"duration: 5s\nnetworks: {bad: {loss: 1%}}\ngroups:\n  a: {count: 1, network: bat}\n":                   `:4: groups.a.network.bat: there is no network "bat"; did you mean "bad"?`,
		"duration: 5s\nnetworks: {bad: {loss: 1%}}\ngroups:\n  a: {count: 5, network: {bad: 0%}}\n":             ":4: groups.a.network.bad: is for nobody: give it a share above 0 %",
		"duration: 5s\nnetworks: {bad: {loss: 1%}}\ngroups:\n  a: {count: 4, network: {bad: 10%}}\n":            ":4: groups.a.network.bad: 10 % of 4 clients is nobody",
		"duration: 5s\nnetworks: {b: {loss: 1%}, c: {}}\ngroups:\n  a: {count: 5, network: {b: 60%, c: 41%}}\n": ":4: groups.a.network: the shares are 101 % together, more than 100 %",
		"duration: 5s\ngroups:\n  a: {count: 5, network: [b]}\n":                                                ":3: groups.a.network: takes the name of a network, or shares by name such as {lossy: 10%}",

		// phases
		base + "  - for: 10s\n  - for: 10s\n":                         ":1: duration: is 30s, but the phases take 20s: leave out one of them, or the time of the last phase",
		base + "  - name: x\n  - for: 10s\n":                          ":9: phases[1]: does not say for how long; only the last phase may, if there is a duration",
		base + "  - for: 30s\n  - name: x\n":                          ":10: phases[2]: has no time left: the phases before it take 30s of 30s",
		base + "  - for: 0s\n  - name: x\n":                           ":9: phases[1].for: 0s is outside 100ms to 24h",
		"groups: {a: {count: 1}}\nphases: [{name: x}]\n":              ":2: phases[1]: does not say for how long; only the last phase may, if there is a duration",
		"groups: {a: {count: 1}}\nphases: [{for: 20h}, {for: 20h}]\n": ":2: phases: take 40h together, more than 24h",

		// instructions
		base + "  - do: [{after: 5s}]\n":                                       ":9: phases[1].do[1]: does not say what to do: begin with one of join, leave, vanish, churn, mute, unmute, republish, layer, read_slowly, network",
		base + "  - do: [{mute: talk, leave: talk}]\n":                         ":9: phases[1].do[1].leave: stands beside mute: begin a new item of the list with it",
		base + "  - do: [{mutes: talk}]\n":                                     `:9: phases[1].do[1].mutes: unknown key; did you mean "mute"?`,
		base + "  - do: [{mute: []}]\n":                                        ":9: phases[1].do[1].mute: takes a name or a list of names, not an empty one",
		base + "  - do: [{mute: {talk: 5}}]\n":                                 ":9: phases[1].do[1].mute: takes a name or a list of names",
		base + "  - do: [{mute: tolk}]\n":                                      `:9: phases[1].do[1].mute: there is no group "tolk"; did you mean "talk"?`,
		base + "  - do: [{mute: listen}]\n":                                    ":9: phases[1].do[1].mute: is for nobody: listen send nothing to mute",
		base + "  - do: [{republish: listen}]\n":                               ":9: phases[1].do[1].republish: is for nobody: listen publish nothing",
		base + "  - do: [{mute: talk, media: sound}]\n":                        `:9: phases[1].do[1].media: "sound" is not one of audio, video, both`,
		base + "  - do: [{mute: talk, share: 50%, count: 1}]\n":                ":9: phases[1].do[1].count: stands beside share: use one of them",
		base + "  - do: [{mute: talk, share: 1%}]\n":                           ":9: phases[1].do[1].share: 1 % of 10 clients is nobody",
		base + "  - do: [{mute: talk, count: 11}]\n":                           ":9: phases[1].do[1].count: there are only 10",
		base + "  - do: [{mute: talk, share: 0%}]\n":                           ":9: phases[1].do[1].share: 0 % is outside 0.001% to 100%",
		base + "  - do: [{mute: talk, after: 40s}]\n":                          ":9: phases[1].do[1].after: 40s is after the end of the phase, which is 30s long",
		base + "  - do: [{mute: talk, every: 10s, for: 11s}]\n":                ":9: phases[1].do[1].for: 11s is longer than every 10s",
		base + "  - do: [{vanish: talk, every: 10s, over: 11s}]\n":             ":9: phases[1].do[1].over: 11s is longer than every 10s",
		base + "  - do:\n      - mute: talk\n        speed: 5B/s\n":            ":11: phases[1].do[1].speed: does not go with mute, only with read_slowly",
		base + "  - do:\n      - join: talk\n        every: 5s\n":              ":11: phases[1].do[1].every: does not go with join, only with leave, vanish, mute, republish, layer, network",
		base + "  - do: [{join: talk, over: 5s, rate: 1/s}]\n":                 ":9: phases[1].do[1].rate: stands beside over: use one of them",
		base + "  - do: [{join: talk, over: 31s}]\n":                           ":9: phases[1].do[1].over: takes 31s, but there are only 30s left",
		base + "  - do: [{join: listen, rate: 1/s}]\n":                         ":9: phases[1].do[1].rate: takes 50s, but there are only 30s left",
		base + "  - do: [{join: talk}, {join: talk}]\n":                        "",
		base + "  - {for: 5s}\n  - do: [{join: talk, share: 50%}]\n":           ":5: groups.talk: 5 of the 10 never join: let a phase have join: talk for the rest",
		base + "  - do: [{join: talk, after: 1s}, {leave: talk}]\n":            ":9: phases[1].do[2].leave: is for nobody: none of talk is in a room at 0s",
		base + "  - {for: 9s}\n  - do: [{churn: listen}]\n":                    ":10: phases[2].do[1].churn: is missing a rate such as 2/s, or how long each stays",
		base + "  - {for: 9s}\n  - do: [{churn: talk, rate: 1/s, stay: 5s}]\n": ":10: phases[2].do[1].stay: stands beside rate: one follows from the other, use one of them",
		base + "  - {for: 9s}\n  - do: [{churn: talk, rate: 6/s}]\n":           ":10: phases[2].do[1].rate: 6/s is too much for 10 clients, each of whom is away for 1s: they could not stay 1s",
		base + "  - {for: 9s}\n  - do: [{churn: talk, rate: 6}]\n":             `:10: phases[2].do[1].rate: "6" is not a rate such as 2/s, 0.5/s or 30/min`,
		base + "  - do: [{layer: listen, to: huge}]\n":                         `:9: phases[1].do[1].to: "huge" is not one of low, middle, high, auto`,
		base + "  - do: [{layer: listen, to: [low, high]}]\n":                  ":9: phases[1].do[1].to: is a list, which needs every to go through it",
		base + "  - do: [{layer: listen}]\n":                                   ":9: phases[1].do[1].layer: is missing to: low, middle, high or auto",
		base + "  - do: [{network: listen}]\n":                                 ":9: phases[1].do[1].to: takes the name of one network; there is as it is, lossy",
		base + "  - do: [{network: listen, to: lousy}]\n":                      `:9: phases[1].do[1].to: there is no network "lousy"; did you mean "lossy"?`,
		base + "  - do: [{read_slowly: listen}]\n":                             ":9: phases[1].do[1].read_slowly: is missing a speed such as 100B/s",
		base + "  - do: [{read_slowly: listen, speed: slow}]\n":                `:9: phases[1].do[1].speed: "slow" is not a speed such as 100B/s or 2kB/s`,
		base + "  - do: [{read_slowly: listen, speed: 2MB/s}]\n":               ":9: phases[1].do[1].speed: 2 MB/s is outside 0B/s to 1MB/s",
	} {
		if want == "groups" {
			want = ": groups: is missing: Who is in each room, by name."
		}
		if got := strings.Join(problemsOf(text), "\n"); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestAllProblemsAreReportedAtOnceByLine(t *testing.T) {
	got := problemsOf(`duration: 30
groups:
  a: {count: 2, color: red}
phases:
  - do:
      - mute: a
        media: smell
      - dance: a
networks: {x: {loss: 5}}
`)
	want := []string{
		`:1: duration: "30" is not a duration such as 30s, 1.5s or 2m`,
		":3: groups.a.color: unknown key; there is count, publish, receive, connections, network",
		`:7: phases[1].do[1].media: "smell" is not one of audio, video, both`,
		`:8: phases[1].do[2].dance: unknown key; there is join, leave, vanish, churn, mute, unmute, republish, layer, read_slowly, network, ` +
			"share, count, after, over, for, every, rate, stay, away, media, to, speed",
		`:9: networks.x.loss: "5" is not a share such as 5% or 0.5%`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestAliasesCannotMakeAFileEndless(t *testing.T) {
	phase := "{for: 1s, do: [" + strings.Repeat("*i, ", 200) + "*i]}"
	text := "groups: {a: {count: 1}}\nphases:\n  - {for: 1s, do: [&i {mute: a}]}\n  - &p " + phase + strings.Repeat("\n  - *p", 200) + "\n"
	got := problemsOf(text)
	if len(got) != 1 || !strings.HasSuffix(got[0], "makes the file too large: it has more than 10000 parts") {
		t.Errorf("%d problems, the first %s", len(got), got[:min(1, len(got))])
	}
}

func TestUnknownExamplesAreRefused(t *testing.T) {
	_, err := Example("webinars")
	if err == nil || err.Error() != `there is no scenario "webinars"; did you mean "webinar"?` {
		t.Errorf("error %v", err)
	}
}

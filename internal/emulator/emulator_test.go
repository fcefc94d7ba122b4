package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/link"
)

func TestSettingsAreReadStrictly(t *testing.T) {
	got, err := parseSetting(`{"delay":"50ms","jitter":"5ms","loss":0.05,"burst":3,"rate":400000,"queue":25000,
		"reorder":0.01,"reorderBy":"30ms","duplicate":0.02,"down":true}`)
	if err != nil {
		t.Fatal(err)
	}
	want := link.Link{
		Delay: 50 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.05, Burst: 3, RateBitsPerSecond: 400_000,
		QueueBytes: 25_000, Reorder: 0.01, ReorderBy: 30 * time.Millisecond, Duplicate: 0.02,
	}
	if diff := cmp.Diff(want, got.link()); diff != "" || !got.Down {
		t.Errorf("down %v, link:\n%s", got.Down, diff)
	}
	for _, bad := range []string{``, `{`, `{"lost":1}`, `{"loss":5}`, `{"delay":50}`, `{"delay":"-1s"}`, `{} {}`, `{"rate":-1}`, `[]`} {
		if _, err := parseSetting(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

// ipv4 is a UDP packet of so many octets.
func ipv4(size int, last byte) []byte {
	packet := make([]byte, size)
	packet[0], packet[15] = 0x45, last
	return packet
}

func TestPacketsArriveLateAndInOrder(t *testing.T) {
	start := time.Now()
	d := newDirection("to b", 1)
	d.set(setting{Delay: duration(50 * time.Millisecond), Rate: 80_000}) // 100 octets take 10 ms
	for i := range 3 {
		d.send(ipv4(100, byte(i)), start)
	}
	if packets, wait := d.due(start.Add(59 * time.Millisecond)); len(packets) != 0 || wait != time.Millisecond {
		t.Errorf("%d packets before the first is due, the next in %v", len(packets), wait)
	}
	if packets, wait := d.due(start.Add(70 * time.Millisecond)); len(packets) != 2 || packets[0][15] != 0 || wait != 10*time.Millisecond {
		t.Errorf("%d packets when two are due, the next in %v", len(packets), wait)
	}
	if packets, wait := d.due(start.Add(time.Second)); len(packets) != 1 || packets[0][15] != 2 || wait != time.Hour {
		t.Errorf("%d packets at the end, the next in %v", len(packets), wait)
	}
}

func TestNothingPassesALinkThatIsDown(t *testing.T) {
	start := time.Now()
	d := newDirection("to b", 1)
	d.send(ipv4(100, 0), start)
	d.set(setting{Down: true})
	d.send(ipv4(100, 1), start)
	d.set(setting{Duplicate: 1})
	d.send(ipv4(100, 2), start)
	packets, _ := d.due(start.Add(time.Second))
	if len(packets) != 3 || packets[0][15] != 0 || packets[1][15] != 2 || packets[2][15] != 2 {
		t.Errorf("%d packets, want the one before, and the one after twice", len(packets))
	}
	if got, want := d.counters(), (counters{Passed: 3, Dropped: 1}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestAnyPacketHasAnInside(t *testing.T) {
	short := []byte{0x45, 0, 0}
	for name, test := range map[string]struct {
		packet []byte
		want   int
		from   string
	}{
		"nothing": {nil, 0, "invalid IP"},
		"short":   {short, 0, "invalid IP"},
		"IPv4":    {ipv4(60, 9), 60 - 28, "0.0.0.9"},
		"no room": {ipv4(20, 9), 0, "0.0.0.9"},
		"IPv6":    {append([]byte{0x60}, make([]byte, 59)...), 60 - 48, "::"},
	} {
		if payload, from := inside(test.packet); len(payload) != test.want && test.want > 0 || from.String() != test.from {
			t.Errorf("%s: %d octets from %v, want %d from %s", name, len(payload), from, test.want, test.from)
		}
	}
}

func TestCommandsChangeADirectionAndAreAnswered(t *testing.T) {
	l := &emulation{toA: newDirection("to a", 1), toB: newDirection("to b", 1)}
	commands := strings.NewReader("b {\"rate\":400000}\na {\"down\":true}\nup {}\nb {\"loss\":7}\nstats\n")
	var answers strings.Builder
	if err := l.obey(commands, &answers); err != nil {
		t.Fatal(err)
	}
	want := "ready\nok\nok\n" +
		"error: \"up\" is neither a, b, both nor stats\n" +
		"error: loss 7 is not between 0 and 1\n" +
		`{"a":{"passed":0,"lost":0,"overflowed":0,"dropped":0},"b":{"passed":0,"lost":0,"overflowed":0,"dropped":0}}` + "\n"
	if diff := cmp.Diff(want, answers.String()); diff != "" {
		t.Error(diff)
	}
	if l.toB.path.Link().RateBitsPerSecond != 400_000 || !l.toA.down || l.toB.down {
		t.Error("the wrong directions were changed")
	}
}

package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// bind parses a command line as the program does.
func bind(t *testing.T, line string) (Flags, error) {
	t.Helper()
	var f Flags
	parser, err := kong.New(&f)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(strings.Fields(line))
	return f, err
}

func planFlags(t *testing.T, line string) *Plan {
	t.Helper()
	f, err := bind(t, line)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKongGivesTheDefaults(t *testing.T) {
	got, err := bind(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultFlags(), got, cmp.AllowUnexported(Ramp{})); diff != "" {
		t.Errorf("flags that nobody gave (-want +got):\n%s", diff)
	}
	if p := planFlags(t, ""); len(p.Clients) != 2 || p.Duration != time.Minute || p.Limits().Subscriptions != 2 {
		t.Errorf("without flags: %v", p.Limits())
	}
}

func TestFlagsMakeTheScenarioTheySay(t *testing.T) {
	p := planFlags(t, "--rooms 10 --publishers 3 --subscribers 20 --duration 2m --ramp 23s --codec h264 --simulcast --bitrate 1Mbit/s "+
		"--fps 15 --packet-size 900 --keyframe-interval 2s --adapt --burst --seed 7 --room-name r")
	want := Publish{
		Codec: codec.H264, Audio: true, Video: true, Size: Size{1280, 720}, Simulcast: true, Bitrate: 1_000_000,
		FramesPerSecond: 15, PacketSize: 900, KeyframeInterval: 2 * time.Second, Adapt: true, Burst: true,
	}
	if diff := cmp.Diff(&want, p.Clients[0].Publish); diff != "" {
		t.Errorf("what is sent (-want +got):\n%s", diff)
	}
	if p.Seed != 7 || p.Duration != 2*time.Minute || p.Rooms[9] != "r-10" || len(p.Clients) != 230 {
		t.Errorf("%d clients, rooms %v, seed %d, %v", len(p.Clients), p.Rooms, p.Seed, p.Duration)
	}
	if got := p.Clients[229].Steps[0].At; got != 22900*time.Millisecond {
		t.Errorf("the last of 230 joins at %v of 23s", got)
	}
	if n := p.Limits().Subscriptions; n != 10*(3*2+20*3) {
		t.Errorf("%d subscriptions: everybody in a call receives everybody", n)
	}
}

func TestASizeThatWasChosenStays(t *testing.T) {
	if s := planFlags(t, "--simulcast --size 640x360").Clients[0].Publish.Size; s != (Size{640, 360}) {
		t.Errorf("size %v", s)
	}
}

func TestOnePublisherAndManySubscribers(t *testing.T) {
	for _, line := range []string{"--publishers 1 --subscribers 500", "--publishers 1 --subscribers 500 --no-publishers-receive"} {
		if l := planFlags(t, line).Limits(); l.Publishers != 1 || l.Subscriptions != 500 {
			t.Errorf("%s: %v", line, l)
		}
	}
	if l := planFlags(t, "--publishers 3 --subscribers 5 --publishers-receive=false").Limits(); l.Subscriptions != 15 {
		t.Errorf("publishers that do not receive: %v", l)
	}
}

func TestTheBadNetworkHitsSubscribersFirst(t *testing.T) {
	for _, tt := range []struct {
		line                    string
		publishers, subscribers int
	}{
		{"--rooms 5 --publishers 2 --subscribers 10 --loss 5% --loss-share 10%", 0, 6},
		{"--rooms 2 --publishers 5 --loss 5% --loss-share 30%", 3, 0},
		{"--rooms 1 --publishers 2 --subscribers 2 --loss 5% --loss-share 75%", 1, 2},
		{"--rooms 1 --publishers 2 --subscribers 2 --delay 20ms --jitter 5ms --link-rate 2Mbit/s", 2, 2},
		{"--rooms 1 --publishers 2 --subscribers 2 --loss-share 50%", 0, 0},
	} {
		got := map[string]int{}
		p := planFlags(t, tt.line)
		for _, c := range p.Clients {
			if len(c.Faults) > 0 {
				got[c.Group]++
			}
		}
		if got[publishers] != tt.publishers || got[subscribers] != tt.subscribers {
			t.Errorf("%s: hits %v, want %d publishers, %d subscribers", tt.line, got, tt.publishers, tt.subscribers)
		}
	}
	if got, want := planFlags(t, "--delay 20ms --link-rate 2Mbit/s").Clients[0].Faults[0], "20ms delay, 2 Mbit/s"; got != want {
		t.Errorf("fault %q, want %q", got, want)
	}
}

func TestChurnFlag(t *testing.T) {
	p := planFlags(t, "--subscribers 50 --churn 1/s")
	for at := 10 * time.Second; at < p.Duration; at += time.Second / 2 {
		if n := present(p, subscribers, at); n != 49 {
			t.Fatalf("at %v there are %d of 50", at, n)
		}
	}
	if n := present(p, publishers, 30*time.Second); n != 2 {
		t.Errorf("%d publishers", n)
	}
}

func TestProblemsNameTheFlag(t *testing.T) {
	for line, want := range map[string]string{
		"--rooms 0":                                "--rooms: 0 is outside 1 to 10000",
		"--publishers=-1":                          "--publishers: -1 is less than none",
		"--publishers 0":                           "--publishers: 0 and --subscribers 0 leave nobody",
		"--subscribers 100001":                     "--subscribers: 100001 is outside 1 to 100000",
		"--rooms 200 --subscribers 1000":           "--rooms: 200 rooms of 1002 clients are 200400 clients, more than 100000",
		"--duration 25h":                           "--duration: 25h is outside 1s to 24h",
		"--duration 0s":                            "--duration: is missing: say how long the test takes",
		"--ramp 2m":                                "--ramp: takes 2m, but there are only 1m left",
		"--fps 99":                                 "--fps: 99 is outside 1 to 60",
		"--packet-size 9000":                       "--packet-size: 9000 is outside 200 to 1200",
		"--bitrate 1bit/s":                         "--bitrate: 1 bit/s is outside 30kbit/s to 100Mbit/s",
		"--keyframe-interval 1ms":                  "--keyframe-interval: 1ms is outside 500ms to 1h",
		"--simulcast --size 320x180":               "--simulcast: has simulcast with nothing smaller than size 320x180: use 640x360 or 1280x720",
		"--loss 5% --loss-share 10%":               "--loss-share: 10 % of 2 clients is nobody",
		"--delay=-5s":                              "--delay: -5s is outside 0s to 1m",
		"--churn 10/s":                             "--churn: 10/s is too much for 2 clients, each of whom is away for 1s: they could not stay 1s",
		"--publishers 0 --subscribers 5 --loss 5%": "",
	} {
		f, err := bind(t, line)
		if err != nil {
			t.Fatal(err)
		}
		s, err := f.Scenario()
		if err == nil {
			_, err = s.Plan()
		}
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"--loss 5": `--loss: "5" is not a share such as 5% or 0.5%`, "--codec mpeg2": `--codec: "mpeg2" is not one of vp8, vp9, h264, av1`,
	} {
		if _, err := bind(t, line); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

package scenario

import (
	"fmt"
	"testing"
	"time"
)

func TestQuantitiesAreReadWithTheirUnits(t *testing.T) {
	for _, tt := range []struct {
		got  func() (fmt.Stringer, error)
		want fmt.Stringer
	}{
		{func() (fmt.Stringer, error) { return ParseBitrate("1Mbit/s") }, Bitrate(1_000_000)},
		{func() (fmt.Stringer, error) { return ParseBitrate(" 1.5 Mbit/s ") }, Bitrate(1_500_000)},
		{func() (fmt.Stringer, error) { return ParseBitrate("500kbit/s") }, Bitrate(500_000)},
		{func() (fmt.Stringer, error) { return ParseBitrate("64000bit/s") }, Bitrate(64_000)},
		{func() (fmt.Stringer, error) { return ParseBitrate("2Gbit/s") }, Bitrate(2_000_000_000)},
		{func() (fmt.Stringer, error) { return ParseSpeed("100B/s") }, Speed(100)},
		{func() (fmt.Stringer, error) { return ParseSpeed("2 kB/s") }, Speed(2000)},
		{func() (fmt.Stringer, error) { return ParseSpeed("1MB/s") }, Speed(1_000_000)},
		{func() (fmt.Stringer, error) { return ParseFrequency("2/s") }, Frequency(2)},
		{func() (fmt.Stringer, error) { return ParseFrequency("30/min") }, Frequency(0.5)},
		{func() (fmt.Stringer, error) { return ParseFrequency("36/h") }, Frequency(0.01)},
		{func() (fmt.Stringer, error) { return ParseShare("5%") }, Share(0.05)},
		{func() (fmt.Stringer, error) { return ParseShare("0.5 %") }, Share(0.005)},
		{func() (fmt.Stringer, error) { return ParseShare("100%") }, Share(1)},
		{func() (fmt.Stringer, error) { return ParseRamp("10s") }, RampOver(10 * time.Second)},
		{func() (fmt.Stringer, error) { return ParseRamp("20/s") }, RampRate(20)},
		{func() (fmt.Stringer, error) { return ParseReceive("all") }, Receive{All}},
		{func() (fmt.Stringer, error) { return ParseReceive("none") }, Receive{}},
		{func() (fmt.Stringer, error) { return ParseReceive("4") }, Receive{4}},
		{func() (fmt.Stringer, error) { return ParseSize("640x360") }, Size{640, 360}},
	} {
		if got, err := tt.got(); err != nil || got != tt.want {
			t.Errorf("got %v, %v, want %v", got, err, tt.want)
		}
	}
}

func TestQuantitiesWithoutMeaningAreRefused(t *testing.T) {
	for _, text := range []string{"", " ", "5", "%", "-5%", "NaN%", "Inf%", "1e1%", "0x5%", "5%%", "101%", "1,5%"} {
		if v, err := ParseShare(text); err == nil {
			t.Errorf("the share %q is %v", text, v)
		}
	}
	for _, text := range []string{"", "1", "1M", "1Mbps", "1mbit/s", "-1kbit/s", "kbit/s", "1 k bit/s", "9999999999999kbit/s"} {
		if v, err := ParseBitrate(text); err == nil {
			t.Errorf("the bit rate %q is %v", text, v)
		}
	}
	for _, text := range []string{"2", "/s", "2/d", "-2/s"} {
		if v, err := ParseFrequency(text); err == nil {
			t.Errorf("the rate %q is %v", text, v)
		}
	}
	for _, text := range []string{"", "-1s", "0/s", "5", "s"} {
		if v, err := ParseRamp(text); err == nil {
			t.Errorf("the ramp %q is %v", text, v)
		}
	}
}

func TestQuantitiesAreShownForPeople(t *testing.T) {
	for want, v := range map[string]any{
		"1.5 Mbit/s": Bitrate(1_500_000), "0 bit/s": Bitrate(0), "999 bit/s": Bitrate(999),
		"7 %": Share(0.07), "0.1 %": Share(0.001), "30/min": Frequency(0.5), "2.5/s": Frequency(2.5), "100 B/s": Speed(100),
		"": Ramp{}, "0s": RampOver(0), "1280x720": Size{1280, 720},
	} {
		if got := fmt.Sprint(v); got != want {
			t.Errorf("%#v is shown as %q, want %q", v, got, want)
		}
	}
	for want, d := range map[string]time.Duration{"2m": 2 * time.Minute, "1h": time.Hour, "1h10m": 70 * time.Minute, "1m30s": 90 * time.Second, "10s": 10 * time.Second, "20h": 20 * time.Hour} {
		if got := formatDuration(d); got != want {
			t.Errorf("%v is shown as %q, want %q", d, got, want)
		}
	}
}

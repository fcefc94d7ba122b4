package result_test

import (
	"math"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestUnitFormat(t *testing.T) {
	tests := []struct {
		unit result.Unit
		v    float64
		want string
	}{
		{result.Count, 0, "0"},
		{result.Count, 999, "999"},
		{result.Count, 1000, "1,000"},
		{result.Count, 12345678, "12,345,678"},
		{result.Count, -1234, "-1,234"},
		{result.Count, -123, "-123"},
		{result.Count, 2.5, "2.50"},
		{result.Share, 0, "0 %"},
		{result.Share, 1, "100 %"},
		{result.Share, 0.5, "50.00 %"},
		{result.Share, 0.973, "97.30 %"},
		{result.Share, 0.75, "75.00 %"},
		{result.Share, 0.9953, "99.53 %"},
		{result.Share, 0.9998, "99.98 %"},
		{result.Share, 0.99996, "99.996 %"},
		{result.Share, 0.999995, "99.9995 %"},
		{result.Share, 0.9999999, ">99.9999 %"}, // never 100 %
		{result.Share, 0.0000001, "<0.0001 %"},  // never 0 %
		{result.Share, 0.0002, "0.02 %"},
		{result.Millisecond, 0, "0 ms"},
		{result.Millisecond, 0.001, "<0.01 ms"},
		{result.Millisecond, 0.42, "0.42 ms"},
		{result.Millisecond, 4.2, "4.20 ms"},
		{result.Millisecond, 42.25, "42.2 ms"},
		{result.Millisecond, 99.96, "100 ms"},
		{result.Millisecond, 420, "420 ms"},
		{result.Millisecond, 1500, "1.50 s"},
		{result.Microsecond, 12.34, "12.3 µs"},
		{result.Microsecond, 1234, "1.23 ms"},
		{result.PerMinute, 0.012, "0.01/min"},
		{result.Core, 1.25, "1.25 cores"},
		{result.Octet, 512, "512 B"},
		{result.Octet, 1536, "1.50 KiB"},
		{result.Octet, 412 << 20, "412 MiB"},
		{result.Octet, 1.21 * (1 << 30), "1.21 GiB"},
		{result.Octet, 5000 << 40, "5,000 TiB"},
		{result.BitPerSecond, 512e6, "512 Mbit/s"},
		{result.BitPerSecond, 1.5e9, "1.50 Gbit/s"},
		{result.Millisecond, math.NaN(), "–"},
		{result.Share, math.Inf(1), "–"},
	}
	for _, tt := range tests {
		if got := tt.unit.Format(tt.v); got != tt.want {
			t.Errorf("%v of unit %d reads %q, want %q", tt.v, tt.unit, got, tt.want)
		}
	}
}

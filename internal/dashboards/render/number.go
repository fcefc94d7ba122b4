package render

import (
	"math"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// number writes a value in its unit, as short as it is still useful.
func number(v float64, unit dashboards.Unit) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "-∞"
	}
	switch unit {
	case dashboards.Share:
		return digits(100*v) + " %"
	case dashboards.Seconds:
		return duration(v)
	case dashboards.Bytes:
		return scaled(v, 1024, "B", "KiB", "MiB", "GiB", "TiB")
	case dashboards.BitRate:
		return scaled(v, 1000, "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")
	case dashboards.ByteRate:
		return scaled(v, 1000, "B/s", "kB/s", "MB/s", "GB/s", "TB/s")
	case dashboards.PacketRate:
		return scaled(v, 1000, "p/s", "kp/s", "Mp/s", "Gp/s", "Tp/s")
	case dashboards.Rate:
		return digits(v) + "/s"
	case dashboards.Requests:
		return digits(v) + " req/s"
	}
	if math.Abs(v) >= 1e5 {
		return scaled(v, 1000, "", "k", "M", "G", "T")
	}
	return digits(v)
}

// scaled divides by steps until three digits before the point are enough.
func scaled(v, step float64, units ...string) string {
	i := 0
	for math.Abs(v) >= step && i < len(units)-1 {
		v, i = v/step, i+1
	}
	if units[i] == "" {
		return digits(v)
	}
	return digits(v) + " " + units[i]
}

// digits keeps about three of them.
func digits(v float64) string {
	places := 2
	switch a := math.Abs(v); {
	case a == math.Trunc(a) || a >= 100:
		places = 0
	case a >= 10:
		places = 1
	case a < 0.01:
		places = 4
	}
	return strconv.FormatFloat(v, 'f', places, 64)
}

func duration(v float64) string {
	a := math.Abs(v)
	switch {
	case a == 0:
		return "0 s"
	case a < 1e-3:
		return digits(v*1e6) + " µs"
	case a < 1:
		return digits(v*1e3) + " ms"
	case a < 120:
		return digits(v) + " s"
	}
	return time.Duration(v * float64(time.Second)).Round(time.Second).String()
}

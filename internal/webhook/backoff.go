package webhook

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// firstRetry is how long the first retry waits; each next waits twice as long, up to
	// lastRetry.
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	// longestAsked bounds what a receiver can ask for with Retry-After.
	longestAsked = time.Hour
)

// backoff returns how long to wait after a number of failures in a row, from 1. dice is
// from 0 to 1 and takes up to half of it away, so that what failed together does not come
// back together.
func backoff(failures int, dice float64) time.Duration {
	wait := lastRetry
	if shift := failures - 1; shift < 16 {
		wait = min(firstRetry<<shift, lastRetry)
	}
	return wait - time.Duration(dice*float64(wait)/2)
}

// retryAfter reads the header of that name, seconds or a date (RFC 9110 section 10.2.3);
// 0 is none, or one that makes no sense.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestAsked)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestAsked)
}

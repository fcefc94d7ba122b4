package webhook

import (
	"net/http"
	"time"
)

// Cause says why a delivery failed, or an event was dropped.
type Cause string

// The causes of failed deliveries.
const (
	Unreachable Cause = "unreachable" // no connection, no answer, or not in time
	Forbidden   Cause = "forbidden"   // an address that is not allowed
	Throttled   Cause = "throttled"   // 429
	Broken      Cause = "server"      // 5xx
	Rejected    Cause = "client"      // 4xx
	Redirected  Cause = "redirect"    // 3xx, which is not followed
	Gone        Cause = "gone"        // 410: the receiver wants no more
)

// The causes of dropped events.
const (
	Full    Cause = "full"     // too many, or too much, waited
	Old     Cause = "old"      // it waited too long
	Refused Cause = "rejected" // the receiver does not take it, however often it is tried
	Stopped Cause = "gone"     // the receiver wants no more
	Ended   Cause = "shutdown" // the server ended first
)

// Failures returns the causes of failed deliveries.
func Failures() []Cause {
	return []Cause{Unreachable, Forbidden, Throttled, Broken, Rejected, Redirected, Gone}
}

// Drops returns the causes of dropped events.
func Drops() []Cause { return []Cause{Full, Old, Refused, Stopped, Ended} }

// verdict is what an attempt came to.
type verdict struct {
	cause Cause         // empty: delivered
	whole bool          // it is about the receiver, not about one event
	asked time.Duration // how long the receiver wants us to wait; 0: it did not say
}

// judge reads an answer.
func judge(status int, header http.Header, now time.Time) verdict {
	asked := retryAfter(header.Get("Retry-After"), now)
	switch {
	case 200 <= status && status < 300:
		return verdict{}
	case status == http.StatusGone:
		return verdict{cause: Gone, whole: true}
	case status == http.StatusTooManyRequests:
		return verdict{Throttled, true, asked}
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return verdict{Broken, true, asked}
	case status >= 500:
		return verdict{cause: Broken, asked: asked}
	case status >= 400:
		return verdict{cause: Rejected, asked: asked}
	default:
		return verdict{cause: Redirected, whole: true}
	}
}

package quality

import "time"

// sameTrouble is how long a trouble may be away to be the same when it comes back.
// Conditions near a limit would otherwise make a new one every other second.
const sameTrouble = 5 * time.Second

// Trouble is a time with one Cause.
type Trouble struct {
	Cause   Cause         // None if there was never any
	At      time.Time     // when it began
	Lasted  time.Duration // so far, or until the first Conditions without it
	Ongoing bool
}

// Judge finds the cause of a viewer's trouble, and remembers the last one. It is
// owned by one goroutine; the zero value is ready.
type Judge struct {
	trouble Trouble
	waiting time.Time // since when less goes out than could; zero if not
}

// Update takes the present conditions, and returns the cause of what is wrong with
// them. Call it about once a second. A stream that could be better for two seconds,
// with nothing in its way, waits for a keyframe that its publisher does not send.
func (j *Judge) Update(c Conditions, now time.Time) Cause {
	cause := c.Cause()
	switch {
	case c.idle() || !c.waits() || cause != None:
		j.waiting = time.Time{}
	case j.waiting.IsZero():
		j.waiting = now
	case now.Sub(j.waiting) >= patience:
		cause = Publisher
	}
	j.note(cause, now)
	return cause
}

// Trouble returns the last trouble, which may be going on.
func (j *Judge) Trouble() Trouble { return j.trouble }

// note continues the trouble, ends it, or begins another.
func (j *Judge) note(cause Cause, now time.Time) {
	t := &j.trouble
	ended := t.At.Add(t.Lasted)
	switch {
	case cause == None && t.Ongoing:
		t.Ongoing, t.Lasted = false, max(now.Sub(t.At), t.Lasted)
	case cause == None:
	case cause == t.Cause && (t.Ongoing || now.Sub(ended) <= sameTrouble):
		t.Ongoing, t.Lasted = true, max(now.Sub(t.At), t.Lasted)
	default:
		*t = Trouble{Cause: cause, At: now, Ongoing: true}
	}
}

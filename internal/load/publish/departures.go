package publish

import "time"

// departureLog is a second or more of packets, with transport-wide feedback
// several times a second.
const departureLog = 2048

// departures remembers when packets left, by transport-wide sequence number.
type departures struct {
	log []departure // nil: nobody asks
}

type departure struct {
	seq  uint16
	used bool
	at   time.Duration
}

func newDepartures() departures { return departures{log: make([]departure, departureLog)} }

func (d *departures) add(seq uint16, at time.Duration) {
	if d.log != nil {
		d.log[seq%departureLog] = departure{seq: seq, used: true, at: at}
	}
}

// find returns when a packet left, false if that is too long ago.
func (d *departures) find(seq uint16) (time.Duration, bool) {
	if d.log == nil {
		return 0, false
	}
	e := d.log[seq%departureLog]
	return e.at, e.used && e.seq == seq
}

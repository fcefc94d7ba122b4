package feed

// ring keeps the last events, bounded in number and octets.
type ring struct {
	maxEvents, maxBytes int

	events []*Event // oldest first
	bytes  int
}

// put adds an event and lets the oldest go that there is no room for.
func (r *ring) put(e *Event) {
	r.events = append(r.events, e)
	r.bytes += len(e.JSON)
	drop := 0
	for len(r.events)-drop > r.maxEvents || r.bytes > r.maxBytes {
		r.bytes -= len(r.events[drop].JSON)
		r.events[drop] = nil // append moves the rest to a new array only now and then
		drop++
	}
	r.events = r.events[drop:]
}

// after returns the events with greater numbers, and whether they are all that there were.
func (r *ring) after(number, last uint64) (events []*Event, complete bool) {
	at := len(r.events)
	for at > 0 && r.events[at-1].number > number {
		at--
	}
	events = r.events[at:]
	switch {
	case number > last:
		return nil, false
	case len(events) == 0:
		return nil, number == last
	}
	return events, events[0].number == number+1
}

func (r *ring) clear() { r.events, r.bytes = nil, 0 }

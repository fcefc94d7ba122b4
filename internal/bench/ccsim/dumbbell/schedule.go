package dumbbell

import "time"

// schedule is the clock of a run and what is to happen, by time. What happens at
// the same instant happens in the order in which it was put in.
type schedule struct {
	now    time.Duration // since the beginning of the run
	heap   []event
	number uint64
}

type event struct {
	at     time.Duration
	number uint64
	do     func()
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && e.number < o.number
}

// at lets something happen at a time, now if that has passed.
func (s *schedule) at(t time.Duration, do func()) {
	s.number++
	s.heap = append(s.heap, event{max(t, s.now), s.number, do})
	for i := len(s.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s.heap[i].before(&s.heap[parent]) {
			return
		}
		s.heap[i], s.heap[parent] = s.heap[parent], s.heap[i]
		i = parent
	}
}

func (s *schedule) after(d time.Duration, do func()) { s.at(s.now+d, do) }

// every repeats something until the end of the run, from a time on.
func (s *schedule) every(interval, from time.Duration, do func()) {
	var again func()
	again = func() {
		do()
		s.after(interval, again)
	}
	s.at(from, again)
}

// run lets everything happen that is due until the end.
func (s *schedule) run(end time.Duration) {
	for len(s.heap) > 0 && s.heap[0].at <= end {
		e := s.pop()
		s.now = e.at
		e.do()
	}
	s.now = end
}

func (s *schedule) pop() event {
	first, last := s.heap[0], len(s.heap)-1
	s.heap[0] = s.heap[last]
	s.heap[last] = event{}
	s.heap = s.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && s.heap[child+1].before(&s.heap[child]) {
			child++
		}
		if !s.heap[child].before(&s.heap[i]) {
			return first
		}
		s.heap[i], s.heap[child] = s.heap[child], s.heap[i]
		i = child
	}
}

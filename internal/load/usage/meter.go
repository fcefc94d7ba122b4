package usage

import "time"

// Meter turns Samples of one process into rates. It is owned by one goroutine;
// the zero value is ready.
type Meter struct {
	first, last Sample
	cores       float64 // in the last interval
	coresMax    float64
	memoryMax   uint64
}

// Add takes the next Sample. A Sample that is not later than the last is
// ignored; processor time that went back means that the process was started
// anew, and counts from there.
func (m *Meter) Add(s Sample) {
	if m.last.At.IsZero() {
		m.first, m.last, m.memoryMax = s, s, s.Memory
		return
	}
	elapsed := s.At.Sub(m.last.At)
	if elapsed <= 0 {
		return
	}
	used := s.CPU - m.last.CPU
	if used < 0 {
		m.first.CPU -= m.last.CPU // what was used before stays counted
		used = s.CPU
	}
	m.cores = float64(used) / float64(elapsed)
	m.coresMax = max(m.coresMax, m.cores)
	m.memoryMax = max(m.memoryMax, s.Memory)
	m.last = s
}

// Measured reports whether there were two Samples, without which there is no
// rate.
func (m *Meter) Measured() bool { return m.last.At.After(m.first.At) }

// Cores is how many processors the process kept busy in the last interval.
func (m *Meter) Cores() float64 { return m.cores }

// Last is the latest Sample, zero before the first.
func (m *Meter) Last() Sample { return m.last }

// Usage is everything since the first Sample.
type Usage struct {
	CPU                  time.Duration
	CoresMean, CoresMax  float64
	MemoryMax, MemoryEnd uint64
}

// Usage returns what was used since the first Sample.
func (m *Meter) Usage() Usage {
	u := Usage{
		CPU: m.last.CPU - m.first.CPU, CoresMax: m.coresMax,
		MemoryMax: m.memoryMax, MemoryEnd: m.last.Memory,
	}
	if elapsed := m.last.At.Sub(m.first.At); elapsed > 0 {
		u.CoresMean = float64(u.CPU) / float64(elapsed)
	}
	return u
}

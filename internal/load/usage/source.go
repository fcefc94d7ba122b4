package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/procfs"
)

// Sample is what a process had used at a moment.
type Sample struct {
	At     time.Time
	CPU    time.Duration // user and system time since its start
	Memory uint64        // resident, in octets
	// Held is what else a Go process holds, where its source tells: zero otherwise.
	Held Held
}

// Held are things that a process gives back when it needs them no more, or
// leaks. Each is 0 where it is not known.
type Held struct {
	Goroutines int
	Files      int    // open descriptors
	Heap       uint64 // octets of live objects, as the last collection left them
	Series     int    // that it exports to Prometheus
}

// Source reads a process.
type Source interface {
	// Read takes a Sample. A process that is gone is an error.
	Read(ctx context.Context) (Sample, error)
	// String names the process for a report.
	String() string
}

// process is a Source for a process of this machine, by /proc.
type process struct {
	pid  int
	proc procfs.Proc
}

// Process returns the Source of a process of this machine. It needs Linux'
// /proc; elsewhere, and for a process that is not there, it returns an error.
func Process(pid int) (Source, error) {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	return process{pid, proc}, nil
}

// Self returns the Source of this process.
func Self() (Source, error) {
	proc, err := procfs.Self()
	if err != nil {
		return nil, fmt.Errorf("this process: %w", err)
	}
	return process{proc.PID, proc}, nil
}

func (p process) Read(context.Context) (Sample, error) {
	stat, err := p.proc.Stat()
	if err != nil {
		return Sample{}, fmt.Errorf("process %d: %w", p.pid, err)
	}
	if stat.State == "Z" {
		return Sample{}, fmt.Errorf("process %d: it has ended", p.pid)
	}
	return Sample{
		At:     time.Now(),
		CPU:    time.Duration(stat.CPUTime() * float64(time.Second)),
		Memory: uint64(max(0, stat.ResidentMemory())),
	}, nil
}

func (p process) String() string { return fmt.Sprintf("process %d", p.pid) }

package parts

import (
	"math"
	"slices"
)

// Costs are CPU us for each packet of 1100 octets of payload.
type Costs struct {
	// Seal is by cipher: the standard library's alone, with the header rewritten
	// (Direct), and pion/srtp's EncryptRTP (Pion).
	Direct, Pion map[string]float64
	// Plain sends with a system call each, Batch with sendmmsg of 64, to one
	// receiver after the other.
	Plain, Batch float64
	// Segments is by the number of packets in a message with UDP_SEGMENT, sendmmsg of 32 such
	// messages; empty where the kernel has none.
	Segments map[int]float64
	// Path is rewriting, sealing with AES-128-GCM and sending in messages of four
	// to one receiver after the other, measured together; 0 where Segments is empty.
	Path float64
}

// The ciphers of SRTP: RFC 7714 and RFC 3711.
const (
	GCM128 = "AES-128-GCM"
	GCM256 = "AES-256-GCM"
	CM     = "AES-CM, HMAC-SHA1-80"
)

// Ciphers returns the keys of Costs.Direct and Costs.Pion, in the order of a
// table.
func Ciphers() []string { return []string{GCM128, GCM256, CM} }

// Mix is what a load sends to each subscriber: packets that come alone, and
// packets that come together, of one video frame.
type Mix struct {
	Lone  float64 // packets a second
	Runs  float64 // frames a second
	InRun float64 // packets in a frame
}

// Packets is how many there are in a second.
func (m Mix) Packets() float64 { return m.Lone + m.Runs*m.InRun }

// RunLength is how many packets a message can have on the average, if those of a
// frame are one message.
func (m Mix) RunLength() float64 { return m.Packets() / (m.Lone + m.Runs) }

// Floor returns what a packet of a load costs at least, in CPU us: header
// rewritten and sealed with AES-128-GCM, lone packets sent by sendmmsg, those of
// a frame as segments of one message.
func (c *Costs) Floor(m Mix) float64 {
	if m.Packets() <= 0 {
		return math.NaN()
	}
	sending := m.Lone*c.Batch + m.Runs*c.message(m.InRun)
	return c.Direct[GCM128] + sending/m.Packets()
}

// message returns what a message of so many packets costs, between those that
// were measured on the straight line between them, and beyond them on that
// through the last two. Without segments each packet is a message.
func (c *Costs) message(packets float64) float64 {
	at := []int{1}
	for n := range c.Segments {
		at = append(at, n)
	}
	if len(at) == 1 {
		return packets * c.Batch
	}
	slices.Sort(at)
	cost := func(n int) float64 {
		if n == 1 {
			return c.Batch
		}
		return float64(n) * c.Segments[n]
	}
	i := 1
	for i < len(at)-1 && packets > float64(at[i]) {
		i++
	}
	low, high := at[i-1], at[i]
	slope := (cost(high) - cost(low)) / float64(high-low)
	return cost(low) + slope*(packets-float64(low))
}

// Median returns the medians of several measurements, figure by figure.
func Median(list []Costs) Costs {
	var all Costs
	if len(list) == 0 {
		return all
	}
	all.Direct, all.Pion, all.Segments = make(map[string]float64), make(map[string]float64), make(map[int]float64)
	figure := func(of func(*Costs) float64) float64 {
		values := make([]float64, len(list))
		for i := range list {
			values[i] = of(&list[i])
		}
		slices.Sort(values)
		return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	}
	for name := range list[0].Direct {
		all.Direct[name] = figure(func(c *Costs) float64 { return c.Direct[name] })
	}
	for name := range list[0].Pion {
		all.Pion[name] = figure(func(c *Costs) float64 { return c.Pion[name] })
	}
	for n := range list[0].Segments {
		all.Segments[n] = figure(func(c *Costs) float64 { return c.Segments[n] })
	}
	all.Plain = figure(func(c *Costs) float64 { return c.Plain })
	all.Batch = figure(func(c *Costs) float64 { return c.Batch })
	all.Path = figure(func(c *Costs) float64 { return c.Path })
	return all
}

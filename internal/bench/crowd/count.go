package crowd

// Count is what arrived, of one viewing or of all.
type Count struct {
	// Packets are all RTP packets, Octets their UDP payload.
	Packets, Octets uint64
	// Unique are packets of media, each once; Expected those that the publishers
	// sent meanwhile, each as often as somebody receives it.
	Unique, Expected uint64
	// Lost are numbers that did not come before a later one did, Duplicates those
	// that came twice, Old those of which it cannot be said.
	Lost, Duplicates, Old uint64
	// Repairs are packets of retransmission streams, Strange those of none that
	// was negotiated.
	Repairs, Strange uint64
	// Opened are the packets that were decrypted.
	Opened uint64
	// KernelDrops found no room in the sockets of the viewings: this process did
	// not keep up. SendErrors are feedback that did not go out.
	KernelDrops, SendErrors uint64
	// Requests are the keyframes that were asked for.
	Requests uint64
}

// fields are in the order of the struct.
func (c *Count) fields() []*uint64 {
	return []*uint64{
		&c.Packets, &c.Octets, &c.Unique, &c.Expected, &c.Lost, &c.Duplicates, &c.Old,
		&c.Repairs, &c.Strange, &c.Opened, &c.KernelDrops, &c.SendErrors, &c.Requests,
	}
}

// Add adds another count.
func (c *Count) Add(other Count) {
	from := other.fields()
	for i, to := range c.fields() {
		*to += *from[i]
	}
}

// Since returns what came after an earlier count.
func (c Count) Since(before Count) Count {
	from := before.fields()
	for i, to := range c.fields() {
		*to -= *from[i]
	}
	return c
}

// Delivered is the share of the packets sent that arrived, 0 to 1; 1 if nothing
// was sent.
func (c Count) Delivered() float64 {
	if c.Expected == 0 {
		return 1
	}
	return float64(c.Unique) / float64(c.Expected)
}

func (c *Count) addNumbers(n *numbers) {
	c.Unique += n.unique
	c.Lost += n.lost()
	c.Duplicates += n.duplicates
	c.Old += n.old
}

package scenario

import "fmt"

// Limits is what a plan needs of the machine it runs on, if everybody is there
// at once. Bit rates are rough, with headers.
type Limits struct {
	Clients       int
	Publishers    int
	Subscriptions int
	Websockets    int
	Connections   int     // of media, each with a UDP socket
	Files         int     // descriptors, those of clients that vanished and came back included
	Up, Down      Bitrate // to the server, from the server
}

// spareFiles are for what is no client: standard streams, listeners, the server's
// metrics, epoll.
const spareFiles = 64

// Limits adds up what the plan needs.
func (p *Plan) Limits() Limits {
	publishers, rates := map[string]int{}, map[string]Bitrate{} // by room
	for _, c := range p.Clients {
		if c.Publish != nil {
			publishers[c.Room]++
			rates[c.Room] += c.Publish.received()
		}
	}
	l := Limits{Clients: len(p.Clients), Websockets: len(p.Clients), Files: spareFiles}
	for _, c := range p.Clients {
		streams, sent := c.Subscriptions(publishers[c.Room]), 0
		if c.Publish != nil {
			sent = 1
			l.Up += c.Publish.sent()
		}
		l.Publishers += sent
		l.Subscriptions += streams
		connections := sent + streams
		if c.Paired {
			connections = sent + min(streams, 1)
		}
		l.Connections += connections
		l.Files += (1 + connections) * c.lives()
		if streams > 0 {
			l.Down += rates[c.Room] / Bitrate(publishers[c.Room]) * Bitrate(streams)
		}
	}
	return l
}

// String is for people: "60 clients, 10 publishers, 110 subscriptions: ...".
func (l Limits) String() string {
	return fmt.Sprintf("%s, %s, %s: %d file descriptors, about %v to the server and %v from it",
		plural(l.Clients, "client"), plural(l.Publishers, "publisher"), plural(l.Subscriptions, "subscription"),
		l.Files, l.Up.rough(), l.Down.rough())
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// rough rounds to two digits.
func (b Bitrate) rough() Bitrate {
	step := Bitrate(1)
	for b/step >= 100 {
		step *= 10
	}
	return (b + step/2) / step * step
}

// Subscriptions is how many of its room's publishers, itself counted among them
// if it is one, the client receives.
func (c *Client) Subscriptions(publishers int) int {
	if c.Publish != nil {
		publishers--
	}
	if c.Receive.Streams == All {
		return publishers
	}
	return min(c.Receive.Streams, publishers)
}

// lives is how many sets of connections the client opens without closing the one
// before.
func (c *Client) lives() int {
	n, vanished := 1, false
	for _, step := range c.Steps {
		switch step.Do {
		case Join:
			if vanished {
				n++
			}
		case Leave, Vanish:
			vanished = step.Do == Vanish
		}
	}
	return n
}

// audioBitrate is Opus speech with its packets' headers.
const audioBitrate Bitrate = 50_000

// sent is about what the publisher sends, all layers together.
func (p *Publish) sent() Bitrate {
	rate := p.received()
	if p.Simulcast {
		for _, s := range sizes {
			if s != p.Size && s.Width < p.Size.Width {
				rate += withHeaders(clipBitrate(s))
			}
		}
	}
	return rate
}

// received is about what a subscriber gets of the publisher, with simulcast the
// largest layer.
func (p *Publish) received() Bitrate {
	rate := Bitrate(0)
	if p.Audio {
		rate += audioBitrate
	}
	if p.Video && p.Bitrate > 0 {
		rate += withHeaders(p.Bitrate)
	} else if p.Video {
		rate += withHeaders(clipBitrate(p.Size))
	}
	return rate
}

// withHeaders adds IP, UDP, RTP and SRTP: some 60 octets to 1100.
func withHeaders(b Bitrate) Bitrate { return b + b/18 }

// clipBitrate is what the clips of a size have, whatever the codec, rounded up.
func clipBitrate(s Size) Bitrate {
	switch s {
	case sizes[0]:
		return 125_000
	case sizes[1]:
		return 300_000
	default:
		return 700_000
	}
}

package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// largestPacket is what a device can hand over at once.
const largestPacket = 64 << 10

func main() {
	if err := emulate(); err != nil {
		fmt.Fprintln(os.Stderr, "emulator:", err)
		os.Exit(1)
	}
}

func emulate() error {
	spaces := [2]string{}
	flag.StringVar(&spaces[0], "a", "a", "the namespace that gets 10.88.0.1 and fd88::1")
	flag.StringVar(&spaces[1], "b", "b", "the namespace that gets 10.88.0.2 and fd88::2")
	mtu := flag.Int("mtu", 1500, "largest IP packet, in octets")
	families := flag.String("families", "46", "address families: 4, 6 or 46")
	seed := flag.Uint64("seed", 1, "of the chances that packets have")
	flag.Parse()
	first, err := parseSetting(cmp.Or(flag.Arg(0), "{}"))
	if err != nil {
		return err
	}
	var devices [2]*os.File
	for i, space := range spaces {
		if devices[i], err = openTUN(space); err != nil {
			return err
		}
		if err := configure(space, i+1, *mtu, *families); err != nil {
			return err
		}
	}
	l := &emulation{toA: newDirection("to a", *seed), toB: newDirection("to b", *seed)}
	l.toA.set(first)
	l.toB.set(first)
	ended := make(chan error, 5)
	go func() { ended <- take(devices[0], l.toB) }()
	go func() { ended <- take(devices[1], l.toA) }()
	go func() { ended <- l.toB.deliver(into(devices[1])) }()
	go func() { ended <- l.toA.deliver(into(devices[0])) }()
	go func() { ended <- l.obey(os.Stdin, os.Stdout) }()
	return <-ended
}

// take hands what applications send into a direction.
func take(device io.Reader, to *direction) error {
	buffer := make([]byte, largestPacket)
	for {
		n, err := device.Read(buffer)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		to.send(buffer[:n], time.Now())
	}
}

// into writes packets to a device. A packet that the system does not take is
// lost, as on any network.
func into(device *os.File) func([]byte) error {
	return func(packet []byte) error {
		_, err := device.Write(packet)
		if errors.Is(err, os.ErrClosed) {
			return err
		}
		return nil
	}
}

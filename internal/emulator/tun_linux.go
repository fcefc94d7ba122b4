package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// device is the name of the TUN device in both namespaces.
const device = "link0"

// openTUN makes the device in a namespace that "ip netns" has named. It goes
// when the file is closed.
func openTUN(namespace string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result)
	go func() {
		// The thread has changed its namespace and must not serve another
		// goroutine: it is not unlocked, so that it ends with this one.
		runtime.LockOSThread()
		file, err := openHere(namespace)
		opened <- result{file, err}
	}()
	r := <-opened
	if r.err != nil {
		return nil, fmt.Errorf("TUN device in namespace %q: %w", namespace, r.err)
	}
	return r.file, nil
}

func openHere(namespace string) (*os.File, error) {
	space, err := os.Open("/run/netns/" + namespace)
	if err != nil {
		return nil, err
	}
	defer func() { _ = space.Close() }()
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil { //nolint:gosec // descriptors are small
		return nil, fmt.Errorf("setns: %w", err)
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(device)
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("TUNSETIFF: %w", err)
	}
	return os.NewFile(uintptr(fd), device), nil //nolint:gosec // descriptors are small
}

// configure gives the device of a namespace its addresses: the number is the
// last part of both.
func configure(namespace string, number, mtu int, families string) error {
	commands := [][]string{{"link", "set", device, "mtu", strconv.Itoa(mtu), "up"}}
	if families != "6" {
		commands = append(commands, []string{"addr", "add", fmt.Sprintf("10.88.0.%d/24", number), "dev", device})
	}
	if families != "4" {
		commands = append(commands, []string{"-6", "addr", "add", fmt.Sprintf("fd88::%d/64", number), "dev", device, "nodad"})
	}
	for _, command := range commands {
		output, err := exec.Command("ip", append([]string{"-n", namespace}, command...)...).CombinedOutput() //nolint:gosec,noctx // of our own, and short
		if err != nil {
			return fmt.Errorf("ip -n %s %v: %w: %s", namespace, command, err, output)
		}
	}
	return nil
}

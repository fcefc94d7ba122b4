package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/atrium-rtc/atrium/internal/bench/parts"
	"github.com/atrium-rtc/atrium/internal/bench/process"
)

// The roles that this program plays for itself, as its first argument: the parts
// are measured in a process of their own, and their receivers are in another.
const (
	rolePrefix  = "as-"
	roleDrain   = rolePrefix + "drain"
	roleMeasure = rolePrefix + "parts" // the second argument is the receivers
)

// What they say.
const (
	saysSockets = "sockets: "
	saysCosts   = "costs: "
)

// play plays a role.
func play(ctx context.Context, args []string) error {
	switch {
	case args[0] == roleDrain:
		return parts.Drain(ctx, func(at []netip.AddrPort) {
			words := make([]string, len(at))
			for i, a := range at {
				words[i] = a.String()
			}
			fmt.Println(saysSockets + strings.Join(words, ","))
		})
	case args[0] == roleMeasure && len(args) == 2:
		var receivers []netip.AddrPort
		for word := range strings.SplitSeq(args[1], ",") {
			a, err := netip.ParseAddrPort(word)
			if err != nil {
				return err
			}
			receivers = append(receivers, a)
		}
		costs, err := parts.Measure(ctx, receivers)
		if err != nil {
			return err
		}
		text, err := json.Marshal(costs)
		if err != nil {
			return err
		}
		fmt.Println(saysCosts + string(text))
		return nil
	default:
		return fmt.Errorf("no role %q", strings.Join(args, " "))
	}
}

// measureParts measures the parts once, on the processor of the servers.
func measureParts(ctx context.Context, s *settings) (costs parts.Costs, err error) {
	own, err := os.Executable()
	if err != nil {
		return costs, err
	}
	drain, err := process.Start(ctx, s.generatorCore, own, roleDrain)
	if err != nil {
		return costs, err
	}
	defer drain.Kill()
	sockets, err := drain.Line(ctx, saysSockets)
	if err != nil {
		return costs, err
	}
	measuring, err := process.Start(ctx, s.serverCore, own, roleMeasure, sockets)
	if err != nil {
		return costs, err
	}
	defer measuring.Kill()
	text, err := measuring.Line(ctx, saysCosts)
	if err != nil {
		return costs, err
	}
	return costs, json.Unmarshal([]byte(text), &costs)
}

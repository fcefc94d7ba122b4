package udp_test

import (
	"fmt"
	"net/netip"

	"github.com/pion/ice/v4"

	"github.com/atrium-rtc/atrium/sfu/udp"
)

// One Mux serves all agents of a server.
func Example() {
	sockets, err := udp.Listen(udp.ListenConfig{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux, err := udp.New(udp.Config{Sockets: sockets})
	if err != nil {
		fmt.Println(err)
		return
	}
	agent, err := ice.NewAgentWithOptions(ice.WithUDPMux(mux)) // or SettingEngine.SetICEUDPMux
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(mux.GetListenAddresses()), "address,", mux.Stats().Addresses, "remote addresses")
	fmt.Println(agent.Close(), mux.Close())
	// Output:
	// 1 address, 0 remote addresses
	// <nil> <nil>
}

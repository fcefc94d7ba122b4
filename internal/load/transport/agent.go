package transport

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/transport/v4"
)

// Chromium's intervals, as far as Pion's agent can keep them.
const (
	checkInterval     = 50 * time.Millisecond // while connecting
	keepaliveInterval = 2 * time.Second       // afterwards; Pion takes no longer one
	maxSilence        = 15 * time.Second      // of the server, before the connection has failed
)

// newAgent makes an ICE agent that has the connection's socket for its only
// host candidate. The agent fails when the server is silent for that long.
func newAgent(e *endpoint, silence time.Duration) (*ice.Agent, error) {
	family := ice.NetworkTypeUDP6
	if e.local.Addr().Is4() {
		family = ice.NetworkTypeUDP4
	}
	a, err := ice.NewAgentWithOptions(
		ice.WithUDPMux(&singleMux{e}),
		ice.WithNet(noInterfaces{}),
		ice.WithNetworkTypes([]ice.NetworkType{family}),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithDisableActiveTCP(),
		ice.WithIncludeLoopback(),
		ice.WithLoggerFactory(silent()),
		ice.WithCheckInterval(checkInterval),
		ice.WithKeepaliveInterval(keepaliveInterval),
		ice.WithDisconnectedTimeout(silence/3),
		ice.WithFailedTimeout(silence-silence/3), // counted from there
		// A pair is tried for as long as Start waits: a server may take its time
		// before it can answer.
		ice.WithMaxBindingRequests(uint16(connectTimeout/checkInterval)),
		// A browser nominates the first pair that works, whatever its type.
		ice.WithSrflxAcceptanceMinWait(0),
		ice.WithPrflxAcceptanceMinWait(0),
	)
	if err != nil {
		return nil, fmt.Errorf("ICE agent: %w", err)
	}
	return a, nil
}

// gather makes the agent take its candidates, and returns them as values of
// a=candidate. An agent that is closed meanwhile says nothing more.
func gather(a *ice.Agent, closed <-chan struct{}) ([]string, error) {
	gathered := make(chan ice.Candidate)
	err := a.OnCandidate(func(c ice.Candidate) {
		select {
		case gathered <- c:
		case <-closed:
		}
	})
	if err == nil {
		err = a.GatherCandidates()
	}
	if err != nil {
		return nil, fmt.Errorf("ICE candidates: %w", err)
	}
	var candidates []string
	for {
		select {
		case <-closed:
			return nil, ErrClosed
		case c := <-gathered:
			if c == nil {
				return candidates, nil
			}
			candidates = append(candidates, c.Marshal())
		}
	}
}

// singleMux gives an ICE agent the one endpoint of its connection. It is an
// ice.UDPMux, Pion's way to let an agent use sockets that are not its own.
type singleMux struct{ endpoint *endpoint }

func (m *singleMux) GetListenAddresses() []net.Addr { return []net.Addr{m.endpoint.LocalAddr()} }

func (m *singleMux) GetConn(string, net.Addr) (net.PacketConn, error) { return m.endpoint, nil }

// RemoveConnByUfrag does nothing: an agent calls it for its former ufrag, at first
// an empty one, and closes its candidate's connection by itself at the end.
func (m *singleMux) RemoveConnByUfrag(string) {}

func (m *singleMux) Close() error { return m.endpoint.Close() }

// noInterfaces spares every agent from asking the kernel for the machine's
// interfaces, three times, which it does even when it has a mux. Of the Net that
// it stands for nothing else is used.
type noInterfaces struct{ transport.Net }

func (noInterfaces) Interfaces() ([]*transport.Interface, error) { return nil, nil }

// silent keeps Pion from writing to standard error: what goes wrong shows in the
// results of a run.
func silent() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}

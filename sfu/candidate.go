package sfu

import (
	"fmt"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// Candidate is a trickled ICE candidate in the form of the browser API: the
// attribute's value beginning with "candidate:" (RFC 8839 section 5.1), and the
// media section that it is for.
type Candidate struct {
	Candidate     string
	SDPMid        string
	SDPMLineIndex uint16
}

// maxCandidateSize bounds the text of one candidate.
const maxCandidateSize = 1024

// usable reports whether we can do something with a client's candidate.
func (c Candidate) usable() (bool, error) {
	if c.Candidate == "" || strings.HasPrefix(c.Candidate, "end-of-candidates") {
		return false, nil
	}
	if len(c.Candidate) > maxCandidateSize {
		return false, fmt.Errorf("candidate of %d octets: at most %d are read", len(c.Candidate), maxCandidateSize)
	}
	text := strings.TrimPrefix(strings.TrimPrefix(c.Candidate, "a="), "candidate:")
	parsed, err := ice.UnmarshalCandidate(text)
	if err != nil {
		return false, fmt.Errorf("candidate: %w", err)
	}
	// The name of a hidden host address means something in the client's own
	// network only; the client's checks will show its address. A client's active
	// TCP candidate says that it will connect to ours.
	hidden := strings.HasSuffix(parsed.Address(), ".local")
	return !hidden && parsed.TCPType() != ice.TCPTypeActive, nil
}

// localCandidate converts a candidate of ours. Its attribute is that of the
// answer; mid is the bundle's first section, which carries the transport.
func localCandidate(c *webrtc.ICECandidate, mid string) Candidate {
	return Candidate{Candidate: c.ToJSON().Candidate, SDPMid: mid}
}

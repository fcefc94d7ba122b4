package transport

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/pion/ice/v4"
)

// parseCandidate reads a server's candidate, with or without "a=" and
// "candidate:" in front (RFC 8839 section 5.1). Candidates that this connection
// has no use for are nil without an error: the end of candidates, TCP, the RTCP
// component, which rtcp-mux replaces, and mDNS names, which no server should
// have.
func parseCandidate(text string) (ice.Candidate, error) {
	value := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(text), "a="), "candidate:")
	if value == "" || value == "end-of-candidates" {
		return nil, nil
	}
	// foundation component transport priority address port "typ" type ...
	fields := strings.Fields(value)
	if len(fields) < 8 {
		return nil, fmt.Errorf("%w %.200q: %d fields, at least 8 are needed", ErrBadCandidate, text, len(fields))
	}
	if fields[1] != "1" || !strings.EqualFold(fields[2], "udp") || strings.HasSuffix(fields[4], ".local") {
		return nil, nil
	}
	if _, err := netip.ParseAddr(fields[4]); err != nil {
		return nil, fmt.Errorf("%w %.200q: %w", ErrBadCandidate, text, err)
	}
	c, err := ice.UnmarshalCandidate(value)
	if err != nil {
		return nil, fmt.Errorf("%w %.200q: %w", ErrBadCandidate, text, err)
	}
	return c, nil
}

package whip

import (
	"errors"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

// The lines of a description that have to do with ICE.
const (
	ufragLine     = "a=ice-ufrag:"
	passwordLine  = "a=ice-pwd:"
	candidateLine = "a=candidate:"
	lastCandidate = "a=end-of-candidates"
	midLine       = "a=mid:"
	groupLine     = "a=group:BUNDLE"
	liteLine      = "a=ice-lite"
	optionsLine   = "a=ice-options:"
	pacingLine    = "a=ice-pacing:"
)

var (
	errNoFragment = errors.New("the body is no SDP fragment (RFC 8840 section 9)")
	errTooLong    = errors.New("the fragment has too many lines")
)

// fragment is what a client says of its side of ICE: application/trickle-ice-sdpfrag
// (RFC 8840 section 9).
type fragment struct {
	credentials room.ICECredentials // empty where it has none
	candidates  []room.ICECandidate
}

// parseFragment reads a fragment. Attributes that do not matter here are skipped;
// of several credentials the first count, since there is one transport.
func parseFragment(text string) (f fragment, err error) {
	mid, lines := "", 0
	for line := range strings.Lines(text) {
		if lines++; lines > maxLines {
			return fragment{}, errTooLong
		}
		line = strings.TrimRight(line, "\r\n")
		value, isCandidate := strings.CutPrefix(line, candidateLine)
		switch {
		case line == "":
		case isCandidate:
			f.candidates = append(f.candidates, room.ICECandidate{Candidate: "candidate:" + value, SDPMid: mid})
		case strings.HasPrefix(line, ufragLine):
			setFirst(&f.credentials.Ufrag, line[len(ufragLine):])
		case strings.HasPrefix(line, passwordLine):
			setFirst(&f.credentials.Password, line[len(passwordLine):])
		case strings.HasPrefix(line, midLine):
			mid = line[len(midLine):]
		case strings.HasPrefix(line, "m="):
			mid = ""
		case !strings.HasPrefix(line, "a="):
			return fragment{}, errNoFragment
		}
	}
	if lines == 0 {
		return fragment{}, errNoFragment
	}
	return f, nil
}

func setFirst(dst *string, value string) {
	if *dst == "" {
		*dst = value
	}
}

// valueOf returns what follows the first line with a prefix.
func valueOf(text, prefix string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fragmentOf returns our side of ICE in an answer: the section of the bundle that
// carries the candidates, as in the example of RFC 9725 section 4.3.3, and what the answer
// says of the agent as a whole, which has to be the same in both.
func fragmentOf(answer string) string {
	var head, section []string
	for line := range strings.Lines(answer) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "m="):
			if carriesICE(section) {
				return joined(head, section)
			}
			section = []string{line}
		case section == nil && hasAny(line, liteLine, optionsLine, pacingLine, groupLine):
			head = append(head, line)
		case section != nil && hasAny(line, midLine, ufragLine, passwordLine, optionsLine, pacingLine, candidateLine, lastCandidate):
			section = append(section, line)
		}
	}
	return joined(head, section)
}

// carriesICE reports whether a section has credentials.
func carriesICE(section []string) bool {
	for _, line := range section {
		if strings.HasPrefix(line, ufragLine) {
			return true
		}
	}
	return false
}

// hasAny reports whether a line begins with one of the prefixes.
func hasAny(line string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) })
}

func joined(head, section []string) string {
	return strings.Join(append(head, section...), "\r\n") + "\r\n"
}

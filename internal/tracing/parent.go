package tracing

import (
	"encoding/hex"
	"strings"
)

// Parent is the span of another server in which a request was made.
type Parent struct {
	trace   TraceID
	span    SpanID
	sampled bool
}

// ParseParent reads a traceparent header (W3C Trace Context, section 3.2):
//
//	00-<trace id, 32 digits>-<span id, 16 digits>-<flags, 2 digits>
//
// Later versions may have more after another dash. It returns nil for anything else, as
// the specification asks: a trace begins anew then.
func ParseParent(header string) *Parent {
	const length = 2 + 1 + 32 + 1 + 16 + 1 + 2
	version, _, _ := strings.Cut(header, "-")
	switch {
	case len(header) < length, version == "ff", version == "00" && len(header) != length:
		return nil
	case len(header) > length && header[length] != '-':
		return nil
	}
	parts := strings.Split(header[:length], "-")
	if len(parts) != 4 {
		return nil
	}
	var (
		p              Parent
		version1, flag [1]byte
	)
	for i, into := range [][]byte{version1[:], p.trace[:], p.span[:], flag[:]} {
		if !decode(into, parts[i]) {
			return nil
		}
	}
	if p.trace == (TraceID{}) || p.span == (SpanID{}) {
		return nil
	}
	p.sampled = flag[0]&1 != 0
	return &p
}

// decode reads exactly the digits that fill into; capitals are not allowed.
func decode(into []byte, digits string) bool {
	if len(digits) != hex.EncodedLen(len(into)) || strings.ToLower(digits) != digits {
		return false
	}
	_, err := hex.Decode(into, []byte(digits))
	return err == nil
}

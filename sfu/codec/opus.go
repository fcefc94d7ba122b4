package codec

// inspectOpus: an RTP packet is exactly one Opus packet (RFC 7587 section 4.2),
// and any of them can be the first one a decoder gets.
func inspectOpus([]byte) (Frame, error) { return Frame{Start: true}, nil }

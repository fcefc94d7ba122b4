package room

import "strings"

// section is what an offer says of one media section, as far as rooms look at it.
type section struct {
	kind  MediaKind // 0: neither sound nor picture, or rejected
	sends bool      // its direction lets its sender send
}

// sections returns the media sections of an SDP offer (RFC 8866) by their a=mid (RFC 5888), and
// which kinds the offer would have its sender send, with or without one.
func sections(offer string) (byMID map[string]section, sent MediaKind) {
	byMID = make(map[string]section)
	var now section
	var mid string
	var rejected bool // port 0, unless a=bundle-only says that another section's is meant (RFC 9143, section 6)
	end := func() {
		if rejected {
			now.kind = 0
		}
		if mid != "" {
			byMID[mid] = now
		}
		if now.sends {
			sent |= now.kind
		}
		now, mid = section{}, ""
	}
	for line := range strings.Lines(offer) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "m="):
			end()
			now = section{sends: true}
			now.kind, rejected = kindOfMedia(line[2:])
		case line == "a=bundle-only":
			rejected = false
		case line == "a=recvonly", line == "a=inactive":
			now.sends = false
		case strings.HasPrefix(line, "a=mid:"):
			mid = line[len("a=mid:"):]
		}
	}
	end()
	return byMID, sent
}

// kindOfMedia returns the kind of an m-line without "m=", and whether its port is 0.
func kindOfMedia(line string) (kind MediaKind, noPort bool) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return 0, false
	}
	switch fields[0] {
	case "audio":
		kind = Audio
	case "video":
		kind = Video
	}
	return kind, fields[1] == "0"
}

// offeredKinds returns which kinds an offer would have its sender send: those of its media
// sections that are not recvonly, inactive or rejected.
func offeredKinds(offer string) MediaKind {
	_, sent := sections(offer)
	return sent
}

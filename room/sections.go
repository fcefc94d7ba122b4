package room

import "strings"

// section is what an offer says of one media section, as far as rooms look at it.
type section struct {
	kind  MediaKind // 0: neither sound nor picture, or rejected (port 0)
	sends bool      // its direction lets its sender send
}

// sections returns the media sections of an SDP offer (RFC 8866) by their a=mid (RFC 5888), and
// which kinds the offer would have its sender send, with or without one.
func sections(offer string) (byMID map[string]section, sent MediaKind) {
	byMID = make(map[string]section)
	var now section
	var mid string
	close := func() {
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
			close()
			now = section{kind: kindOfMedia(line[2:]), sends: true}
		case line == "a=recvonly", line == "a=inactive":
			now.sends = false
		case strings.HasPrefix(line, "a=mid:"):
			mid = line[len("a=mid:"):]
		}
	}
	close()
	return byMID, sent
}

// kindOfMedia returns the kind of an m-line without "m=".
func kindOfMedia(line string) MediaKind {
	fields := strings.Fields(line)
	if len(fields) < 2 || fields[1] == "0" {
		return 0
	}
	switch fields[0] {
	case "audio":
		return Audio
	case "video":
		return Video
	}
	return 0
}

// offeredKinds returns which kinds an offer would have its sender send: those of its media
// sections that are not recvonly, inactive or rejected.
func offeredKinds(offer string) MediaKind {
	_, sent := sections(offer)
	return sent
}

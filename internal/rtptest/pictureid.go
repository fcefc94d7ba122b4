package rtptest

import "github.com/atrium-rtc/atrium/sfu/codec"

// judgePictureIDs checks the identifiers with which VP8 and VP9 tell a decoder
// what it lacks (RFC 7741 section 4.2, RFC 9628 section 4.2). VP8's picture
// identifiers count pictures. VP9's only go forward, since references are
// distances between them. TL0PICIDX counts pictures of the lowest temporal
// layer, and higher ones carry the count of the one they build on.
func (c *Conformance) judgePictureIDs(s *stream, list []*received) {
	if !c.want.PictureIDs || (s.codec != codec.VP8 && s.codec != codec.VP9) {
		return
	}
	var last *received
	lost := 0 // numbers missing since last
	for i, r := range list {
		if i > 0 {
			lost += int(r.seq - list[i-1].seq - 1)
		}
		if r.octets == 0 {
			continue
		}
		if last != nil {
			c.judgePictureID(s, last, r, lost)
		}
		last, lost = r, 0
	}
}

// judgePictureID compares two packets with so many lost in between, each of which
// may have been a picture.
func (c *Conformance) judgePictureID(s *stream, before, r *received, lost int) {
	from, to := before.frame, r.frame
	if from.PictureIDBits != to.PictureIDBits || from.HasTL0PICIDX != to.HasTL0PICIDX {
		c.report(s.ssrc, "packet %d has other identifiers than the one before", r.seq.Seq())
		return
	}
	id := int(to.PictureID-from.PictureID) & (1<<to.PictureIDBits - 1)
	tl0 := int(to.TL0PICIDX - from.TL0PICIDX)
	if r.timestamp == before.timestamp {
		if id != 0 || tl0 != 0 {
			c.report(s.ssrc, "packet %d has other identifiers than its picture", r.seq.Seq())
		}
		return
	}
	most := 1 + lost
	if s.codec == codec.VP9 {
		most = 1<<(to.PictureIDBits-1) - 1 // half way round: what is forward
	}
	if to.HasPictureID && (id < 1 || id > most) {
		c.report(s.ssrc, "packet %d has picture id %d behind %d", r.seq.Seq(), to.PictureID, from.PictureID)
	}
	least := 0
	if to.TemporalLayer == 0 {
		least = 1
	}
	if to.HasTL0PICIDX && (tl0 < least || tl0 > least+lost) {
		c.report(s.ssrc, "packet %d of temporal layer %d has TL0PICIDX %d behind %d",
			r.seq.Seq(), to.TemporalLayer, to.TL0PICIDX, from.TL0PICIDX)
	}
}

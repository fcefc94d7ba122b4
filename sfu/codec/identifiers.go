package codec

// SetIDs writes a picture id and a TL0PICIDX into the payload of a packet, in
// place, where its descriptor has them (RFC 7741 section 4.2, RFC 9628 section
// 4.2). The picture id keeps its width of 7 or 15 bits. A payload that is
// truncated, or of a codec without these numbers, is left as it is.
func SetIDs(c Codec, payload []byte, pictureID uint16, tl0picidx uint8) {
	switch c {
	case VP8:
		setVP8IDs(payload, pictureID, tl0picidx)
	case VP9:
		setVP9IDs(payload, pictureID, tl0picidx)
	}
}

func setVP8IDs(b []byte, pictureID uint16, tl0picidx uint8) {
	if len(b) < 2 || b[0]&0x80 == 0 {
		return
	}
	flags := b[1]
	id := b[2:]
	tl0, ok := id, true
	if flags&0x80 != 0 {
		tl0, ok = skipPictureID(id)
	}
	hasTL0 := flags&0x40 != 0
	if !ok || hasTL0 && len(tl0) == 0 {
		return
	}
	if flags&0x80 != 0 {
		putPictureID(id, pictureID)
	}
	if hasTL0 {
		tl0[0] = tl0picidx
	}
}

func setVP9IDs(b []byte, pictureID uint16, tl0picidx uint8) {
	if len(b) == 0 {
		return
	}
	flags := b[0]
	id := b[1:]
	layers, ok := id, true
	if flags&vp9PictureID != 0 {
		layers, ok = skipPictureID(id)
	}
	// TL0PICIDX follows the octet of layer indices, but not in flexible mode.
	hasTL0 := flags&vp9Layers != 0 && flags&vp9Flexible == 0
	if !ok || hasTL0 && len(layers) < 2 {
		return
	}
	if flags&vp9PictureID != 0 {
		putPictureID(id, pictureID)
	}
	if hasTL0 {
		layers[1] = tl0picidx
	}
}

// skipPictureID passes over what pictureID reads.
func skipPictureID(b []byte) (rest []byte, ok bool) {
	switch {
	case len(b) > 0 && b[0]&0x80 == 0:
		return b[1:], true
	case len(b) > 1:
		return b[2:], true
	default:
		return nil, false
	}
}

// putPictureID writes over a picture id that is known to be whole.
func putPictureID(b []byte, id uint16) {
	if b[0]&0x80 == 0 {
		b[0] = byte(id & 0x7f)
		return
	}
	b[0], b[1] = 0x80|byte(id>>8), byte(id)
}

package codec

import "encoding/binary"

// inspectVP8 reads the payload descriptor of RFC 7741 section 4.2 and, where a
// frame begins, the payload header of section 4.3.
//
//	|X|R|N|S|R| PID | required; S: start of a partition, PID: its index
//	|I|L|T|K|  RSV  | if X
//	|M| PictureID   | if I; 16 bits if M
//	|   TL0PICIDX   | if L
//	|TID|Y| KEYIDX  | if T or K
func inspectVP8(b []byte) (Frame, error) {
	var f Frame
	first := b[0]
	b = b[1:]
	if first&0x80 != 0 {
		var ok bool
		if b, ok = f.vp8Extension(b); !ok {
			return Frame{}, ErrTruncated
		}
	}
	if len(b) == 0 {
		return Frame{}, ErrTruncated
	}
	f.Start = first&0x17 == 0x10 // S and partition 0
	if f.Start {
		f.vp8FrameTag(b)
	}
	return f, nil
}

// vp8Extension reads the extended control bits and what they announce.
func (f *Frame) vp8Extension(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	flags := b[0]
	b = b[1:]
	if flags&0x80 != 0 {
		if b, ok = f.pictureID(b); !ok {
			return nil, false
		}
	}
	if flags&0x40 != 0 {
		if len(b) == 0 {
			return nil, false
		}
		f.HasTL0PICIDX, f.TL0PICIDX = true, b[0]
		b = b[1:]
	}
	if flags&0x30 != 0 {
		if len(b) == 0 {
			return nil, false
		}
		if flags&0x20 != 0 {
			f.TemporalLayer = b[0] >> 6
			f.SwitchUp = b[0]&0x20 != 0
		}
		b = b[1:]
	}
	return b, true
}

// vp8FrameTag reads the uncompressed start of a frame (RFC 6386 section 9.1):
// the inverse keyframe bit, and after a keyframe's start code its size.
func (f *Frame) vp8FrameTag(b []byte) {
	f.Keyframe = b[0]&0x01 == 0
	if !f.Keyframe || len(b) < 10 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
		return
	}
	// The two high bits of each are an upscaling hint.
	width := binary.LittleEndian.Uint16(b[6:]) & 0x3fff
	height := binary.LittleEndian.Uint16(b[8:]) & 0x3fff
	picture := sizeOf(uint64(width), uint64(height))
	f.Width, f.Height = picture.width, picture.height
}

// pictureID reads a picture identifier of one octet, or two when the first has
// its high bit set; VP8 and VP9 share the format.
func (f *Frame) pictureID(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	f.HasPictureID = true
	if b[0]&0x80 == 0 {
		f.PictureID, f.PictureIDBits = uint16(b[0]), 7
		return b[1:], true
	}
	if len(b) < 2 {
		return nil, false
	}
	f.PictureID, f.PictureIDBits = binary.BigEndian.Uint16(b)&0x7fff, 15
	return b[2:], true
}

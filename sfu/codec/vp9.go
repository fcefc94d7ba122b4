package codec

import "encoding/binary"

// The flags of the first octet of a VP9 payload descriptor.
const (
	vp9PictureID    = 0x80 // I
	vp9InterPicture = 0x40 // P
	vp9Layers       = 0x20 // L
	vp9Flexible     = 0x10 // F
	vp9Begin        = 0x08 // B
	vp9End          = 0x04 // E
	vp9Structure    = 0x02 // V
	vp9Unreferenced = 0x01 // Z
)

// maxVP9Spatial is how many spatial layers a descriptor can count.
const maxVP9Spatial = 8

// vp9Scalability is the part of a scalability structure that the Inspector
// remembers.
type vp9Scalability struct {
	layers uint8 // spatial layers, 1 to 8; 0 where the packet has no structure
	sized  bool
	sizes  [maxVP9Spatial]size // of the layers, if sized
}

// inspectVP9 is the part of a packet that needs no memory.
func inspectVP9(b []byte) (Frame, error) {
	var structure vp9Scalability
	return readVP9(b, &structure)
}

// readVP9 reads the payload descriptor of RFC 9628 section 4.2, and into the
// structure, which is empty, what is remembered of it.
//
//	|I|P|L|F|B|E|V|Z|  required
//	|M| PictureID   |  if I; 16 bits if M
//	| TID |U| SID |D|  if L
//	|   TL0PICIDX   |  if L and not F
//	| P_DIFF      |N|  if F and P; one to three of them
//	| scalability structure  if V
func readVP9(b []byte, structure *vp9Scalability) (Frame, error) {
	flags := b[0]
	b = b[1:]
	f := Frame{
		Start:        flags&vp9Begin != 0,
		End:          flags&vp9End != 0,
		InterPicture: flags&vp9InterPicture != 0,
	}
	ok := true
	if flags&vp9PictureID != 0 {
		b, ok = f.pictureID(b)
	}
	if ok && flags&vp9Layers != 0 {
		b, ok = f.vp9LayerIndices(b, flags&vp9Flexible != 0)
	}
	if ok && flags&vp9Flexible != 0 && flags&vp9InterPicture != 0 {
		b, ok = skipVP9References(b)
	}
	if ok && flags&vp9Structure != 0 {
		if b, ok = structure.read(b); ok && structure.sized {
			top := structure.sizes[structure.layers-1]
			f.Width, f.Height = top.width, top.height
		}
	}
	if !ok || len(b) == 0 {
		return Frame{}, ErrTruncated
	}
	// A picture without references to others, at its base: upper spatial layers
	// of a key picture lean on it and are no place to start.
	f.Keyframe = f.Start && !f.InterPicture && f.SpatialLayer == 0
	return f, nil
}

func (f *Frame) vp9LayerIndices(b []byte, flexible bool) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	f.TemporalLayer = b[0] >> 5
	f.SwitchUp = b[0]&0x10 != 0
	f.SpatialLayer = b[0] >> 1 & 0x07
	f.InterLayer = b[0]&0x01 != 0
	b = b[1:]
	if flexible {
		return b, true
	}
	if len(b) == 0 {
		return nil, false
	}
	f.HasTL0PICIDX, f.TL0PICIDX = true, b[0]
	return b[1:], true
}

// skipVP9References passes over the list of referenced pictures, each with a bit
// that says whether another follows, three at most.
func skipVP9References(b []byte) (rest []byte, ok bool) {
	for range 3 {
		if len(b) == 0 {
			return nil, false
		}
		more := b[0]&0x01 != 0
		b = b[1:]
		if !more {
			return b, true
		}
	}
	return nil, false // a fourth reference is announced
}

// read reads the scalability structure of RFC 9628 section 4.2.1: sizes of the
// spatial layers and the description of a picture group, which is passed over.
func (v *vp9Scalability) read(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	v.layers, v.sized = b[0]>>5+1, b[0]&0x10 != 0
	hasGroup := b[0]&0x08 != 0
	b = b[1:]
	if v.sized {
		if len(b) < int(v.layers)*4 {
			return nil, false
		}
		for i := range v.sizes[:v.layers] {
			v.sizes[i] = sizeOf(uint64(binary.BigEndian.Uint16(b)), uint64(binary.BigEndian.Uint16(b[2:])))
			b = b[4:]
		}
	}
	if !hasGroup {
		return b, true
	}
	return skipVP9Group(b)
}

// skipVP9Group passes over the pictures of a group, each |TID|U| R |- -| and R
// references.
func skipVP9Group(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	pictures := int(b[0])
	b = b[1:]
	for range pictures {
		if len(b) == 0 {
			return nil, false
		}
		references := int(b[0] >> 2 & 0x03)
		if len(b) < 1+references {
			return nil, false
		}
		b = b[1+references:]
	}
	return b, true
}

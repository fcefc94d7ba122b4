package packet

// The "defined by profile" values of RFC 8285 section 4.
const (
	profileOneByte     = 0xBEDE
	profileTwoByte     = 0x1000 // the low four bits belong to the application
	profileTwoByteMask = 0xFFF0
)

// Extension returns the data of the header extension element with the given
// identifier, or nil when the packet has none. Identifiers are 1 to 14 in the
// one-byte form and 1 to 255 in the two-byte form. The caller must not change
// the result nor keep it beyond its reference.
func (p *Packet) Extension(id uint8) []byte {
	if p.extProfile == 0 || id == 0 {
		return nil
	}
	e := elements{profile: p.extProfile, rest: p.buf[p.extStart:p.extEnd:p.extEnd]}
	for e.next() {
		if e.id == id {
			return e.data
		}
	}
	return nil
}

// ReadAudioLevel fills AudioLevel, Voice and HasAudioLevel from the extension
// with the given identifier, if the packet carries it. Both forms of RFC 6464
// section 3 are read, one octet and, in two-byte headers, more.
func (p *Packet) ReadAudioLevel(id uint8) {
	data := p.Extension(id)
	if len(data) == 0 {
		return
	}
	p.HasAudioLevel = true
	p.Voice = data[0]&0x80 != 0
	p.AudioLevel = data[0] & 0x7f
}

// elements walks the elements of a header extension.
type elements struct {
	profile   uint16
	rest      []byte
	id        uint8
	data      []byte
	truncated bool
}

// next advances to the next element and reports whether there is one. It stops
// for good at the end, at the identifier that means so, and at an element that
// runs past the end, which it records in truncated.
func (e *elements) next() bool {
	switch {
	case e.profile == profileOneByte:
		return e.nextOneByte()
	case e.profile&profileTwoByteMask == profileTwoByte:
		return e.nextTwoByte()
	default:
		return false // opaque to us; RFC 3550 says ignore
	}
}

// nextOneByte reads a 4-bit identifier and a 4-bit length minus one (RFC 8285
// section 4.2). Identifier 15 ends the list; identifier 0 with a length is not
// padding, and ends it too.
func (e *elements) nextOneByte() bool {
	e.skipPadding()
	if len(e.rest) == 0 {
		return false
	}
	id, size := e.rest[0]>>4, int(e.rest[0]&0x0f)+1
	if id == 0 || id == 15 {
		e.rest = nil
		return false
	}
	return e.take(id, 1, size)
}

// nextTwoByte reads an 8-bit identifier and an 8-bit length (RFC 8285 section
// 4.3).
func (e *elements) nextTwoByte() bool {
	e.skipPadding()
	if len(e.rest) == 0 {
		return false
	}
	if len(e.rest) < 2 {
		e.rest, e.truncated = nil, true
		return false
	}
	return e.take(e.rest[0], 2, int(e.rest[1]))
}

// skipPadding drops the zero octets between elements.
func (e *elements) skipPadding() {
	for len(e.rest) > 0 && e.rest[0] == 0 {
		e.rest = e.rest[1:]
	}
}

func (e *elements) take(id uint8, header, size int) bool {
	if len(e.rest) < header+size {
		e.rest, e.truncated = nil, true
		return false
	}
	e.id = id
	e.data = e.rest[header : header+size : header+size]
	e.rest = e.rest[header+size:]
	return true
}

// validElements reports whether all elements lie inside the extension.
func validElements(profile uint16, data []byte) bool {
	e := elements{profile: profile, rest: data}
	for e.next() {
	}
	return !e.truncated
}

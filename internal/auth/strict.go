package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep objects and lists lie in each other.
const maxDepth = 16

var (
	errNotUTF8  = errors.New("is not UTF-8")
	errNotJSON  = errors.New("is not a JSON object")
	errTwice    = errors.New("has a member twice")
	errTooDeep  = errors.New("is nested too deep")
	errEncoding = errors.New("is not base64url without padding")
)

// decodeBase64URL decodes base64url as RFC 7515 section 2 has it: no padding, no
// line breaks (Go's decoder skips them) and no bits left over, so that no two
// texts stand for the same octets.
func decodeBase64URL(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errEncoding
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errEncoding // the decoder's error says where, which is of no use to anybody
	}
	return data, nil
}

// checkObject refuses what parsers understand differently: members that come
// twice (RFC 7515 section 4 and RFC 7519 section 4 let us), invalid UTF-8, and
// anything that is not one object.
func checkObject(data []byte) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var open []*level
	for first := true; first || len(open) > 0; first = false {
		token, err := d.Token()
		if err != nil {
			return errNotJSON
		}
		delim, _ := token.(json.Delim)
		if first && delim != '{' {
			return errNotJSON
		}
		if len(open) > 0 && delim != '}' && delim != ']' && !open[len(open)-1].take(token) {
			return errTwice
		}
		switch delim {
		case '{', '[':
			if len(open) == maxDepth {
				return errTooDeep
			}
			open = append(open, &level{object: delim == '{', seen: map[string]bool{}})
		case '}', ']':
			open = open[:len(open)-1]
		}
	}
	if d.More() || !json.Valid(data) {
		return errNotJSON
	}
	return nil
}

// level is an object or a list that is being read.
type level struct {
	object  bool
	isValue bool // the next token of the object is a value
	seen    map[string]bool
}

// take reports whether the token may come here: whether it is no second name of
// the same kind.
func (l *level) take(token json.Token) bool {
	if !l.object {
		return true
	}
	if l.isValue = !l.isValue; !l.isValue {
		return true
	}
	name, _ := token.(string)
	twice := l.seen[name]
	l.seen[name] = true
	return !twice
}

// member is a member of a JSON object and where its value belongs.
type member struct {
	name   string
	target any
}

// decodeMembers reads the members of a JSON object into where they belong, by
// their exact names; Go's decoder alone would take "ROOM" for "room". What is not
// asked for is skipped, and null is as if it were not there. Errors name the
// member and not what it holds.
func decodeMembers(data []byte, into []member) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return errNotJSON
	}
	for _, m := range into {
		raw, ok := members[m.name]
		if !ok || string(raw) == "null" {
			continue
		}
		if err := json.Unmarshal(raw, m.target); err != nil {
			return memberError(m.name, err)
		}
	}
	return nil
}

// claimError is what is wrong with a claim. It holds the claim's name and nothing
// of its content.
type claimError struct {
	claim string
	text  string
}

func (e *claimError) Error() string { return e.claim + ": " + e.text }

// memberError says where an error is. Errors of the decoder are replaced: they may
// quote what they could not read.
func memberError(name string, err error) error {
	var inner *claimError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &inner):
		return &claimError{name + "." + inner.claim, inner.text}
	case errors.As(err, &wrongType):
		return &claimError{name, "is not " + kindInWords(wrongType.Type.Kind())}
	}
	return &claimError{name, err.Error()}
}

func kindInWords(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "of the right type"
}

package api

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Int accepts a JSON number or a string with one in it, as Gson's getAsInt
// does; the Android client sends sdpMLineIndex as a string. A fraction must be
// zero.
type Int int64

// UnmarshalJSON implements json.Unmarshaler.
func (i *Int) UnmarshalJSON(b []byte) error {
	text := strings.TrimSpace(scalarText(b))
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if n := int64(f); err == nil && f > -1<<53 && f < 1<<53 && float64(n) == f {
		*i = Int(n)
		return nil
	}
	return errors.New("not an integer")
}

// LayerNumber accepts what Int does, if it is not negative. All numbers from 255
// on are the same one: no stream has so many layers.
type LayerNumber uint8

// UnmarshalJSON implements json.Unmarshaler.
func (l *LayerNumber) UnmarshalJSON(b []byte) error {
	var i Int
	if err := i.UnmarshalJSON(b); err != nil {
		return err
	}
	if i < 0 {
		return errors.New("negative")
	}
	*l = LayerNumber(min(i, math.MaxUint8)) //nolint:gosec // bounded on both sides
	return nil
}

// Bool accepts true and false, bare or as a string in any case.
type Bool bool

// UnmarshalJSON implements json.Unmarshaler.
func (v *Bool) UnmarshalJSON(b []byte) error {
	switch text := scalarText(b); {
	case strings.EqualFold(text, "true"):
		*v = true
	case strings.EqualFold(text, "false"):
		*v = false
	default:
		return errors.New("not a boolean")
	}
	return nil
}

// String accepts a string, and takes a number or a boolean as its text.
type String string

// UnmarshalJSON implements json.Unmarshaler.
func (s *String) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null" {
		return errors.New("not a string")
	}
	*s = String(scalarText(b))
	return nil
}

// OptionalString accepts null too, as the empty string: a browser's candidate
// may have no sdpMid.
type OptionalString string

// UnmarshalJSON implements json.Unmarshaler.
func (s *OptionalString) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*s = ""
		return nil
	}
	return (*String)(s).UnmarshalJSON(b)
}

// scalarText is the text of a JSON string without its quotes and escapes, or
// of any other value as written.
func scalarText(b []byte) string {
	var s string
	if len(b) > 0 && b[0] == '"' && json.Unmarshal(b, &s) == nil {
		return s
	}
	return string(b)
}

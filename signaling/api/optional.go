package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// OptionalBool is a Bool whose absence means something.
type OptionalBool struct{ There, Value bool }

// UnmarshalJSON implements json.Unmarshaler.
func (o *OptionalBool) UnmarshalJSON(b []byte) error {
	o.There = true
	return (*Bool)(&o.Value).UnmarshalJSON(b)
}

// OptionalCount is a Count whose absence means something.
type OptionalCount struct {
	There bool
	Value Count
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *OptionalCount) UnmarshalJSON(b []byte) error {
	o.There = true
	return o.Value.UnmarshalJSON(b)
}

// Strings accepts a list of what String does, or one of it. Absent it is nil, and
// empty it is not.
type Strings []string

// UnmarshalJSON implements json.Unmarshaler.
func (s *Strings) UnmarshalJSON(b []byte) error {
	list := []String{""}
	var err error
	if rpc.First(b) == '[' {
		err = json.Unmarshal(b, &list)
	} else {
		err = list[0].UnmarshalJSON(b)
	}
	if err != nil {
		return err
	}
	*s = make(Strings, len(list))
	for i, text := range list {
		(*s)[i] = string(text)
	}
	return nil
}

// Words accepts a list of words, each one of several, or one word. Absent it is nil,
// and empty it is not.
type Words struct {
	Of   []string
	List Strings
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *Words) UnmarshalJSON(b []byte) error {
	if err := w.List.UnmarshalJSON(b); err != nil {
		return err
	}
	for _, word := range w.List {
		if !slices.Contains(w.Of, word) {
			return errors.New("not one of them")
		}
	}
	return nil
}

// want names the words, for people.
func (w *Words) want() string { return "list of words: each is one of " + strings.Join(w.Of, ", ") }

// Value accepts everything but null, as it is.
type Value json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = slices.Clone(b)
	return nil
}

// Object accepts an object, as it is.
type Object json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (o *Object) UnmarshalJSON(b []byte) error {
	if rpc.First(b) != '{' {
		return errors.New("not an object")
	}
	*o = slices.Clone(b)
	return nil
}

package scenario

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Key describes one key of a section of the file.
type Key struct {
	Name     string
	Type     string // in words
	Default  string // as text or in words; empty for none
	Range    string // "1 to 60"; empty when every value of the type is right
	Verbs    string // of an instruction: what it goes with; empty elsewhere
	Required bool
	Help     string
}

// Section is a part of the file with keys of its own.
type Section struct {
	Name string // "groups.NAME.publish"
	Keys []Key
}

// Sections returns all keys of the file, in the order in which an operator meets
// them.
func Sections() []Section {
	network := append(keysOf(reflect.TypeFor[direction]()),
		Key{Name: "up", Type: "the keys above", Help: "What is different from the client to the server."},
		Key{Name: "down", Type: "the keys above", Help: "What is different from the server to the client."})
	instruction := keysOf(reflect.TypeFor[Instruction]())
	for i := range instruction {
		instruction[i].Verbs = verbsWith(instruction[i].Name)
	}
	return []Section{
		{"the file", keysOf(reflect.TypeFor[Scenario]())},
		{"groups.NAME", keysOf(reflect.TypeFor[Group]())},
		{"groups.NAME.publish", keysOf(reflect.TypeFor[Publish]())},
		{"networks.NAME", network},
		{"phases", keysOf(reflect.TypeFor[Phase]())},
		{"phases.do", instruction},
	}
}

func keysOf(section reflect.Type) []Key {
	var keys []Key
	for field := range section.Fields() {
		name, ok := field.Tag.Lookup("key")
		if !ok {
			continue
		}
		key := Key{
			Name:     name,
			Type:     typeInWords(field),
			Default:  field.Tag.Get("default") + field.Tag.Get("unset"),
			Required: field.Tag.Get("required") != "",
			Help:     field.Tag.Get("help"),
		}
		if low := field.Tag.Get("min"); low != "" {
			key.Range = low + " to " + field.Tag.Get("max")
		}
		keys = append(keys, key)
	}
	return keys
}

func typeInWords(field reflect.StructField) string {
	if form := field.Tag.Get("form"); form != "" {
		return form
	}
	switch field.Type.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	}
	if field.Type == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	return "number"
}

func namesOf(section reflect.Type) []string {
	var names []string
	for _, key := range keysOf(section) {
		names = append(names, key.Name)
	}
	return names
}

// fieldOf finds the field of a section that has the key.
func fieldOf(section reflect.Type, name string) (reflect.StructField, bool) {
	for field := range section.Fields() {
		if key, ok := field.Tag.Lookup("key"); ok && key == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// setDefaults gives the fields of a section their defaults.
func setDefaults(section reflect.Value) {
	for field := range section.Type().Fields() {
		if text := field.Tag.Get("default"); text != "" {
			_ = setText(section.FieldByIndex(field.Index), text) // a test parses every one
		}
	}
}

// setText parses the text of a value into a field.
func setText(into reflect.Value, text string) error {
	switch p := into.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(text))
	case *time.Duration:
		return parseInto(p, parseDuration, []byte(text))
	case *codec.Codec:
		return parseInto(p, parseCodec, []byte(text))
	case *string:
		*p = text
		return nil
	case *bool:
		return parseInto(p, parseBool, []byte(text))
	case *int:
		return parseInto(p, parseWhole, []byte(text))
	case *uint64:
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number from 0", text)
		}
		*p = v
		return nil
	}
	return fmt.Errorf("%q is not what belongs here", text)
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 30s, 1.5s or 2m", text)
	}
	return d, nil
}

func parseCodec(text string) (codec.Codec, error) {
	c, known := codec.Parse(text)
	if !known || !c.IsVideo() {
		return codec.Unknown, fmt.Errorf("%q is not one of vp8, vp9, h264, av1", text)
	}
	return c, nil
}

func parseBool(text string) (bool, error) {
	i := slices.Index([]string{"false", "true"}, strings.ToLower(text))
	if i < 0 {
		return false, fmt.Errorf("%q is neither true nor false", text)
	}
	return i == 1, nil
}

func parseWhole(text string) (int, error) {
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return v, nil
}

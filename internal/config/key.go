package config

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Key describes one configuration key.
type Key struct {
	Name    string // dotted path in the file: media.port
	Env     string // ATRIUM_MEDIA_PORT
	Flag    string // media.port, without the dashes in front
	Type    string // in words: text, number, yes or no, duration, list of addresses, ...
	Default string // as text; empty for none
	Range   string // in words; empty when every value of the type is right
	Help    string
	Secret  bool // must not be shown
	Switch  bool // a bool: the flag needs no value
	Reload  bool // a running server takes a new value; else it needs a restart

	index    []int // of the field in Config
	kind     reflect.Type
	min, max string
	oneOf    []string
	check    string
}

// Keys returns every key, in the order of Config.
func Keys() []Key { return keysOf(reflect.TypeFor[Config](), "", nil) }

func keysOf(section reflect.Type, prefix string, index []int) []Key {
	var keys []Key
	for field := range section.Fields() {
		name, at := prefix+field.Tag.Get("koanf"), slices.Concat(index, field.Index)
		if _, leaf := field.Tag.Lookup("help"); leaf {
			key := keyOf(field, name)
			key.index = at
			keys = append(keys, key)
			continue
		}
		keys = append(keys, keysOf(field.Type, name+".", at)...)
	}
	return keys
}

func keyOf(field reflect.StructField, name string) Key {
	key := Key{
		Name:    name,
		Env:     EnvPrefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_")),
		Flag:    strings.ReplaceAll(name, "_", "-"),
		Default: field.Tag.Get("default"),
		Help:    field.Tag.Get("help"),
		Secret:  field.Type == secretType,
		Switch:  field.Type.Kind() == reflect.Bool,
		Reload:  field.Tag.Get("reload") == "yes",
		kind:    field.Type,
		min:     field.Tag.Get("min"),
		max:     field.Tag.Get("max"),
		oneOf:   strings.Fields(field.Tag.Get("one_of")),
		check:   field.Tag.Get("check"),
	}
	key.Type = typeInWords(key, field.Tag.Get("unit"))
	key.Range = rangeInWords(key)
	return key
}

var (
	secretType   = reflect.TypeFor[Secret]()
	durationType = reflect.TypeFor[time.Duration]()
	textListType = reflect.TypeFor[[]string]()
	addrListType = reflect.TypeFor[[]netip.Addr]()
)

func typeInWords(key Key, unit string) string {
	switch {
	case key.Switch:
		return "true or false"
	case key.Secret:
		return "secret text"
	case key.kind == durationType:
		return "duration"
	case key.kind == textListType:
		return "list of " + plural(key.check)
	case key.kind == addrListType:
		return "list of IP addresses"
	case key.kind.Kind() == reflect.Int, key.kind.Kind() == reflect.Float64:
		return "number (" + unit + ")"
	case key.check != "":
		return checks[key.check].noun
	default:
		return "text"
	}
}

func plural(check string) string {
	if check == "" {
		return "words"
	}
	return checks[check].noun + "s"
}

func rangeInWords(key Key) string {
	switch {
	case len(key.oneOf) > 0:
		return strings.Join(key.oneOf, ", ")
	case key.min != "":
		return key.min + " to " + key.max
	default:
		return ""
	}
}

func findKey(name string) (Key, bool) {
	for _, key := range Keys() {
		if key.Name == name {
			return key, true
		}
	}
	return Key{}, false
}

// isSection says whether name is a mapping that holds keys.
func isSection(name string) bool {
	for _, key := range Keys() {
		if strings.HasPrefix(key.Name, name+".") {
			return true
		}
	}
	return false
}

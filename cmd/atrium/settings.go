package main

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/atrium-rtc/atrium/internal/config"
)

// settings are the flags of a command that needs the configuration: the file,
// and one flag for each key.
type settings struct {
	File string       `name:"config" short:"c" placeholder:"FILE" env:"ATRIUM_CONFIG" help:"YAML file with the configuration."`
	Keys kong.Plugins `embed:""`
}

// newSettings makes the flags from the table of keys. kong reads struct tags, so
// the struct is made at run time: a pointer for each key, nil when not given.
func newSettings() settings {
	var fields []reflect.StructField
	for i, key := range config.Keys() {
		section, _, _ := strings.Cut(key.Name, ".")
		kind := reflect.TypeFor[*string]()
		if key.Switch {
			kind = reflect.TypeFor[*bool]()
		}
		help := key.Help
		if key.Default != "" {
			help += " Default: " + key.Default
		}
		fields = append(fields, reflect.StructField{
			Name: "Key" + strconv.Itoa(i),
			Type: kind,
			Tag:  reflect.StructTag(fmt.Sprintf(`name:%q help:%q placeholder:"..." group:%q`, key.Flag, help, section)),
		})
	}
	return settings{Keys: kong.Plugins{reflect.New(reflect.StructOf(fields)).Interface()}}
}

// given returns the keys that were set by flags.
func (s *settings) given() map[string]string {
	given := map[string]string{}
	flags := reflect.ValueOf(s.Keys[0]).Elem()
	for i, key := range config.Keys() {
		switch value := flags.Field(i).Interface().(type) {
		case *string:
			if value != nil {
				given[key.Name] = *value
			}
		case *bool:
			if value != nil {
				given[key.Name] = strconv.FormatBool(*value)
			}
		}
	}
	return given
}

// load reads file, environment and flags.
func (s *settings) load() (config.Loaded, error) {
	from := config.Sources{Path: s.File, Environ: os.Environ(), Flags: s.given()}
	if s.File != "" {
		data, err := os.ReadFile(s.File)
		if err != nil {
			return config.Loaded{}, fmt.Errorf("read the configuration: %w", err)
		}
		from.File = data
	}
	loaded, err := config.Load(from)
	if err != nil {
		return config.Loaded{}, fmt.Errorf("the configuration is wrong:\n%w", err)
	}
	return loaded, nil
}

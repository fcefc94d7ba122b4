package config

import (
	"fmt"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// Sources is everything a configuration is made of.
type Sources struct {
	Path    string            // of the file, for messages; empty without a file
	File    []byte            // what the file holds
	Environ []string          // as os.Environ returns it
	Flags   map[string]string // key name to text, only those given
}

// Loaded is a valid configuration and where it comes from.
type Loaded struct {
	Config   Config
	Settings []Setting // every key, in the order of Config
	Warnings []string  // for the log
}

// Setting is the value of one key.
type Setting struct {
	Key    Key
	Text   string // what the file or a flag could hold; secrets hidden
	Origin Origin
}

// Load makes a configuration. It reads nothing but its argument and may be
// called from any goroutine. The error is of type Problems.
func Load(from Sources) (Loaded, error) {
	file, problems := readFile(from.Path, from.File)
	env, wrong, warnings := readEnv(from.Environ)
	problems = append(problems, wrong...)
	flags, wrong := readFlags(from.Flags)
	problems = append(problems, wrong...)

	loaded := Loaded{Warnings: warnings}
	merged, origins, err := merge(defaults(), file, env, flags)
	if err != nil {
		return Loaded{}, err
	}
	if err := unmarshal(merged, &loaded.Config); err != nil {
		return Loaded{}, err
	}
	for _, conflict := range loaded.Config.conflicts() {
		conflict.Origin = origins[conflict.Key]
		problems = append(problems, conflict)
	}
	loaded.Warnings = append(loaded.Warnings, loaded.Config.doubts()...)
	for _, key := range Keys() {
		text := key.format(merged.Get(key.Name))
		loaded.Settings = append(loaded.Settings, Setting{key, text, origins[key.Name]})
	}
	return loaded, problems.err()
}

// merge lays the layers over each other; later ones win.
func merge(layers ...map[string]setting) (*koanf.Koanf, map[string]Origin, error) {
	merged := koanf.New(".")
	origins := map[string]Origin{}
	for _, layer := range layers {
		values := map[string]any{}
		for name, set := range layer {
			values[name] = set.value
			origins[name] = set.origin
		}
		if err := merged.Load(confmap.Provider(values, "."), nil); err != nil {
			return nil, nil, fmt.Errorf("merge configuration: %w", err)
		}
	}
	return merged, origins, nil
}

func unmarshal(merged *koanf.Koanf, into *Config) error {
	err := merged.UnmarshalWithConf("", into, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result:      into,
		TagName:     "koanf",
		ErrorUnused: true,
		DecodeHook:  mapstructure.TextUnmarshallerHookFunc(),
	}})
	if err != nil {
		return fmt.Errorf("fill configuration: %w", err)
	}
	return nil
}

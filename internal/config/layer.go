package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// EnvPrefix starts the name of every environment variable of the server.
const EnvPrefix = "ATRIUM_"

// EnvFile is the variable that names the configuration file.
const EnvFile = EnvPrefix + "CONFIG"

// readEnv returns the settings among environ, which is in the form of
// os.Environ. An empty variable counts as not set. Unknown ATRIUM_ variables are
// warnings, not problems: Kubernetes makes ATRIUM_PORT and the like by itself
// for a service of that name.
func readEnv(environ []string) (settings map[string]setting, problems Problems, warnings []string) {
	keys := map[string]Key{}
	for _, key := range Keys() {
		keys[key.Env] = key
	}
	settings = map[string]setting{}
	for _, variable := range environ {
		name, text, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, EnvPrefix) || name == EnvFile || text == "" {
			continue
		}
		key, known := keys[name]
		if !known {
			guess := suggest(name, slices.Sorted(maps.Keys(keys)))
			warnings = append(warnings, fmt.Sprintf("environment variable %s is not a key%s", name, guess))
			continue
		}
		origin := Origin{layer: layerEnv, name: name}
		value, err := key.parse(key.split(text))
		if err != nil {
			problems = append(problems, Problem{origin, key.Name, err.Error()})
			continue
		}
		settings[key.Name] = setting{value, origin}
	}
	return settings, problems, warnings
}

// readFlags returns the settings among flags, which maps key names to text.
func readFlags(flags map[string]string) (map[string]setting, Problems) {
	settings := map[string]setting{}
	var problems Problems
	for name, text := range flags {
		key, known := findKey(name)
		origin := Origin{layer: layerFlag, name: key.Flag}
		if !known {
			origin.name = name
			problems = append(problems, Problem{origin, name, "unknown key" + suggest(name, keyNames())})
			continue
		}
		value, err := key.parse(key.split(text))
		if err != nil {
			problems = append(problems, Problem{origin, key.Name, err.Error()})
			continue
		}
		settings[key.Name] = setting{value, origin}
	}
	return settings, problems
}

// defaults returns every key's default. A default that does not parse is a bug,
// which the tests look for.
func defaults() map[string]setting {
	settings := map[string]setting{}
	for _, key := range Keys() {
		if key.Default == "" {
			continue
		}
		value, err := key.parse(key.split(key.Default))
		if err != nil {
			panic(fmt.Sprintf("default of %s: %v", key.Name, err))
		}
		settings[key.Name] = setting{value, Origin{}}
	}
	return settings
}

package scenario

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed examples/*.yaml
var examples embed.FS

// Examples returns the names of the scenarios that come with the program,
// sorted.
func Examples() []string {
	entries, _ := examples.ReadDir("examples") // it is embedded
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// ExampleFile returns the YAML text of an example.
func ExampleFile(name string) ([]byte, error) {
	data, err := examples.ReadFile(path.Join("examples", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("there is no scenario %q%s", name, suggest(name, Examples()))
	}
	return data, nil
}

// Example returns one of the scenarios that come with the program.
func Example(name string) (Scenario, error) {
	data, err := ExampleFile(name)
	if err != nil {
		return Scenario{}, err
	}
	return Read(name+".yaml", data)
}

package scenario

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/docstest"
)

var update = flag.Bool("update", false, "write docs/load-scenarios.md and the golden plans anew")

const docsFile = "../../../docs/load-scenarios.md"

// The tables of the documentation are what the code says, no more and no less.
// After changing a key: make docs
func TestDocsHoldTheKeysOfTheCode(t *testing.T) {
	blocks := map[string]string{"verbs": verbsTable()}
	for _, section := range Sections() {
		blocks[section.Name] = keysTable(section)
	}
	for _, name := range Examples() {
		file, err := ExampleFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks["example "+name] = "```yaml\n" + string(file) + "```\n"
	}
	docstest.Hold(t, docsFile, *update, blocks)
}

func keysTable(section Section) string {
	var b strings.Builder
	verbs := section.Name == "phases.do"
	if verbs {
		b.WriteString("| key | goes with | default | value | what it does |\n|---|---|---|---|---|\n")
	} else {
		b.WriteString("| key | default | value | what it does |\n|---|---|---|---|\n")
	}
	for _, key := range section.Keys {
		value := key.Type
		if key.Range != "" {
			value += ": " + key.Range
		}
		missing := key.Default
		switch {
		case key.Required:
			missing = "required"
		case missing == "":
			missing = "none"
		}
		fmt.Fprintf(&b, "| `%s` |", key.Name)
		if verbs {
			fmt.Fprintf(&b, " %s |", key.Verbs)
		}
		fmt.Fprintf(&b, " %s | %s | %s |\n", missing, value, key.Help)
	}
	return b.String()
}

func verbsTable() string {
	var b strings.Builder
	b.WriteString("| verb | keys | what happens |\n|---|---|---|\n")
	for _, use := range verbs {
		var keys []string
		for _, key := range use.keys {
			keys = append(keys, "`"+key+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", use.verb, strings.Join(keys, " "), use.help)
	}
	return b.String()
}

// Every tag is used: defaults and bounds parse, and each default is in its range.
func TestTagsAreWellFormed(t *testing.T) {
	for _, section := range []reflect.Type{
		reflect.TypeFor[Scenario](), reflect.TypeFor[Group](), reflect.TypeFor[Publish](), reflect.TypeFor[direction](),
		reflect.TypeFor[Phase](), reflect.TypeFor[Instruction](), reflect.TypeFor[Flags](),
	} {
		for field := range section.Fields() {
			at := section.Name() + "." + field.Name
			_, key := field.Tag.Lookup("key")
			_, name := field.Tag.Lookup("name")
			if help := field.Tag.Get("help"); (key || name) && !strings.HasSuffix(help, ".") {
				t.Errorf("%s: help %q is not a sentence", at, help)
			}
			low, high := field.Tag.Get("min"), field.Tag.Get("max")
			for _, text := range []string{field.Tag.Get("default"), low, high} {
				v := reflect.New(field.Type).Elem()
				if text == "" {
					continue
				}
				if err := setText(v, text); err != nil {
					t.Errorf("%s: %v", at, err)
				} else if low != "" && !within(v, low, high) {
					t.Errorf("%s: %s is outside %s to %s", at, text, low, high)
				}
			}
		}
	}
	for _, use := range verbs {
		for _, key := range use.keys {
			if _, known := fieldOf(reflect.TypeFor[Instruction](), key); !known {
				t.Errorf("%s goes with %q, which is no key", use.verb, key)
			}
		}
	}
}

func TestTheExampleAtTheTopOfTheDocsIsRight(t *testing.T) {
	data, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	p := plan(t, text)
	if len(p.Clients) != 230 || count(p, Vanish) != 10 {
		t.Errorf("%d clients, %d of whom vanish", len(p.Clients), count(p, Vanish))
	}
}

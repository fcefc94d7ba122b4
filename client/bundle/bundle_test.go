package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// client is a small one: each kind of file that there is, and an import in each that can have one.
func client(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		"tsconfig.json":        `{"compilerOptions":{"verbatimModuleSyntax":true}}`,
		"src/index.ts":         "export { Room } from './core/room.ts';\n",
		"src/core/room.ts":     "/** A room. */\nexport class Room { readonly #name: string = 'r'; get name(): string { return this.#name; } }\n",
		"src/kurento/index.ts": "import { Room } from '../index.ts';\nObject.assign(globalThis, { Room });\n",
		"page/main.ts":         "import { Room } from '../src/index.ts';\ndocument.title = new Room().name;\n",
		"page/style/main.css":  "@import './tile.css';\n",
		"page/style/tile.css":  ".tile { color: red; }\n",
		"page/index.html":      "<!doctype html>\n",
		"page/icon.svg":        "<svg/>\n",
		"test/a.test.ts":       "import { Room } from '../src/index.ts';\nconsole.log(new Room().name);\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return root
}

func TestTheSameSourcesGiveTheSameBytesWhereverTheyLie(t *testing.T) {
	here, err := outputs(client(t))
	if err != nil {
		t.Fatal(err)
	}
	there, err := outputs(client(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range here.names() {
		if !bytes.Equal(here[name], there[name]) {
			t.Errorf("%s differs: %s and %s", name, here[name], there[name])
		}
	}
}

func TestEachFileHoldsWhatItImports(t *testing.T) {
	made, err := outputs(client(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"atrium.js": "export{", "KurentoRoom.js": "globalThis", "app.js": "document.title", "style.css": ".tile{color:red}",
		"index.html": "<!doctype html>", "icon.svg": "<svg/>",
	} {
		if !strings.Contains(string(made[name]), want) || strings.Contains(string(made[name]), "import") {
			t.Errorf("%s is %s, want %s and no imports", name, made[name], want)
		}
	}
	if len(made) != 6 {
		t.Errorf("made %v", made.names())
	}
}

func TestAWrongSourceIsNamed(t *testing.T) {
	root := client(t)
	if err := os.WriteFile(filepath.Join(root, "src/index.ts"), []byte("export { Room } from './nowhere.ts';\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := outputs(root); err == nil || !strings.Contains(err.Error(), "src/index.ts:1:21") {
		t.Errorf("error: %v", err)
	}
}

func TestCheckFindsWhatIsStaleMissingTooMuchAndTooLarge(t *testing.T) {
	made := files{"atrium.js": []byte("new"), "app.js": []byte("app")}
	dist := t.TempDir()
	if err := write(dist, files{"atrium.js": []byte("old"), "old.js": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	err := verify(dist, made)
	for _, want := range []string{"atrium.js is not what", "app.js is missing", "old.js is made from nothing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if err := write(dist, made); err != nil {
		t.Fatal(err)
	}
	if err := verify(dist, made); err != nil {
		t.Errorf("after writing: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dist, "old.js")); !os.IsNotExist(err) {
		t.Errorf("old.js is still there: %v", err)
	}

	large := make([]byte, 0, 40*1024)
	for i := range cap(large) {
		large = append(large, byte(i*i>>3)^byte(i>>8))
	}
	made["atrium.js"] = large
	if err := verify(dist, made); err == nil || !strings.Contains(err.Error(), "budget") {
		t.Errorf("%d octets compressed: %v", compressed(large), err)
	}
}

func TestUnitTestsThatWereRemovedAreNoLongerBuilt(t *testing.T) {
	root, into := client(t), filepath.Join(t.TempDir(), "test")
	if err := write(into, files{"gone.test.mjs": []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if err := bundleTests(root, into); err != nil {
		t.Fatal(err)
	}
	there, err := read(into)
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != 1 || !strings.Contains(string(there["a.test.mjs"]), "new Room().name") {
		t.Errorf("built %v", there.names())
	}
}

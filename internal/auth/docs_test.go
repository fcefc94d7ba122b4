package auth_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/docstest"
)

const docsFile = "../../docs/tokens.md"

var update = flag.Bool("update", false, "write the code in docs/tokens.md anew")

func readFile(t *testing.T, name string) string {
	return string(must[[]byte](t)(os.ReadFile(name)))
}

func TestDocsHoldTheCodeThatIsTested(t *testing.T) {
	_, code, _ := strings.Cut(readFile(t, "example_test.go"), "\n// begin\n")
	code, _, _ = strings.Cut(code, "\n// end\n")
	docstest.Hold(t, docsFile, *update, map[string]string{
		"go":     "```go\n" + strings.ReplaceAll(code, "\t", "    ") + "```\n",
		"node":   "```js\n" + readFile(t, "testdata/token.js") + "```\n",
		"python": "```python\n" + readFile(t, "testdata/token.py") + "```\n",
	})
}

// The programs in the documentation make tokens that are accepted.
func TestDocsMakeTokensInOtherLanguages(t *testing.T) {
	for _, program := range [][]string{{"node", "testdata/token.js"}, {"python3", "testdata/token.py"}} {
		t.Run(program[0], func(t *testing.T) {
			if _, err := exec.LookPath(program[0]); err != nil {
				t.Skip(err)
			}
			run := exec.CommandContext(t.Context(), program[0], program[1], "ann", "r")
			run.Env = append(os.Environ(), "ATRIUM_TOKEN_SECRET="+secret)
			token := strings.TrimSpace(string(must[[]byte](t)(run.Output())))
			grants, err := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0]).Verify(token, time.Now())
			if err != nil {
				t.Fatal(inner(err))
			}
			if err := grants.Admit("r", "ann"); err != nil || grants.Token == "" {
				t.Error(inner(err), grants.Token)
			}
		})
	}
}

// Every claims object in the documentation is accepted.
func TestDocsShowClaimsThatAreAccepted(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0])
	blocks := strings.Split(readFile(t, docsFile), "```json\n")[1:]
	if len(blocks) < 3 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		claims, _, _ := strings.Cut(block, "```")
		if _, err := v.Verify(forge(`{"alg":"HS256"}`, claims, byHMAC([]byte(secret))), time.Unix(1795860060, 0)); err != nil {
			t.Errorf("%s\n%s", claims, inner(err))
		}
	}
}

func TestDocsListEveryPermissionWithItsRoles(t *testing.T) {
	text := readFile(t, docsFile)
	for _, word := range auth.PermissionWords() {
		permission, _ := auth.ParsePermission(word)
		row := ""
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, fmt.Sprintf("| `%s` |", word)) {
				row = strings.TrimSpace(line)
			}
		}
		want := ""
		for _, role := range []string{"guest", "participant", "moderator", "admin"} {
			if auth.DefaultRoles()[role].Has(permission) {
				want += " yes |"
			} else {
				want += " |"
			}
		}
		if !strings.HasSuffix(row, "|"+want) || strings.Count(row, "|") != 7 {
			t.Errorf("%s: %q does not end with %q", word, row, want)
		}
	}
}

func TestDocsListEveryReason(t *testing.T) {
	text := readFile(t, docsFile)
	for _, reason := range auth.Reasons() {
		if !strings.Contains(text, fmt.Sprintf("| `%s` |", reason)) {
			t.Errorf("%s is missing", reason)
		}
	}
}

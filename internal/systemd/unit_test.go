package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
)

const (
	unitFile    = "../../deploy/systemd/atrium.service"
	exampleFile = "../../deploy/atrium.example.yaml"
	// exposure is ten times the most that "systemd-analyze security" may say of the
	// unit (systemd 252; deploy/README.md has the figure). What is left: it
	// has the network, sockets to systemd, the ports below 1024, and sees the host's
	// files and users (read-only).
	exposure = 15
)

// unit returns the values of each setting of the shipped unit.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string][]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			settings[name] = append(settings[name], value)
		}
	}
	return settings
}

func seconds(t *testing.T, text string) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(n) * time.Second
}

func TestTheUnitLeavesTimeToDrainAndToSayHowItIs(t *testing.T) {
	settings := unit(t)
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(config.Sources{Path: exampleFile, File: data})
	if err != nil {
		t.Fatal(err)
	}
	const farewell = 10 * time.Second // closing everything after the drain, and more
	if stop := seconds(t, settings["TimeoutStopSec"][0]); stop < loaded.Config.Shutdown.Drain+farewell {
		t.Errorf("TimeoutStopSec is %v, and the example drains for %v", stop, loaded.Config.Shutdown.Drain)
	}
	if settings["Type"][0] != "notify" || settings["NotifyAccess"][0] != "main" {
		t.Error("the unit does not listen to the server")
	}
	if limit := seconds(t, settings["WatchdogSec"][0]); limit < 15*time.Second {
		t.Errorf("WatchdogSec is %v: a machine that stands still for a moment would lose its calls", limit)
	}
	files, err := strconv.Atoi(settings["LimitNOFILE"][0])
	if err != nil || files < 2*loaded.Config.Signaling.MaxSessions {
		t.Errorf("LimitNOFILE is %d (%v), and %d clients may have a websocket and a TCP connection for media each",
			files, err, loaded.Config.Signaling.MaxSessions)
	}
}

func TestSystemdFindsNoFaultInTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	// It looks whether the programs are there.
	text := strings.ReplaceAll(string(data), "/usr/local/bin/atrium", self)
	name := filepath.Join(t.TempDir(), "atrium.service")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", name).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", "--threshold="+strconv.Itoa(exposure), name).CombinedOutput()
	if err != nil {
		t.Errorf("security: %v\n%s", err, regexp.MustCompile(`(?m)^(✗|→).*`).FindAll(out, -1))
	}
	t.Logf("%s", regexp.MustCompile(`Overall exposure level.*`).Find(out))
}

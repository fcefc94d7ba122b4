package check

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"sigs.k8s.io/yaml"
)

const composeDirectory = "../compose/"

// compose loads files as "docker compose" does: schema, variables, paths, merging.
func compose(t *testing.T, environ []string, files ...string) (*types.Project, error) {
	t.Helper()
	for i := range files {
		files[i] = composeDirectory + files[i]
	}
	options, err := cli.NewProjectOptions(files, cli.WithEnv(environ), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(context.Background())
}

// project is one of the two ways to run.
func project(t *testing.T, bridge bool) *types.Project {
	t.Helper()
	files := []string{"compose.yaml"}
	if bridge {
		files = append(files, "compose.bridge.yaml")
	}
	p, err := compose(t, []string{"PUBLIC_ADDRESS=192.0.2.10"}, files...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// both runs a test for each way.
func both(t *testing.T, check func(*testing.T, *types.Project)) {
	t.Helper()
	for name, bridge := range map[string]bool{"host": false, "bridge": true} {
		t.Run(name, func(t *testing.T) { check(t, project(t, bridge)) })
	}
}

// server is the configuration of the service atrium, with its environment.
func server(t *testing.T, p *types.Project) config.Config {
	t.Helper()
	var environ []string
	for name, value := range p.Services["atrium"].Environment {
		if name != "ATRIUM_CONFIG" {
			environ = append(environ, name+"="+*value)
		}
	}
	loaded, err := config.Load(config.Sources{File: []byte(read(t, composeDirectory+"atrium.yaml")), Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return loaded.Config
}

func TestComposeNamesVersionsAndMountsWhatIsThere(t *testing.T) {
	both(t, func(t *testing.T, p *types.Project) {
		if len(p.Services) != 3 {
			t.Errorf("%d services", len(p.Services))
		}
		for name, s := range p.Services {
			if _, tag, ok := strings.Cut(s.Image, ":"); !ok || tag == "latest" {
				t.Errorf("%s: image %q", name, s.Image)
			}
			for _, v := range s.Volumes {
				if v.Type != types.VolumeTypeBind {
					continue
				}
				if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
					t.Errorf("%s: mount %+v: %v", name, v, err)
				}
			}
			if len(s.CapDrop) != 1 || s.CapDrop[0] != "ALL" || s.Privileged {
				t.Errorf("%s has capabilities", name)
			}
		}
		build := p.Services["atrium"].Build
		if _, err := os.Stat(filepath.Join(build.Context, build.Dockerfile)); err != nil {
			t.Error(err)
		}
	})
}

func TestComposeLetsCallsFinish(t *testing.T) {
	both(t, func(t *testing.T, p *types.Project) {
		if drain, grace := server(t, p).Shutdown.Drain, time.Duration(*p.Services["atrium"].StopGracePeriod); grace < drain+closing {
			t.Errorf("the server drains %v, and is killed after %v", drain, grace)
		}
	})
}

// prometheusConfig is what is needed of it here.
type prometheusConfig struct {
	ScrapeConfigs []struct {
		JobName       string                       `json:"job_name"`
		StaticConfigs []struct{ Targets []string } `json:"static_configs"`
	} `json:"scrape_configs"`
}

func TestComposesPrometheusScrapesTheServer(t *testing.T) {
	both(t, func(t *testing.T, p *types.Project) {
		text, want := read(t, "../prometheus/prometheus.yml"), server(t, p).Operator.Listen
		if inline, ok := p.Configs["prometheus"]; ok {
			text, want = inline.Content, "atrium"+want
		}
		var parsed prometheusConfig
		if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
			t.Fatal(err)
		}
		job := parsed.ScrapeConfigs[0]
		if job.JobName != "atrium" || job.StaticConfigs[0].Targets[0] != want {
			t.Errorf("job %+v, and the server listens on %s", job, want)
		}
		checkPrometheus(t, p.Services["prometheus"], text)
	})
}

// checkPrometheus lays the files where the mounts put them and asks promtool.
func checkPrometheus(t *testing.T, s types.ServiceConfig, text string) {
	t.Helper()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not here")
	}
	root := t.TempDir()
	for _, v := range s.Volumes {
		if v.Target != "/etc/prometheus/rules" {
			continue
		}
		if err := os.CopyFS(filepath.Join(root, "rules"), os.DirFS(v.Source)); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(root, "prometheus.yml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(promtool, "check", "config", name).CombinedOutput()
	if err != nil || strings.Count(string(out), "rules found") != 2 {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

func TestComposesGrafanaFindsDashboardsAndPrometheus(t *testing.T) {
	both(t, func(t *testing.T, p *types.Project) {
		g := p.Services["grafana"]
		var provided struct {
			Providers []struct {
				Options struct{ Path string }
			}
		}
		if err := yaml.Unmarshal([]byte(read(t, "../grafana/provisioning/dashboards/atrium.yaml")), &provided); err != nil {
			t.Fatal(err)
		}
		targets := map[string]bool{}
		for _, v := range g.Volumes {
			targets[v.Target] = true
		}
		for _, want := range []string{provided.Providers[0].Options.Path, "/etc/grafana/provisioning/datasources", "/etc/grafana/provisioning/dashboards"} {
			if !targets[want] {
				t.Errorf("nothing is mounted at %s", want)
			}
		}
		want := "http://localhost:9090"
		if g.NetworkMode != "host" {
			want = "http://prometheus:9090"
		}
		if got := g.Environment["PROMETHEUS_URL"]; got == nil || *got != want {
			t.Errorf("PROMETHEUS_URL is %v, want %s", got, want)
		}
	})
}

// TestOnlyPageAndMediaAreForOthers looks at what is reachable from elsewhere.
func TestOnlyPageAndMediaAreForOthers(t *testing.T) {
	for name, s := range project(t, true).Services {
		if s.NetworkMode == "host" {
			t.Errorf("%s still has the host's network", name)
		}
		for _, p := range s.Ports {
			if media := p.Target == 8082 && p.Published == "8082"; media == (p.HostIP == "127.0.0.1") {
				t.Errorf("%s: port %+v", name, p)
			}
		}
	}
	host := project(t, false)
	cfg := server(t, host)
	if !strings.HasPrefix(cfg.Operator.Listen, "localhost:") {
		t.Errorf("the operator's listener is on %s", cfg.Operator.Listen)
	}
	if got := *host.Services["grafana"].Environment["GF_SERVER_HTTP_ADDR"]; got != "127.0.0.1" {
		t.Errorf("Grafana listens on %s", got)
	}
	if got := strings.Join(host.Services["prometheus"].Command, " "); !strings.Contains(got, "--web.listen-address=127.0.0.1:") {
		t.Errorf("Prometheus is run as %s", got)
	}
}

func TestTheBridgeAsksForTheAddress(t *testing.T) {
	_, err := compose(t, nil, "compose.yaml", "compose.bridge.yaml")
	if err == nil || !strings.Contains(err.Error(), "the address at which clients reach this machine") {
		t.Errorf("error %v", err)
	}
}

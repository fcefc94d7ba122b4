package check

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// closing is what the server may take after its drain (closeTime in cmd/atrium,
// 5 s), and then some.
const closing = 10 * time.Second

// configuration loads atrium.yaml of an installation as the pod would: with the
// environment that the chart gives it, which names the pod with the number 3.
func configuration(t *testing.T, m manifest) config.Config {
	t.Helper()
	var text string
	for _, c := range m.configs {
		if data, ok := c.Data["atrium.yaml"]; ok {
			text = data
		}
	}
	var environ []string
	for _, v := range container(m).Env {
		value := strings.ReplaceAll(v.Value, "$(POD_INDEX)", "3")
		if v.ValueFrom != nil && v.ValueFrom.FieldRef.FieldPath == "status.hostIP" {
			value = "192.0.2.77"
		}
		if strings.HasPrefix(v.Name, "ATRIUM_") {
			environ = append(environ, v.Name+"="+value)
		}
	}
	loaded, err := config.Load(config.Sources{Path: "atrium.yaml", File: []byte(text), Environ: environ})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for _, warning := range loaded.Warnings {
		if !strings.Contains(warning, "ATRIUM_CONFIG") {
			t.Error(warning)
		}
	}
	return loaded.Config
}

func pod(m manifest) core.PodSpec         { return m.sets[0].Spec.Template.Spec }
func container(m manifest) core.Container { return pod(m).Containers[0] }

func TestThePodOutlivesItsDrain(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		drain := configuration(t, m).Shutdown.Drain
		var sleep time.Duration
		if l := container(m).Lifecycle; l != nil {
			sleep = time.Duration(l.PreStop.Sleep.Seconds) * time.Second
		}
		grace := time.Duration(*pod(m).TerminationGracePeriodSeconds) * time.Second
		if grace < sleep+drain+closing {
			t.Errorf("it is killed after %v; it sleeps %v, drains %v and closes in %v", grace, sleep, drain, closing)
		}
	})
}

func TestThePodHasNoRightsAndNamesItsImage(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		p, c := pod(m), container(m)
		switch s, own := p.SecurityContext, c.SecurityContext; {
		case !*s.RunAsNonRoot || *s.RunAsUser != 65532 || s.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault:
			t.Errorf("security of the pod: %+v", s)
		case *own.AllowPrivilegeEscalation || !*own.ReadOnlyRootFilesystem || len(own.Capabilities.Add) > 0 || own.Capabilities.Drop[0] != "ALL":
			t.Errorf("security of the container: %+v", own)
		}
		if *p.AutomountServiceAccountToken || *m.accounts[0].AutomountServiceAccountToken {
			t.Error("the pod gets a token")
		}
		_, after, ok := strings.Cut(c.Image, "/atrium")
		if !ok || after == "" || strings.HasSuffix(c.Image, ":latest") {
			t.Errorf("image %q", c.Image)
		}
		if p.HostPID || p.HostIPC {
			t.Error("the pod sees the node")
		}
	})
}

// TestProbesAskTheOperatorsListener holds the ports of probes against those that
// the server listens on.
func TestProbesAskTheOperatorsListener(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		cfg, c := configuration(t, m), container(m)
		ports := map[string]core.ContainerPort{}
		for _, p := range c.Ports {
			ports[p.Name] = p
		}
		for path, probe := range map[string]*core.Probe{"/healthz": c.LivenessProbe, "/healthz ": c.StartupProbe, "/readyz": c.ReadinessProbe} {
			get := probe.HTTPGet
			if get.Path != strings.TrimSpace(path) || get.Port != intstr.FromString("operator") {
				t.Errorf("%s: %+v", path, get)
			}
			host := get.Host
			if host == "127.0.0.1" {
				host = "localhost"
			}
			if want := host + ":" + number(ports["operator"].ContainerPort); cfg.Operator.Listen != want {
				t.Errorf("the server listens on %s, and %s asks %s", cfg.Operator.Listen, path, want)
			}
			if probe.TimeoutSeconds < 3 {
				t.Errorf("%s: an answer may take 2 s", path)
			}
		}
		if want := ":" + number(ports["http"].ContainerPort); cfg.HTTP.Listen != want {
			t.Errorf("the page is on %s, the port on %s", cfg.HTTP.Listen, want)
		}
	})
}

func TestNobodyButTheNodeReachesTheOperatorsListenerUnlessAskedFor(t *testing.T) {
	m := install(t, "auth: {openToAll: true}")
	if got := configuration(t, m).Operator.Listen; !strings.HasPrefix(got, "localhost:") {
		t.Errorf("with the node's network it listens on %s", got)
	}
	m = install(t, "auth: {openToAll: true}\nmedia: {exposure: nodePort, addresses: nodeIP}")
	if len(m.policies) != 1 {
		t.Fatal("no policy")
	}
	for _, rule := range m.policies[0].Spec.Ingress {
		for _, port := range rule.Ports {
			operator := port.EndPort == nil && *port.Port == intstr.FromInt32(8081)
			if operator != (len(rule.From) > 0) {
				t.Errorf("rule %+v", rule)
			}
		}
	}
}

// TestMediaReachesThePodThatWasTold compares what a client is told with where the
// network leads.
func TestMediaReachesThePodThatWasTold(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		cfg := configuration(t, m) // of pod 3
		if pod(m).HostNetwork {
			for _, p := range container(m).Ports {
				if strings.HasPrefix(p.Name, "media") && int(p.ContainerPort) != cfg.Media.Port {
					t.Errorf("the server has port %d, the pod %d", cfg.Media.Port, p.ContainerPort)
				}
			}
			return
		}
		if cfg.Media.Port != 30083 || len(cfg.Media.PublicAddresses) == 0 {
			t.Errorf("pod 3 tells its clients %v port %d", cfg.Media.PublicAddresses, cfg.Media.Port)
		}
		for _, s := range m.services {
			if s.Spec.Type != core.ServiceTypeNodePort {
				continue
			}
			of := s.Spec.Selector["statefulset.kubernetes.io/pod-name"]
			for _, p := range s.Spec.Ports {
				if p.NodePort != p.TargetPort.IntVal || !strings.HasSuffix(of, "-"+number(p.NodePort-30080)) {
					t.Errorf("service %s leads port %d to port %v of %s", s.Name, p.NodePort, p.TargetPort, of)
				}
			}
			if s.Spec.ExternalTrafficPolicy != core.ServiceExternalTrafficPolicyLocal || !s.Spec.PublishNotReadyAddresses {
				t.Errorf("service %s: media may go through another node, or ends when the pod drains", s.Name)
			}
		}
	})
}

func TestWhateverSelectsThePodsFindsThem(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		set := m.sets[0]
		has := labels.Set(set.Spec.Template.Labels)
		finds := func(what string, selector map[string]string) {
			t.Helper()
			of := map[string]string{}
			for key, value := range selector {
				if key != "statefulset.kubernetes.io/pod-name" { // Kubernetes adds it
					of[key] = value
				}
			}
			if len(of) == 0 || !labels.SelectorFromSet(of).Matches(has) {
				t.Errorf("%s selects %v, and the pods have %v", what, selector, has)
			}
		}
		finds("the set", set.Spec.Selector.MatchLabels)
		headless := false
		for _, s := range m.services {
			finds("service "+s.Name, s.Spec.Selector)
			headless = headless || s.Name == set.Spec.ServiceName && s.Spec.ClusterIP == core.ClusterIPNone
		}
		if !headless {
			t.Error("the set's service is missing")
		}
		for _, b := range m.budgets {
			finds("the budget", b.Spec.Selector.MatchLabels)
		}
		for _, p := range m.policies {
			finds("the policy", p.Spec.PodSelector.MatchLabels)
		}
		for _, spread := range pod(m).TopologySpreadConstraints {
			finds("the spread", spread.LabelSelector.MatchLabels)
		}
		for _, a := range m.scalers {
			if a.Spec.ScaleTargetRef.Name != set.Name || set.Spec.Replicas != nil {
				t.Error("the autoscaler scales something else, or the set says a number too")
			}
		}
		for _, monitor := range m.monitors {
			found := 0
			for _, s := range m.services {
				if labels.SelectorFromSet(monitor.Spec.Selector.MatchLabels).Matches(labels.Set(s.Labels)) {
					found++
				}
			}
			if found != 1 {
				t.Errorf("the monitor selects %d services: each pod would be scraped so often", found)
			}
		}
	})
}

func TestWhatIsMountedIsThere(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		cfg := configuration(t, m)
		volumes := map[string]bool{}
		for _, v := range pod(m).Volumes {
			volumes[v.Name] = true
		}
		var mounted []string
		for _, mount := range container(m).VolumeMounts {
			if !volumes[mount.Name] || !mount.ReadOnly {
				t.Errorf("mount %+v", mount)
			}
			mounted = append(mounted, mount.MountPath+"/")
		}
		for _, file := range []string{cfg.TLS.Cert, cfg.TLS.Key, cfg.Admin.TokenFile, cfg.Auth.SecretFile} {
			found := file == ""
			for _, directory := range mounted {
				found = found || strings.HasPrefix(file, directory)
			}
			if !found {
				t.Errorf("%s is on no volume", file)
			}
		}
	})
}

func TestIngressLeadsEachHostToOneService(t *testing.T) {
	m := install(t, installations()["everything on, node ports"])
	var got []string
	for _, rule := range m.ingresses[0].Spec.Rules {
		got = append(got, rule.Host+" "+rule.HTTP.Paths[0].Backend.Service.Name)
	}
	want := "0.call.example.org call-atrium-0, 1.call.example.org call-atrium-1, 2.call.example.org call-atrium-2, 3.call.example.org call-atrium-3"
	if strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
	for _, line := range got {
		_, service, _ := strings.Cut(line, " ")
		found := false
		for _, s := range m.services {
			found = found || s.Name == service
		}
		if !found {
			t.Errorf("no service %s", service)
		}
	}
}

func TestRulesAndDashboardsOfTheChartAreThoseOfTheRepository(t *testing.T) {
	m := install(t, installations()["everything on, node ports"])
	if len(m.rules) != 2 || len(m.rules[0].Spec.Groups) == 0 || len(m.rules[1].Spec.Groups) == 0 {
		t.Errorf("%d objects with rules", len(m.rules))
	}
	dashboards := 0
	for _, c := range m.configs {
		for name, text := range c.Data {
			if !strings.HasSuffix(name, ".json") {
				continue
			}
			dashboards++
			if strings.TrimSpace(text) != strings.TrimSpace(read(t, "../grafana/dashboards/"+name)) {
				t.Errorf("%s differs", name)
			}
		}
	}
	if dashboards != 5 {
		t.Errorf("%d dashboards", dashboards)
	}
}

func number(n int32) string { return strconv.Itoa(int(n)) }

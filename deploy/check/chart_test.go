package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

const (
	chartDirectory = "../helm/atrium"
	kubernetes     = "v1.30.0" // the oldest that the chart takes
)

// values are those of an installation, as nested maps.
type values = map[string]any

// installations are combinations of values that people may come to.
func installations() map[string]string {
	return map[string]string{
		"no more than who may join": `
auth: {openToAll: true}
`,
		"node ports": `
auth: {existingSecret: tokens}
media: {exposure: nodePort, addresses: nodeIP}
`,
		"everything on, node ports": `
replicas: 3
image: {digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
imagePullSecrets: [{name: pull}]
media: {exposure: nodePort, addresses: fixed, publicAddresses: ["192.0.2.1", "2001:db8::1"]}
config: {auth: {issuer: "https://id.example.org"}, rooms: {max_rooms: 5}, media: {dscp: 46}, log: {level: debug}}
admin: {token: secret}
auth: {existingSecret: tokens, jwks: "https://id.example.org/keys.json"}
tls: {secretName: certificate}
ingress: {enabled: true, host: call.example.org, className: nginx, tlsSecretName: certificate, annotations: {a: b}}
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 4}
metrics: {serviceMonitor: {enabled: true, labels: {release: x}}, prometheusRule: {enabled: true, labels: {release: x}}, dashboards: {enabled: true}}
serviceAccount: {annotations: {a: b}}
podAnnotations: {a: b}
podLabels: {a: b}
nodeSelector: {a: b}
tolerations: [{operator: Exists}]
affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}
priorityClassName: media
`,
		"everything on, host network": `
media: {exposure: hostNetwork, addresses: nodeIP, port: 10000}
operator: {exposeOnNode: true}
admin: {existingSecret: mine}
auth: {jwks: "https://id.example.org/keys.json"}
tls: {secretName: certificate}
ingress: {enabled: true, host: call.example.org}
autoscaling: {enabled: true, metric: cpu, maxReplicas: 20}
metrics: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboards: {enabled: true}}
`,
		"everything off": `
auth: {openToAll: true}
replicas: 0
media: {addresses: fixed, publicAddresses: [192.0.2.1]}
shutdown: {drainSeconds: 0, preStopSleepSeconds: 0}
podDisruptionBudget: {enabled: false}
networkPolicy: {enabled: false}
topologySpreadConstraints: []
resources: {}
`,
	}
}

func parse(t *testing.T, text string) values {
	t.Helper()
	parsed := values{}
	if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

func load(t *testing.T) *chart.Chart {
	t.Helper()
	c, err := loader.LoadDir(chartDirectory)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// render returns the templates' output by file, as "helm install" would send it.
func render(c *chart.Chart, given values) (map[string]string, error) {
	version, err := chartutil.ParseKubeVersion(kubernetes)
	if err != nil {
		return nil, err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	all, err := chartutil.ToRenderValues(c, given, chartutil.ReleaseOptions{Name: "call", Namespace: "media", IsInstall: true}, capabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(c, all)
}

// manifest is everything that an installation consists of.
type manifest struct {
	configs   []core.ConfigMap
	secrets   []core.Secret
	accounts  []core.ServiceAccount
	services  []core.Service
	sets      []apps.StatefulSet
	ingresses []networking.Ingress
	policies  []networking.NetworkPolicy
	budgets   []policy.PodDisruptionBudget
	scalers   []autoscaling.HorizontalPodAutoscaler
	monitors  []monitoring.ServiceMonitor
	rules     []monitoring.PrometheusRule
}

// add decodes an object strictly: what its type does not have is an error.
func (m *manifest) add(kind string, document []byte) error {
	switch kind {
	case "v1/ConfigMap":
		return decode(document, &m.configs)
	case "v1/Secret":
		return decode(document, &m.secrets)
	case "v1/ServiceAccount":
		return decode(document, &m.accounts)
	case "v1/Service":
		return decode(document, &m.services)
	case "apps/v1/StatefulSet":
		return decode(document, &m.sets)
	case "networking.k8s.io/v1/Ingress":
		return decode(document, &m.ingresses)
	case "networking.k8s.io/v1/NetworkPolicy":
		return decode(document, &m.policies)
	case "policy/v1/PodDisruptionBudget":
		return decode(document, &m.budgets)
	case "autoscaling/v2/HorizontalPodAutoscaler":
		return decode(document, &m.scalers)
	case "monitoring.coreos.com/v1/ServiceMonitor":
		return decode(document, &m.monitors)
	case "monitoring.coreos.com/v1/PrometheusRule":
		return decode(document, &m.rules)
	}
	return fmt.Errorf("kind %q is not known here", kind)
}

func decode[T any](document []byte, list *[]T) error {
	var object T
	text, err := yaml.YAMLToJSONStrict(document)
	if err == nil {
		var faults []error
		faults, err = json.UnmarshalStrict(text, &object) // minds capital letters, as the API server does
		err = errors.Join(append(faults, err)...)
	}
	if err != nil {
		return fmt.Errorf("%w in\n%s", err, document)
	}
	*list = append(*list, object)
	return nil
}

// install renders the chart and decodes what comes out.
func install(t *testing.T, given string) manifest {
	t.Helper()
	files, err := render(load(t), parse(t, given))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	for name, text := range files {
		if strings.HasSuffix(name, ".txt") {
			continue
		}
		for _, document := range strings.Split(text, "\n---\n") {
			var head struct{ APIVersion, Kind string }
			if err := yaml.Unmarshal([]byte(document), &head); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, document)
			}
			if head.Kind == "" {
				continue // switched off
			}
			if err := m.add(head.APIVersion+"/"+head.Kind, []byte(document)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	return m
}

// each runs a test for every installation.
func each(t *testing.T, check func(*testing.T, manifest)) {
	t.Helper()
	for name, given := range installations() {
		t.Run(name, func(t *testing.T) { check(t, install(t, given)) })
	}
}

func TestHelmFindsNoFaultInTheChart(t *testing.T) {
	for name, given := range installations() {
		linter := lint.All(chartDirectory, parse(t, given), "media", false)
		for _, message := range linter.Messages {
			// An icon would be the only thing it misses.
			if message.Severity > support.InfoSev {
				t.Errorf("%s: %s", name, message)
			}
		}
	}
}

func TestValuesThatAreWrongAreRefused(t *testing.T) {
	for given, want := range map[string]string{
		"image: {tag: latest}":            "image.tag",
		"media: {exposure: loadBalancer}": "media.exposure",
		"media: {exposure: nodePort}":     "choose nodeIP or fixed",
		"media: {addresses: fixed}":       "there is none",
		"media: {exposure: nodePort, addresses: nodeIP, nodePort: {base: 30081}}": "media.nodePort.base",
		"media: {exposure: nodePort, addresses: nodeIP}\nreplicas: 11":            "ten pods at most",
		"media: {port: 443}":                                           "media.port",
		"metrics: {serviceMonitor: {enabled: true}}":                   "exposeOnNode",
		"ingress: {enabled: true}":                                     "ingress.host",
		"goMemoryLimit: 1Gi":                                           "goMemoryLimit",
		"config: {operator: {listen: ':1'}}":                           "config",
		"config: {media: {port: 1}}":                                   "config",
		"admin: {token: a, existingSecret: b}":                         "exclude each other",
		"autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 2}": "minReplicas",
		"auth: {openToAll: false}":                                     "who may join",
		"auth: {openToAll: true, existingSecret: a}":                   "would have no effect",
		"auth: {jwks: 'http://id.example.org'}":                        "auth.jwks",
		"config: {auth: {mode: open}}":                                 "config",
		"replicaCount: 2":                                              "replicaCount",
		"shutdown: {drainSeconds: 5m}":                                 "shutdown.drainSeconds",
	} {
		_, err := render(load(t), parse(t, given))
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "/", "."), want) {
			t.Errorf("%s: error %v, want one that names %s", given, err, want)
		}
	}
}

func TestEveryNameIsGivenOnce(t *testing.T) {
	each(t, func(t *testing.T, m manifest) {
		var names []string
		for _, s := range m.services {
			names = append(names, "service "+s.Name)
		}
		for _, c := range m.configs {
			names = append(names, "config "+c.Name)
		}
		for _, r := range m.rules {
			names = append(names, "rule "+r.Name)
		}
		slices.Sort(names)
		if once := slices.Compact(slices.Clone(names)); len(once) != len(names) {
			t.Errorf("names %q", names)
		}
		if len(m.sets) != 1 || len(m.accounts) != 1 {
			t.Errorf("%d workloads, %d accounts", len(m.sets), len(m.accounts))
		}
	})
}

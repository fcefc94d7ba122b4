package dashboards

import "strings"

// selection is what $at stands for in Grafana: the variables at the top of the page.
const selection = `job=~"$job",instance=~"$instance"`

// forGrafana returns the query as Grafana takes it.
func forGrafana(expr string) string {
	return strings.NewReplacer("$at", selection, "$window", "$__rate_interval").Replace(expr)
}

// Filled returns the query as Prometheus takes it: with the job and the window given,
// and all instances.
func (q Query) Filled(job, window string) string {
	return strings.NewReplacer("$at", `job=~"`+job+`",instance=~".+"`, "$window", window).Replace(q.Expr)
}

// quantile returns the q-quantile of a classic histogram over the instances, by the
// labels given besides.
func quantile(q, metric string, by ...string) string {
	return "histogram_quantile(" + q + ", sum by (" + strings.Join(append([]string{"le"}, by...), ", ") + ") (rate(" + metric + "_bucket{$at}[$window])))"
}

// quantiles asks for the median and two tails of a histogram.
func quantiles(metric string) []Query {
	return []Query{
		ask(quantile("0.5", metric), "median"),
		ask(quantile("0.95", metric), "95 %"),
		ask(quantile("0.99", metric), "99 %"),
	}
}

// buckets asks for a histogram as a heat map wants it.
func buckets(metric string) []Query {
	return []Query{ask("sum by (le) (increase("+metric+"_bucket{$at}[$window]))", "{{le}}")}
}

// rate returns the sum over the instances of how fast a counter grows, by the labels
// given. The counter may have a selection of its own, in braces.
func rate(counter string, by ...string) string {
	return sum("rate("+at(counter)+"[$window])", by...)
}

// total returns the sum of a gauge over the instances, by the labels given.
func total(gauge string, by ...string) string { return sum(at(gauge), by...) }

func sum(expr string, by ...string) string {
	if len(by) == 0 {
		return "sum(" + expr + ")"
	}
	return "sum by (" + strings.Join(by, ", ") + ") (" + expr + ")"
}

// at puts the selection into the braces of a metric, which it may have already.
func at(metric string) string {
	name, own, narrowed := strings.Cut(metric, "{")
	if narrowed {
		return name + "{$at," + own
	}
	return name + "{$at}"
}

// share returns a part of a whole, both rates: 0 while there is neither, and nothing
// if the metrics are missing.
func share(part, whole string) string { return part + " / clamp_min(" + whole + ", 0.001)" }

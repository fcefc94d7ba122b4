package render

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// table joins the answers of several queries by their server, a line for each.
func table(p dashboards.Panel, a Answers) string {
	type line struct {
		labels map[string]string
		cells  []string
	}
	lines := map[string]*line{}
	var order, heads []string
	for i, q := range p.Queries {
		for _, s := range a[q.Expr] {
			key := s.Labels["instance"] + s.Labels["alertname"]
			if lines[key] == nil {
				lines[key] = &line{map[string]string{}, make([]string, len(p.Queries))}
				order = append(order, key)
			}
			maps.Copy(lines[key].labels, s.Labels)
			if v, ok := s.Last(); ok {
				lines[key].cells[i] = fmt.Sprintf(`<span style="color:%s">%s</span>`, cellColor(q.Limits.Judge(v)), number(v, q.Unit))
			}
			for name := range s.Labels {
				if !slices.Contains(heads, name) {
					heads = append(heads, name)
				}
			}
		}
	}
	if len(lines) == 0 {
		return empty(p)
	}
	slices.Sort(heads)
	var b strings.Builder
	b.WriteString(`<table><tr>`)
	for _, h := range heads {
		fmt.Fprintf(&b, `<th>%s</th>`, html.EscapeString(h))
	}
	for _, q := range p.Queries {
		fmt.Fprintf(&b, `<th>%s</th>`, html.EscapeString(q.Legend))
	}
	for _, key := range order {
		b.WriteString(`</tr><tr>`)
		for _, h := range heads {
			fmt.Fprintf(&b, `<td>%s</td>`, html.EscapeString(lines[key].labels[h]))
		}
		for _, c := range lines[key].cells {
			fmt.Fprintf(&b, `<td>%s</td>`, c)
		}
	}
	b.WriteString(`</tr></table>`)
	return b.String()
}

func cellColor(v dashboards.Verdict) string {
	if v == dashboards.Unjudged {
		return "inherit"
	}
	return verdictColor(v)
}

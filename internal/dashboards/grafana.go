package dashboards

import (
	"bytes"
	"encoding/json"
)

// schemaVersion of Grafana 11; later ones migrate it.
const schemaVersion = 39

// JSON returns the dashboard as Grafana's provisioning reads it.
func (d Dashboard) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(page{
		UID: d.UID, Title: d.Title, Description: d.About,
		Tags: []string{tag}, SchemaVersion: schemaVersion, Version: 1,
		Editable: true, GraphTooltip: sharedCrosshair, Refresh: "30s", Timezone: "browser",
		Time:        timeRange{"now-1h", "now"},
		Annotations: list[annotation]{[]annotation{restarts()}},
		Templating:  list[variable]{variables()},
		Links:       links(),
		Panels:      d.panels(),
	})
	return b.Bytes(), err
}

const (
	tag             = "atrium"
	sharedCrosshair = 1 // the cursor shows in all graphs of the page
	prometheus      = "prometheus"
)

type page struct {
	UID           string           `json:"uid"`
	Title         string           `json:"title"`
	Description   string           `json:"description"`
	Tags          []string         `json:"tags"`
	SchemaVersion int              `json:"schemaVersion"`
	Version       int              `json:"version"`
	Editable      bool             `json:"editable"`
	GraphTooltip  int              `json:"graphTooltip"`
	Refresh       string           `json:"refresh"`
	Timezone      string           `json:"timezone"`
	Time          timeRange        `json:"time"`
	Annotations   list[annotation] `json:"annotations"`
	Templating    list[variable]   `json:"templating"`
	Links         []link           `json:"links"`
	Panels        []any            `json:"panels"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type list[T any] struct {
	List []T `json:"list"`
}

// source is a reference to a data source.
type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// chosen is the data source of the variable at the top of the page.
func chosen() source { return source{prometheus, "${datasource}"} }

// annotation marks moments in all graphs.
type annotation struct {
	Name        string `json:"name"`
	Datasource  source `json:"datasource"`
	Enable      bool   `json:"enable"`
	Expr        string `json:"expr"`
	IconColor   string `json:"iconColor"`
	TitleFormat string `json:"titleFormat"`
	TextFormat  string `json:"textFormat"`
	Step        string `json:"step"`
}

func restarts() annotation {
	return annotation{
		Name: "Restarts", Datasource: chosen(), Enable: true, IconColor: "purple", Step: "30s",
		Expr:        forGrafana("changes(process_start_time_seconds{$at}[1m]) > 0"),
		TitleFormat: "Restart", TextFormat: "{{instance}}",
	}
}

// variable is a choice at the top of the page.
type variable struct {
	Name       string  `json:"name"`
	Label      string  `json:"label"`
	Type       string  `json:"type"`
	Query      any     `json:"query"`
	Definition string  `json:"definition,omitempty"`
	Datasource *source `json:"datasource,omitempty"`
	Refresh    int     `json:"refresh"`
	Sort       int     `json:"sort,omitempty"`
	Multi      bool    `json:"multi"`
	IncludeAll bool    `json:"includeAll"`
	AllValue   string  `json:"allValue,omitempty"`
	Current    *choice `json:"current,omitempty"`
}

type choice struct {
	Selected bool     `json:"selected"`
	Text     []string `json:"text"`
	Value    []string `json:"value"`
}

type labelQuery struct {
	Type  int    `json:"qryType"`
	Query string `json:"query"`
	RefID string `json:"refId"`
}

func variables() []variable {
	return []variable{
		{Name: "datasource", Label: "Data source", Type: "datasource", Query: prometheus, Refresh: 1},
		labelValues("job", "Job", "label_values(atrium_build_info, job)"),
		labelValues("instance", "Server", `label_values(atrium_build_info{job=~"$job"}, instance)`),
	}
}

func labelValues(name, label, query string) variable {
	const labelValuesType, onTimeRange, alphabetical = 1, 2, 1
	from := chosen()
	return variable{
		Name: name, Label: label, Type: "query", Definition: query, Datasource: &from,
		Query:   labelQuery{labelValuesType, query, "PrometheusVariableQueryEditor-VariableQuery"},
		Refresh: onTimeRange, Sort: alphabetical, Multi: true, IncludeAll: true, AllValue: ".+",
		Current: &choice{true, []string{"All"}, []string{"$__all"}},
	}
}

// link leads to other dashboards.
type link struct {
	Title       string   `json:"title"`
	Type        string   `json:"type"`
	Icon        string   `json:"icon"`
	Tooltip     string   `json:"tooltip"`
	URL         string   `json:"url"`
	Tags        []string `json:"tags"`
	AsDropdown  bool     `json:"asDropdown"`
	IncludeVars bool     `json:"includeVars"`
	KeepTime    bool     `json:"keepTime"`
	TargetBlank bool     `json:"targetBlank"`
}

// links returns one to each dashboard, which keeps the time and the variables.
func links() []link {
	var found []link
	for _, d := range All() {
		found = append(found, link{
			Title: d.Title, Type: "link", Icon: "dashboard", Tooltip: d.About, URL: "/d/" + d.UID, Tags: []string{},
			IncludeVars: true, KeepTime: true,
		})
	}
	return found
}

type grid struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

// heading is a panel of the type row.
type heading struct {
	ID        int    `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title"`
	Collapsed bool   `json:"collapsed"`
	GridPos   grid   `json:"gridPos"`
	Panels    []any  `json:"panels"`
}

type graph struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description"`
	Datasource      source           `json:"datasource"`
	GridPos         grid             `json:"gridPos"`
	FieldConfig     fieldConfig      `json:"fieldConfig"`
	Options         any              `json:"options"`
	Targets         []target         `json:"targets"`
	Transformations []transformation `json:"transformations,omitempty"`
}

type target struct {
	RefID        string `json:"refId"`
	Datasource   source `json:"datasource"`
	EditorMode   string `json:"editorMode"`
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
	Format       string `json:"format"`
	Range        bool   `json:"range"`
	Instant      bool   `json:"instant"`
}

// pageWidth in Grafana's columns.
const pageWidth = 24

// panels places the rows below each other.
func (d Dashboard) panels() []any {
	var all []any
	y, id := 0, 1
	for _, row := range d.Rows {
		all = append(all, heading{ID: id, Type: "row", Title: row.Title, GridPos: grid{1, pageWidth, 0, y}, Panels: []any{}})
		y, id = y+1, id+1
		x, height := 0, row.Lines()
		for i, p := range row.Panels {
			w := (pageWidth - x) / (len(row.Panels) - i)
			all = append(all, p.graph(id, grid{height, w, x, y}))
			x, id = x+w, id+1
		}
		y += height
	}
	return all
}

func (p Panel) graph(id int, place grid) graph {
	return graph{
		ID: id, Type: p.Kind.plugin(), Title: p.Title, Description: p.About, Datasource: chosen(), GridPos: place,
		FieldConfig: p.fields(), Options: p.options(), Targets: p.targets(), Transformations: p.transformations(),
	}
}

func (k Kind) plugin() string {
	if k == Stack {
		return string(Lines)
	}
	return string(k)
}

func (p Panel) targets() []target {
	format := "time_series"
	switch p.Kind {
	case Heatmap:
		format = "heatmap"
	case Table:
		format = "table"
	}
	var all []target
	for i, q := range p.Queries {
		all = append(all, target{
			RefID: refID(i), Datasource: chosen(), EditorMode: "code",
			Expr: forGrafana(q.Expr), LegendFormat: q.Legend, Format: format,
			Range: p.Kind != Table, Instant: p.Kind == Table,
		})
	}
	return all
}

// refID is A, B, C and so on.
func refID(i int) string { return string(rune('A' + i)) }

// pointer is for numbers whose zero is said, unlike their absence.
func pointer(v float64) *float64 { return &v }

package dashboards

// fieldConfig is how values look, apart from how they are laid out.
type fieldConfig struct {
	Defaults  fieldDefaults `json:"defaults"`
	Overrides []override    `json:"overrides"`
}

type fieldDefaults struct {
	Unit       Unit       `json:"unit"`
	Min        *float64   `json:"min,omitempty"`
	Max        *float64   `json:"max,omitempty"`
	NoValue    string     `json:"noValue,omitempty"`
	Color      color      `json:"color"`
	Thresholds thresholds `json:"thresholds"`
	Custom     any        `json:"custom,omitempty"`
}

type color struct {
	Mode string `json:"mode"`
}

type thresholds struct {
	Mode  string `json:"mode"`
	Steps []step `json:"steps"`
}

// step begins a color at a value; the first one has none.
type step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

type property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

func (p Panel) fields() fieldConfig {
	f := fieldConfig{
		Defaults:  fieldDefaults{Unit: p.Unit, Color: color{"palette-classic"}, Thresholds: p.Limits.thresholds()},
		Overrides: []override{},
	}
	switch p.Kind {
	case Stat:
		f.Defaults.Color = color{"thresholds"}
	case Lines, Stack:
		f.Defaults.Min, f.Defaults.Custom = pointer(p.Min), p.curve()
	case Table:
		f.Defaults.Custom = cell{Align: "auto", Inspect: false, CellOptions: cellOptions{"auto"}}
		f.Overrides = p.columns()
	case Heatmap:
		f.Defaults.Custom = heatCell{hideFrom{}, scale{"linear"}}
	}
	for _, q := range p.Queries {
		if q.MayBeEmpty != "" {
			f.Defaults.NoValue = "No data: " + q.MayBeEmpty
		}
	}
	if p.Max > 0 {
		f.Defaults.Max = pointer(p.Max)
	}
	return f
}

// thresholds colors from the limits, or blue where nothing is judged.
func (l Limits) thresholds() thresholds {
	t := thresholds{Mode: "absolute"}
	switch {
	case l == Limits{}:
		t.Steps = []step{{"blue", nil}}
	case l.Falling:
		t.Steps = []step{{"red", nil}, {"orange", pointer(l.Bad)}, {"green", pointer(l.Doubtful)}}
	case l.Doubtful == l.Bad:
		t.Steps = []step{{"green", nil}, {"red", pointer(l.Bad)}}
	default:
		t.Steps = []step{{"green", nil}, {"orange", pointer(l.Doubtful)}, {"red", pointer(l.Bad)}}
	}
	return t
}

// curve is how lines and areas are drawn.
type curve struct {
	DrawStyle       string          `json:"drawStyle"`
	LineWidth       int             `json:"lineWidth"`
	FillOpacity     int             `json:"fillOpacity"`
	ShowPoints      string          `json:"showPoints"`
	SpanNulls       bool            `json:"spanNulls"`
	Stacking        stacking        `json:"stacking"`
	ThresholdsStyle thresholdsStyle `json:"thresholdsStyle"`
}

type stacking struct {
	Mode  string `json:"mode"`
	Group string `json:"group"`
}

type thresholdsStyle struct {
	Mode string `json:"mode"`
}

func (p Panel) curve() curve {
	c := curve{
		DrawStyle: "line", LineWidth: 1, FillOpacity: 8, ShowPoints: "never",
		Stacking: stacking{"none", "A"}, ThresholdsStyle: thresholdsStyle{"off"},
	}
	if p.Kind == Stack {
		c.Stacking.Mode, c.FillOpacity = "normal", 30
	}
	if p.Limits != (Limits{}) {
		c.ThresholdsStyle.Mode = "dashed"
	}
	return c
}

type cell struct {
	Align       string      `json:"align"`
	Inspect     bool        `json:"inspect"`
	CellOptions cellOptions `json:"cellOptions"`
}

type cellOptions struct {
	Type string `json:"type"`
}

type heatCell struct {
	HideFrom hideFrom `json:"hideFrom"`
	Scale    scale    `json:"scaleDistribution"`
}

type hideFrom struct {
	Legend  bool `json:"legend"`
	Tooltip bool `json:"tooltip"`
	Viz     bool `json:"viz"`
}

type scale struct {
	Type string `json:"type"`
}

// columns of a table have units and limits of their own.
func (p Panel) columns() []override {
	var all []override
	for _, q := range p.Queries {
		properties := []property{{"unit", q.Unit}}
		if q.Limits != (Limits{}) {
			properties = append(properties,
				property{"thresholds", q.Limits.thresholds()},
				property{"custom.cellOptions", cellOptions{"color-text"}})
		}
		all = append(all, override{matcher{"byName", q.Legend}, properties})
	}
	return all
}

// transformation prepares the answers of a table.
type transformation struct {
	ID      string `json:"id"`
	Options any    `json:"options"`
}

type organize struct {
	Exclude map[string]bool   `json:"excludeByName"`
	Index   map[string]int    `json:"indexByName"`
	Rename  map[string]string `json:"renameByName"`
}

// transformations join the queries of a table by their labels and give the columns
// their names. Grafana calls the value of a table's only query Value, that of others
// Value #A, Value #B and so on.
func (p Panel) transformations() []transformation {
	if p.Kind != Table {
		return nil
	}
	o := organize{map[string]bool{"Time": true, "job": true, "__name__": true}, map[string]int{}, map[string]string{"instance": "Server", "version": "Version", "alertname": "Alert", "severity": "Severity"}}
	for i, q := range p.Queries {
		value := "Value #" + refID(i)
		if len(p.Queries) == 1 {
			value = "Value"
		}
		o.Rename[value] = q.Legend
	}
	return []transformation{{"merge", struct{}{}}, {"organize", o}}
}

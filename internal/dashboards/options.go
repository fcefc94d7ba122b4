package dashboards

// options is how a panel lays its values out, by kind.
func (p Panel) options() any {
	switch p.Kind {
	case Stat:
		return statOptions{
			ColorMode: "value", GraphMode: "area", JustifyMode: "auto", Orientation: "auto", TextMode: "auto", WideLayout: true,
			PercentChangeColorMode: "standard",
			ReduceOptions:          reduceOptions{Calcs: []string{"lastNotNull"}},
		}
	case Heatmap:
		return heatmapOptions{
			CellGap:   1,
			Color:     heatColor{Mode: "scheme", Scheme: "Oranges", Scale: "exponential", Exponent: 0.5, Steps: 64},
			Exemplars: heatExemplars{"rgba(255,0,255,0.7)"},
			Filter:    heatFilter{1e-9}, Legend: shown{true}, Rows: heatRows{"auto"},
			Tooltip: heatTooltip{Mode: "single", ShowColorScale: true},
			YAxis:   heatAxis{Placement: "left", Unit: p.Unit},
		}
	case Table:
		return tableOptions{ShowHeader: true, CellHeight: "sm"}
	}
	calcs := []string{}
	return graphOptions{
		Legend:  legend{DisplayMode: "list", Placement: "bottom", ShowLegend: true, Calcs: calcs},
		Tooltip: tooltip{Mode: "multi", Sort: "desc"},
	}
}

type statOptions struct {
	ColorMode              string        `json:"colorMode"`
	GraphMode              string        `json:"graphMode"`
	JustifyMode            string        `json:"justifyMode"`
	Orientation            string        `json:"orientation"`
	TextMode               string        `json:"textMode"`
	WideLayout             bool          `json:"wideLayout"`
	ShowPercentChange      bool          `json:"showPercentChange"`
	PercentChangeColorMode string        `json:"percentChangeColorMode"`
	ReduceOptions          reduceOptions `json:"reduceOptions"`
}

type reduceOptions struct {
	Calcs  []string `json:"calcs"`
	Fields string   `json:"fields"`
	Values bool     `json:"values"`
}

type graphOptions struct {
	Legend  legend  `json:"legend"`
	Tooltip tooltip `json:"tooltip"`
}

type legend struct {
	DisplayMode string   `json:"displayMode"`
	Placement   string   `json:"placement"`
	ShowLegend  bool     `json:"showLegend"`
	Calcs       []string `json:"calcs"`
}

type tooltip struct {
	Mode string `json:"mode"`
	Sort string `json:"sort"`
}

type heatmapOptions struct {
	Calculate bool          `json:"calculate"`
	ShowValue string        `json:"showValue"`
	CellGap   int           `json:"cellGap"`
	Color     heatColor     `json:"color"`
	Exemplars heatExemplars `json:"exemplars"`
	Filter    heatFilter    `json:"filterValues"`
	Legend    shown         `json:"legend"`
	Rows      heatRows      `json:"rowsFrame"`
	Tooltip   heatTooltip   `json:"tooltip"`
	YAxis     heatAxis      `json:"yAxis"`
}

type heatColor struct {
	Mode     string  `json:"mode"`
	Scheme   string  `json:"scheme"`
	Fill     string  `json:"fill"`
	Scale    string  `json:"scale"`
	Exponent float64 `json:"exponent"`
	Steps    int     `json:"steps"`
	Reverse  bool    `json:"reverse"`
}

type heatExemplars struct {
	Color string `json:"color"`
}

// heatFilter hides cells of at most the value.
type heatFilter struct {
	LE float64 `json:"le"`
}

type shown struct {
	Show bool `json:"show"`
}

type heatRows struct {
	Layout string `json:"layout"`
}

type heatTooltip struct {
	Mode           string `json:"mode"`
	YHistogram     bool   `json:"yHistogram"`
	ShowColorScale bool   `json:"showColorScale"`
}

type heatAxis struct {
	Placement string `json:"axisPlacement"`
	Reverse   bool   `json:"reverse"`
	Unit      Unit   `json:"unit"`
}

type tableOptions struct {
	FrameIndex int    `json:"frameIndex"`
	ShowHeader bool   `json:"showHeader"`
	CellHeight string `json:"cellHeight"`
}

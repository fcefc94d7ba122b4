package dashboards

// Dashboard is one page.
type Dashboard struct {
	// UID is its fixed name in addresses: /d/UID.
	UID   string
	Title string
	// About says which question it answers.
	About string
	Rows  []Row
}

// Row is a line of panels with a heading. The panels share the width of the page
// evenly.
type Row struct {
	Title  string
	Height int // in Grafana's units of about 30 pixels; 0 is that of the kind of its panels
	Panels []Panel
}

// Lines returns the height of the row in Grafana's units.
func (r Row) Lines() int {
	switch {
	case r.Height > 0:
		return r.Height
	case r.Panels[0].Kind == Stat:
		return 4
	}
	return 8
}

// Panel is one picture.
type Panel struct {
	Title string
	// About says what is shown, what is good, and what to do when it is not.
	About   string
	Kind    Kind
	Unit    Unit
	Limits  Limits
	Min     float64 // begin of the scale of graphs
	Max     float64 // end of the scale; 0 lets the values decide
	Queries []Query
}

// Query is one question to Prometheus, and what its answers are called.
type Query struct {
	// Expr is PromQL with $at and $window.
	Expr string
	// Legend names each series, with labels in double braces: {{instance}}. In a
	// table it is the heading of the column.
	Legend string
	// Unit and Limits of a table's column; panels of other kinds have their own.
	Unit   Unit
	Limits Limits
	// MayBeEmpty says why there may be no answer while all is well. A query without it
	// must be answered with numbers by every server with people in it.
	MayBeEmpty string
}

// Kind is how a panel draws.
type Kind string

// The kinds of panels, by Grafana's names of their plugins, except that Stack is a
// time series whose areas lie on each other.
const (
	Stat    Kind = "stat"
	Lines   Kind = "timeseries"
	Stack   Kind = "stack"
	Heatmap Kind = "heatmap"
	Table   Kind = "table"
)

// Unit is what a number counts, in Grafana's words.
type Unit string

// The units in use.
const (
	Count      Unit = "short"
	Share      Unit = "percentunit" // 0 to 1
	Seconds    Unit = "s"
	Bytes      Unit = "bytes"
	BitRate    Unit = "bps"
	ByteRate   Unit = "Bps"
	PacketRate Unit = "pps"
	Rate       Unit = "cps" // events a second
	Requests   Unit = "reqps"
	Words      Unit = "string"
)

// Limits divide a scale into good, doubtful and bad. The zero value does not judge.
type Limits struct {
	Doubtful, Bad float64
	// Falling is for what is better when it is higher: below Doubtful it is doubtful and
	// below Bad it is bad.
	Falling bool
}

// Verdict is what limits say of a value.
type Verdict int

// The verdicts.
const (
	Unjudged Verdict = iota
	Good
	Doubtful
	Bad
)

// Judge returns where a value lies.
func (l Limits) Judge(value float64) Verdict {
	switch {
	case l == Limits{}:
		return Unjudged
	case l.Falling && value < l.Bad, !l.Falling && value >= l.Bad:
		return Bad
	case l.Falling && value < l.Doubtful, !l.Falling && value >= l.Doubtful:
		return Doubtful
	}
	return Good
}

// rising limits: doubtful from one value on, bad from another.
func rising(doubtful, bad float64) Limits { return Limits{Doubtful: doubtful, Bad: bad} }

// falling limits: doubtful below one value, bad below another.
func falling(doubtful, bad float64) Limits {
	return Limits{Doubtful: doubtful, Bad: bad, Falling: true}
}

// ask is a query with its legend.
func ask(expr, legend string) Query { return Query{Expr: expr, Legend: legend} }

// All returns the dashboards in the order in which one reads them.
func All() []Dashboard {
	return []Dashboard{overview(), media(), quality(), capacity(), signaling()}
}

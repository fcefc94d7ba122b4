package report

import (
	"strconv"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// mostClients is how many clients the page lists; with more it would open slowly.
const mostClients = 2000

// worstClean is how many of the clean clients with trouble are shown apart.
const worstClean = 10

// roster is the clients, worst first.
type roster struct {
	Heads    []string
	Affected []clientRow
	Worst    []clientRow // of the clean ones, with some trouble
	Troubled int         // how many clean ones had some
	Clean    int         // how many clean ones there were
	All      []clientRow
	Left     int // how many All lacks
}

// clientTable is a table of clients. The short form has the first figures only,
// which fit on a screen.
type clientTable struct {
	Heads []string
	Rows  []clientRow
	Short bool
}

const shortColumns = 6

// Short makes the table of a few clients, for the template.
func (r *roster) Short(rows []clientRow) clientTable {
	return clientTable{r.Heads[:shortColumns], rows, true}
}

// Long makes the table of all clients, for the template.
func (r *roster) Long() clientTable { return clientTable{Heads: r.Heads, Rows: r.All} }

// Columns are the cells of a row that the table has room for.
func (t clientTable) Columns(row clientRow) []clientCell { return row.Cells[:len(t.Heads)] }

type clientRow struct {
	Name, Room, Conditions, Ended, Layer string
	Failed                               bool
	Cells                                []clientCell
}

// clientCell is a figure and, for sorting, its number.
type clientCell struct{ Text, Value string }

func newRoster(run *result.Run) *roster {
	columns := []struct{ metric, head string }{
		{"delivered", "Delivered"},
		{"latency.p99", "Latency p99"},
		{"freezes", "Freezes"},
		{"frozen", "Frozen"},
		{"freeze.longest", "Longest"},
		{"audio.gaps", "Audio gaps"},
		{"latency.p50", "Latency p50"},
		{"join.max", "Join"},
		{"first_keyframe.max", "First picture"},
	}
	r := &roster{}
	metrics := make([]result.Metric, 0, len(columns))
	for _, c := range columns {
		m, err := result.LookupMetric(c.metric)
		if err != nil {
			panic(err) // the names are ours
		}
		metrics = append(metrics, m)
		r.Heads = append(r.Heads, c.head)
	}
	rows := func(clients []result.Client, most int) []clientRow {
		var list []clientRow
		for i := range clients[:min(most, len(clients))] {
			list = append(list, newClientRow(run, &clients[i], metrics))
		}
		return list
	}
	clean, affected := split(run.Clients)
	var troubled []result.Client
	for i := range clean {
		if minded(&clean[i]) {
			troubled = append(troubled, clean[i])
		}
	}
	r.Affected = rows(worstFirst(affected), mostClients)
	r.Worst, r.Troubled, r.Clean = rows(worstFirst(troubled), worstClean), len(troubled), len(clean)
	r.All = rows(worstFirst(run.Clients), mostClients)
	r.Left = len(run.Clients) - len(r.All)
	return r
}

func newClientRow(run *result.Run, c *result.Client, metrics []result.Metric) clientRow {
	conditions := c.Faults
	if len(conditions) == 0 && c.Network != "" {
		conditions = []string{c.Network}
	}
	row := clientRow{Name: c.Name, Room: c.Room, Conditions: strings.Join(conditions, ", "), Ended: c.Ended, Layer: c.Layer, Failed: failed(c)}
	for _, m := range metrics {
		cell := clientCell{Text: m.Format(run, &c.Summary)}
		if v, ok := m.Value(run, &c.Summary); ok {
			cell.Value = strconv.FormatFloat(v, 'g', 6, 64)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

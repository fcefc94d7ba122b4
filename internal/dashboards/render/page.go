package render

import (
	"html/template"
	"io"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// Width of a page in pixels; its height follows from the dashboard.
const Width = 1600

// sizes of the grid, in pixels.
const (
	lineHeight = 30.0
	padding    = 8.0
	heading    = 26.0 // of a panel
)

// Page writes a dashboard as one HTML document that needs nothing else.
func Page(w io.Writer, d dashboards.Dashboard, a Answers) error {
	view := pageView{Title: d.Title, About: d.About}
	s := a.spanOf()
	for _, row := range d.Rows {
		r := rowView{Title: row.Title}
		width := float64(Width-2*padding)/float64(len(row.Panels)) - padding
		height := float64(row.Lines()) * lineHeight
		for _, p := range row.Panels {
			body := draft(p, a, s, width-2*padding, height-heading-padding)
			r.Panels = append(r.Panels, panelView{
				Title: p.Title, About: p.About, Width: int(width), Height: int(height),
				Body: template.HTML(body), //nolint:gosec // drawn here; labels are escaped
			})
		}
		view.Rows = append(view.Rows, r)
	}
	return page.Execute(w, view)
}

func draft(p dashboards.Panel, a Answers, s span, width, height float64) string {
	switch p.Kind {
	case dashboards.Stat:
		return tile(p, a, s, width, height)
	case dashboards.Heatmap:
		return heat(p, a, s, width, height)
	case dashboards.Table:
		return table(p, a)
	}
	return graph(p, a, s, width, height)
}

type pageView struct {
	Title, About string
	Rows         []rowView
}

type rowView struct {
	Title  string
	Panels []panelView
}

type panelView struct {
	Title, About  string
	Width, Height int
	Body          template.HTML
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{.Title}}</title>
<style>
body { margin: 0; padding: 8px; width: 1584px; background: #111217; color: #ccccdc; font: 13px/1.3 system-ui, "DejaVu Sans", sans-serif }
h1 { font-size: 20px; margin: 4px 4px 0 } h1 + p { margin: 2px 4px 8px; color: #8e8e99 }
h2 { font-size: 14px; margin: 10px 4px 4px; font-weight: 600 }
.row { display: flex; gap: 8px }
.panel { background: #181b1f; border: 1px solid #25282e; border-radius: 2px; box-sizing: border-box; padding: 4px 8px; overflow: hidden; position: relative }
.panel h3 { font-size: 13px; font-weight: 500; margin: 0; height: 22px }
.number { font-size: 34px; font-weight: 600; line-height: 40px; position: relative; z-index: 1 }
.spark { position: absolute; left: 8px; bottom: 0; opacity: .45 }
.axis { fill: #8e8e99; font-size: 11px } .grid { stroke: #25282e }
.limit { stroke-dasharray: 6 5; opacity: .8 } .doubtful { stroke: #FF9830 } .bad { stroke: #F2495C }
.legend { font-size: 11px; line-height: 15px; max-height: 32px; overflow: hidden } .legend span { margin-right: 10px; white-space: nowrap }
.legend i { display: inline-block; width: 12px; height: 3px; margin-right: 4px; vertical-align: middle } .legend b { font-weight: 600; color: #fff }
.empty { color: #8e8e99; text-align: center; padding-top: 24px }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #25282e } th { color: #6e9fff; font-weight: 500 }
</style>
<h1>{{.Title}}</h1><p>{{.About}}</p>
{{range .Rows}}<h2>{{.Title}}</h2><div class="row">
{{range .Panels}}<div class="panel" style="width:{{.Width}}px;height:{{.Height}}px" title="{{.About}}"><h3>{{.Title}}</h3>{{.Body}}</div>
{{end}}</div>{{end}}
</html>
`))

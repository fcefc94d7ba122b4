package render

import (
	"math"
	"regexp"
	"time"
)

// Answers are what Prometheus said, by the query's expression.
type Answers map[string][]Series

// Series is one line of an answer, oldest point first.
type Series struct {
	Labels map[string]string `json:"labels"`
	Points []Point           `json:"points"`
}

// Point is a value at a time.
type Point struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// Last returns the newest value that is a number.
func (s Series) Last() (float64, bool) {
	for i := len(s.Points) - 1; i >= 0; i-- {
		if v := s.Points[i].Value; !math.IsNaN(v) {
			return v, true
		}
	}
	return 0, false
}

var placeholder = regexp.MustCompile(`{{\s*(\w+)\s*}}`)

// name fills a legend with the labels of the series.
func (s Series) name(legend string) string {
	return placeholder.ReplaceAllStringFunc(legend, func(found string) string {
		return s.Labels[placeholder.FindStringSubmatch(found)[1]]
	})
}

// span is the time that a page shows.
type span struct{ from, to time.Time }

// spanOf returns the first and the last time of all points.
func (a Answers) spanOf() span {
	var s span
	for _, list := range a {
		for _, one := range list {
			for _, p := range one.Points {
				if s.from.IsZero() || p.At.Before(s.from) {
					s.from = p.At
				}
				if p.At.After(s.to) {
					s.to = p.At
				}
			}
		}
	}
	return s
}

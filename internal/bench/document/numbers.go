package document

import (
	"fmt"
	"math"
	"slices"
)

// Number writes a number with so many places, or that it was not to be had.
func Number(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.*f", places, v)
}

// Span is the least and the most of some numbers.
func Span(list []float64, places int) string {
	if len(list) == 0 {
		return "-"
	}
	return Number(slices.Min(list), places) + " to " + Number(slices.Max(list), places)
}

// Median returns the middle one of some numbers, of two middle ones their mean.
// Numbers that are NaN were not to be had and do not count; without any it is
// NaN.
func Median(list []float64) float64 {
	list = slices.DeleteFunc(slices.Clone(list), math.IsNaN)
	if len(list) == 0 {
		return math.NaN()
	}
	slices.Sort(list)
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

package main

import "time"

// line is the straight line through samples that has the least squares of
// distances.
type line struct {
	mean  float64 // octets, in the middle of the time
	slope float64 // octets a second
}

// fit draws the line through the samples. It needs two at different times, else
// the line is flat.
func fit(samples []heapSample) line {
	if len(samples) == 0 {
		return line{}
	}
	n := float64(len(samples))
	var meanT, meanV float64
	for _, s := range samples {
		meanT += s.at.Sub(samples[0].at).Seconds() / n
		meanV += float64(s.octets) / n
	}
	var covariance, variance float64
	for _, s := range samples {
		t := s.at.Sub(samples[0].at).Seconds() - meanT
		covariance += t * (float64(s.octets) - meanV)
		variance += t * t
	}
	if variance == 0 {
		return line{mean: meanV}
	}
	return line{mean: meanV, slope: covariance / variance}
}

// growth is how much of its mean the line rises in a time: 0.01 is 1 %.
func (l line) growth(in time.Duration) float64 {
	if l.mean == 0 {
		return 0
	}
	return l.slope * in.Seconds() / l.mean
}

// since returns the samples from a moment on.
func since(samples []heapSample, from time.Time) []heapSample {
	for i, s := range samples {
		if !s.at.Before(from) {
			return samples[i:]
		}
	}
	return nil
}

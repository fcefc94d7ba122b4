// Package overload decides when a server has no room for newcomers. Those who
// are in keep what they have: a picture that stands for everybody helps nobody,
// and a busy server has only one thing to say no to.
//
//	share of the processors, each second (a mean of ten) --> Gate.Observe
//	                 85 % five times in a row --> Busy --> joins are refused, with a time to come back
//	                           70 % --> not any more
//
// It does no I/O and has no clock.
package overload

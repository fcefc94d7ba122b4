// Package spelling finds the word that somebody meant, for error messages that
// say so.
//
//	"cuont" --> Nearest(names) --> "count"
package spelling

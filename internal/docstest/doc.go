// Package docstest holds documentation against the code that it describes: a
// test makes the text anew, and Hold compares it with the file.
//
//	<!-- keys: begin -->
//	what the code says            <- Hold(t, file, update, {"keys": text})
//	<!-- keys: end -->
package docstest

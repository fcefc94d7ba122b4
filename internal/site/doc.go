// Package site serves the files of a page from memory, with the headers that keep
// foreign code out of it: the call page's, and the administrators'.
package site

package clip

import "errors"

// What is wrong with a file. The embedded ones have nothing of that; it is for
// whoever makes new ones.
var (
	errFormat    = errors.New("not the expected format")
	errTruncated = errors.New("truncated")
	errEmpty     = errors.New("no frames")
)

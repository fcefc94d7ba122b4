package site

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// compress gives the content as gzip makes it, or nil when that saves less than a tenth: pictures are compressed
// already, and a short file goes in one packet either way. It is done once, when the server starts.
func compress(content []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // only for an invalid level
	}
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	if out.Len() > len(content)-len(content)/10 {
		return nil
	}
	return out.Bytes()
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3). A client that names gzip with weight 0 does not want it.
func acceptsGzip(h http.Header) bool {
	for _, part := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !ok {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

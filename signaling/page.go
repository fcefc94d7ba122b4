package signaling

import (
	"io/fs"
	"log/slog"

	"github.com/atrium-rtc/atrium/internal/site"
)

// Headers of every file. The page runs its own scripts and styles and nothing
// else, talks to its own server, and is the only one that may use the camera
// and the microphone.
const (
	contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
		"img-src 'self' data: blob:; media-src 'self' blob: mediastream:; connect-src 'self' ws: wss:; " +
		"worker-src 'self' blob:; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
	permissionsPolicy = "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), " +
		"fullscreen=(self), speaker-selection=(self), screen-wake-lock=(self), picture-in-picture=(self), " +
		"geolocation=(), payment=(), usb=()"
)

// shared are the client's libraries, which applications on other origins load from here.
var shared = []string{"/atrium.js", "/KurentoRoom.js"}

// newPage reads the call page; what cannot be read is not served.
func newPage(files fs.FS, log *slog.Logger) *site.Site {
	page, err := site.New(files, site.Policy{Content: contentPolicy, Permissions: permissionsPolicy, Shared: shared})
	if err != nil {
		log.Error("the page is not complete", "error", err)
	}
	return page
}

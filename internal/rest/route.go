package rest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// prefix is where the API begins. Another major version would have another one.
const prefix = "/api/v1"

// maxBody bounds bodies: the metadata of a room, escaped, fits.
const maxBody = 128 << 10

// scope says whose affair a route is.
type scope int

const (
	server  scope = iota // administrators only
	oneRoom              // the room that the path names: also tokens for it
	rooms                // several rooms: tokens see those that they are for
)

// route is one operation.
type route struct {
	method, path string
	scope        scope
	query        []string // the parameters that it takes
	serve        func(*exchange) (reply, error)
}

// reply is what a route answers when it does not refuse.
type reply struct {
	status   int
	body     any    // nil: nothing
	location string // of what was made
	// stream serves the answer instead.
	stream http.Handler
}

func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

// done is the reply of what has nothing to tell.
func done(err error) (reply, error) { return reply{status: http.StatusNoContent}, err }

// exchange is a request on its way.
type exchange struct {
	w     http.ResponseWriter
	r     *http.Request
	query url.Values
	may   authority
}

func (x *exchange) room() string   { return x.r.PathValue("room") }
func (x *exchange) user() string   { return x.r.PathValue("user") }
func (x *exchange) stream() string { return x.r.PathValue("stream") }

// read reads the body, in which the members of into may be.
func (x *exchange) read(into any, types ...string) error {
	return httpjson.Read(x.w, x.r, maxBody, into, types...)
}

// methods are the operations of one path.
type methods struct {
	*handler
	routes map[string]route
}

// byPath returns all operations by their path.
func (h *handler) byPath() map[string]methods {
	all := make(map[string]methods)
	for _, one := range h.routes() {
		if all[one.path].routes == nil {
			all[one.path] = methods{h, make(map[string]route)}
		}
		all[one.path].routes[one.method] = one
	}
	return all
}

// ServeHTTP implements http.Handler.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, known := m.routes[strings.Replace(r.Method, http.MethodHead, http.MethodGet, 1)]
	if !known {
		m.requests.note(route{method: noRoute, path: noRoute}, http.StatusMethodNotAllowed)
		w.Header().Set("Allow", strings.Join(m.allowed(), ", "))
		m.refuse(w, httpjson.Newf(http.StatusMethodNotAllowed, "%s is not for this path; %s is.", r.Method, strings.Join(m.allowed(), ", ")))
		return
	}
	m.counted(one, w, func(w http.ResponseWriter) { m.serve(one, w, r) })
}

func (m methods) serve(one route, w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r, query: r.URL.Query()}
	answer, err := m.pass(x, one)
	m.record(x, one, err)
	switch {
	case err != nil:
		m.refuse(w, m.problemOf(w, err))
	case answer.stream != nil:
		answer.stream.ServeHTTP(w, r)
	case answer.body == nil:
		w.WriteHeader(answer.status)
	default:
		if answer.location != "" {
			w.Header().Set("Location", answer.location)
		}
		m.note(httpjson.Answer(w, answer.status, answer.body))
	}
}

// allowed returns the methods of the path.
func (m methods) allowed() (list []string) {
	for method := range m.routes {
		list = append(list, method)
		if method == http.MethodGet {
			list = append(list, http.MethodHead)
		}
	}
	slices.Sort(list)
	return list
}

// pass lets a request through that its caller may make, and that is made of what the route
// knows.
func (m methods) pass(x *exchange, one route) (reply, error) {
	if one.method != http.MethodGet {
		if err := m.foreign.Check(x.r); err != nil {
			return reply{}, httpjson.New(http.StatusForbidden, "Another site's page must not act here.")
		}
	}
	var err error
	if x.may, err = m.authorize(x.r); err != nil {
		return reply{}, err
	}
	if err := x.may.check(one.scope, x.room()); err != nil {
		return reply{}, err
	}
	for name, values := range x.query {
		if !slices.Contains(one.query, name) {
			return reply{}, httpjson.Newf(http.StatusBadRequest, "There is no parameter %q here.", name)
		}
		if len(values) > 1 {
			return reply{}, httpjson.Newf(http.StatusBadRequest, "The parameter %q is there twice.", name)
		}
	}
	return one.serve(x)
}

// record logs who changed what, and what was refused to whom.
func (h *handler) record(x *exchange, one route, err error) {
	if one.method == http.MethodGet {
		return
	}
	log := h.log.With("method", one.method, "path", x.r.URL.EscapedPath(), "by", x.may.name(), "remote", x.r.RemoteAddr)
	if err != nil {
		log.Warn("request of the application refused", "error", err)
		return
	}
	log.Info("request of the application")
}

func (h *handler) refuse(w http.ResponseWriter, p httpjson.Problem) { h.note(httpjson.Refuse(w, p)) }

// note logs that an answer did not get out.
func (h *handler) note(err error) {
	if err != nil {
		h.log.Debug("no answer", "error", err)
	}
}

func (h *handler) serveNothing(w http.ResponseWriter, r *http.Request) {
	h.requests.note(route{method: noRoute, path: noRoute}, http.StatusNotFound)
	h.refuse(w, httpjson.Newf(http.StatusNotFound, "There is nothing at %s; %s/ says what there is.", r.URL.Path, prefix))
}

// only serves GET and HEAD to everybody.
func only(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			_ = httpjson.Refuse(w, httpjson.New(http.StatusMethodNotAllowed, "This is for GET.")) // nobody is left to tell
			return
		}
		serve(w, r)
	}
}

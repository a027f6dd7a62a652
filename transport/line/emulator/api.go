package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// maxBody is LINE's limit for the body of a request.
const maxBody = 2 << 20

// call is one API call, read whole.
type call struct {
	*http.Request
	id     string // x-line-request-id
	body   []byte
	host   host
	values map[string]string // of the names in the endpoint's path
}

// host is one of LINE's two API hosts.
type host int

const (
	anyHost host = iota
	apiHost
	dataHost
)

func (h host) serves(e *endpoint) bool { return h == anyHost || (h == dataHost) == e.data }

// answer is what a call gets. The functions behind the routes return it instead of writing it, so
// that a fault can carry a call out and lose the answer.
type answer struct {
	status int
	header map[string]string
	body   any
}

func (a answer) write(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	if raw, ok := a.body.([]byte); ok { // with a Content-Type of its own
		w.WriteHeader(a.status)
		_, _ = w.Write(raw)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the caller has gone: nobody is left to tell
}

// errorBody is the body of LINE's errors.
type errorBody struct {
	Message string        `json:"message"`
	Details []detail      `json:"details,omitempty"`
	Sent    []sentMessage `json:"sentMessages,omitempty"`
}

// detail is one fault in the body of a call.
type detail struct {
	Message  string `json:"message"`
	Property string `json:"property"`
}

func refuse(status int, message string) answer {
	return answer{status: status, body: errorBody{Message: message}}
}

func refuseDetails(details []detail) answer {
	return answer{status: http.StatusBadRequest, body: errorBody{
		Message: fmt.Sprintf("The request body has %d error(s)", len(details)),
		Details: details,
	}}
}

// invalid refuses a value of the path or of the query.
func invalid(name string) answer {
	return refuse(http.StatusBadRequest, "The value for the '"+name+"' parameter is invalid")
}

// unsupported refuses a media type.
func unsupported(kind string) *answer {
	return new(refuse(http.StatusUnsupportedMediaType, fmt.Sprintf("The content type, %s, is not supported", kind)))
}

var notFound = refuse(http.StatusNotFound, "Not found")

func accept(status int, body any) answer { return answer{status: status, body: body} }

// mostBody is how large the body of a call may be.
func mostBody(r *http.Request) int64 {
	if r.URL.Path == audienceFilePath {
		return maxFile
	}
	return maxBody
}

func (p *Platform) serveAPI(w http.ResponseWriter, r *http.Request, h host) {
	c := &call{Request: r, id: newUUID(), host: h}
	w.Header().Set("x-line-request-id", c.id)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody(r)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large").write(w)
		return
	case err != nil:
		panic(http.ErrAbortHandler) // the caller broke off: there is nobody to answer
	}
	c.body = body
	r.Body = io.NopCloser(bytes.NewReader(body)) // for Options.Fault
	f := p.nextFault(r)
	if !f.none() && !f.After {
		p.fail(w, r, f)
		return
	}
	a := p.answer(c)
	p.log.Debug("emulator: api call", "path", r.URL.Path, "status", a.status, "request_id", c.id)
	if !f.none() {
		p.fail(w, r, f)
		return
	}
	a.write(w)
}

// answer finds the endpoint of a call and carries it out.
func (p *Platform) answer(c *call) answer {
	e, values, allow := p.routes.match(c.Method, c.URL.Path)
	switch {
	case e == nil && allow == nil || e != nil && !c.host.serves(e):
		return notFound
	case e == nil:
		a := refuse(http.StatusMethodNotAllowed, "Method not allowed")
		a.header = map[string]string{"Allow": strings.Join(allow, ", ")}
		return a
	}
	c.values = values
	if bad := p.unauthenticated(c); bad != nil && !e.open {
		return *bad
	}
	if bad := p.limited(e); bad != nil {
		return *bad
	}
	if bad := e.admits(c); bad != nil {
		return *bad
	}
	return e.handle(c)
}

// unauthenticated refuses a call without a token that works.
func (p *Platform) unauthenticated(c *call) *answer {
	reason := p.unauthorised(c.Header.Get("Authorization"))
	if reason == "" {
		return nil
	}
	return new(refuse(http.StatusUnauthorized, "Authentication failed due to the following reason: "+
		reason+". Confirm that the access token in the authorization header is valid."))
}

// mediaType is the type of the body, without parameters.
func (c *call) mediaType() string {
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	return kind
}

// admits checks the headers of a call.
func (e *endpoint) admits(c *call) *answer {
	media := e.media
	if media == nil && e.method != http.MethodGet && e.method != http.MethodDelete {
		media = []string{"application/json"}
	}
	kind := c.mediaType()
	if len(media) > 0 && !slices.Contains(media, kind) {
		return unsupported(kind)
	}
	key := c.Header.Get("X-Line-Retry-Key") // LINE's Go SDK sends an empty one for none
	if key != "" && !e.retry {
		return new(refuse(http.StatusBadRequest, "The retry key is not supported by this endpoint"))
	}
	if key != "" && !uuid.MatchString(key) {
		return new(refuse(http.StatusBadRequest, "The retry key must be a UUID"))
	}
	return nil
}

package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody is LINE's limit for the body of a request.
const maxBody = 2 << 20

// call is one API call, read whole.
type call struct {
	*http.Request
	id   string // x-line-request-id
	body []byte
}

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

func accept(status int, body any) answer { return answer{status: status, body: body} }

func (p *Platform) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, id: newUUID()}
	w.Header().Set("x-line-request-id", c.id)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
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

// answer finds the route of a call and carries it out.
func (p *Platform) answer(c *call) answer {
	method, handle := p.route(c.URL.Path)
	switch {
	case handle == nil:
		return refuse(http.StatusNotFound, "Not found")
	case c.Method != method:
		a := refuse(http.StatusMethodNotAllowed, "Method not allowed")
		a.header = map[string]string{"Allow": method}
		return a
	}
	if reason := p.unauthorised(c.Header.Get("Authorization")); reason != "" {
		return refuse(http.StatusUnauthorized, "Authentication failed due to the following reason: "+
			reason+". Confirm that the access token in the authorization header is valid.")
	}
	if method == http.MethodPost {
		kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
		if kind != "application/json" {
			return refuse(http.StatusUnsupportedMediaType,
				fmt.Sprintf("The content type, %s, is not supported", kind))
		}
	}
	key := c.Header.Get("X-Line-Retry-Key") // LINE's Go SDK sends an empty one for none
	if key != "" && c.URL.Path != pushPath {
		return refuse(http.StatusBadRequest, "The retry key is not supported by this endpoint")
	}
	if key != "" && !uuid.MatchString(key) {
		return refuse(http.StatusBadRequest, "The retry key must be a UUID")
	}
	return handle(c)
}

const (
	pushPath    = "/v2/bot/message/push"
	profilePath = "/v2/bot/profile/"
)

// route returns the method and the function of a path, or nil.
func (p *Platform) route(path string) (string, func(*call) answer) {
	switch path {
	case "/v2/bot/message/reply":
		return http.MethodPost, p.reply
	case pushPath:
		return http.MethodPost, p.push
	case "/v2/bot/message/validate/reply", "/v2/bot/message/validate/push",
		"/v2/bot/message/validate/multicast", "/v2/bot/message/validate/narrowcast",
		"/v2/bot/message/validate/broadcast":
		return http.MethodPost, p.validate
	case "/v2/bot/chat/loading/start":
		return http.MethodPost, p.startLoading
	case "/v2/bot/info":
		return http.MethodGet, p.info
	}
	if id, ok := strings.CutPrefix(path, profilePath); ok && id != "" && !strings.Contains(id, "/") {
		return http.MethodGet, p.profile
	}
	return "", nil
}

// unauthorised returns why the call may not proceed, or an empty string.
func (p *Platform) unauthorised(header string) string {
	kind, token, _ := strings.Cut(header, " ")
	switch {
	case header == "":
		return "missing authorization header"
	case !strings.EqualFold(kind, "Bearer") || token != p.token:
		return "invalid token"
	default:
		return ""
	}
}

package line

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// api makes calls to the Messaging API.
type api struct {
	reply, push target
	doer        doer
	tokens      TokenSource
	// checked is the token that was last found to be well-formed.
	checked atomic.Pointer[string]
}

// target is one path of the API, with what is the same in all its requests.
type target struct {
	name string
	// field is the beginning of the body, up to the recipient.
	field string
	// keyed says that requests carry a retry key. On a reply it would be refused.
	keyed bool
	url   *url.URL
	head  string // an HTTP/1.1 request up to the headers that change
}

// doer sends requests. An error says that no status was received.
type doer interface {
	do(ctx context.Context, r *request) (*answer, error)
}

// answer is what matters of a response.
type answer struct {
	status                                   int
	requestID, acceptedRequestID, retryAfter string
	// body is kept only if the status is not a success.
	body []byte
	// cut says that the body could not be read to its end.
	cut bool
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

func newAPI(base *url.URL, tokens TokenSource, timeout time.Duration, client *http.Client) *api {
	return &api{
		reply:  newTarget("reply", `{"replyToken":`, false, base),
		push:   newTarget("push", `{"to":`, true, base),
		doer:   newDoer(base, timeout, client, http.ProxyFromEnvironment),
		tokens: tokens,
	}
}

// token returns the token to make a call with. The error is a *tokenError.
func (a *api) token(ctx context.Context) (string, error) {
	token, err := a.tokens.Token(ctx)
	if err != nil {
		return "", &tokenError{err}
	}
	if last := a.checked.Load(); last != nil && *last == token {
		return token, nil
	}
	if err := credential.CheckToken(token); err != nil {
		return "", &tokenError{err}
	}
	own := token // so that only this path allocates
	a.checked.Store(&own)
	return token, nil
}

// again returns the token to repeat a call with that was refused with a 401. LINE has done
// nothing then, so that a call may be repeated whatever it does.
func (a *api) again(ctx context.Context, refused string) (token string, ok bool) {
	a.tokens.Refused(refused)
	token, err := a.token(ctx)
	return token, err == nil && token != refused
}

func newDoer(
	base *url.URL, timeout time.Duration, client *http.Client, proxy func(*http.Request) (*url.URL, error),
) doer {
	if client != nil {
		return newStdClient(client, timeout)
	}
	if u, err := proxy(&http.Request{URL: base}); u != nil || err != nil {
		return newStdClient(httpcall.OwnClient(), timeout)
	}
	return newPool(base, timeout)
}

func newTarget(name, field string, keyed bool, base *url.URL) target {
	u := base.JoinPath("v2/bot/message", name)
	if u.Path[0] != '/' { // of a base without a path
		u.Path = "/" + u.Path
	}
	head := "POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host +
		"\r\nUser-Agent: " + httpcall.UserAgent + "\r\nContent-Type: application/json\r\nAuthorization: Bearer "
	return target{name: name, field: field, keyed: keyed, url: u, head: head}
}

// request is a call in the making. Requests are used again, with their buffers.
type request struct {
	target   *target
	token    string
	key      []byte // the retry key as text; empty for none
	to       []byte // the recipient, quoted
	messages []byte
	wire     []byte
}

var requests = sync.Pool{New: func() any { return new(request) }}

func (a *api) call(ctx context.Context, t *target, to string, d *transport.Delivery) (*answer, error) {
	token, err := a.token(ctx)
	if err != nil {
		return nil, err
	}
	ans, err := a.attempt(ctx, t, token, to, d)
	if err == nil && ans.status == http.StatusUnauthorized {
		if token, ok := a.again(ctx, token); ok {
			return a.attempt(ctx, t, token, to, d)
		}
	}
	return ans, err
}

func (a *api) attempt(
	ctx context.Context, t *target, token, to string, d *transport.Delivery,
) (*answer, error) {
	r := requests.Get().(*request)
	r.target, r.token, r.messages = t, token, d.Messages
	r.to = appendQuoted(r.to[:0], to)
	r.key = r.key[:0]
	if t.keyed {
		r.key = appendRetryKey(r.key, d.Key)
	}
	ans, err := a.doer.do(ctx, r)
	if cap(r.wire) > httpcall.MaxAnswer { // do not keep the buffers of the few that are large
		r.wire = nil
	}
	r.token, r.messages = "", nil
	requests.Put(r)
	if err != nil {
		return nil, fmt.Errorf("line: %s: %w", t.name, err)
	}
	return ans, nil
}

const messagesField = `,"messages":`

func (r *request) size() int {
	return len(r.target.field) + len(r.to) + len(messagesField) + len(r.messages) + 1
}

// appendBody appends the body. The messages go into it as they are, so that each attempt sends
// the same bytes.
func (r *request) appendBody(b []byte) []byte {
	b = append(b, r.target.field...)
	b = append(b, r.to...)
	b = append(b, messagesField...)
	b = append(b, r.messages...)
	return append(b, '}')
}

// appendWire appends the request as HTTP/1.1.
func (r *request) appendWire(b []byte) []byte {
	b = append(b, r.target.head...)
	b = append(b, r.token...)
	b = append(b, "\r\n"...)
	if len(r.key) > 0 {
		b = append(b, "X-Line-Retry-Key: "...)
		b = append(b, r.key...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(r.size()), 10)
	b = append(b, "\r\n\r\n"...)
	return r.appendBody(b)
}

// appendQuoted appends s as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			q, _ := json.Marshal(s) // a string always has its JSON
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

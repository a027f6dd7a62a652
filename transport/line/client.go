package line

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// api makes calls to the Messaging API.
type api struct {
	reply, push target
	// do makes a call, by the one client that the channel has for these.
	do     func(*http.Request) (*http.Response, error)
	pool   *httpcall.Pool // nil if it is not the channel's own
	tokens TokenSource
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
}

// answer is what matters of a response.
type answer struct {
	status                                   int
	requestID, acceptedRequestID, retryAfter string
	body                                     []byte
	// cut says that the body could not be read to its end.
	cut bool
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

func newAPI(base *url.URL, tokens TokenSource, timeout time.Duration, client *http.Client) *api {
	a := &api{
		reply:  newTarget("reply", `{"replyToken":`, false, base),
		push:   newTarget("push", `{"to":`, true, base),
		tokens: tokens,
	}
	if client = httpcall.New(base, client, timeout, http.ProxyFromEnvironment); client != nil {
		a.do = client.Do
	} else {
		a.pool = httpcall.NewPool(base, timeout)
		a.do = a.pool.RoundTrip // package http's Client would copy each header
	}
	return a
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

func newTarget(name, field string, keyed bool, base *url.URL) target {
	u := base.JoinPath("v2/bot/message", name)
	if u.Path[0] != '/' { // of a base without a path
		u.Path = "/" + u.Path
	}
	return target{name: name, field: field, keyed: keyed, url: u}
}

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

var jsonType, userAgent = []string{"application/json"}, []string{httpcall.UserAgent}

// attempt makes one attempt. The messages go into the body as they are, so that each sends the same bytes.
func (a *api) attempt(
	ctx context.Context, t *target, token, to string, d *transport.Delivery,
) (*answer, error) {
	const field = `,"messages":`
	body := make([]byte, 0, len(t.field)+len(to)+len(field)+len(d.Messages)+8)
	body = write.Text(append(body, t.field...), to)
	body = append(append(append(body, field...), d.Messages...), '}')
	req := &http.Request{
		Method: http.MethodPost, URL: t.url, Host: t.url.Host,
		Header:        http.Header{"Authorization": {"Bearer " + token}, "Content-Type": jsonType, "User-Agent": userAgent},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
	if ctx.Done() != nil {
		req = req.WithContext(ctx)
	}
	if t.keyed {
		req.Header[httpcall.RetryKey] = []string{httpcall.Key(d.Key)}
	}
	resp, err := a.do(req)
	if err != nil {
		return nil, fmt.Errorf("line: %s: %w", t.name, httpcall.WithoutURL(err))
	}
	return readResponse(resp), nil
}

// readResponse reads an answer to its end, as far as it is of use.
func readResponse(resp *http.Response) *answer {
	body, err := httpcall.Body(resp)
	return &answer{
		status:            resp.StatusCode,
		requestID:         resp.Header.Get(httpcall.RequestID),
		acceptedRequestID: resp.Header.Get(httpcall.AcceptedRequestID),
		retryAfter:        resp.Header.Get(httpcall.RetryAfter),
		body:              body,
		cut:               err != nil,
	}
}

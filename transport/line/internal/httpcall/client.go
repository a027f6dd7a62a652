// Package httpcall makes HTTP calls to LINE's API.
//
// Replies and pushes, one a turn, go over a Pool. BenchmarkSend of package line measures it beside net/http:
// a call costs half the CPU, 14 against 29 µs on loopback without TLS, the server's part included, and 24
// allocations against 75. A first version that was no http.RoundTripper, and wrote what the channel gave it,
// took 12 µs; the two forms of a request were not worth the two. All else goes over net/http.
package httpcall

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// UserAgent is what calls say of who makes them.
const UserAgent = "kaiwa"

const (
	// IdleTimeout is how long a connection may lie idle. Servers commonly close theirs after
	// a minute or more.
	IdleTimeout = 30 * time.Second
	// MaxIdle is how many connections may lie idle.
	MaxIdle = 256
	// KeepAlive is how often a connection is looked at below HTTP.
	KeepAlive = 30 * time.Second
	// MaxHeader is the size of the largest header, in bytes, that an answer may have.
	MaxHeader = 64 << 10
)

// The fields of LINE's answers that matter.
const (
	RequestID         = "X-Line-Request-Id"
	AcceptedRequestID = "X-Line-Accepted-Request-Id"
	RetryAfter        = "Retry-After"
)

// New returns the client for small calls to an address: that of the user; if that is nil, one of net/http where
// the environment asks for a proxy; and nil elsewhere, where a Pool makes the calls. It does not follow
// redirects, and limits each call to the timeout.
func New(
	base *url.URL, client *http.Client, timeout time.Duration, proxy func(*http.Request) (*url.URL, error),
) *http.Client {
	if client == nil {
		if u, err := proxy(&http.Request{URL: base}); u == nil && err == nil {
			return nil
		}
		client = OwnClient() // it reports the error
	}
	client = NoRedirects(client)
	if client.Timeout <= 0 || client.Timeout > timeout {
		client.Timeout = timeout
	}
	return client
}

// OwnClient returns a client of net/http that asks the environment for a proxy.
func OwnClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{KeepAlive: KeepAlive}).DialContext,
		MaxIdleConns:           MaxIdle,
		MaxIdleConnsPerHost:    MaxIdle,
		IdleConnTimeout:        IdleTimeout,
		MaxResponseHeaderBytes: MaxHeader,
		DisableCompression:     true,
	}}
}

// NoRedirects returns a copy of the client that does not follow redirects.
func NoRedirects(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// WithoutURL takes the address off an error of net/http: it may name users.
func WithoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// ParseEndpoint reads the address of an API. It does not show the address in its errors, as there may be a password in it.
func ParseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("line: the endpoint is not an address")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("line: the endpoint is not an http or https address")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("line: the endpoint has more than a host and a path")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// Package httpcall makes HTTP calls to LINE's API.
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

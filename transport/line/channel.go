package line

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// Defaults of Options.
const (
	DefaultEndpoint    = "https://api.line.me"
	DefaultMaxBody     = 1 << 20
	DefaultTimeout     = 3 * time.Second
	DefaultReplyWindow = 50 * time.Second
)

// Options are the settings of a Channel. Zero values stand for the defaults. They print and log as their Name, so that Secrets stay secret; but package fmt does
// not ask what lies in an unexported field of another struct, so keep them out of one.
type Options struct {
	// Secrets are further channel secrets that webhooks may be signed with, for the time in
	// which the secret is changed.
	Secrets []string
	// Name becomes the Channel of each event's Source, and a part of the id of each session. So it
	// keeps accounts apart that share a store, whether one process serves them or several, and may be
	// empty for one of them. If you change it later, all conversations begin anew.
	Name string
	// Tokens gives the channel access tokens, in place of the one that New is called with.
	Tokens TokenSource
	// Endpoint is the address of the API, with a path before its paths if need be. It is http
	// or https. The default is DefaultEndpoint.
	Endpoint string
	// DataEndpoint is the address of the part of the API that holds content. The default is
	// DefaultDataEndpoint, or Endpoint where that is set.
	DataEndpoint string
	// Client makes the API calls. It is used without its CheckRedirect, since redirects are
	// never followed. The default is a pool of HTTP/1.1 connections of the Channel's own, or
	// a client of its own where the environment asks for a proxy (http.ProxyFromEnvironment).
	Client *http.Client
	// MaxBody is the size of the largest webhook body, in bytes, that is read. LINE documents
	// no limit. The default is DefaultMaxBody.
	MaxBody int64
	// Timeout limits one reply or push, from connecting to the last byte, and the switch of a
	// rich menu with both of its calls. The default is DefaultTimeout.
	Timeout time.Duration
	// ReplyWindow is how long after its webhook a reply token is used. LINE asks for its use
	// within a minute and does not promise that much, nor anything 20 minutes after the event:
	// https://developers.line.biz/en/reference/messaging-api/#send-reply-message
	// The default is DefaultReplyWindow.
	ReplyWindow time.Duration
	// RepliesOnly sends nothing that costs quota: what cannot be a reply is not pushed. It is
	// dropped, after the attempt of a late reply where there is a reply token.
	RepliesOnly bool
	// Reserve is how many messages of the month's quota to keep for what can only be pushed. Once
	// no more are left, as LINE says every few minutes, late answers go out as late replies and
	// are not pushed, and a warning is logged. The default is 0: the quota is not asked for.
	Reserve int64
	// Processes is how many processes call the API with this account. Each keeps to its share of
	// LINE's rates of calls per second. The default is as many as share the bot's Redis, and
	// replies and pushes of one that is alone are left to LINE to refuse. Below zero nothing is
	// held up: for a stand-in for LINE.
	Processes int
	// Logger gets warnings, and a debug line per API call. No line has texts, tokens or ids of
	// users. The default is slog.Default.
	Logger *slog.Logger
}

// Channel is one LINE official account: it receives webhooks and sends messages. It is
// a bot.Channel; a Mux is one of several accounts. Its methods are safe for concurrent use. It has no Close: connections that
// are not used any more are closed in time.
type Channel struct {
	name     string
	entrance *entrance
	window   time.Duration
	timeout  time.Duration
	log      *slog.Logger
	now      func() time.Time
	verifier *verifier
	api      *api

	repliesOnly bool
	guard       *guard
	rates       *rates

	base, data *url.URL
	http       *http.Client
	watchers   *atomic.Pointer[[]func(*transport.Event)]
	menus      *sync.Map // the names that were declared
}

// New returns the channel with this secret and this access token, which is empty if there are
// Options.Tokens. It reports an empty secret, a token that cannot stand in a header, a token
// beside Tokens, endpoints that are no address, and numbers below zero. o may be nil.
func New(secret, token string, o *Options) (*Channel, error) {
	if o == nil {
		o = &Options{}
	}
	secrets := append([]string{secret}, o.Secrets...)
	for _, s := range secrets {
		if s == "" {
			return nil, errors.New("line: empty channel secret")
		}
	}
	tokens, err := tokensOf(token, o.Tokens)
	if err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	base, err := httpcall.ParseEndpoint(orDefault(o.Endpoint, DefaultEndpoint))
	if err != nil {
		return nil, err
	}
	data, err := httpcall.ParseEndpoint(orDefault(o.DataEndpoint, orDefault(o.Endpoint, DefaultDataEndpoint)))
	if err != nil {
		return nil, err
	}
	timeout := orDefault(o.Timeout, DefaultTimeout)
	c := &Channel{
		name:     o.Name,
		entrance: &entrance{maxBody: orDefault(o.MaxBody, DefaultMaxBody), log: o.logger()},
		window:   orDefault(o.ReplyWindow, DefaultReplyWindow),
		timeout:  timeout,
		log:      o.logger(),
		now:      time.Now,
		verifier: newVerifier(secrets),
		api:      newAPI(base, tokens, timeout, o.Client),
		base:     base,
		data:     data,
		watchers: new(atomic.Pointer[[]func(*transport.Event)]),
		menus:    new(sync.Map),
	}
	c.rates = newRates(o.Processes)
	c.repliesOnly, c.guard = o.RepliesOnly, newGuard(c, o.Reserve)
	c.http = newCaller(c, o.Client).client()
	return c, nil
}

// maxReplyWindow is the time after an event after which LINE takes no reply.
// https://developers.line.biz/en/reference/messaging-api/#send-reply-message
const maxReplyWindow = 20 * time.Minute

// check reports numbers that make no sense.
func (o *Options) check() error {
	switch {
	case o.MaxBody < 0:
		return errors.New("line: Options.MaxBody is below zero")
	case o.Timeout < 0:
		return errors.New("line: Options.Timeout is below zero")
	case o.ReplyWindow < 0 || o.ReplyWindow > maxReplyWindow:
		return errors.New("line: Options.ReplyWindow is not up to 20 minutes")
	case o.Reserve < 0:
		return errors.New("line: Options.Reserve is below zero")
	}
	return nil
}

// Accounts returns Options.Name, as the one account of the channel.
func (c *Channel) Accounts() []string { return []string{c.name} }

func (o *Options) logger() *slog.Logger {
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	if o.Name != "" {
		log = log.With("channel", o.Name)
	}
	return log
}

func tokensOf(token string, source TokenSource) (TokenSource, error) {
	if source == nil {
		return fixedToken{credential.New(token)}, credential.CheckToken(token)
	}
	if token != "" {
		return nil, errors.New("line: both a channel access token and a source of tokens")
	}
	return source, nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Watch lets f see each event of a webhook before it is accepted, from then on. It is called
// concurrently, at least once for an event, and must return at once: caches of what LINE said
// use it to forget what is no longer true. It must not change the event.
func (c *Channel) Watch(f func(*transport.Event)) {
	for {
		old := c.watchers.Load()
		all := []func(*transport.Event){f}
		if old != nil {
			all = append(all, *old...)
		}
		if c.watchers.CompareAndSwap(old, &all) {
			return
		}
	}
}

func (c *Channel) watched(events []transport.Event) {
	all := c.watchers.Load()
	if all == nil {
		return
	}
	for i := range events {
		for _, f := range *all {
			f(&events[i])
		}
	}
}

// Format prints the name of the channel, and none of its secrets, whatever the verb.
func (c *Channel) Format(f fmt.State, _ rune) {
	name := ""
	if c != nil {
		name = c.name
	}
	writeName(f, "line.Channel", name)
}

// LogValue is the name of the channel.
func (c *Channel) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format prints the name alone, as Secrets must not be shown.
func (o Options) Format(f fmt.State, _ rune) { writeName(f, "line.Options", o.Name) }

// MarshalJSON returns what Format prints, as a JSON string.
func (o Options) MarshalJSON() ([]byte, error) { return write.Text(nil, fmt.Sprint(o)), nil }

func writeName(w io.Writer, kind, name string) {
	if name != "" {
		name = "(" + name + ")"
	}
	_, _ = io.WriteString(w, kind+name)
}

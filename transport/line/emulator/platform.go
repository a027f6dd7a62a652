package emulator

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Errors that the methods of Platform return, to be told apart with errors.Is.
var (
	// ErrUnknownUser says that no user has that id or name, that the user is not in the group, or
	// that there is no such group.
	ErrUnknownUser = errors.New("emulator: unknown user")
	// ErrBlocked says that the user has blocked the bot, so nothing can be sent to it.
	ErrBlocked = errors.New("emulator: the user has blocked the bot")
	// ErrNoButton says that the chat shows no such button, or that its quick reply is gone.
	ErrNoButton = errors.New("emulator: no such button in the chat")
	// ErrBadInput says that a person could not have entered this: an empty text, a date that the
	// picker does not offer.
	ErrBadInput = errors.New("emulator: input that the chat does not allow")
	// ErrWebhook says that the bot's webhook was not reached or did not answer with a 2xx status.
	ErrWebhook = errors.New("emulator: webhook failed")
	// ErrNoEvent says that a delivery carries no event that could be sent again.
	ErrNoEvent = errors.New("emulator: the delivery has no event")
	// ErrClosed says that the platform was closed.
	ErrClosed = errors.New("emulator: closed")
)

// Options are the settings of a Platform. The zero value of each field is its default.
type Options struct {
	// Webhook is the URL that events are posted to. It can be set later with SetWebhook; until
	// then every event fails with ErrWebhook.
	Webhook string
	// Client posts the webhooks. It is used without its CheckRedirect, as LINE follows no redirects.
	// With a network in memory, the emulator and a bot work in a bubble of testing/synctest.
	// Default: one of its own.
	Client *http.Client
	// WebhookTimeout is how long the bot may take to answer a webhook. Default: 2 seconds, as LINE.
	WebhookTimeout time.Duration
	// Redeliver holds the wait before each redelivery of an event that got no 2xx. Default: none,
	// as in LINE, where redelivery is off until it is switched on.
	Redeliver []time.Duration
	// ReplyTokenLife is how long a reply token works after a delivery. Default: 1 minute.
	ReplyTokenLife time.Duration
	// Users are the names of people. They must differ. The id of a user is made from the name, so
	// it is the same in every run. AddUser adds more, with profiles. Default: "User A", "User B".
	Users []string
	// ChannelID is the id of the channel, which tokens are issued for. Default: "1234567890".
	ChannelID string
	// BotName is shown in the page. Default: "Bot".
	BotName string
	// Unverified makes the bot's account one that may not list its friends and the members of
	// groups: LINE answers 403.
	Unverified bool
	// ManualRead makes the bot mark messages as read itself, as when Chat is on in LINE's manager.
	// Default: they are read when they arrive.
	ManualRead bool
	// MonthlyLimit is how many messages a month may cost, as of LINE's price plan: one for each
	// person that a push, multicast, broadcast or narrowcast reaches. Months are those of UTC+9.
	// Default: 0, no limit.
	MonthlyLimit int
	// JobTime is how long LINE's work in the background is under way: a narrowcast, the preparation
	// of a video, the linking of a rich menu to many users. It follows Now. Default: 1 second.
	JobTime time.Duration
	// ContentLife is how long LINE keeps what users send. Default: 30 days; LINE does not tell.
	ContentLife time.Duration
	// NoRateLimits switches LINE's limits of calls per endpoint off. They are on by default, and
	// follow Now.
	NoRateLimits bool
	// Hosts are further host names under which the page may be opened. IP addresses and localhost
	// are always allowed; other names are refused, so that no web site can rebind its own to here.
	Hosts []string
	// Fault, if set, is asked at each API call whether it shall fail. It may read the body.
	// It is called concurrently.
	Fault func(*http.Request) Fault
	// Logger receives what happens, at debug level, and failed webhooks as warnings.
	// Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock for timestamps and expiry. Default: time.Now.
	Now func() time.Time
}

// Platform is the stand-in. It is an http.Handler: mount it at the root of a server of its own,
// on a loopback listener. Make one with New.
type Platform struct {
	secret  string
	opt     Options
	log     *slog.Logger
	client  *http.Client
	pages   *template.Template
	routes  routes
	boot    string // tells a page that it outlived the process it came from
	bot     User
	life    context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup

	people people
	mu     sync.Mutex // guards the state and the people
	state
}

// New makes a platform with one channel, which has this secret and this access token for good.
// AddToken and LINE's token endpoints give it more.
// It panics if two users have the same name or one has none.
func New(secret, token string, o *Options) *Platform {
	p := &Platform{
		secret: secret,
		log:    slog.New(slog.DiscardHandler),
		boot:   randomHex(4),
		state:  newState(),
		// Connections of its own: each httptest.Server that closes also closes idle connections of
		// the default transport, and may break a webhook that is just being posted.
		client: &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, IdleConnTimeout: 90 * time.Second}},
	}
	if o != nil {
		p.opt = *o
	}
	if p.opt.Client != nil {
		*p.client = *p.opt.Client
	}
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p.defaults()
	p.webhook = p.opt.Webhook
	p.keep(token, longLived, 0)
	p.people.named = map[string]*chat{}
	p.bot = User{ID: idOf("U", "bot "+p.opt.BotName), Name: p.opt.BotName}
	p.pages = parsePages()
	p.routes = p.makeRoutes()
	p.life, p.end = context.WithCancel(context.Background())
	for _, name := range p.opt.Users {
		if _, err := p.AddUser(User{Name: name}); err != nil {
			panic(fmt.Sprintf("emulator: two users are called %q, or one is not named", name))
		}
	}
	return p
}

func (p *Platform) defaults() {
	o := &p.opt
	if o.WebhookTimeout == 0 {
		o.WebhookTimeout = 2 * time.Second
	}
	if o.ReplyTokenLife == 0 {
		o.ReplyTokenLife = time.Minute
	}
	if o.ContentLife == 0 {
		o.ContentLife = 30 * day
	}
	if o.JobTime == 0 {
		o.JobTime = time.Second
	}
	if len(o.Users) == 0 {
		o.Users = []string{"User A", "User B"}
	}
	if o.ChannelID == "" {
		o.ChannelID = "1234567890"
	}
	if o.BotName == "" {
		o.BotName = "Bot"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger != nil {
		p.log = o.Logger
	}
}

// ServeHTTP serves the API under /v2/ and /oauth2/, and the chat page everywhere else.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v2/") || strings.HasPrefix(r.URL.Path, "/oauth2/") {
		p.serveAPI(w, r, anyHost)
		return
	}
	p.servePage(w, r)
}

// API serves only what LINE serves at api.line.me. With Data on a server of its own, a bot that
// mixes the two up is found out.
func (p *Platform) API() http.Handler { return p.only(apiHost) }

// Data serves only what LINE serves at api-data.line.me: content and the images of rich menus.
func (p *Platform) Data() http.Handler { return p.only(dataHost) }

func (p *Platform) only(h host) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serveAPI(w, r, h) })
}

// SetWebhook changes the URL that events are posted to.
func (p *Platform) SetWebhook(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.webhook = url
}

// UseWebhook switches the use of the webhook on or off, as LINE's console does. It is on at first.
func (p *Platform) UseWebhook(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.webhookOff = !on
}

// Close stops redeliveries, ends the live updates of open pages and makes every waiting call
// return. It waits until the redeliveries have stopped, and may be called more than once. A server
// that is shut down gracefully needs it first: http.Server.RegisterOnShutdown(p.Close).
func (p *Platform) Close() {
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	p.running.Wait()
	if p.opt.Client == nil {
		p.client.CloseIdleConnections()
	}
}

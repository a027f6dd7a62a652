package bot

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Channel is the platform's side of a bot: *line.Channel for LINE. All methods are safe for
// concurrent use.
type Channel interface {
	// Handler receives webhooks and passes the events of each to accept. It must answer with
	// success only if accept returned nil.
	Handler(accept func(context.Context, []transport.Event) error) http.Handler
	// Decode reads one event again from its Raw bytes.
	Decode(raw []byte) (transport.Event, error)
	// Send makes one attempt to deliver d and returns nil if the platform accepted it, now or at
	// an earlier attempt. Otherwise the error is a *transport.SendError that says what to do
	// next. The receipt tells how the attempt went out, whether it succeeded or not. Send ends by
	// itself within a few seconds.
	Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error)
	// ShowLoading shows the user of a one-to-one chat that an answer is on its way, for d, as
	// nearly as the platform can, or until a message comes. It ends by itself within a few
	// seconds. A platform that has no such thing returns nil.
	ShowLoading(ctx context.Context, chatID string, d time.Duration) error
	// HasMenu reports whether a menu of this name was declared. It is asked when a bot is made,
	// for each menu that a flow binds to a state. A platform that cannot tell returns true.
	HasMenu(name string) bool
	// SetProcesses says how many processes share the platform's limits now, this one among them.
	// It is called every 10 s. A platform without such limits does nothing.
	SetProcesses(n int)
}

// What Receive refuses events with. The platform should deliver them again.
var (
	// ErrClosed is returned once Shutdown was called.
	ErrClosed = errors.New("bot: shut down")
	// ErrBusy is returned if Options.MaxWebhooks calls are under way, or calls with too many
	// bytes and events together: see "Load" in the package documentation.
	ErrBusy = errors.New("bot: too many webhooks at once")
)

// Bot runs flows on the events of a channel. It is an http.Handler for the channel's webhook.
// All methods are safe for concurrent use.
type Bot struct {
	channel Channel
	store   session.Store
	flows   []*flow.Flow
	byName  map[string]*flow.Flow
	o       Options
	handler http.Handler
	acks    acks
	lanes   lanes

	skew    atomic.Int64 // the store's clock less ours, in nanoseconds
	gate    gate
	rates   rates
	noisy   rarely        // the log of what is left out
	running atomic.Int64  // turns that run
	sending atomic.Int64  // deliveries of what was left in the store
	work    chan func()   // hands work to a goroutine that is idle
	idle    atomic.Int64  // goroutines that wait for it
	spare   sync.Pool     // of *turns
	alone   chan struct{} // has room for the turn of one event that may have killed a process
	stats   stats
	stop    chan struct{} // closed by Shutdown
	mu      sync.Mutex    // guards closing, and busy.Add against busy.Wait
	closing bool
	busy    sync.WaitGroup // turns, deliveries and the sweeper
}

// New returns a bot that receives from and sends to channel, keeps its sessions in store and
// runs flows. o may be nil. The bot works in the background until Shutdown.
//
// It returns an error if there is no flow, if two have the same name or start on the same trigger,
// if a message of the options cannot be sent, or if a flow is bound to a menu that the channel does
// not have.
func New(channel Channel, store session.Store, flows []*flow.Flow, o *Options) (*Bot, error) {
	if err := checkParts(channel, store, flows); err != nil {
		return nil, err
	}
	b := &Bot{
		channel: channel, store: store, flows: flows,
		byName: make(map[string]*flow.Flow, len(flows)), stop: make(chan struct{}),
		work: make(chan func()), alone: make(chan struct{}, 1),
	}
	if o != nil {
		b.o = *o
	}
	b.o.defaults()
	if err := b.o.checkMessages(); err != nil {
		return nil, err
	}
	if err := checkMenus(channel, flows); err != nil {
		return nil, err
	}
	for _, f := range flows {
		b.byName[f.Name()] = f
	}
	b.gate.webhooks = int64(b.o.MaxWebhooks)
	b.rates.limit(b.o.UserRate)
	b.acks.flush = b.flushAcks
	b.handler = channel.Handler(b.Receive)
	b.start(b.sweep)
	b.start(b.heartbeat)
	return b, nil
}

// ServeHTTP receives a webhook.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

func (b *Bot) stopping() bool {
	select {
	case <-b.stop:
		return true
	default:
		return false
	}
}

// Shutdown stops taking events, waits for the turns that run and for what they send, and
// returns. If ctx ends first, it returns the context's error: what was left is durable (with a
// store that is) and another process, or the next start, goes on with it.
func (b *Bot) Shutdown(ctx context.Context) error {
	b.mu.Lock()
	if !b.closing {
		b.closing = true
		close(b.stop)
	}
	b.mu.Unlock()
	done := make(chan struct{})
	crash("in-shutdown")
	go func() {
		b.busy.Wait()
		b.acks.close()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

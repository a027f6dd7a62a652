package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Channel is the platform's side of a bot: *line.Channel for LINE.
type Channel interface {
	transport.Sender
	// Handler receives webhooks and passes the events of each to accept. It must answer with
	// success only if accept returned nil.
	Handler(accept func(context.Context, []transport.Event) error) http.Handler
	// Decode reads one event again from its Raw bytes.
	Decode(raw []byte) (transport.Event, error)
}

// Flow is a dialog: *flow.Flow[T] for any T.
type Flow interface {
	Name() string
	Starts(e *transport.Event) int
	Step(ctx context.Context, in *flow.Input) (flow.Result, error)
}

// Options change what a Bot does. The zero value holds the defaults.
type Options struct {
	// Scope says whose conversation an event in a group belongs to.
	// The default is session.PerMember.
	Scope session.Scope
	// Otherwise is sent to a new follower, and for a message, that no flow answers, in a
	// one-to-one chat in which none is active. The default is to send nothing.
	Otherwise transport.Message
	// Expired is sent for a tap on a button of a conversation that is over. The default is to
	// send nothing.
	Expired transport.Message
	// Failed is sent to the user whose event was set aside after all attempts. The default is to
	// send nothing.
	Failed transport.Message
	// Version numbers builds of the bot: raise it with a change after which older builds cannot
	// read the sessions. A session that a higher version wrote is left to processes of that
	// version, so that both can run during a deployment. The default is 0.
	Version uint32
	// PushToGroups lets an answer in a group or room be pushed when it cannot be a reply any
	// more. A push costs one message of the quota for each member. The default is to try it as a
	// late reply, and to drop it if the platform refuses that.
	PushToGroups bool
	// Keep is how long a session is kept after its last event or timer. The default is 7 days,
	// the least 24 h.
	Keep time.Duration
	// TurnTimeout bounds one turn: the context of actions ends by then. The default is 10 s.
	TurnTimeout time.Duration
	// MaxAttempts is how often a turn is tried before its event is set aside as a dead letter.
	// The default is 5.
	MaxAttempts int
	// MaxWebhooks is how many calls of Receive are under way at once. More are refused with
	// ErrBusy. The default is 1,024.
	MaxWebhooks int
	// MaxTurns is how many turns run at once. More events are made durable and run later.
	// The default is 256.
	MaxTurns int
	// Logger gets what an operator needs to know. The default is slog.Default().
	Logger *slog.Logger

	lease, lane time.Duration // shorter in tests
}

// What Receive refuses events with. The platform should deliver them again.
var (
	// ErrClosed is returned once Shutdown was called.
	ErrClosed = errors.New("bot: shut down")
	// ErrBusy is returned if Options.MaxWebhooks calls are under way.
	ErrBusy = errors.New("bot: too many webhooks at once")
)

// A turn holds its session for leaseTerm; whoever delivers its outputs may do so for laneTerm,
// one time-out of an API call and some. See the crash analysis in the package documentation.
const (
	leaseTerm = 10 * time.Second
	laneTerm  = 4 * time.Second
)

// Bot runs flows on the events of a channel. It is an http.Handler for the channel's webhook.
// All methods are safe for concurrent use.
type Bot struct {
	channel Channel
	store   session.Store
	flows   []Flow
	byName  map[string]Flow
	o       Options
	handler http.Handler
	acks    acks
	lanes   lanes

	skew    atomic.Int64 // the store's clock less ours, in nanoseconds
	hooks   atomic.Int64 // calls of Receive that are under way
	running atomic.Int64 // turns that run
	work    chan func()  // hands work to a goroutine that is idle
	idle    atomic.Int64 // goroutines that wait for it
	spare   sync.Pool    // of *turns
	// solo has one place, for the turn of an event that may have killed a process. It is no
	// mutex: who waits for that does not stop the time of a bubble.
	solo    chan struct{}
	stats   stats
	stop    chan struct{} // closed by Shutdown
	mu      sync.Mutex    // guards closing, and busy.Add against busy.Wait
	closing bool
	busy    sync.WaitGroup // turns, deliveries and the sweeper
}

// New returns a bot that receives from and sends to channel, keeps its sessions in store and
// runs flows. o may be nil. The bot works in the background until Shutdown.
//
// It returns an error if there is no flow, or if two have the same name.
func New(channel Channel, store session.Store, flows []Flow, o *Options) (*Bot, error) {
	if channel == nil || store == nil || len(flows) == 0 {
		return nil, errors.New("bot: a channel, a store and at least one flow are needed")
	}
	b := &Bot{
		channel: channel, store: store, flows: flows,
		byName: make(map[string]Flow, len(flows)), stop: make(chan struct{}),
		work: make(chan func()), solo: make(chan struct{}, 1),
	}
	if o != nil {
		b.o = *o
	}
	b.o.defaults()
	for _, f := range flows {
		if b.byName[f.Name()] != nil {
			return nil, fmt.Errorf("bot: two flows are named %q", f.Name())
		}
		b.byName[f.Name()] = f
	}
	for _, m := range []transport.Message{b.o.Otherwise, b.o.Expired, b.o.Failed} {
		if m == nil {
			continue
		}
		if err := m.Validate(); err != nil {
			return nil, fmt.Errorf("bot: Options: %w", err)
		}
	}
	b.acks.flush = b.flushAcks
	b.handler = channel.Handler(b.Receive)
	b.start(b.sweep)
	return b, nil
}

func (o *Options) defaults() {
	if o.Keep <= 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	o.Keep = max(o.Keep, 24*time.Hour)
	if o.TurnTimeout <= 0 {
		o.TurnTimeout = 10 * time.Second
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 5
	}
	if o.MaxWebhooks <= 0 {
		o.MaxWebhooks = 1024
	}
	if o.MaxTurns <= 0 {
		o.MaxTurns = 256
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.lease <= 0 {
		o.lease = leaseTerm
	}
	if o.lane <= 0 {
		o.lane = laneTerm
	}
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

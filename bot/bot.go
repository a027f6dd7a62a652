package bot

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// The errors with which Receive refuses events. The platform should deliver the events again.
var (
	// ErrClosed is returned once Shutdown was called.
	ErrClosed = errors.New("bot: shut down")
	// ErrBusy is returned if Options.MaxWebhooks calls are under way, or calls with too many
	// bytes and events together: see "Load" in the package documentation.
	ErrBusy = errors.New("bot: too many webhooks at once")
)

// ErrBadEvent is returned by Receive if one of the events could not be run, now or later. The error names
// the first such event by its place, and says what is wrong with it. To deliver the same events again
// would not help.
var ErrBadEvent = errors.New("bot: event cannot be run")

// Bot runs flows on the events of a channel. It is an http.Handler for the channel's webhook.
// All methods are safe for concurrent use.
//
// A Bot is its four workers, drawn in the package documentation, and what they share.
type Bot struct {
	*env
	intake  intake
	runner  runner
	courier courier
	sweeper sweeper
	drain   drain
	handler http.Handler
}

// New returns a bot that receives from and sends to channel, keeps its sessions in store and
// runs flows. o may be nil. From now until Shutdown, the bot works in the background: it begins what is
// due in the store, and tells the store every 10 s that this process lives.
//
// It returns an error if there is no flow or no account, if two of them have the same name, if two flows
// start on the same trigger, if a number of the options makes no sense, or if a flow is bound to a menu that an
// account does not have.
func New(channel Channel, store session.Store, flows []*flow.Flow, o *Options) (*Bot, error) {
	if err := checkParts(channel, store, flows); err != nil {
		return nil, err
	}
	var opt Options
	if o != nil {
		opt = *o
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	opt.defaults()
	e := &env{channel: channel, store: store, o: opt}
	if err := e.accounts.init(channel.Accounts()); err != nil {
		return nil, err
	}
	if err := checkMenus(channel, e.accounts.names, withSubs(flows)); err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(e.process[:], 1+rand.Uint32N(math.MaxUint32)) // not 0: that is nobody
	e.settling.on, e.settling.open = opt.ProcessBeforeResponse, map[string]*tasks{}
	e.crew.init()
	e.clock.init()
	b := &Bot{env: e}
	b.courier.init(e)
	b.runner.init(e, flows, &b.courier)
	b.intake.init(e, &b.runner)
	b.sweeper = sweeper{env: e, runner: &b.runner, courier: &b.courier}
	b.handler = channel.Handler(b.intake.receive)
	e.crew.start(b.sweeper.run)
	e.crew.start(e.heartbeat)
	return b, nil
}

// ServeHTTP receives a webhook.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

// Receive takes events as a webhook brings them. If it returns nil, each event is durable (as far as
// the store is) and will have its turn, once, whatever happens to this process. If it returns an error,
// some events are not durable, and all of them should be delivered again: those that are durable
// already are recognised then.
//
// Events of one session that wait together run in the order of their time. Events are left out, and
// counted in Stats, if they are too old or if one user sends too many of them; events that belong to no
// chat are left out and not counted.
//
// An event is stored as its Raw, and the channel's Decode reads it again when another process runs it. So
// make an event by Decode, and do not change it. Receive takes none of the events, and returns ErrBadEvent,
// if one of them
//
//   - has no ID, or one of more than 128 bytes
//   - has no Raw, or one of more than 256 KiB
//   - has another ID, Kind or Source than Decode reads from its Raw
//   - is a timer or a signal: only the bot makes these
//   - names no chat, though events of its Kind have one
//
// For something that happens outside of the chat, such as a payment that came in, use Signal.
func (b *Bot) Receive(ctx context.Context, events []transport.Event) error {
	if err := b.intake.check(events); err != nil {
		return err
	}
	return b.intake.receive(ctx, events)
}

// Shutdown stops taking events, waits for the turns that run and for the outputs that they send, and
// returns nil. If ctx ends first, Shutdown returns the context's error. What is left undone then is
// durable (with a store that is), and another process goes on with it, or this one after its next start.
//
// Behind a load balancer, call Drain before. Close the store after Shutdown, not before: acknowledgements
// of outputs go out last.
func (b *Bot) Shutdown(ctx context.Context) error {
	b.crew.close()
	crash("in-shutdown")
	done := make(chan struct{})
	go func() {
		b.crew.busy.Wait()
		b.courier.acks.close()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package bot

import (
	"context"
	"errors"
	"net/http"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

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
	*env
	intake  intake
	runner  runner
	courier courier
	sweeper sweeper
	handler http.Handler
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
	var opt Options
	if o != nil {
		opt = *o
	}
	opt.defaults()
	if err := errors.Join(opt.checkMessages(), checkMenus(channel, flows)); err != nil {
		return nil, err
	}
	e := &env{channel: channel, store: store, o: opt}
	e.crew.init()
	b := &Bot{env: e}
	b.courier.init(e)
	b.runner.init(e, flows, &b.courier)
	b.intake.init(e, &b.runner)
	b.sweeper = sweeper{env: e, runner: &b.runner, courier: &b.courier}
	b.handler = channel.Handler(b.Receive)
	e.crew.start(b.sweeper.run)
	e.crew.start(e.heartbeat)
	return b, nil
}

// ServeHTTP receives a webhook.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

// Receive takes events as a webhook brings them. When it returns nil, each of them is durable
// (as far as the store is) and will have its turn, once, whatever happens to this process.
// Otherwise some are not, and the whole set should be delivered again.
//
// Events of one session run in the order of their time. Events that belong to no chat, that are
// too old, or of which one user sends too many are left out; Stats counts them. The bytes in Raw
// must be what the channel's Decode takes, and must not change.
//
// What happens outside of the chat may be told as an event too, such as that a payment came in: see
// the example. It takes the id of the user, and an event id of its own for each thing that happens.
func (b *Bot) Receive(ctx context.Context, events []transport.Event) error {
	return b.intake.receive(ctx, events)
}

// Shutdown stops taking events, waits for the turns that run and for what they send, and
// returns. If ctx ends first, it returns the context's error: what was left is durable (with a
// store that is) and another process, or the next start, goes on with it.
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

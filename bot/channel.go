package bot

import (
	"context"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Channel is the platform's side of a bot, with one account or several: *line.Channel or *line.Mux for
// LINE. All methods are safe for concurrent
// use. A type that embeds a Channel and changes one method is a Channel with nothing lost: the bot asks
// for no other methods.
type Channel interface {
	// Accounts returns the names of the accounts, always the same. The name of the account is in
	// Source.Channel of each event, and one of the accounts may have the empty name.
	Accounts() []string
	// Handler receives webhooks and passes the events of each to accept. It must answer with
	// success only if accept returned nil.
	Handler(accept func(context.Context, []transport.Event) error) http.Handler
	// Rejected returns how many webhooks Handler refused without calling accept, by reason.
	Rejected() transport.Rejected
	// Decode reads one event of the account again from its Raw bytes.
	Decode(account string, raw []byte) (transport.Event, error)
	// Send makes one attempt to deliver d, by the account that d.Source.Channel names. It returns nil if the platform accepted d, now or at an
	// earlier attempt. Otherwise it returns a *transport.SendError, which says what to do next; any other
	// error is taken for one that says Retry. The receipt tells how the attempt went out, whether it
	// succeeded or not. Send ends by itself within a few seconds.
	Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error)
	// ReplyWindow returns how much longer the platform surely takes the reply token of d. As long as it
	// does, Send can find out what became of an earlier reply. Zero or less means that the time is over.
	ReplyWindow(d *transport.Delivery) time.Duration
	// ShowLoading shows the user of a one-to-one chat that an answer is on its way, until a message
	// comes or about d has passed. It ends by itself within a few seconds. A platform that has no such
	// thing does nothing and returns nil.
	ShowLoading(ctx context.Context, src transport.Source, d time.Duration) error
	// HasMenu reports whether a menu of this name was declared for the account. New asks for each menu
	// that a flow binds to a state, and each account. A platform that cannot tell returns true.
	HasMenu(account, name string) bool
	// SetProcesses tells the channel how many processes share the platform's limits of the account now,
	// this one among them. The bot calls it every 10 s. A platform without such limits does nothing.
	SetProcesses(account string, n int)
}

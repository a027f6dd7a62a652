package bot

import (
	"log/slog"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

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
	// TurnTimeout bounds one turn: the context of actions ends by then, or before if another
	// process has taken the session over. The default is 10 s.
	TurnTimeout time.Duration
	// MaxAttempts is how often a turn is tried before its event or reminder is set aside as a dead
	// letter. The default is 5.
	MaxAttempts int
	// MaxWebhooks is how many calls of Receive are under way at once. More are refused with
	// ErrBusy. The default is 1,024.
	MaxWebhooks int
	// MaxTurns is how many turns run at once. More events are made durable and run later. An
	// eighth of it is kept for what waits. The default is 256.
	MaxTurns int
	// UserRate is how many events a second are taken of one user, and a tenth of what is taken
	// of one group or room. The burst is 20 events or those of two seconds, whichever is more.
	// What goes beyond it is left out for good and counted in Stats.Limited; redeliveries and
	// unsent messages are not. The default is 100; below zero there is no bound.
	UserRate int
	// LoadingAfter is after what time the user of a one-to-one chat is shown that an answer is on its
	// way, if the channel can show it. The default is 1 s; below zero they are not.
	LoadingAfter time.Duration
	// Sent, if it is not nil, is told the outcome of each attempt to deliver something, for
	// metrics. It is called by the goroutine that sends, by many at once, and should be quick.
	Sent func(Sent)
	// Logger gets what an operator needs to know. The default is slog.Default().
	Logger *slog.Logger

	lease, deliveryLease time.Duration // shorter in tests
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
	if o.LoadingAfter == 0 {
		o.LoadingAfter = time.Second
	}
	if o.UserRate == 0 {
		o.UserRate = 100
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.lease <= 0 {
		o.lease = session.DefaultLease
	}
	if o.deliveryLease <= 0 {
		o.deliveryLease = session.DefaultDeliveryLease
	}
}

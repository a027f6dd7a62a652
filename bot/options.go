package bot

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Options change what a Bot does. The zero value, and nil, are the defaults.
type Options struct {
	// Scope says whose conversation an event in a group belongs to.
	// The default is session.PerMember.
	Scope session.Scope
	// Otherwise answers a message, and a new follower, that no flow answers. It is asked in one-to-one chats in
	// which no flow is active.
	//
	// It and the four functions below return a message, such as one in the user's language, or nil to send
	// nothing; for one message that is always the same, use Always. Without the function nothing is sent. They
	// are called within the turn, as actions are, by many goroutines at once, and again if the turn is run again.
	Otherwise func(context.Context, *Notice) transport.Message
	// Expired answers a tap on a button of a conversation that is over.
	Expired func(context.Context, *Notice) transport.Message
	// Foreign answers a tap, in a group or room, on a button that was shown to somebody else, where each member
	// has a conversation of their own.
	Foreign func(context.Context, *Notice) transport.Message
	// Failed answers a message or a tap that became a dead letter. If it fails itself, that is logged.
	Failed func(context.Context, *Notice) transport.Message
	// Lost answers a message or a tap whose conversation this build cannot go on with: its flow is gone or its data
	// cannot be read, and it was set aside as a dead letter; or its state is gone, and nothing there takes the event.
	// See "Old sessions" in the package documentation.
	Lost func(context.Context, *Notice) transport.Message
	// Zone is the time zone of flow.Turn.Now, and of the days and times that parsers of answers read. The
	// default is UTC.
	Zone *time.Location
	// Language returns the language of the user of an event, such as "ja" or "en-GB" (BCP 47), for
	// flow.Turn.Language and the parsers of answers. It is called only if they ask, within a turn. The default
	// is the empty language: LINE's webhooks do not say it; its profiles do (package transport/line/people).
	Language func(context.Context, transport.Source) string
	// Version is a number of this build of the bot. Raise it with a change after which older builds
	// cannot read the sessions, such as a new type of a field. Then old and new processes may run side
	// by side during a deployment: a process leaves sessions that a higher version wrote to processes of
	// that version. If no such process takes a session within 30 s, as after a rollback, its events become
	// dead letters, which a later build can replay, and its timers go on waiting (Stats.WaitingNewer). The
	// default is 0.
	Version uint32
	// PushToGroups lets an answer in a group or room be pushed when it cannot be a reply any more. A
	// push costs one message of the quota for each member, 100 in a group of 100. The default is to try a
	// late reply, and to give the answer up if the platform refuses that.
	PushToGroups bool
	// Keep is how long a session is kept after its last event or timer. The default is 7 days,
	// the least 24 h.
	Keep time.Duration
	// TurnTimeout is how long the actions of one turn may take: then their context ends. It ends
	// earlier if another process takes the session over. An action that ignores its context for six
	// times as long loses the session. The default is 10 s.
	TurnTimeout time.Duration
	// MaxAttempts is how often a turn is tried before its event or reminder is set aside as a dead
	// letter, up to 200. The default is 5.
	MaxAttempts int
	// MaxWebhooks is how many calls of Receive may run at once. More are refused with ErrBusy. The
	// default is 1,024.
	MaxWebhooks int
	// MaxTurns is how many turns may run at once. An event that comes while seven eighths of them run
	// is made durable, and has its turn later; the last eighth is for events and timers that wait. The
	// default is 256.
	MaxTurns int
	// UserRate is how many events a second the bot takes of one user; of one group or room it takes ten
	// times as many. A user who was quiet may send those of two seconds at once, or 20 events if that is
	// more: with the default, 200. Events beyond that are left out for good and counted in Stats.Limited.
	// Redelivered events and unsent messages are never left out. Each process counts what comes to it: with
	// 4 processes, one user may have up to 4 times as many. The default is 100; below zero there is no
	// bound.
	UserRate int
	// ProcessBeforeResponse holds back the response to a webhook, and the return of Receive, until the turns
	// of its events are over and their outputs sent and acknowledged; but for 1.5 s at most, as LINE waits for
	// 2 s. Then the rest goes on in the background. It is for hosts that freeze or stop a process when no
	// request is under way, such as Cloud Run billed by request: use RunPending with it. Elsewhere it is of
	// no use, and costs one more call of the store for each turn. The default is to respond as soon as the
	// events are durable.
	ProcessBeforeResponse bool
	// LoadingAfter is how long a turn may take before the user of a one-to-one chat is shown that an
	// answer is on its way, if the channel can show it. The default is 1 s; below zero it is not shown.
	LoadingAfter time.Duration
	// Sent, if it is not nil, is told the outcome of each attempt to send an output, for metrics. The
	// goroutine that sends calls it, and many do at once: it should be quick.
	Sent func(Sent)
	// Stepped, if it is not nil, is told how each step of a flow handled its event: which transition was
	// taken or refused, and which guards failed, also those that kept a flow from taking it. It is for metrics and for the coverage of tests. The goroutine
	// of the turn calls it, before the turn is committed: a turn that is run again tells it again.
	Stepped func(Stepped)
	// Logger gets what an operator needs to know. The default is slog.Default().
	Logger *slog.Logger

	lease, deliveryLease time.Duration // shorter in tests
}

// check reports numbers that make no sense. Zeros are no such numbers: they stand for the defaults.
func (o *Options) check() error {
	for _, n := range [...]struct {
		name        string
		is          int64
		least, most int64
		shown       any
	}{
		{"Scope", int64(o.Scope), 0, int64(session.PerUser), o.Scope},
		{"Keep", int64(o.Keep), int64(leastKeep), math.MaxInt64, o.Keep},
		{"TurnTimeout", int64(o.TurnTimeout), 1, math.MaxInt64, o.TurnTimeout},
		{"MaxAttempts", int64(o.MaxAttempts), 1, mostAttempts, o.MaxAttempts},
		{"MaxWebhooks", int64(o.MaxWebhooks), 1, math.MaxInt64, o.MaxWebhooks},
		{"MaxTurns", int64(o.MaxTurns), 1, math.MaxInt64, o.MaxTurns},
	} {
		if n.is != 0 && (n.is < n.least || n.is > n.most) {
			return fmt.Errorf("bot: Options.%s makes no sense: %v", n.name, n.shown)
		}
	}
	return nil
}

const (
	leastKeep = 24 * time.Hour // a store keeps sessions as long in any case
	// mostAttempts is less than stores count to: redisstore counts attempts up to 255.
	mostAttempts = 200
)

// defaults puts the defaults in the place of zeros.
func (o *Options) defaults() {
	if o.Keep == 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	if o.TurnTimeout == 0 {
		o.TurnTimeout = 10 * time.Second
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = 5
	}
	if o.MaxWebhooks == 0 {
		o.MaxWebhooks = 1024
	}
	if o.MaxTurns == 0 {
		o.MaxTurns = 256
	}
	if o.LoadingAfter == 0 {
		o.LoadingAfter = time.Second
	}
	if o.UserRate == 0 {
		o.UserRate = 100
	}
	if o.Zone == nil {
		o.Zone = time.UTC
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

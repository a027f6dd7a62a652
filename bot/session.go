package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// ErrNoChat is returned for a source that names no chat of the bot, so that no session can belong to
// it: it has no kind or no id of a chat, or is of an account that the bot does not serve.
var ErrNoChat = errors.New("bot: the source names no chat of the bot")

// Session is what is kept of a chat's conversations at one moment.
type Session struct {
	// ID is the id under which the store keeps the session, and by which logs name it.
	ID string
	// Conversation is the active one. It is zero if no flow is active.
	Conversation
	// Suspended are the conversations that wait for it to end, the next to be active first.
	Suspended []Conversation
	// Reminders are those of any flow that was active.
	Reminders []Reminder
	// Running says that a turn runs now, in this process or another. Attempt is how often the turn of
	// the first of Waiting was begun.
	Running bool
	Attempt int
	// Waiting are the events that have no turn yet, the one whose turn runs or is tried again first.
	Waiting []WaitingEvent
	// Outputs is how many deliveries wait to be sent.
	Outputs int
}

// Conversation is a flow that was started, as far as it has come.
type Conversation struct {
	// Flow and State are where the conversation is.
	Flow  string
	State flow.State
	// Data is the conversation's data as the flow's own type: T of flow.New[T].
	Data any
	// Timers are those that are set. A suspended conversation has none of idle time.
	Timers []flow.Timer
	// Inner are the sub-flows that run in State, the outer one first: see flow.Sub. Their timers are among those of
	// the conversation.
	Inner []Conversation
}

// Reminder is an action of a flow that waits for its time.
type Reminder struct {
	Flow, Name string
	// Key is that of flow.TransitionBuilder.RemindKey; empty for the reminder that a conversation has of that
	// name.
	Key string
	Due time.Time
}

// WaitingEvent is an event that has no turn yet.
type WaitingEvent struct {
	ID string
	// Accepted is when it was made durable, by the store's clock.
	Accepted time.Time
}

// Session returns what is kept of the conversation that events from the source belong to: for support,
// and for tests. It changes nothing, and may be called while a turn runs. If nothing is kept of the
// conversation, the result is the zero Session but for its ID. If Source.Channel is empty and the bot has
// one account, it is the name of that.
//
// It returns ErrNoChat and session.ErrUnavailable. If the data of a conversation cannot be decoded, it returns
// ErrUnknownFlow or an error of the flow, and all else of the result is good.
func (b *Bot) Session(ctx context.Context, src transport.Source) (Session, error) {
	_, id, err := b.chat(src)
	if err != nil {
		return Session{}, err
	}
	s := Session{ID: id}
	kept, err := b.store.Inspect(ctx, s.ID)
	if err != nil {
		return s, err
	}
	s.Running, s.Attempt, s.Outputs = !kept.LeasedUntil.IsZero(), kept.Attempts, len(kept.Outputs)
	for _, e := range kept.Events {
		s.Waiting = append(s.Waiting, WaitingEvent{e.ID, e.Accepted})
	}
	var rec record
	if err := rec.unmarshal(kept.State); err != nil {
		return s, err
	}
	b.runner.planner.present(&rec)
	for _, t := range rec.timers {
		if t.flow != "" && t.flow != photosTimer {
			m := Reminder{Flow: t.flow, Name: t.name, Due: t.due}
			if key, ok := strings.CutPrefix(t.key, authorsKey); ok {
				m.Key = key
			}
			s.Reminders = append(s.Reminders, m)
		}
	}
	var errs []error
	for i := range rec.depth() {
		c, err := b.runner.planner.conversation(&rec, i)
		errs = append(errs, err)
		if i == 0 {
			s.Conversation = c
		} else {
			s.Suspended = append(s.Suspended, c)
		}
	}
	return s, errors.Join(errs...)
}

// conversation describes the ith conversation of a record.
func (p *planner) conversation(rec *record, i int) (c Conversation, err error) {
	kept := rec.at(i)
	c = Conversation{Flow: kept.flow, State: flow.State(kept.state), Timers: rec.timersOf(i)}
	f := p.byName[kept.flow]
	if f == nil {
		return c, unknownFlow(kept.flow)
	}
	c.Data, err = f.DecodeData(kept.data)
	errs := []error{err}
	err = f.Running(kept.trail, func(sub *flow.Flow, state flow.State, data []byte) {
		in := Conversation{Flow: sub.Name(), State: state}
		in.Data, err = sub.DecodeData(data)
		c.Inner, errs = append(c.Inner, in), append(errs, err)
	})
	return c, errors.Join(append(errs, err)...)
}

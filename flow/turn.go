package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Action is code that runs on a transition, or on entering or leaving a state. It may change
// the data of the turn, send messages, switch the menu, and do work outside. If it returns an error,
// nothing of the turn is kept; the turn may then be run again, so that work outside should use
// Turn.ID as its idempotency key. See Reject for an answer to wrong input. It must be safe for
// concurrent use by different turns.
type Action[T any] func(context.Context, *Turn[T]) error

// Guard is a pure predicate on a turn. It must not change the data. What it sends and
// the menu it switches to are ignored.
type Guard[T any] func(*Turn[T]) bool

// Turn is one event being handled. It is for one goroutine, and must not be kept after the
// action returned.
type Turn[T any] struct {
	// Data is the conversation's data. Actions change it freely; it is stored if the turn
	// succeeds.
	Data T

	turn
}

// turn is the part of a Turn that does not depend on the type of the data.
type turn struct {
	in     *Input
	state  State
	tries  int
	prefix string // of the PostbackPrefix that answered to the event
	out    []transport.Message
	menu   *menuSwitch // nil if no action asked for one
}

// Event returns what is being handled. It is not to be changed.
func (t *turn) Event() *transport.Event { return t.in.Event }

// ID returns the id of the turn. It stays the same when the turn is run again, and so serves as
// the idempotency key of work done outside.
func (t *turn) ID() string { return t.in.Turn }

// Now returns the time of the turn, in the bot's zone. Use it rather than the clock of the machine.
func (t *turn) Now() time.Time { return t.in.Now }

// State returns the state that the conversation is in: in an enter action the state that is
// entered, else the one the turn began in. It is empty in the action of a reminder.
func (t *turn) State() State { return t.state }

// Tries returns how many wrong answers in a row the present question got. A prompt words itself by it: with
// 1, for example, "Sorry, I did not get that. How many?". It is 0 while the question is asked after the
// words of a refusal: they said what was wrong.
func (t *turn) Tries() int { return t.tries }

// Input returns what the user typed, picked or tapped: the text without mentions of the bot, the value of a picker, or the data of a
// button, of which PostbackPrefix takes away its prefix. It is empty for anything else.
func (t *turn) Input() string { return strings.TrimPrefix(input(t.in.Event), t.prefix) }

// Payload reads what a signal brings into what v points to, as encoding/json does. It returns an error if the
// payload is of another form, or if the turn is for no signal. An action may return that error: the signal
// becomes a dead letter at once, which a build that can read it may replay.
func (t *turn) Payload(v any) error {
	e := t.in.Event
	if e.Kind != transport.KindSignal {
		return Permanent(errors.New("flow: the turn is for no signal"))
	}
	if err := json.Unmarshal(e.Payload, v); err != nil {
		return Permanent(fmt.Errorf("flow: the payload of the signal %s is not what is read: %T", e.Signal, err))
	}
	return nil
}

// Language returns the user's language, such as "ja" or "en-GB" (BCP 47); empty if it is not known. See
// bot.Options.Language.
func (t *turn) Language(ctx context.Context) string {
	if t.in.Language == nil {
		return ""
	}
	return t.in.Language(ctx)
}

// Send leaves messages to be sent, in order, once the turn is committed.
func (t *turn) Send(msgs ...transport.Message) { t.out = append(t.out, msgs...) }

// input is what the user typed, picked or tapped.
func input(e *transport.Event) string {
	switch e.Kind {
	case transport.KindPostback:
	case transport.KindText:
		return spoken(e)
	default:
		return ""
	}
	for _, key := range [...]string{"date", "time", "datetime"} {
		if v, ok := e.Postback.Params[key]; ok {
			return v
		}
	}
	return e.Postback.Data
}

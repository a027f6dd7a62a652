package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// ErrBadSignal is returned by Signal for a signal that could never be taken. The error says why.
var ErrBadSignal = errors.New("bot: bad signal")

// errForgotten is returned for a signal of the very moment in which its conversation was forgotten.
var errForgotten = errors.New("bot: the conversation of the signal was just forgotten: give the signal again")

// Signal gives a conversation a signal: an event of the program's own, such as a payment that came in. A
// transition on flow.Signal(name) takes it, and reads the payload by Turn.Payload. The payload is stored as
// encoding/json writes it, and may be nil. No webhook and no call of Receive can make a signal.
//
// If Signal returns nil, the signal is durable (as far as the store is) and will have its turn, whatever happens
// to this process. It waits for its turn behind the events that came before. What the turn sends is a push.
//
// The id says which occurrence it is, such as the payment's id. A signal happens once for each conversation,
// name and id: another call with the same three returns nil, and changes nothing. That holds for 24 h, and for as
// long as no 255 other events and signals of the conversation came since. Memstore and redisstore remember as much;
// a Forget makes them forget it. After that, the same call makes the signal happen again. So if a provider may
// call back for longer than a day, let the action ask what became of the payment, or use a key of its own.
// Turn.ID is made of the name and the id. Both are in logs: put no user's data into them.
//
// The source is the chat, as flow.Turn.Event had it when the conversation asked for what comes now. In a group
// or room, the conversation is that of the member who is Source.UserID; with session.PerChat, or without a
// UserID, it is that of the chat. If Source.Channel is empty and the bot has one account, it is the name of
// that.
//
// The conversation that is active is asked first, then those that are suspended, the next to be active first, then
// starts of flows. If none of them takes the signal, it is a dead letter at once, with a reason such as "signal paid: nobody took it": somebody may have paid. Replay gives
// it another try, as after a deploy. A signal is never left out for its age, nor for how many there are.
//
// It returns ErrBadSignal if no flow of the bot names the signal, the id is empty, or the payload cannot be
// written as JSON; ErrNoChat; session.ErrTooLarge for a payload of more than about 256 KiB; session.ErrFull if
// 200 events of the conversation wait; session.ErrUnavailable and ErrClosed. After one of the last three, give
// the same signal again, as a provider does that gets no answer.
func (b *Bot) Signal(ctx context.Context, src transport.Source, name string, payload any, id string) error {
	return b.intake.signal(ctx, src, name, payload, id)
}

func (in *intake) signal(ctx context.Context, src transport.Source, name string, payload any, id string) error {
	if in.crew.stopping() {
		return ErrClosed
	}
	src, sid, err := in.chat(src)
	if err != nil {
		return err
	}
	data, err := json.Marshal(payload)
	switch {
	case !in.signals[name]:
		return fmt.Errorf("%w: no flow of the bot names the signal %q", ErrBadSignal, name)
	case id == "":
		return fmt.Errorf("%w: %s: the id is empty", ErrBadSignal, name)
	case err != nil:
		return fmt.Errorf("%w: %s: its payload: %w", ErrBadSignal, name, err)
	}
	e := &transport.Event{
		ID: signalEventID(name, id), Kind: transport.KindSignal, Type: "signal", Source: src, Time: in.clock.now(),
		Signal: name, Payload: data,
	}
	if err := in.askTime(ctx, sid, e, time.Now()); err != nil {
		return err
	}
	e.Time = in.clock.now().Truncate(time.Millisecond)
	r := in.request(sid, e)
	if r.Event.Body = appendSignal(nil, e); len(r.Event.Body) > session.MaxEvent {
		return fmt.Errorf("%w: the payload of the signal %s", session.ErrTooLarge, name)
	}
	if err := in.beginSignal(ctx, r, e); err != nil {
		return err
	}
	if in.settling.on {
		ctx, cancel := context.WithTimeout(ctx, beforeResponse)
		defer cancel()
		in.settling.wait(ctx, sid)
	}
	return nil
}

// beginSignal makes a signal durable. Its turn runs in the background.
func (in *intake) beginSignal(ctx context.Context, r *session.BeginRequest, e *transport.Event) error {
	id := r.ID // begin may change that of the request
	status, err := in.runner.begin(ctx, r, e)
	switch {
	case errors.Is(err, session.ErrFull):
		in.accounts.of(id).refused.Add(1)
		return err
	case err != nil:
		return err
	}
	switch status {
	case session.Stale:
		in.accounts.of(id).stale.Add(1)
		return errForgotten
	case session.Duplicate:
		in.accounts.of(id).duplicates.Add(1)
	default:
		in.accounts.of(id).events.Add(1)
	}
	return nil
}

// signalsOf returns the names of the signals that the flows name.
func signalsOf(flows []*flow.Flow) map[string]bool {
	names := map[string]bool{}
	for _, f := range flows {
		for _, t := range f.Transitions() {
			for _, trigger := range t.Triggers {
				if name := trigger.Info().Signal; name != "" {
					names[name] = true
				}
			}
		}
	}
	return names
}

// The id of a signal's event begins with signalID, and its body is
//
//	1 byte   signalMark, with which no channel's event and no stored delivery begins
//	source   see appendSource
//	string   the name
//	         the payload, to the end
const (
	signalID   = "signal:"
	signalMark = 3
)

// signalEventID returns the id of a signal's event, such as "signal:paid:pay1". A long id is put in by its hash.
func signalEventID(name, id string) string {
	whole := signalID + name + ":" + id
	if len(whole) <= session.MaxEventID {
		return whole
	}
	return signalID + name + ":" + hashID(id)
}

// appendSignal appends the body of a signal to b.
func appendSignal(b []byte, e *transport.Event) []byte {
	b = appendSource(append(b, signalMark), &e.Source)
	return append(appendString(b, e.Signal), e.Payload...)
}

// isSignal reports whether an event is a signal.
func isSignal(e *session.Event) bool {
	return strings.HasPrefix(e.ID, signalID) && len(e.Body) > 0 && e.Body[0] == signalMark
}

var errBadSignalBody = flow.Permanent(errors.New("bot: malformed signal"))

// readSignal reads a signal that waited in the store.
func readSignal(e *session.Event) (transport.Event, error) {
	d := decoder{b: e.Body[1:]}
	s := transport.Event{ID: e.ID, Kind: transport.KindSignal, Type: "signal", Time: e.Time}
	s.Source, s.Signal = d.source(), d.string()
	s.Payload = d.b
	if d.bad {
		return transport.Event{}, errBadSignalBody
	}
	return s, nil
}

// isMade reports whether kaiwa makes the events of a kind itself: no channel does.
func isMade(k transport.Kind) bool { return k == transport.KindTimer || k == transport.KindSignal }

// errMade is why an event fails that a channel decodes as one of a kind that no channel makes.
var errMade = flow.Permanent(errors.New("bot: the channel decoded an event of a kind that kaiwa makes itself"))

// read returns the event of the session in decoded form.
func (e *env) read(id string, event *session.Event) (transport.Event, error) {
	if isSignal(event) {
		return readSignal(event)
	}
	decoded, err := e.channel.Decode(session.Account(id), event.Body)
	if err == nil && isMade(decoded.Kind) {
		err = errMade
	}
	return decoded, err
}

// untaken is why a signal becomes a dead letter that nothing took. If no flow of this build names the signal, a
// process of another build may: such a signal is tried again before.
type untaken struct {
	name  string
	named bool
}

func (u *untaken) Error() string {
	if !u.named {
		return "signal " + u.name + ": no flow of this build names it"
	}
	return "signal " + u.name + ": nobody took it"
}

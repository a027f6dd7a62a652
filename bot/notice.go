package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Notice is what a message is for that no flow sends: see Options.Otherwise and the functions beside it.
type Notice struct {
	// Event is what the user did.
	Event *transport.Event
	// Now is the time of the turn, in Options.Zone.
	Now time.Time
	// Language is the user's language, as Options.Language says it; empty if it is not known.
	Language string
	// Flow and State are where the conversation is that is active; empty if none is.
	Flow  string
	State flow.State
}

// Always returns a function that answers with the same message whatever happened, for Options.Otherwise and the
// functions beside it.
func Always(m transport.Message) func(context.Context, *Notice) transport.Message {
	return func(context.Context, *Notice) transport.Message { return m }
}

// notice is one of the functions of the options, with the name of its field.
type notice struct {
	option string
	say    func(context.Context, *Notice) transport.Message
}

// message returns what the notice says, in a turn for e in a session with that record; none if it says nothing.
func (p *planner) message(ctx context.Context, n notice, rec *record, e *transport.Event) ([]transport.Message, error) {
	if n.say == nil {
		return nil, nil
	}
	about := Notice{Event: e, Now: p.clock.now().In(p.o.Zone), Flow: rec.flow, State: flow.State(rec.state)}
	if p.o.Language != nil {
		about.Language = p.o.Language(ctx, e.Source)
	}
	m := n.say(ctx, &about)
	if m == nil {
		return nil, nil
	}
	if err := m.Validate(); err != nil {
		return nil, flow.Permanent(fmt.Errorf("bot: Options.%s: a %T: %w", n.option, m, err))
	}
	return []transport.Message{m}, nil
}

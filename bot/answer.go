package bot

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// answer finds the flow that answers the event, and steps it. It returns no flow if none answers. For
// example, with the flow booking active in the state ask_party, and a flow help that starts on "help":
//
//	the text "4", which ask_party handles     booking
//	"help", which ask_party does not handle   help: it starts in the place of booking, because its
//	                                          trigger names that very text (RankExact)
//	a photo, which ask_party does not handle  none, even if another flow starts on any photo
//	a tap on a button of ask_party            booking
//	a tap on a button of an earlier step      booking: it asks the question of ask_party again
//	a tap that ask_party does not handle      booking: it does the same
//
// With no flow active, the event starts the flow whose trigger names it best; a tap on a button of a
// conversation that is over starts none.
func (p *planner) answer(ctx context.Context, rec *record, in *flow.Input) (*flow.Flow, flow.Result, error) {
	e := in.Event
	if rec.flow == "" {
		f, rank := p.startedBy(e)
		if rank == flow.RankNone || marked(e) {
			return nil, flow.Result{}, nil
		}
		res, err := f.Step(ctx, in)
		return f, res, err
	}
	f := p.byName[rec.flow]
	if f == nil {
		return nil, flow.Result{}, fmt.Errorf("%w: %q", ErrUnknownFlow, rec.flow)
	}
	in.State, in.Data, in.Timers = flow.State(rec.state), rec.data, rec.ownTimers()
	stale := marked(e) && e.Postback.Mark != rec.mark
	if !stale {
		if res, err := f.Step(ctx, in); err != nil || res.Handled {
			return f, res, err
		}
		if other, rank := p.startedBy(e); rank == flow.RankExact {
			in.State, in.Data, in.Timers = "", nil, nil
			res, err := other.Step(ctx, in)
			return other, res, err
		}
	}
	if e.Kind != transport.KindPostback {
		return nil, flow.Result{}, nil
	}
	in.Show = true
	res, err := f.Step(ctx, in)
	return f, res, err
}

// marked reports whether the event is a tap on a button that a step of a flow showed. A button of a rich
// menu, for example, has no mark: it belongs to no step and counts in every one.
func marked(e *transport.Event) bool {
	return e.Kind == transport.KindPostback && e.Postback.Mark != ""
}

// startedBy returns the flow whose start trigger names the event best, the first of equals, and how well
// it does.
func (p *planner) startedBy(e *transport.Event) (f *flow.Flow, rank flow.Rank) {
	for _, g := range p.flows {
		if r := g.Rank(e); r > rank {
			f, rank = g, r
		}
	}
	return f, rank
}

// unanswered returns the message for an event that no flow answers, or nil. While a flow is active, an
// event that it does not handle is left without an answer.
func (p *planner) unanswered(active string, e *transport.Event) transport.Message {
	switch {
	case active != "":
		return nil
	case marked(e):
		return p.o.Expired
	case (e.Kind.IsMessage() || e.Kind == transport.KindFollow) && e.Source.Chat == transport.ChatUser:
		return p.o.Otherwise
	default:
		return nil
	}
}

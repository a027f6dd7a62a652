package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// answered is what became of an event.
type answered struct {
	flow *flow.Flow // the flow that the session is in, and that res is of; nil if no flow answers
	from flow.State // the state that flow was in; empty if it starts
	res  flow.Result
	// aside is a flow that answered without becoming active, and said is the result of its step. res has the
	// messages of both.
	aside *flow.Flow
	said  flow.Result
}

// answer finds the flow that answers the event, and steps it. For example, with the flow booking active in
// the state ask_party, and a flow help that starts on "help" and only answers:
//
//	the text "4", which ask_party handles     booking
//	"help", which ask_party does not name     help; then booking asks the question of ask_party again
//	"many", which nothing takes               booking: a wrong answer, and the question again
//	a tap on a button of ask_party            booking
//	a tap on a button of an earlier step      booking, if a transition says Lasting, or the question again
//	a tap on a button of no step              a flow that it starts; booking, if a transition says FromAnywhere
//	a tap on somebody else's button           none: see Options.Foreign
//
// With no flow active, the event starts the flow whose trigger names it best; a tap on a button of a
// conversation that is over starts none.
//
// With a flow active, its transitions and the starts of all flows are tried in this order:
//
//	1  transitions of the flow that name the very words or data
//	2  starts that name them
//	3  patterns of the flow; on a tap, also patterns of starts
//	4  kinds of events, and the question of Ask
//	5  patterns of starts, on a text: they get what the question refuses
//	6  Any; and then the event may be a wrong answer
func (p *planner) answer(ctx context.Context, id string, rec *record, in *flow.Input) (answered, error) {
	tap := p.tap(in.Event, id, rec)
	if rec.flow == "" {
		switch tap {
		case tapNone, tapUnmarked, tapLoose:
			return p.begin(ctx, in)
		}
		return answered{}, nil
	}
	f := p.byName[rec.flow]
	if f == nil {
		return answered{}, fmt.Errorf("%w: %q", ErrUnknownFlow, rec.flow)
	}
	in.State, in.Data, in.Trail, in.Timers = flow.State(rec.state), rec.data, rec.trail, rec.ownTimers()
	a, err := answered{flow: f, from: in.State}, error(nil)
	switch tap {
	case tapForeign:
		return answered{}, nil
	case tapStale:
	case tapEarlier:
		in.Tap = flow.TapEarlier
		a.res, err = f.Step(ctx, in)
	case tapUnmarked, tapLoose:
		in.Tap = flow.TapLoose
		a, err = p.active(ctx, f, in)
	default:
		a, err = p.active(ctx, f, in)
	}
	if err != nil || a.res.Handled {
		return a, err
	}
	if tap == tapNone || tap == tapLoose || !isAlone(in.Event) {
		return answered{res: a.res}, nil
	}
	a = answered{flow: f, from: in.State}
	a.res, err = showQuestion(ctx, f, in)
	return a, err
}

// showQuestion steps a flow so that it asks its present question again.
func showQuestion(ctx context.Context, f *flow.Flow, in *flow.Input) (flow.Result, error) {
	again := *in
	again.Mode = flow.ModeShow
	return f.Step(ctx, &again)
}

// tap says on which button the event taps. In a one-to-one chat nobody else was shown a button: there a mark
// that looks foreign is of a session before Options.Scope was changed, and stale.
func (p *planner) tap(e *transport.Event, id string, rec *record) tap {
	if e.Postback.Mark == "" {
		return tapOf(e, id, "")
	}
	t := tapOf(e, id, unpackMark(id, rec.mark))
	if t == tapForeign && isAlone(e) {
		return tapStale
	}
	return t
}

// begin starts the flow whose trigger names the event best, if its guards let it.
func (p *planner) begin(ctx context.Context, in *flow.Input) (answered, error) {
	for _, f := range p.startedBy(in.Event, flow.RankAny) {
		if res, err := f.flow.Step(ctx, in); err != nil || res.Handled {
			return answered{flow: f.flow, res: res}, err
		}
	}
	return answered{}, nil
}

// active tries the transitions of the active flow and the starts of all flows.
func (p *planner) active(ctx context.Context, f *flow.Flow, in *flow.Input) (answered, error) {
	starts := p.startedBy(in.Event, flow.RankPattern)
	for i := 0; i < len(starts); {
		try := *in
		try.Least = flow.RankExact
		if starts[i].rank == flow.RankPattern {
			try.Least = flow.RankPattern
			if in.Event.Kind != transport.KindPostback {
				try.Least = flow.RankKind
			}
		}
		if res, err := f.Step(ctx, &try); err != nil || res.Handled {
			return answered{flow: f, from: in.State, res: res}, err
		}
		for rank := starts[i].rank; i < len(starts) && starts[i].rank == rank; i++ {
			if a, err := p.start(ctx, f, starts[i].flow, in); err != nil || a.res.Handled {
				return a, err
			}
		}
	}
	res, err := f.Step(ctx, in)
	return answered{flow: f, from: in.State, res: res}, err
}

// start tries the starts of g while f is active. A start that ends answers, and f goes on.
func (p *planner) start(ctx context.Context, f, g *flow.Flow, in *flow.Input) (answered, error) {
	try := *in
	if f == g {
		try.Mode = flow.ModeStart
		res, err := f.Step(ctx, &try)
		return answered{flow: f, from: in.State, res: res}, err
	}
	try.State, try.Data, try.Trail, try.Timers = "", nil, nil, nil
	res, err := g.Step(ctx, &try)
	if err != nil || !res.Handled || res.State != "" {
		return answered{flow: g, res: res}, err
	}
	a := answered{flow: f, from: in.State, aside: g, said: res}
	a.res = flow.Result{Handled: true, State: in.State, Data: in.Data, Trail: in.Trail, Timers: in.Timers}
	if isAlone(in.Event) {
		if a.res, err = showQuestion(ctx, f, in); err != nil {
			return answered{}, err
		}
	}
	a.res.Messages, a.res.Aside = append(res.Messages, a.res.Messages...), len(res.Messages)
	if res.MenuSwitched {
		a.res.Menu, a.res.MenuSwitched = res.Menu, true
	}
	return a, nil
}

// started is a flow that an event starts, and how closely its trigger describes the event.
type started struct {
	flow *flow.Flow
	rank flow.Rank
}

// startedBy returns the flows that the event starts, with at least that rank: the closest first, and of
// equal ones in the order they were given to New.
func (p *planner) startedBy(e *transport.Event, least flow.Rank) []started {
	var all []started
	for _, f := range p.flows {
		if rank := f.Rank(e); rank >= least {
			all = append(all, started{f, rank})
		}
	}
	if len(all) > 1 {
		slices.SortStableFunc(all, func(a, b started) int { return int(b.rank) - int(a.rank) })
	}
	return all
}

// isAlone reports whether the event comes from a one-to-one chat.
func isAlone(e *transport.Event) bool { return e.Source.Chat == transport.ChatUser }

// unanswered returns the message for an event that no flow answers, or nil. While a flow is active, an
// event that it does not handle is left without an answer, but for a tap on somebody else's button.
func (p *planner) unanswered(id string, rec *record, e *transport.Event) transport.Message {
	tap := p.tap(e, id, rec)
	switch {
	case tap == tapForeign:
		return p.o.Foreign
	case rec.flow != "":
		return nil
	case tap == tapStale:
		return p.o.Expired
	case (e.Kind.IsMessage() || e.Kind == transport.KindFollow) && isAlone(e):
		return p.o.Otherwise
	default:
		return nil
	}
}

// stepped tells Options.Stepped how an event was handled.
func (p *planner) stepped(id string, in *flow.Input, f *flow.Flow, state flow.State, res *flow.Result) {
	if p.o.Stepped == nil || f == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			p.o.Logger.Error("bot: Options.Stepped panicked", "err", fmt.Sprintf("%T", v))
		}
	}()
	p.o.Stepped(Stepped{
		Account: session.Account(id), Session: id, Turn: in.Turn, Flow: f.Name(),
		From: state, To: res.State, Trace: res.Trace,
	})
}

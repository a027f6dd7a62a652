package bot

import (
	"context"
	"slices"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// answer finds the flow that answers the event, and steps it. It returns false if no flow does. For example,
// with the flow booking active in the state ask_party, the flow lunch suspended, and a flow help that starts on
// "help" and only answers:
//
//	the text "4", which ask_party handles     booking
//	"help", which ask_party does not name     help; then booking asks the question of ask_party again
//	"faq", which starts a flow that asks      faq is active; booking is suspended
//	"lunch"                                   lunch is active again and asks its question; booking is suspended
//	"many", which nothing takes               booking: a wrong answer, and the question again
//	a tap on a button of ask_party            booking
//	a tap on a button that lunch showed last  lunch is active again, and takes the tap
//	a tap on a button of an earlier step      booking, if a transition says Lasting, or the question again
//	the same of lunch                         lunch is active again, as above, or asks its question
//	a tap on a button of no step              a flow that it starts; booking, if a transition says FromAnywhere
//	a tap on somebody else's button           none: see Options.Foreign
//
// With no flow active, the event starts the flow whose trigger names it best; a tap on a button of a
// conversation that is over starts none. In an exclusive state (flow.StateBuilder.Exclusive) there are no starts
// and no suspended conversations.
func (g *progress) answer(ctx context.Context) (answered bool, err error) {
	e := g.in.Event
	if e.Kind == transport.KindSignal {
		return g.signal(ctx)
	}
	tap, i := g.tap(e, g.id, &g.rec)
	if g.rec.flow == "" {
		switch tap {
		case tapNone, tapUnmarked, tapLoose:
			return g.begin(ctx)
		}
		return false, nil
	}
	if i > 0 && g.exclusive() {
		tap = tapStale
	}
	switch tap {
	case tapForeign:
		return false, nil
	case tapStale:
	case tapEarlier:
		answered, err = g.take(ctx, i, asked{tap: flow.TapEarlier})
	case tapUnmarked, tapLoose:
		answered, err = g.inOrder(ctx, 0, flow.TapLoose)
	default:
		answered, err = g.inOrder(ctx, i, flow.TapLive)
	}
	if answered || err != nil || tap == tapNone || tap == tapLoose || !isAlone(e) {
		return answered, err
	}
	earlier := tap == tapEarlier && i > 0 // of a suspended conversation: that is what the user wants
	if earlier {
		g.rec.raise(i)
	}
	return true, g.show(ctx, earlier)
}

// tap says on which button the event taps, and which conversation showed it. In a one-to-one chat nobody else
// was shown a button: there a mark that looks foreign is of a session before Options.Scope was changed, and
// stale.
func (p *planner) tap(e *transport.Event, id string, rec *record) (t tap, i int) {
	if e.Postback.Mark == "" {
		return tapOf(e, id, ""), 0
	}
	t = tapOf(e, id, unpackMark(id, rec.mark))
	if t == tapForeign && isAlone(e) {
		t = tapStale
	}
	for i := range rec.below {
		if of := tapOf(e, id, unpackMark(id, rec.below[i].mark)); t == tapStale && (of == tapAlive || of == tapEarlier) {
			return of, i + 1
		}
	}
	return t, 0
}

// exclusive reports whether the active conversation listens to nothing but its own.
func (g *progress) exclusive() bool {
	f := g.byName[g.rec.flow]
	return f != nil && f.Exclusive(flow.State(g.rec.state), g.rec.trail)
}

// begin starts the flow whose trigger names the event best, if its guards let it.
func (g *progress) begin(ctx context.Context) (bool, error) {
	for _, f := range g.startedBy(g.in.Event, flow.RankAny) {
		if begun, err := g.start(ctx, f.flow); begun || err != nil {
			return begun, err
		}
	}
	return false, nil
}

// inOrder tries the transitions of the ith conversation and the starts of all flows in this order:
//
//	1  transitions of the flow that name the very words or data
//	2  starts that name them
//	3  patterns of the flow; on a tap, also patterns of starts
//	4  kinds of events, and the question of Ask
//	5  patterns of starts, on a text: they get what the question refuses. What is neither a message nor a tap,
//	   such as a beacon, has the kinds of starts here
//	6  Any; and then the event may be a wrong answer
func (g *progress) inOrder(ctx context.Context, i int, tap flow.Tap) (bool, error) {
	e := g.in.Event
	least := flow.RankPattern
	if !e.Kind.IsMessage() && e.Kind != transport.KindPostback {
		least = flow.RankKind
	}
	var starts []started
	if !g.exclusive() {
		starts = g.startedBy(e, least)
	}
	for k := 0; k < len(starts); {
		own := flow.RankExact
		if starts[k].rank < flow.RankExact {
			own = flow.RankKind
			if e.Kind == transport.KindPostback {
				own = flow.RankPattern
			}
		}
		if taken, err := g.take(ctx, i, asked{tap: tap, least: own}); taken || err != nil {
			return taken, err
		}
		for rank := starts[k].rank; k < len(starts) && starts[k].rank == rank; k++ {
			if begun, err := g.start(ctx, starts[k].flow); begun || err != nil {
				return begun, err
			}
		}
	}
	return g.take(ctx, i, asked{tap: tap})
}

// take lets the ith conversation handle the event. If it does, it is the active one from then on.
func (g *progress) take(ctx context.Context, i int, a asked) (bool, error) {
	a.resumed = i > 0
	res, err := g.step(ctx, i, a)
	if err != nil {
		return false, err
	}
	if !res.Handled {
		if a.least == flow.RankNone { // it is not asked again
			g.notTaken(&res)
		}
		return false, nil
	}
	g.rec.raise(i)
	return true, g.keep(0, &res)
}

// start tries the starts of a flow. If the flow has a conversation, a start that leads to a state brings that back.
func (g *progress) start(ctx context.Context, f *flow.Flow) (bool, error) {
	i := slices.IndexFunc(g.rec.conversations(), func(c conversation) bool { return g.byName[c.flow] == f })
	if i < 0 {
		return g.startAnew(ctx, f, false)
	}
	entryOwed := i == 0 && g.rec.owed == owesEntry // its question comes with the entry
	res, err := g.step(ctx, i, asked{mode: flow.ModeStart, silent: entryOwed})
	switch {
	case err != nil || !res.Handled:
		return false, err
	case res.Replaces:
		if err := g.leaveAll(ctx); err != nil {
			return true, err
		}
		_, err := g.startAnew(ctx, f, false)
		return true, err
	case i == 0 && !entryOwed:
		return true, g.keep(0, &res)
	}
	if err := g.keepAnswer(&res); err != nil {
		return true, err
	}
	if !res.Beside {
		g.rec.raise(i)
		return true, g.show(ctx, true)
	}
	return true, g.askAlone(ctx)
}

// startAnew tries the starts of a flow, and keeps what the one that is taken leaves. One that ends has answered, and
// then the active conversation asks its question again. One that leads to a state suspends the active conversation,
// or takes the place of all; or, if suspended is true, the new conversation stands below the active one.
func (g *progress) startAnew(ctx context.Context, f *flow.Flow, suspended bool) (bool, error) {
	res, err := g.stepAnew(ctx, f, suspended)
	switch {
	case err != nil:
		return false, err
	case !res.Handled:
		g.notTaken(&res)
		return false, nil
	case res.State == "":
		if err := g.keepAnswer(&res); err != nil {
			return true, err
		}
		return true, g.askAlone(ctx)
	case res.Replaces && !suspended:
		err = g.leaveAll(ctx)
	}
	if err == nil {
		err = g.makeRoom(ctx)
	}
	if err != nil {
		return true, err
	}
	g.flow, g.from = f, ""
	place := 0
	if suspended {
		place = 1
	}
	g.rec.insert(place, conversation{flow: f.Name()})
	return true, g.keep(place, &res)
}

// askAlone asks the question of the active conversation, in a one-to-one chat. In an exclusive state it does not,
// as a person may be talking there.
func (g *progress) askAlone(ctx context.Context) error {
	if g.rec.flow == "" || !isAlone(g.in.Event) || g.exclusive() {
		return nil
	}
	return g.show(ctx, false)
}

// leaveAll ends all conversations, the active one first.
func (g *progress) leaveAll(ctx context.Context) error {
	for g.rec.depth() > 0 {
		if err := g.leave(ctx, 0); err != nil {
			return err
		}
	}
	g.ended = false
	return nil
}

// makeRoom ends the lowest conversation if there are as many as there may be.
func (g *progress) makeRoom(ctx context.Context) error {
	if g.rec.depth() < maxStack {
		return nil
	}
	return g.leave(ctx, maxStack-1)
}

// leave ends the ith conversation, with its Exit action.
func (g *progress) leave(ctx context.Context, i int) error {
	c := *g.rec.at(i)
	res, err := g.step(ctx, i, asked{mode: flow.ModeLeave})
	if err != nil {
		return &conversationError{c, err}
	}
	return g.keep(i, &res)
}

// signal lets the first conversation that takes a signal have it: the active one, then the suspended ones from
// the top down, which are not active for that. Then the signal may start a flow, also one that has a conversation.
// In an exclusive state, the new conversation is suspended.
func (g *progress) signal(ctx context.Context) (bool, error) {
	for i := range g.rec.depth() {
		res, err := g.step(ctx, i, asked{})
		if err != nil {
			return false, err
		}
		if res.Handled {
			return true, g.keep(i, &res)
		}
		g.notTaken(&res)
	}
	exclusive := g.exclusive()
	for _, s := range g.startedBy(g.in.Event, flow.RankAny) {
		if begun, err := g.startAnew(ctx, s.flow, exclusive); begun || err != nil {
			return begun, err
		}
	}
	return false, nil
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

// unanswered returns the notice for an event that no flow answers. While a flow is active, an event that it
// does not handle is left without an answer, but for a tap on somebody else's button.
func (p *planner) unanswered(id string, rec *record, e *transport.Event) notice {
	tap, _ := p.tap(e, id, rec)
	switch {
	case tap == tapForeign:
		return notice{"Foreign", p.o.Foreign}
	case rec.flow != "":
		return notice{}
	case tap == tapStale:
		return notice{"Expired", p.o.Expired}
	case (e.Kind.IsMessage() || e.Kind == transport.KindFollow) && isAlone(e):
		return notice{"Otherwise", p.o.Otherwise}
	default:
		return notice{}
	}
}

package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// answer finds the flow that answers the event and steps it: the flow that is active, which
// shows its question again where a button is stale; else the flow that the event starts. It
// returns no flow if none answers.
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

// marked reports whether the event is a tap on a button that a step of a flow showed.
func marked(e *transport.Event) bool {
	return e.Kind == transport.KindPostback && e.Postback.Mark != ""
}

// markOf marks the step that a turn entered.
func markOf(turn string) string {
	sum := sha256.Sum256([]byte(turn))
	return base64.RawURLEncoding.EncodeToString(sum[:6])[:transport.MarkLen]
}

// startedBy returns the flow that the event starts best, the first of equals.
func (p *planner) startedBy(e *transport.Event) (f *flow.Flow, rank flow.Rank) {
	for _, g := range p.flows {
		if r := g.Rank(e); r > rank {
			f, rank = g, r
		}
	}
	return f, rank
}

// unanswered returns what to say to an event that no flow answers, or nil.
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

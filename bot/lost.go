package bot

import (
	"context"

	"github.com/kaiwa-go/kaiwa/transport"
)

// afterLoss handles the first event of a user after a conversation was set aside. The user is told, and the event
// may start a flow: what it would have meant to the conversation nobody knows. The conversation that is active now
// asks its question, which it owes.
func (g *progress) afterLoss(ctx context.Context) (answered bool, err error) {
	g.rec.lost = false
	told, err := g.tellLost(ctx)
	if err != nil {
		return false, err
	}
	tap, _ := g.tap(g.in.Event, g.id, &g.rec)
	switch {
	case tap != tapNone && tap != tapUnmarked && tap != tapLoose, g.exclusive():
		return told || g.rec.flow != "", nil
	}
	began, err := g.begin(ctx)
	return told || began || g.rec.flow != "", err
}

// tellLost says what Options.Lost says. It returns false if that is nothing.
func (g *progress) tellLost(ctx context.Context) (bool, error) {
	msgs, err := g.message(ctx, notice{"Lost", g.o.Lost}, &g.rec, g.in.Event)
	if err != nil {
		return false, err
	}
	g.say(msgs, "")
	return len(msgs) > 0, nil
}

// mayTell reports whether a user may be told by an answer to the event that a conversation was lost: it is a message
// or a tap. In a group only a tap, and what mentions the bot.
func mayTell(e *transport.Event) bool {
	return e.Kind == transport.KindPostback || e.Kind.IsMessage() && (isAlone(e) || e.Mentioned())
}

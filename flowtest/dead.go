package flowtest

import (
	"fmt"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// watch returns what bot.Options.Stepped is to be: it keeps the last step, and tells it to next, which may be
// nil.
func (s *shared) watch(next func(bot.Stepped)) func(bot.Stepped) {
	return func(step bot.Stepped) {
		s.mu.Lock()
		s.step = &step
		s.mu.Unlock()
		if next != nil {
			next(step)
		}
	}
}

// sendTap sends the event of a tap on a. It fails the test if the question of the present step offers the
// button, and no transition of the state names what it sends: an author who mistyped the data would only
// see the question again. Whether a button is of the present step, the bot says of a postback. A button
// that says something is known to be so as a quick reply alone.
func (c *Chat) sendTap(a action, e transport.Event) {
	c.t.Helper()
	c.mu.Lock()
	c.step = nil
	c.mu.Unlock()
	c.Send(e)
	c.mu.Lock()
	step := c.step
	c.mu.Unlock()
	if step == nil || !step.Trace.Wrong || step.Trace.Matched || a.Type == "message" && !a.quick {
		return
	}
	what := fmt.Sprintf("the data %q", e.Postback.Data)
	if a.Type == "message" {
		what = fmt.Sprintf("the text %q", a.Text)
	}
	c.fatalf("nothing takes the button %q: no transition of the state %s of the flow %q, or of InAny, answers to %s",
		a.Label, step.From, step.Flow, what)
}

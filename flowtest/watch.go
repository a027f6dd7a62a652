package flowtest

import (
	"fmt"
	"testing/synctest"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// settle waits until nothing happens any more. Time passes only while a turn waits for it, and not
// for an action that the bot has given up.
func (c *Chat) settle() {
	synctest.Wait()
	for c.bot.Stats().Running > 0 {
		time.Sleep(time.Millisecond)
		synctest.Wait()
	}
}

// watch returns a function for bot.Options.Stepped that notes which turn was a wrong answer for which no
// transition has a trigger, and then calls next.
func (c *Chat) watch(next func(bot.Stepped)) func(bot.Stepped) {
	return func(s bot.Stepped) {
		if s.Trace.Wrong && !s.Trace.Matched {
			c.mu.Lock()
			c.unmatched = s.Turn
			c.mu.Unlock()
		}
		if next != nil {
			next(s)
		}
	}
}

// missed makes it an error if the user's last event is a tap on a button of the present question, and no
// transition answers to its data: the flow shows a button that does nothing.
func (c *Chat) missed(e transport.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Kind == transport.KindPostback && c.unmatched == fmt.Sprintf("event-%d", c.events) {
		c.errs = append(c.errs, fmt.Sprintf("no transition answers to the data of this button: %q", e.Postback.Data))
	}
}

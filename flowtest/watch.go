package flowtest

import (
	"testing/synctest"
	"time"
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

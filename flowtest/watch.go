package flowtest

import (
	"context"
	"errors"
	"testing/synctest"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
)

// watched is a flow of which the test knows whether a step runs, and why one panicked.
type watched struct {
	bot.Flow
	chat *Chat
}

func (c *Chat) watch(flows []bot.Flow) []bot.Flow {
	all := make([]bot.Flow, len(flows))
	for i, f := range flows {
		if f != nil { // bot.New refuses it
			all[i] = watched{f, c}
		}
	}
	return all
}

// Step implements bot.Flow.
func (w watched) Step(ctx context.Context, in *flow.Input) (flow.Result, error) {
	w.chat.running.Add(1)
	defer w.chat.running.Add(-1)
	res, err := w.Flow.Step(ctx, in)
	var p *flow.PanicError
	if errors.As(err, &p) {
		w.chat.t.Logf("%v: %v\n%s", err, p.Value, p.Stack)
	}
	return res, err
}

// StartTriggers lets bot.New compare the flows.
func (w watched) StartTriggers() []flow.Trigger {
	if f, ok := w.Flow.(interface{ StartTriggers() []flow.Trigger }); ok {
		return f.StartTriggers()
	}
	return nil
}

// settle waits until nothing happens any more. Time passes only while an action waits for it,
// and not for one that the bot has given up.
func (c *Chat) settle() {
	synctest.Wait()
	for c.running.Load() > c.bot.Stats().Stuck {
		time.Sleep(time.Millisecond)
		synctest.Wait()
	}
}

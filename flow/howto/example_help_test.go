package howto_test

import (
	"context"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Taxi is an order of a taxi.
type Taxi struct {
	Seats int `json:"seats,omitempty"`
	Hour  int `json:"hour,omitempty"`
}

// InAny helps in every state, and Again asks its question again. A state has help of its own, and Start
// helps those who have no conversation. No help counts as a wrong answer.
func Example_helpAnywhere() {
	say := func(text string) flow.Action[Taxi] {
		return func(_ context.Context, t *flow.Turn[Taxi]) error { t.Send(line.Text(text)); return nil }
	}
	seats := flow.Question(say("How many seats?"), answer.Int(1, 8), func(t *Taxi) *int { return &t.Seats })
	hour := flow.Question(say("At what hour?"), answer.Int(6, 23), func(t *Taxi) *int { return &t.Hour })

	b := flow.New[Taxi]("taxi")
	b.Start(flow.Text("taxi")).To("seats")
	b.Start(flow.Text("help", "?")).Do(say("Say “taxi” to order one.")).End()
	b.In("seats").Ask(seats).To("hour")
	b.In("hour").Ask(hour).Do(say("It will be there.")).End().
		On(flow.Text("help", "?")).Do(say("We drive from 6 to 23.")).Again()
	b.InAny().
		On(flow.Text("help", "?")).Do(say("Answer, or say “stop”.")).Again().
		On(flow.Text("stop")).Do(say("Never mind.")).End()

	talk(b.MustBuild(), "help", "taxi", "Help!", "4", "?", "8")
	// Output:
	// > help
	// < Say “taxi” to order one.
	// > taxi
	// < How many seats?
	// > Help!
	// < Answer, or say “stop”.
	// < How many seats?
	// > 4
	// < At what hour?
	// > ?
	// < We drive from 6 to 23.
	// < At what hour?
	// > 8
	// < It will be there.
}

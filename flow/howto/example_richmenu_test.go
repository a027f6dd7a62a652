package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Ticket is for a train.
type Ticket struct {
	To    string `json:"to,omitempty"`
	Seats int    `json:"seats,omitempty"`
}

// The areas of a rich menu can be tapped at any time. They start a flow, or answer, by Start; a tap that is
// to do something in a conversation needs FromAnywhere.
func Example_richMenu() {
	say := func(text string) flow.Action[Ticket] {
		return func(_ context.Context, t *flow.Turn[Ticket]) error { t.Send(line.Text(text)); return nil }
	}
	show := func(_ context.Context, t *flow.Turn[Ticket]) error {
		t.Send(line.Text(fmt.Sprintf("So far: to %s.", t.Data.To)))
		return nil
	}
	to := flow.Question(say("Where to?"), answer.Text(2, 40), func(t *Ticket) *string { return &t.To })
	seats := flow.Question(say("How many seats?"), answer.Int(1, 6), func(t *Ticket) *int { return &t.Seats })

	b := flow.New[Ticket]("ticket")
	b.Start(flow.Text("ticket"), flow.Postback("ticket")).To("to")
	b.Start(flow.Postback("hours")).Do(say("We are here from 9 to 17.")).End()
	b.In("to").Ask(to).To("seats")
	b.In("seats").Ask(seats).Do(say("Have a good trip.")).End()
	b.InAny().
		On(flow.Postback("show").FromAnywhere()).Do(show).Again().
		On(flow.Postback("stop").FromAnywhere()).Do(say("Never mind.")).End()

	talk(b.MustBuild(), "{show}", "{ticket}", "Osaka", "{hours}", "{show}", "{stop}")
	// Output:
	// > {show}
	// > {ticket}
	// < Where to?
	// > Osaka
	// < How many seats?
	// > {hours}
	// < We are here from 9 to 17.
	// < How many seats?
	// > {show}
	// < So far: to Osaka.
	// < How many seats?
	// > {stop}
	// < Never mind.
}

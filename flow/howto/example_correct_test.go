package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Parcel is what somebody sends.
type Parcel struct {
	To    string `json:"to,omitempty"`
	Boxes int    `json:"boxes,omitempty"`
}

// A summary calls the question of one field. ReturnOr leads on when the question is asked for the first
// time, and back to the summary when the summary called it.
func Example_correctOneField() {
	say := func(text string) flow.Action[Parcel] {
		return func(_ context.Context, t *flow.Turn[Parcel]) error { t.Send(line.Text(text)); return nil }
	}
	summarise := func(_ context.Context, t *flow.Turn[Parcel]) error {
		t.Send(line.Buttons(fmt.Sprintf("%d for %s. Right?", t.Data.Boxes, t.Data.To),
			line.Postback("Send", "send"), line.Postback("Name", "to"), line.Postback("Number", "boxes")))
		return nil
	}
	to := flow.Question(say("Who is it for?"), answer.Text(1, 60), func(p *Parcel) *string { return &p.To })
	boxes := flow.Question(say("How many boxes?"), answer.Int(1, 9), func(p *Parcel) *int { return &p.Boxes })

	b := flow.New[Parcel]("parcel")
	b.Start(flow.Text("send")).To("to")
	b.In("to").Ask(to).ReturnOr("boxes")
	b.In("boxes").Ask(boxes).ReturnOr("summary")
	b.In("summary").Enter(summarise).
		On(flow.Postback("send")).Do(say("On its way.")).End().
		On(flow.Postback("to")).Call("to").
		On(flow.Postback("boxes")).Call("boxes")

	talk(b.MustBuild(), "send", "Bob", "2", "[Name]", "Carol", "[Send]")
	// Output:
	// > send
	// < Who is it for?
	// > Bob
	// < How many boxes?
	// > 2
	// < 2 for Bob. Right? [Send] [Name] [Number]
	// > [Name]
	// < Who is it for?
	// > Carol
	// < 2 for Carol. Right? [Send] [Name] [Number]
	// > [Send]
	// < On its way.
}

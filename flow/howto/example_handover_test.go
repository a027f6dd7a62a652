package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Meter is the reading of a meter.
type Meter struct {
	Reading int `json:"reading,omitempty"`
}

// A prompt words itself by Tries. The third wrong answer in a row leads to a person: the desk is called, so
// that it can return to the question. InAnyBut leaves out the desk itself.
func Example_handOver() {
	say := func(text string) flow.Action[Meter] {
		return func(_ context.Context, t *flow.Turn[Meter]) error { t.Send(line.Text(text)); return nil }
	}
	askReading := func(_ context.Context, t *flow.Turn[Meter]) error {
		question := "What does the meter read?"
		if t.Tries() > 0 {
			question = "Only the digits before the comma, please. " + question
		}
		t.Send(line.Text(question))
		return nil
	}
	tellDesk := func(_ context.Context, t *flow.Turn[Meter]) error {
		fmt.Println("desk:", t.Input()) // a real one is told t.ID() too, so that it can tell a repetition
		return nil
	}
	reading := flow.Question(askReading, answer.Int(0, 99999), func(m *Meter) *int { return &m.Reading })

	b := flow.New[Meter]("meter")
	b.Start(flow.Text("meter")).To("reading")
	b.In("reading").Ask(reading).Do(say("Thank you.")).End()
	b.In("desk").Enter(say("Somebody will be with you soon. Say “bot” to go on with me.")).
		On(flow.Text("bot")).Return().
		On(flow.Any()).Do(tellDesk).Stay()
	b.InAnyBut("desk").
		On(flow.Text("human")).Call("desk").
		Wrong(3).Call("desk")

	talk(b.MustBuild(), "meter", "dunno", "which one?", "12a", "There are two meters.", "bot", "471")
	// Output:
	// > meter
	// < What does the meter read?
	// > dunno
	// < Only the digits before the comma, please. What does the meter read?
	// > which one?
	// < Only the digits before the comma, please. What does the meter read?
	// > 12a
	// < Somebody will be with you soon. Say “bot” to go on with me.
	// > There are two meters.
	// desk: There are two meters.
	// > bot
	// < What does the meter read?
	// > 471
	// < Thank you.
}

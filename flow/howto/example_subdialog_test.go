package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Gift is what a shop sends to somebody.
type Gift struct {
	Street string `json:"street,omitempty"`
	Bell   string `json:"bell,omitempty"`
}

// A sub-dialog is called from several states, asks several questions, and returns to the state that called.
// What it found is in the data.
func Example_subDialog() {
	say := func(text string) flow.Action[Gift] {
		return func(_ context.Context, t *flow.Turn[Gift]) error { t.Send(line.Text(text)); return nil }
	}
	show := func(text string, buttons ...line.Action) flow.Action[Gift] {
		return func(_ context.Context, t *flow.Turn[Gift]) error {
			t.Send(line.Buttons(fmt.Sprintf("%s Street %q, bell %q.", text, t.Data.Street, t.Data.Bell), buttons...))
			return nil
		}
	}
	noAddress := func(t *flow.Turn[Gift]) bool { return t.Data.Street == "" }
	street := flow.Question(say("Which street?"), answer.Text(3, 80), func(g *Gift) *string { return &g.Street })
	bell := flow.Question(say("Whose bell?"), answer.Text(1, 30), func(g *Gift) *string { return &g.Bell })

	b := flow.New[Gift]("gift")
	b.Start(flow.Text("tea")).To("cart")
	b.In("cart").Enter(show("A box of tea.", line.Postback("Buy", "buy"), line.Postback("Address", "address"))).
		On(flow.Postback("buy")).When("there is no address", noAddress).Call("street").
		On(flow.Postback("buy")).To("bought").
		On(flow.Postback("address")).Call("street")
	b.In("bought").Enter(show("It comes on Friday.", line.Postback("Other address", "address"), line.Say("bye"))).
		On(flow.Postback("address")).Call("street").
		On(flow.Text("bye")).End()
	b.In("street").Ask(street).To("bell") // the sub-dialog begins here
	b.In("bell").Ask(bell).Return()

	talk(b.MustBuild(), "tea", "[Buy]", "1 Main Street", "Bob", "[Buy]", "[Other address]", "2 High Street", "Carol")
	// Output:
	// > tea
	// < A box of tea. Street "", bell "". [Buy] [Address]
	// > [Buy]
	// < Which street?
	// > 1 Main Street
	// < Whose bell?
	// > Bob
	// < A box of tea. Street "1 Main Street", bell "Bob". [Buy] [Address]
	// > [Buy]
	// < It comes on Friday. Street "1 Main Street", bell "Bob". [Other address] [bye]
	// > [Other address]
	// < Which street?
	// > 2 High Street
	// < Whose bell?
	// > Carol
	// < It comes on Friday. Street "2 High Street", bell "Carol". [Other address] [bye]
}

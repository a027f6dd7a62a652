package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Seat is what one flow finds, and Admission what another does with it.
type Seat struct {
	Row string `json:"row,omitempty"`
	No  int    `json:"no,omitempty"`
}

type Admission struct {
	Film string `json:"film,omitempty"`
	Seat string `json:"seat,omitempty"`
}

// A flow that asks for a seat has data of its own, and any flow may run it: tickets here, a change of seats
// elsewhere. Words of both are taken, the inner ones first.
func Example_subFlow() {
	row := flow.Question(saying[Seat]("Which row?"), answer.Text(1, 2), func(s *Seat) *string { return &s.Row })
	no := flow.Question(saying[Seat]("Which seat?"), answer.Int(1, 20), func(s *Seat) *int { return &s.No })
	s := flow.New[Seat]("seats")
	s.Start().To("row") // begun by other flows alone
	s.In("row").Ask(row).To("no")
	s.In("no").Ask(no).End()
	s.InAny().
		On(flow.Text("back")).Back().
		On(flow.Text("any seat")).GiveUp()

	film := flow.Question(saying[Admission]("Which film?"), answer.Text(1, 40), func(t *Admission) *string { return &t.Film })
	seat := flow.Sub(s.MustBuild(), func(*flow.Turn[Admission]) Seat { return Seat{} },
		func(t *flow.Turn[Admission], s Seat) { t.Data.Seat = fmt.Sprint(s.Row, s.No) })
	b := flow.New[Admission]("tickets")
	b.Start(flow.Text("cinema")).To("film")
	b.In("film").Ask(film).To("seat")
	b.In("seat").Run(seat).To("pay").
		GivenUp().Do(saying[Admission]("We choose one.")).To("pay")
	b.In("pay").Enter(func(_ context.Context, t *flow.Turn[Admission]) error {
		t.Send(line.Text(fmt.Sprintf("%s, seat %q. Pay?", t.Data.Film, t.Data.Seat)))
		return nil
	}).On(flow.Text("yes")).Do(saying[Admission]("Enjoy!")).End()
	b.InAny().
		On(flow.Text("price")).Do(saying[Admission]("9 euros.")).Again().
		On(flow.Text("back")).Back()

	talk(b.MustBuild(), "cinema", "Up", "B", "price", "back", "C", "7", "back", "any seat", "yes")
	// Output:
	// > cinema
	// < Which film?
	// > Up
	// < Which row?
	// > B
	// < Which seat?
	// > price
	// < 9 euros.
	// < Which seat?
	// > back
	// < Which row?
	// > C
	// < Which seat?
	// > 7
	// < Up, seat "C7". Pay?
	// > back
	// < Which seat?
	// > any seat
	// < We choose one.
	// < Up, seat "". Pay?
	// > yes
	// < Enjoy!
}

func saying[T any](text string) flow.Action[T] {
	return func(_ context.Context, t *flow.Turn[T]) error { t.Send(line.Text(text)); return nil }
}

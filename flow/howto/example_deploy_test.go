package howto_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// TableV1 is what last week's build stored: the guests as a text.
type TableV1 struct {
	Guests string `json:"guests,omitempty"`
	Zone   string `json:"zone,omitempty"`
}

// Table is what this week's build stores.
type Table struct {
	Guests int    `json:"guests,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

// A deploy changes a flow while people are in the middle of it. Formerly says what was renamed, and which state does
// the work of one that was removed; a migration reads the old data; and Always leads those back who have passed the
// place of a question that was added.
func Example_deploy() {
	deploy([]*flow.Flow{lastWeek(), thisWeek()},
		"table", "4", "(deploy)", "yes", "03-1234-5678", "yes")
	// Output:
	// > table
	// < How many guests?
	// > 4
	// < Inside or outside?
	// > (deploy)
	// > yes
	// < Your telephone number?
	// > 03-1234-5678
	// < A table for 4, and we call 03-1234-5678?
	// > yes
	// < Booked.
}

// thisWeek is the flow of now. It was named "tables". The question for the zone is gone, the state "party" is now
// "guests", the guests are a number, and the telephone number has to be known.
func thisWeek() *flow.Flow {
	ask := func(text string) flow.Action[Table] {
		return func(_ context.Context, t *flow.Turn[Table]) error { t.Send(line.Text(text)); return nil }
	}
	confirm := func(_ context.Context, t *flow.Turn[Table]) error {
		t.Send(line.Text(fmt.Sprintf("A table for %d, and we call %s?", t.Data.Guests, t.Data.Phone)))
		return nil
	}
	noPhone := func(t *flow.Turn[Table]) bool { return t.Data.Phone == "" }
	guests := flow.Question(ask("How many guests?"), answer.Int(1, 8), func(t *Table) *int { return &t.Guests })
	phone := flow.Question(ask("Your telephone number?"), answer.Text(5, 20), func(t *Table) *string { return &t.Phone })

	b := flow.New[Table]("table").Formerly("tables")
	b.Migrate(flow.Migration(func(old TableV1) (Table, error) {
		n, err := strconv.Atoi("0" + old.Guests)
		return Table{Guests: n}, err
	}))
	b.Start(flow.Text("table")).To("guests")
	b.In("guests").Formerly("party").Ask(guests).To("phone")
	b.In("phone").Ask(phone).ReturnOr("confirm")
	b.In("confirm").Formerly("zone").Enter(confirm).
		On(flow.Always()).When("no telephone number yet", noPhone).Call("phone").
		On(flow.Text("yes")).Do(ask("Booked.")).End()
	return b.MustBuild()
}

func lastWeek() *flow.Flow {
	ask := func(text string) flow.Action[TableV1] {
		return func(_ context.Context, t *flow.Turn[TableV1]) error { t.Send(line.Text(text)); return nil }
	}
	guests := flow.Question(ask("How many guests?"), answer.Text(1, 2), func(t *TableV1) *string { return &t.Guests })
	zone := flow.Question(ask("Inside or outside?"), answer.Text(1, 20), func(t *TableV1) *string { return &t.Zone })

	b := flow.New[TableV1]("tables")
	b.Start(flow.Text("table")).To("party")
	b.In("party").Ask(guests).To("zone")
	b.In("zone").Ask(zone).Do(ask("Booked.")).End()
	return b.MustBuild()
}

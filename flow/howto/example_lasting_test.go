package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Lunch is a tray.
type Lunch struct {
	Dish  string   `json:"dish,omitempty"`
	Count int      `json:"count,omitempty"`
	Tray  []string `json:"tray,omitempty"`
}

// The buttons of a menu last: the user scrolls back to it and adds another dish, whatever is asked by then.
// Other buttons of earlier steps, such as Pay, ask the present question again.
func Example_lastingMenu() {
	menu := func(_ context.Context, t *flow.Turn[Lunch]) error {
		t.Send(line.Carousel(line.Column("Ramen", line.Postback("Add ramen", "add ramen")),
			line.Column("Gyoza", line.Postback("Add gyoza", "add gyoza"))),
			line.Buttons(fmt.Sprintf("On the tray: %q", t.Data.Tray), line.Postback("Pay", "pay")))
		return nil
	}
	askCount := func(_ context.Context, t *flow.Turn[Lunch]) error {
		t.Send(line.Text("How many " + t.Data.Dish + "?"))
		return nil
	}
	pick := func(_ context.Context, t *flow.Turn[Lunch]) error {
		t.Data.Dish = t.Input() // without the prefix
		return nil
	}
	add := func(_ context.Context, t *flow.Turn[Lunch]) error {
		t.Data.Tray = append(t.Data.Tray, fmt.Sprint(t.Data.Count, " ", t.Data.Dish))
		return nil
	}
	count := flow.Question(askCount, answer.Int(1, 9), func(l *Lunch) *int { return &l.Count })

	b := flow.New[Lunch]("lunch")
	b.Start(flow.Text("lunch")).To("menu")
	b.In("menu").Enter(menu).
		On(flow.Postback("pay")).End()
	b.In("count").Ask(count).Do(add).To("menu")
	b.InAny().
		On(flow.PostbackPrefix("add ").Lasting()).Do(pick).To("count")

	talk(b.MustBuild(), "lunch", "[Add ramen]", "[Add gyoza]", "[Pay]", "2")
	// Output:
	// > lunch
	// < Ramen [Add ramen] [Add gyoza]
	// < On the tray: [] [Pay]
	// > [Add ramen]
	// < How many ramen?
	// > [Add gyoza]
	// < How many gyoza?
	// > [Pay]
	// < How many gyoza?
	// > 2
	// < Ramen [Add ramen] [Add gyoza]
	// < On the tray: ["2 gyoza"] [Pay]
}

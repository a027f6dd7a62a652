package howto_test

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Checkup is a check-up at the dentist.
type Checkup struct {
	Day string `json:"day,omitempty"` // as 2100-12-05
}

// A reminder moves with what it is about, and is taken back with it. A conversation has one reminder of a name:
// a transition that sets it again moves it, and a time that is zero takes it back. Lines with "~" are the
// reminders that wait in the end. For a booking that is moved in a later conversation, see RemindKey.
func Example_movingReminder() {
	say := func(text string, buttons ...line.Action) flow.Action[Checkup] {
		return func(_ context.Context, t *flow.Turn[Checkup]) error {
			t.Send(line.Text(text + t.Data.Day + ".").Quick(buttons...))
			return nil
		}
	}
	ask := func(_ context.Context, t *flow.Turn[Checkup]) error { t.Send(line.Text("Which day?")); return nil }
	day := flow.Question(ask, answer.Text(10, 10), func(v *Checkup) *string { return &v.Day })
	dayBefore := func(t *flow.Turn[Checkup]) time.Time {
		d, _ := time.ParseInLocation(time.DateOnly, t.Data.Day, t.Now().Location())
		return d.AddDate(0, 0, -1).Add(10 * time.Hour)
	}
	never := func(*flow.Turn[Checkup]) time.Time { return time.Time{} }

	b := flow.New[Checkup]("visit")
	b.Start(flow.Text("visit")).To("day")
	b.In("day").Ask(day).Remind("day_before", dayBefore, say("See you tomorrow, ")).To("fixed")
	b.In("fixed").Enter(say("See you on ", line.Postback("Other day", "move"), line.Postback("Cancel", "cancel"))).
		On(flow.Postback("move")).To("day").
		On(flow.Postback("cancel")).Do(say("Cancelled: ")).Remind("day_before", never, nil).End()
	visit := b.MustBuild()

	talk(visit, "visit", "2100-12-05", "[Other day]", "2100-12-24")
	talk(visit, "visit", "2100-12-05", "[Cancel]")
	// Output:
	// > visit
	// < Which day?
	// > 2100-12-05
	// < See you on 2100-12-05. [Other day] [Cancel]
	// > [Other day]
	// < Which day?
	// > 2100-12-24
	// < See you on 2100-12-24. [Other day] [Cancel]
	// ~ 2100-12-23 10:00: day_before
	// > visit
	// < Which day?
	// > 2100-12-05
	// < See you on 2100-12-05. [Other day] [Cancel]
	// > [Cancel]
	// < Cancelled: 2100-12-05.
}

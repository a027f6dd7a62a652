package howto_test

import (
	"context"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Visit is what a practice asks before a visit.
type Visit struct {
	Name string `json:"name,omitempty"`
	Pain bool   `json:"pain,omitempty"`
	Days int    `json:"days,omitempty"`
}

// Back goes back any number of steps, whichever way the user came. The data is as it was then. At the first
// question nothing is behind, and the next transition that fits is taken.
func Example_back() {
	say := func(text string) flow.Action[Visit] {
		return func(_ context.Context, t *flow.Turn[Visit]) error { t.Send(line.Text(text)); return nil }
	}
	hurts := func(t *flow.Turn[Visit]) bool { return t.Data.Pain }
	name := flow.Question(say("Your name?"), answer.Text(1, 60), func(v *Visit) *string { return &v.Name })
	pain := flow.Question(say("Does it hurt?"), answer.YesNo(), func(v *Visit) *bool { return &v.Pain })
	days := flow.Question(say("For how many days?"), answer.Int(0, 99), func(v *Visit) *int { return &v.Days })

	b := flow.New[Visit]("visit")
	b.Start(flow.Text("visit")).To("name")
	b.In("name").Ask(name).To("pain")
	b.In("pain").Ask(pain).If("it hurts", hurts).To("days").
		Else().To("confirm")
	b.In("days").Ask(days).To("confirm")
	b.In("confirm").Enter(say("Shall we see you today?")).
		On(flow.Text("yes")).Do(say("See you.")).End()
	b.InAny().
		On(flow.Text("back")).Back().
		On(flow.Text("back")).Do(say("This is the first question.")).Again()

	talk(b.MustBuild(), "visit", "Ann", "yes", "3", "back", "back", "no", "back", "back", "back")
	// Output:
	// > visit
	// < Your name?
	// > Ann
	// < Does it hurt?
	// > yes
	// < For how many days?
	// > 3
	// < Shall we see you today?
	// > back
	// < For how many days?
	// > back
	// < Does it hurt?
	// > no
	// < Shall we see you today?
	// > back
	// < Does it hurt?
	// > back
	// < Your name?
	// > back
	// < This is the first question.
	// < Your name?
}

package howto_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Repair is a device that is to be repaired.
type Repair struct {
	Serial   string `json:"serial,omitempty"`
	Warranty int    `json:"warranty,omitempty"` // in months that are left
}

// Warranties is a service of the shop. It is away when it is asked for the first time.
type Warranties struct{ asked atomic.Int32 }

func (w *Warranties) Left(_ context.Context, serial string) (int, error) {
	if w.asked.Add(1) == 1 {
		return 0, errors.New("the service does not answer")
	}
	return map[string]int{"A-1": 8, "A-2": 0}[serial], nil
}

// An action asks a service and puts what it said into the data; the branches after it choose by that. If the
// service is away, the action returns its error, and the bot tries the turn again.
func Example_chooseByService() {
	say := func(text string) flow.Action[Repair] {
		return func(_ context.Context, t *flow.Turn[Repair]) error { t.Send(line.Text(text)); return nil }
	}
	service := &Warranties{}
	look := func(ctx context.Context, t *flow.Turn[Repair]) (err error) {
		t.Data.Warranty, err = service.Left(ctx, t.Data.Serial)
		return err
	}
	covered := func(t *flow.Turn[Repair]) bool { return t.Data.Warranty > 0 }
	serial := flow.Question(say("The serial number?"), answer.Text(3, 20), func(r *Repair) *string { return &r.Serial })

	b := flow.New[Repair]("repair")
	b.Start(flow.Text("repair")).To("serial")
	b.In("serial").Ask(serial).Do(look).If("is covered", covered).Do(say("That is free.")).To("send").
		Else().To("price")
	b.In("price").Enter(say("That costs 80. Shall we?")).
		On(flow.Text("yes")).To("send").
		On(flow.Text("no")).Do(say("As you like.")).End()
	b.In("send").Enter(say("Send it to us, and say “sent”.")).
		On(flow.Text("sent")).End()

	talk(b.MustBuild(), "repair", "A-1")
	fmt.Println("asked again:", service.asked.Load() > 1)
	talk(b.MustBuild(), "repair", "A-2", "yes")
	// Output:
	// > repair
	// < The serial number?
	// > A-1
	// < That is free.
	// < Send it to us, and say “sent”.
	// asked again: true
	// > repair
	// < The serial number?
	// > A-2
	// < That costs 80. Shall we?
	// > yes
	// < Send it to us, and say “sent”.
}

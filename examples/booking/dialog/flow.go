// Package dialog is the dialog of examples/booking, for its program and for a bot that has others beside it.
package dialog

import (
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
)

// The states of a booking. Their names are stored.
const (
	AskDay   flow.State = "ask_day"
	AskParty flow.State = "ask_party"
	Confirm  flow.State = "confirm"
)

// New returns the booking dialog of a restaurant whose tables are in repo.
func New(repo Repo) (*flow.Flow, error) {
	b := flow.New[Booking]("booking")
	b.Start(flow.Text("book", "予約"), flow.Postback("book")).To(AskDay)
	b.In(AskDay).Ask(day(repo)).ReturnOr(AskParty)
	b.In(AskParty).Ask(party()).ReturnOr(Confirm)
	b.In(Confirm).Enter(summarise).
		On(flow.Postback("yes")).Do(reserve(repo)).Remind("day_before", dayBefore, remind).End().
		On(flow.Postback("day")).Call(AskDay).
		On(flow.Postback("party")).Call(AskParty)
	b.InAny().
		On(flow.Text("back", "戻る"), flow.Postback("back")).Back().
		On(flow.Text("back", "戻る"), flow.Postback("back")).Do(say("This is the first step.")).Again().
		On(flow.Text("help")).Do(help).Again().
		On(flow.Text("cancel"), flow.Postback("cancel")).Do(say("Cancelled. Say “book” to start again.")).End().
		Wrong(3).Do(say("Please call us: 03-1234-5678.")).End().
		After(15 * time.Minute).Do(say("Your booking lapsed. Say “book” to start again.")).End()
	return b.Build()
}

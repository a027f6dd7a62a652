package main

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
	b.In(AskDay).Enter(askDay).
		On(flow.Date(), flow.Text()).When("party is known", knowsParty).Do(setDay(repo)).To(Confirm).
		On(flow.Date(), flow.Text()).Do(setDay(repo)).To(AskParty)
	b.In(AskParty).Enter(askParty).
		On(flow.Text("back")).To(AskDay).
		On(flow.Text()).Do(setParty).To(Confirm)
	b.In(Confirm).Enter(summarise).
		On(flow.Postback("yes")).Do(reserve(repo)).Remind("day_before", dayBefore, remind).End().
		On(flow.Postback("day")).To(AskDay).
		On(flow.Postback("party"), flow.Text("back")).To(AskParty).
		On(flow.Text()).Again()
	b.InAny().
		On(flow.Text("cancel")).Do(say("Cancelled. Say “book” to start again.")).End().
		After(15 * time.Minute).Do(say("Your booking lapsed. Say “book” to start again.")).End()
	return b.Build()
}

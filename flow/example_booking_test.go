package flow_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// say is a message of this example; a bot sends those of its platform.
type say string

func (s say) AppendJSON(b []byte, _ string) ([]byte, error) {
	return strconv.AppendQuote(b, string(s)), nil
}
func (s say) Validate() error { return nil }

// Booking is what the conversation collects.
type Booking struct {
	Date  string `json:"date"`
	Party int    `json:"party"`
}

const (
	AskDate  flow.State = "ask_date"
	AskParty flow.State = "ask_party"
	Confirm  flow.State = "confirm"
)

func newBooking() (*flow.Flow, error) {
	b := flow.New[Booking]("booking")
	b.Start(flow.Text("book"), flow.Postback("book")).To(AskDate)
	day := flow.Question(ask("Which day?"), date, func(b *Booking) *string { return &b.Date })
	party := flow.Question(ask("How many of you?"), partySize, func(b *Booking) *int { return &b.Party })
	b.In(AskDate).Ask(day).When("is in the future", inFuture).To(AskParty)
	b.In(AskParty).Ask(party).To(Confirm).
		On(flow.Text("back")).To(AskDate)
	b.In(Confirm).Enter(summarise).
		On(flow.Postback("yes")).Do(ask("See you then.")).Remind("day_before", dayBefore, remind).End().
		On(flow.Postback("change_date")).To(AskDate)
	b.InAny().
		On(flow.Text("cancel")).Do(ask("Never mind.")).End().
		After(15 * time.Minute).Do(ask("We stopped here: you were away.")).End()
	return b.Build()
}

func ask(question string) flow.Action[Booking] {
	return func(_ context.Context, t *flow.Turn[Booking]) error {
		t.Send(say(question))
		return nil
	}
}

// date reads a date, typed or picked.
func date(_ context.Context, a *flow.Answer) (string, error) {
	if _, err := time.Parse(time.DateOnly, a.Text); err != nil {
		return "", flow.Reject() // asks again
	}
	return a.Text, nil
}

func inFuture(t *flow.Turn[Booking]) bool { return t.Input() > t.Now().Format(time.DateOnly) }

func partySize(_ context.Context, a *flow.Answer) (int, error) {
	n, err := strconv.Atoi(a.Text)
	switch {
	case err != nil || n < 1:
		return 0, flow.Reject()
	case n > 8:
		return 0, flow.Reject(say("We have tables for 8."))
	}
	return n, nil
}

func summarise(_ context.Context, t *flow.Turn[Booking]) error {
	t.Send(say(fmt.Sprintf("%s for %d?", t.Data.Date, t.Data.Party)))
	return nil
}

func dayBefore(t *flow.Turn[Booking]) time.Time {
	d, _ := time.Parse(time.DateOnly, t.Data.Date)
	return d.AddDate(0, 0, -1)
}

func remind(_ context.Context, t *flow.Turn[Booking]) error {
	t.Send(say("Tomorrow: a table for " + strconv.Itoa(t.Data.Party)))
	return nil
}

// A conversation, stepped by hand. A bot does this with a store in between.
func Example() {
	f, err := newBooking()
	if err != nil {
		fmt.Println(err)
		return
	}
	var state flow.Result
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	step := func(e transport.Event) {
		res, err := f.Step(context.Background(), &flow.Input{
			Turn: "turn", Event: &e, Now: now,
			State: state.State, Data: state.Data, Trail: state.Trail, Timers: state.Timers,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		state = res
		fmt.Printf("%-16s -> %-9s %q\n", e.Text+e.Postback.Data, res.State, res.Messages)
	}
	for _, text := range []string{"book", "2026-04-01", "soon", "2026-05-09", "a few", "12", "2"} {
		step(transport.Event{Kind: transport.KindText, Text: text})
	}
	fmt.Println("stored:", string(state.Data), state.Timers[0].Name)
	step(transport.Event{Kind: transport.KindPostback, Postback: transport.Postback{Data: "yes"}})
	fmt.Println("reminder:", state.Reminders[0].Name, state.Reminders[0].Due.Format(time.DateOnly))

	// Output:
	// book             -> ask_date  ["Which day?"]
	// 2026-04-01       -> ask_date  ["Which day?"]
	// soon             -> ask_date  ["Which day?"]
	// 2026-05-09       -> ask_party ["How many of you?"]
	// a few            -> ask_party ["How many of you?"]
	// 12               -> ask_party ["We have tables for 8." "How many of you?"]
	// 2                -> confirm   ["2026-05-09 for 2?"]
	// stored: {"date":"2026-05-09","party":2} after 15m0s
	// yes              ->           ["See you then."]
	// reminder: day_before 2026-05-08
}

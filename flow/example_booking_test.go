package flow_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
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
	day := flow.Question(ask("Which day?"), answer.Day(1, 60), func(b *Booking) *string { return &b.Date })
	party := flow.Question(ask("How many of you?"), answer.Int(1, 20), func(b *Booking) *int { return &b.Party })

	b := flow.New[Booking]("booking")
	b.Start(flow.Text("book"), flow.Postback("book")).To(AskDate)
	b.In(AskDate).Ask(day).ReturnOr(AskParty)
	b.In(AskParty).Ask(party.Check(fits)).ReturnOr(Confirm)
	b.In(Confirm).Enter(summarise).
		On(flow.Postback("yes")).When("is still ahead", ahead).
		Do(ask("See you then.")).Remind("day_before", dayBefore, remind).End().
		On(flow.Postback("date")).Call(AskDate).
		On(flow.Postback("party")).Call(AskParty)
	b.InAny().
		On(flow.Text("back")).Back().
		On(flow.Text("cancel")).Do(ask("Never mind.")).End().
		Wrong(3).Do(ask("Please call us.")).End().
		After(15 * time.Minute).Do(ask("We stopped here: you were away.")).End()
	return b.Build()
}

func ask(question string) flow.Action[Booking] {
	return func(_ context.Context, t *flow.Turn[Booking]) error {
		t.Send(say(question))
		return nil
	}
}

// fits looks at the number when it is in the data.
func fits(_ context.Context, t *flow.Turn[Booking]) error {
	if t.Data.Party > 8 {
		return flow.Reject(say("We have tables for 8."))
	}
	return nil
}

func ahead(t *flow.Turn[Booking]) bool { return t.Data.Date > t.Now().Format(time.DateOnly) }

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
		fmt.Printf("%-8s -> %-9s %q\n", e.Text+e.Postback.Data, res.State, res.Messages)
	}
	text := func(words ...string) {
		for _, w := range words {
			step(transport.Event{Kind: transport.KindText, Text: w})
		}
	}
	tap := func(data string) {
		step(transport.Event{Kind: transport.KindPostback, Postback: transport.Postback{Data: data}})
	}
	text("book", "soon", "5/9", "12", "2", "back", "3")
	tap("date")
	text("5/10")
	fmt.Println("stored:", string(state.Data), state.Timers[0].Name)
	tap("yes")
	fmt.Println("reminder:", state.Reminders[0].Name, state.Reminders[0].Due.Format(time.DateOnly))

	// Output:
	// book     -> ask_date  ["Which day?"]
	// soon     -> ask_date  ["Which day?"]
	// 5/9      -> ask_party ["How many of you?"]
	// 12       -> ask_party ["We have tables for 8." "How many of you?"]
	// 2        -> confirm   ["2026-05-09 for 2?"]
	// back     -> ask_party ["How many of you?"]
	// 3        -> confirm   ["2026-05-09 for 3?"]
	// date     -> ask_date  ["Which day?"]
	// 5/10     -> confirm   ["2026-05-10 for 3?"]
	// stored: {"date":"2026-05-10","party":3} after 15m0s
	// yes      ->           ["See you then."]
	// reminder: day_before 2026-05-09
}

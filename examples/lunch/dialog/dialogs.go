// Package dialog has the dialogs of examples/lunch, for its program and for a bot that has others beside them.
package dialog

import (
	"context"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

type turn = flow.Turn[struct{}]

// Office is what the dialogs need of the world.
type Office interface {
	Name(context.Context, transport.Source) string
	// Read reads all photos of an event, which were sent together.
	Read(context.Context, *transport.Event) (string, error)
	Subscribe(context.Context, *flow.Turn[struct{}]) error
	// Announce sends a text to all who subscribed, once for each id however often it is called.
	Announce(ctx context.Context, id, text string) (int, error)
}

// New returns the flows of the bot.
func New(o Office, admin string) []*flow.Flow {
	return []*flow.Flow{welcome(o), lunch(o), receipt(o), news(o, admin), help()}
}

// help only answers: what it interrupts goes on.
func help() *flow.Flow {
	b := flow.New[struct{}]("help")
	b.Start(flow.Text("help")).Do(say("I take orders for lunch and receipts, and send news.")).End()
	return b.MustBuild()
}

// welcome greets a new friend by name, and asks who wants news.
func welcome(o Office) *flow.Flow {
	b := flow.New[struct{}]("welcome")
	b.Start(flow.Follow(), flow.Postback("subscribe")).To("asked")
	b.In("asked").Enter(func(ctx context.Context, t *turn) error {
		t.Send(line.Confirm("Hello "+o.Name(ctx, t.Event().Source)+"! May I send you the canteen's news?",
			line.Postback("Yes", "yes"), line.Postback("No", "no")))
		return nil
	}).
		On(flow.Postback("yes")).Do(o.Subscribe, say("Good. You will hear from me.")).End().
		On(flow.Postback("no")).Do(say("As you like.")).End()
	return b.MustBuild()
}

// Lunch is one round of orders. With session.PerChat, all members of a group share it.
type Lunch struct {
	Orders []Order `json:"orders,omitempty"`
}

// Order is what one person wants.
type Order struct{ UserID, Name, Dish string }

// lunch takes a group's orders. Everybody answers, anybody closes the round, and if nobody does,
// half an hour of silence does. Who says "lunch" while a round is on is shown it again; the buttons
// further up in the chat are good as long as the round is on.
func lunch(o Office) *flow.Flow {
	b := flow.New[Lunch]("lunch")
	b.Start(flow.Text("lunch"), flow.Postback("lunch")).To("open")
	b.In("open").Enter(func(_ context.Context, t *flow.Turn[Lunch]) error {
		t.Send(line.Buttons("Lunch! What will you have?", line.Postback("Ramen", "dish ramen"),
			line.Postback("Curry", "dish curry"), line.Postback("That's all", "close")))
		return nil
	}).
		On(flow.PostbackPrefix("dish ")).Do(order(o)).Stay().
		On(flow.Postback("close")).Do(total).End().
		After(30 * time.Minute).Do(total).End()
	return b.MustBuild()
}

// order notes a dish. Who orders again has changed their mind.
func order(o Office) flow.Action[Lunch] {
	return func(ctx context.Context, t *flow.Turn[Lunch]) error {
		from := t.Event().Source
		if from.UserID == "" { // LINE does not name everybody in a group
			return flow.Reject(line.Text("I cannot see who you are. Add me as a friend, please."))
		}
		mine := Order{from.UserID, o.Name(ctx, from), t.Input()}
		t.Send(line.Text(mine.Name + ": " + mine.Dish))
		for i, other := range t.Data.Orders {
			if other.UserID == mine.UserID {
				t.Data.Orders[i] = mine
				return nil
			}
		}
		t.Data.Orders = append(t.Data.Orders, mine)
		return nil
	}
}

func total(_ context.Context, t *flow.Turn[Lunch]) error {
	text := fmt.Sprintf("Orders: %d", len(t.Data.Orders))
	for _, o := range t.Data.Orders {
		text += "\n" + o.Name + ": " + o.Dish
	}
	t.Send(line.Text(text))
	return nil
}

// receipt takes photos of a receipt: those that are sent together are one answer. While it waits for them,
// the user's rich menu is another; Cancel there is a button of no step, so the flow says that it takes it.
// Reading takes a while: the bot shows LINE's loading animation after a second, which needs no line here.
func receipt(o Office) *flow.Flow {
	b := flow.New[struct{}]("receipt")
	b.Start(flow.Postback("receipt")).To("waiting")
	b.In("waiting").Menu("receipt").Enter(say("Send me your receipt: one photo or several.")).
		On(flow.Image()).Do(func(ctx context.Context, t *turn) error {
		text, err := o.Read(ctx, t.Event())
		t.Send(line.Text("Thank you. I read " + text + "."))
		return err // and then nothing of the turn is kept or sent
	}).End().
		On(flow.Postback("cancel").FromAnywhere()).Do(say("Another time.")).End()
	b.InAny().After(10 * time.Minute).End()
	return b.MustBuild()
}

// news lets the admin write to all who subscribed. An admin who says nothing for a quarter of an hour is
// not asked any more: what they say to the bot next week is no news.
func news(o Office, admin string) *flow.Flow {
	b := flow.New[struct{}]("news")
	b.Start(flow.Match("news, said by the admin", func(e *transport.Event) bool {
		return flow.Fold(e.Text) == "news" && e.Source.Chat == transport.ChatUser && e.Source.UserID == admin
	}, transport.Event{Kind: transport.KindText, Text: "news",
		Source: transport.Source{Chat: transport.ChatUser, ChatID: admin, UserID: admin}})).To("writing")
	b.In("writing").Enter(say("What shall I send? Or say “cancel”.")).
		On(flow.Text("cancel")).Do(say("Nothing was sent.")).End().
		On(flow.Text()).Do(func(ctx context.Context, t *turn) error {
		n, err := o.Announce(ctx, t.ID(), t.Event().Text)
		t.Send(line.Text(fmt.Sprintf("Sent to %d.", n)))
		return err
	}).End()
	b.InAny().After(15 * time.Minute).Do(say("Nothing was sent.")).End()
	return b.MustBuild()
}

func say(text string) flow.Action[struct{}] {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

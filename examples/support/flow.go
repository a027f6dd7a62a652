package main

import (
	"regexp"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/flow/answer/phone"
)

// The states. Their names are stored.
const (
	Slow  flow.State = "slow"
	Topic flow.State = "topic"
	What  flow.State = "what"
	Phone flow.State = "phone"
	Talk  flow.State = "talk"
)

// Ticket is what a user reports. The FAQ and the desk gather nothing: they have the same data to share its actions.
type Ticket struct {
	Number int    `json:"number,omitempty"`
	Topic  string `json:"topic,omitempty"`
	What   string `json:"what,omitempty"`
	Phone  string `json:"phone,omitempty"` // or noCall
}

// flows returns the dialogs of the bot, for the people of an office.
func flows(o Office) []*flow.Flow { return []*flow.Flow{faq(), ticket(o), person(o)} }

// faq answers in the middle of whatever goes on, which is asked again then. The last question asks back.
func faq() *flow.Flow {
	b := flow.New[Ticket]("faq")
	b.Start(like("hours|open")).Do(say("We are here from 9 to 18, Monday to Friday.")).End()
	b.Start(like("bills?|invoices?")).Do(say("Your bills are at https://hikari.example/bills.")).End()
	b.Start(like("slow|speed")).To(Slow)
	b.In(Slow).Enter(ask("Is it slow by cable too, or by Wi-Fi alone?", "Cable", "Wi-Fi", "Never mind")).
		On(like("cable"), flow.Postback("cable")).Do(say("Then it is the line. Say “ticket”, and we measure it.")).End().
		On(like("wi-?fi"), flow.Postback("wi-fi")).Do(say("Put the router where you see it: walls make it slow.")).End().
		On(word("never mind")...).Do(say("All right.")).End().
		After(10 * time.Minute).End()
	return b.MustBuild()
}

// ticket opens a ticket, and asks after it on the next day. Its second start only answers.
func ticket(o Office) *flow.Flow {
	topic := flow.Question(ask("What is it about?", "Internet", "TV", "Bill", "Cancel"),
		answer.Choice("internet", "tv", "bill"), func(t *Ticket) *string { return &t.Topic })
	what := flow.Question(ask("What happens? A sentence will do.", "Back", "Cancel"),
		answer.Text(5, 500), func(t *Ticket) *string { return &t.What })
	number := flow.Question(ask("Where may we call you?", "No call", "Back", "Cancel"),
		answer.Or(phone.Number("JP"), answer.Choice(noCall)), func(t *Ticket) *string { return &t.Phone })

	b := flow.New[Ticket]("ticket")
	b.Start(word("ticket")...).To(Topic)
	b.Start(flow.PostbackPrefix("solved ")).Do(o.solved).End()
	b.In(Topic).Ask(topic).To(What).
		On(word("back")...).Do(say("This is the first question.")).Again()
	b.In(What).Ask(what).To(Phone)
	b.In(Phone).Ask(number).Do(o.open).Remind("still_open", nextDay, o.askAfter).End()
	b.InAnyBut(Topic).On(word("back")...).Back()
	b.InAny().
		On(word("cancel")...).Do(say("No ticket, then.")).End().
		After(time.Hour).Do(say("Your ticket was not finished. Say “ticket” to begin again.")).End()
	return b.MustBuild()
}

// person hands the user over to the desk. There the words of the user are for the people, not for the bot. The desk
// may write when nobody is there any more: that begins anew.
func person(o Office) *flow.Flow {
	b := flow.New[Ticket]("person")
	b.Start(word("human")...).Do(o.call).To(Talk)
	b.Start(flow.Signal("desk_says")).Do(passOn, say("Just answer; say “bot” to come back to me.")).To(Talk)
	b.Start(flow.Signal("desk_done")).Do(askRating).End()
	b.Start(flow.PostbackPrefix("rate ")).Do(o.rated).End()
	b.In(Talk).Exclusive().
		On(flow.Signal("desk_says")).Do(passOn).Stay().
		On(flow.Signal("desk_done")).Do(say("You are back with the bot."), askRating).End().
		On(flow.PostbackPrefix("rate ").FromAnywhere()).Do(o.rated).Stay().
		On(flow.PostbackPrefix("solved ").FromAnywhere()).Do(o.solved).Stay().
		On(flow.Text("bot")).Do(o.tell, say("You are back with the bot.")).End().
		On(flow.Any()).Do(o.tell).Stay().
		After(2 * time.Hour).Do(say("It takes longer. They will write to you here.")).End()
	return b.MustBuild()
}

// word returns the triggers of a button, which may be typed too.
func word(w string) []flow.Trigger { return []flow.Trigger{flow.Text(w), flow.Postback(w)} }

// like answers to a text with one of the words, which "|" divides.
func like(words string) flow.Trigger {
	return flow.TextLike(regexp.MustCompile(`(?i)\b(` + words + `)\b`))
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

type turn = flow.Turn[Ticket]

const noCall = "no call"

func say(text string) flow.Action[Ticket] {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

// ask asks a question, with buttons that answer with their labels.
func ask(question string, labels ...string) flow.Action[Ticket] {
	var buttons []line.Action
	for _, l := range labels {
		buttons = append(buttons, line.Postback(l, strings.ToLower(l)).WithDisplay(l))
	}
	return func(_ context.Context, t *turn) error {
		words := question
		if t.Tries() > 0 {
			words = "Sorry, I did not get that. " + question + " Or say “human”."
		}
		t.Send(line.Text(words).Quick(buttons...))
		return nil
	}
}

func (o Office) open(ctx context.Context, t *turn) (err error) {
	t.Data.Number, err = o.Tickets.Open(ctx, t.ID(), t.Event().Source, t.Data)
	t.Send(line.Text(fmt.Sprintf("Thank you. This is ticket %d. You hear from us.", t.Data.Number)))
	return err
}

func nextDay(t *turn) time.Time {
	y, m, d := t.Now().Date()
	return time.Date(y, m, d+1, 10, 0, 0, 0, t.Now().Location())
}

// askAfter asks after a ticket. Its buttons belong to no step, so all that they do is start a flow.
func (o Office) askAfter(ctx context.Context, t *turn) error {
	open, err := o.Tickets.IsOpen(ctx, t.Data.Number)
	if open {
		t.Send(line.Buttons(fmt.Sprintf("Ticket %d is open: “%s” Is it solved?", t.Data.Number, line.Cut(t.Data.What, 80)),
			line.Postback("Yes", "solved "+strconv.Itoa(t.Data.Number)), line.Postback("Talk to somebody", "human")))
	}
	return err
}

func (o Office) solved(ctx context.Context, t *turn) error {
	n, err := strconv.Atoi(t.Input())
	if err != nil {
		return flow.Reject()
	}
	t.Send(line.Text("I am glad. The ticket is closed."))
	return o.Tickets.Close(ctx, t.Event().Source, n)
}

func (o Office) call(ctx context.Context, t *turn) error {
	t.Send(line.Text("I get somebody. Just write; say “bot” to come back to me."))
	return o.tell(ctx, t)
}

// tell passes on what the user writes. The turn's id makes that safe to repeat.
func (o Office) tell(ctx context.Context, t *turn) error {
	return o.Desk.Tell(ctx, t.ID(), t.Event().Source, cmp.Or(t.Input(), "("+t.Event().Kind.String()+")"))
}

// Words are what the desk says, and what it calls the talk when it is done.
type Words struct{ Text, Talk string }

func passOn(_ context.Context, t *turn) error {
	var said Words
	err := t.Payload(&said)
	t.Send(line.Text(said.Text))
	return err
}

func askRating(_ context.Context, t *turn) error {
	var done Words
	err := t.Payload(&done)
	t.Send(line.Buttons("How did we do?", line.Postback("Well", "rate "+done.Talk+" well"),
		line.Postback("So-so", "rate "+done.Talk+" so-so"), line.Postback("Badly", "rate "+done.Talk+" badly")))
	return err
}

func (o Office) rated(ctx context.Context, t *turn) error {
	talk, grade, _ := strings.Cut(t.Input(), " ")
	t.Send(line.Text("Thank you. I pass it on."))
	return o.Desk.Rate(ctx, t.Event().Source, talk, grade)
}

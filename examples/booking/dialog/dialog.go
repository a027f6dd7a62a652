package dialog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Booking is what the dialog gathers.
type Booking struct {
	Day   string `json:"day,omitempty"` // as 2026-12-05
	Party int    `json:"party,omitempty"`
}

type turn = flow.Turn[Booking]

const (
	horizon  = 60 // days that can be booked ahead
	maxParty = 8
)

// Zone is where the restaurant is: Tokyo.
var Zone = time.FixedZone("JST", 9*60*60)

func say(text string) func(context.Context, *turn) error {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

// day asks for a day on which a table is left.
func day(repo Repo) *flow.QuestionBuilder[Booking] {
	q := flow.Question(askDay, answer.Day(1, horizon), func(b *Booking) *string { return &b.Day })
	return q.Check(func(ctx context.Context, t *turn) error {
		full, err := repo.Full(ctx, t.Data.Day)
		if err == nil && full {
			return flow.Reject(line.Text("Sorry, " + pretty(t.Data.Day) + " is sold out."))
		}
		return err
	})
}

func askDay(_ context.Context, t *turn) error {
	question := "Which day? Pick one, or type it, such as 12/5 or tomorrow."
	if t.Tries() > 0 {
		question = fmt.Sprintf("We take bookings from tomorrow to %d days ahead. %s", horizon, question)
	}
	t.Send(line.Buttons(question, line.DatePicker("Pick a day", "day").
		Between(t.Now().AddDate(0, 0, 1), t.Now().AddDate(0, 0, horizon))))
	return nil
}

func party() *flow.QuestionBuilder[Booking] {
	return flow.Question(askParty, answer.Int(1, maxParty), func(b *Booking) *int { return &b.Party })
}

func askParty(_ context.Context, t *turn) error {
	question := "How many of you?"
	if t.Tries() > 0 {
		question = fmt.Sprintf("A number from 1 to %d, please. %s", maxParty, question)
	}
	t.Send(line.Text(question).Quick(choice("1", "1"), choice("2", "2"), choice("3", "3"), choice("4", "4"),
		choice("5", "5"), choice("6", "6"), choice("Back", "back"), choice("Cancel", "cancel")))
	return nil
}

// choice is a button that shows in the chat as if its label was typed. Unlike a typed text, a tap on it is
// known to be an answer to its own question, however late it comes.
func choice(label, data string) line.PostbackAction {
	return line.Postback(label, data).WithDisplay(label)
}

func summarise(_ context.Context, t *turn) error {
	t.Send(line.Buttons(describe(t.Data)+". Shall I book it?", line.Postback("Yes", "yes"),
		line.Postback("Other day", "day"), line.Postback("Other number", "party"), choice("Cancel", "cancel")))
	return nil
}

func help(_ context.Context, t *turn) error {
	t.Send(line.Text("I book tables. Answer, or say “back” or “cancel”."))
	return nil
}

// reserve books the table. The turn's id makes that safe to repeat.
func reserve(repo Repo) func(context.Context, *turn) error {
	return func(ctx context.Context, t *turn) error {
		err := repo.Reserve(ctx, t.ID(), t.Data)
		if errors.Is(err, ErrFull) {
			return flow.Reject(line.Text("Sorry, " + pretty(t.Data.Day) + " has just sold out."))
		}
		if err == nil {
			t.Send(line.Text("Booked: " + describe(t.Data) + ". See you!"))
		}
		return err
	}
}

// dayBefore is ten in the morning of the day before.
func dayBefore(t *turn) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, t.Data.Day, t.Now().Location())
	if err != nil {
		return time.Time{}
	}
	return d.AddDate(0, 0, -1).Add(10 * time.Hour)
}

func remind(_ context.Context, t *turn) error {
	t.Send(line.Text("See you tomorrow: " + describe(t.Data) + "."))
	return nil
}

func describe(b Booking) string { return pretty(b.Day) + " for " + strconv.Itoa(b.Party) }

func pretty(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("Monday, 2 January")
}

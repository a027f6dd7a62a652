package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Booking is what the dialog gathers.
type Booking struct {
	Day   string `json:"day,omitempty"` // as 2026-12-05
	Party int    `json:"party,omitempty"`
}

type turn = flow.Turn[Booking]

const (
	dayLayout = "2006-01-02"
	horizon   = 60 // days that can be booked ahead
	maxParty  = 8
)

// zone is where the restaurant is: Tokyo.
var zone = time.FixedZone("JST", 9*60*60)

func say(text string) func(context.Context, *turn) error {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

func askDay(_ context.Context, t *turn) error {
	t.Send(picker(t, "Which day? Pick one, or type it, such as 12/5 or tomorrow."))
	return nil
}

// picker asks for a day that can be booked.
func picker(t *turn, question string) line.ButtonsMessage {
	today := t.Now().In(zone)
	return line.Buttons(question, line.DatePicker("Pick a day", "day").
		Between(today.AddDate(0, 0, 1), today.AddDate(0, 0, horizon)))
}

// setDay takes the day that was picked or typed, if there is a table left.
func setDay(repo Repo) func(context.Context, *turn) error {
	return func(ctx context.Context, t *turn) error {
		day, ok := parseDay(t)
		if !ok {
			return flow.Reject() // asks again
		}
		today := t.Now().In(zone)
		if day <= today.Format(dayLayout) || day > today.AddDate(0, 0, horizon).Format(dayLayout) {
			return flow.Reject(picker(t, fmt.Sprintf("We take bookings from tomorrow to %d days ahead. Which day?", horizon)))
		}
		full, err := repo.Full(ctx, day)
		if err != nil {
			return err
		}
		if full {
			return flow.Reject(picker(t, "Sorry, "+pretty(day)+" is sold out. Which other day?"))
		}
		t.Data.Day = day
		return nil
	}
}

// parseDay reads the picked day, or a typed 2026-12-05, 12/5 or tomorrow.
func parseDay(t *turn) (string, bool) {
	if day := t.Event().Postback.Params["date"]; day != "" {
		return day, true
	}
	now := t.Now().In(zone)
	text := strings.ToLower(strings.TrimSpace(t.Event().Text))
	if text == "tomorrow" {
		return now.AddDate(0, 0, 1).Format(dayLayout), true
	}
	if d, err := time.Parse(dayLayout, text); err == nil {
		return d.Format(dayLayout), true
	}
	d, err := time.Parse("1/2", text)
	if err != nil {
		return "", false
	}
	day := fmt.Sprintf("%d-%s", now.Year(), d.Format("01-02"))
	if day < now.Format(dayLayout) {
		day = fmt.Sprintf("%d-%s", now.Year()+1, d.Format("01-02"))
	}
	_, err = time.Parse(dayLayout, day) // 29 February of a common year
	return day, err == nil
}

func askParty(_ context.Context, t *turn) error {
	t.Send(line.Text("How many of you?").Quick(
		line.Say("1"), line.Say("2"), line.Say("3"), line.Say("4"), line.Say("5"), line.Say("6"),
		line.SayAs("Back", "back"), line.SayAs("Cancel", "cancel")))
	return nil
}

func partySize(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > maxParty {
		return 0, flow.Reject(line.Text(fmt.Sprintf("A number from 1 to %d, please.", maxParty)))
	}
	return n, nil
}

func setParty(_ context.Context, t *turn) error {
	n, err := partySize(t.Input())
	t.Data.Party = n
	return err
}

func knowsParty(t *turn) bool { return t.Data.Party > 0 }

func summarise(_ context.Context, t *turn) error {
	t.Send(line.Buttons(describe(t.Data)+". Shall I book it?",
		line.Postback("Yes", "yes"), line.Postback("Other day", "day"), line.Postback("Other number", "party"),
		line.SayAs("Cancel", "cancel")))
	return nil
}

// reserve books the table. The turn's id makes that safe to repeat.
func reserve(repo Repo) func(context.Context, *turn) error {
	return func(ctx context.Context, t *turn) error {
		err := repo.Reserve(ctx, t.ID(), t.Data)
		if errors.Is(err, ErrFull) {
			return flow.Reject(line.Buttons("Sorry, "+pretty(t.Data.Day)+" has just sold out.",
				line.Postback("Other day", "day"), line.SayAs("Cancel", "cancel")))
		}
		if err == nil {
			t.Send(line.Text("Booked: " + describe(t.Data) + ". See you!"))
		}
		return err
	}
}

// dayBefore is ten in the morning of the day before.
func dayBefore(t *turn) time.Time {
	d, err := time.ParseInLocation(dayLayout, t.Data.Day, zone)
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
	d, err := time.Parse(dayLayout, day)
	if err != nil {
		return day
	}
	return d.Format("Monday, 2 January")
}

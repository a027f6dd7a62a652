package dialog

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// shaky is a Repo that fails a number of times, after it did what it was asked.
type shaky struct {
	*Tables
	full, reserve int // how often they fail
}

var errAway = errors.New("the database is away")

func (s *shaky) Full(ctx context.Context, day string) (bool, error) {
	if s.full > 0 {
		s.full--
		return false, errAway
	}
	return s.Tables.Full(ctx, day)
}

func (s *shaky) Reserve(ctx context.Context, id string, b Booking) error {
	err := s.Tables.Reserve(ctx, id, b)
	if s.reserve > 0 {
		s.reserve--
		return errAway
	}
	return err
}

func booked(r *Tables) []Booking {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Booking
	for _, b := range r.booked {
		all = append(all, b)
	}
	return all
}

func talk(t *testing.T, repo Repo, f func(*flowtest.Chat)) {
	booking, err := New(repo)
	require.NoError(t, err)
	start := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	flowtest.Talk(t, []*flow.Flow{booking}, &flowtest.Options{Bot: bot.Options{Zone: Zone}, Start: start}, f)
}

// Two users book at the same time: neither sees anything of the other.
func TestUsersShareNothing(t *testing.T) {
	repo := &Tables{PerDay: 10}
	talk(t, repo, func(ann *flowtest.Chat) {
		bob := ann.User("Bob")
		steps := []struct{ ann, bob string }{{"book", "book"}, {"12/5", "x"}, {"many", "12/6"}, {"2", "3"}}
		for _, s := range steps {
			ann.Say(s.ann)
			bob.Say(s.bob)
		}
		require.Equal(t, []string{
			"Which day? Pick one, or type it, such as 12/5 or tomorrow.\n[Pick a day]",
			"How many of you?\n[1] [2] [3] [4] [5] [6] [Back] [Cancel]",
			"A number from 1 to 8, please. How many of you?\n[1] [2] [3] [4] [5] [6] [Back] [Cancel]",
			"Saturday, 5 December for 2. Shall I book it?\n[Yes] [Other day] [Other number] [Cancel]",
		}, ann.Sent())
		require.Equal(t, []string{
			"Which day? Pick one, or type it, such as 12/5 or tomorrow.\n[Pick a day]",
			"We take bookings from tomorrow to 60 days ahead. Which day? Pick one, or type it, such as 12/5 or tomorrow.\n[Pick a day]",
			"How many of you?\n[1] [2] [3] [4] [5] [6] [Back] [Cancel]",
			"Sunday, 6 December for 3. Shall I book it?\n[Yes] [Other day] [Other number] [Cancel]",
		}, bob.Sent())
		ann.Tap("Yes")
		bob.Tap("Yes")
		require.ElementsMatch(t, []Booking{{"2026-12-05", 2}, {"2026-12-06", 3}}, booked(repo))
		ann.Wait(5 * 24 * time.Hour)
		require.Equal(t, "See you tomorrow: Saturday, 5 December for 2.", ann.Sent()[1])
		require.Equal(t, "See you tomorrow: Sunday, 6 December for 3.", bob.Sent()[1])
	})
}

// A database that is away is not answered with a wrong word: the turn is tried again, and takes one table.
func TestRepoAway(t *testing.T) {
	repo := &shaky{Tables: &Tables{PerDay: 1}}
	talk(t, repo, func(c *flowtest.Chat) {
		c.Say("book")
		c.Sent()
		repo.full = 1
		c.Say("12/5")
		require.Empty(t, c.Sent())
		require.Contains(t, strings.Join(c.Errors(), ""), errAway.Error())
		c.Wait(time.Second)
		require.Equal(t, []string{"How many of you?\n[1] [2] [3] [4] [5] [6] [Back] [Cancel]"}, c.Sent())
		c.Say("2")
		c.Sent()
		repo.reserve = 1
		c.Tap("Yes")
		require.Empty(t, c.Sent())
		require.Contains(t, strings.Join(c.Errors(), ""), errAway.Error())
		c.Wait(time.Second)
		require.Equal(t, []string{"Booked: Saturday, 5 December for 2. See you!"}, c.Sent())
		require.Equal(t, []Booking{{"2026-12-05", 2}}, booked(repo.Tables))
	})
}

// question returns what a state asks, as JSON.
func question(t *testing.T, state flow.State, now time.Time) string {
	booking, err := New(&Tables{PerDay: 1})
	require.NoError(t, err)
	res, err := booking.Step(t.Context(), &flow.Input{Event: &transport.Event{}, State: state, Mode: flow.ModeShow, Now: now})
	require.NoError(t, err)
	asked, err := json.Marshal(res.Messages)
	require.NoError(t, err)
	return string(asked)
}

// The picker offers what the parser takes: from tomorrow on, by the bot's clock and zone.
func TestBoundsOfThePicker(t *testing.T) {
	now := time.Date(2030, 12, 1, 15, 30, 0, 0, time.UTC).In(Zone) // the 2nd in Tokyo
	asked := question(t, AskDay, now)
	require.Contains(t, asked, `"Min":"2030-12-03"`)
	require.Contains(t, asked, `"Max":"2031-01-31"`)
}

// What a tap answers is seen in the chat, as if it was typed.
func TestChoicesAreSeen(t *testing.T) {
	asked := question(t, AskParty, time.Time{})
	for _, label := range []string{"1", "2", "3", "4", "5", "6", "Back", "Cancel"} {
		require.Contains(t, asked, `"DisplayText":"`+label+`"`)
	}
	require.Contains(t, question(t, Confirm, time.Time{}), `"DisplayText":"Cancel"`)
}

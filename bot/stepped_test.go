package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// diary is a flow whose actions say the time and the language, and which goes back and returns.
func diary() *flow.Flow {
	when := func(ctx context.Context, t *guestTurn) error {
		t.Send(text(t.Now().Format("Mon 15:04 MST")))
		return nil
	}
	lang := func(ctx context.Context, t *guestTurn) error {
		t.Send(text("in " + t.Language(ctx)))
		return nil
	}
	note := func(_ context.Context, t *guestTurn) error {
		t.Data.Name = strings.Repeat(t.Input(), 1500)
		return nil
	}
	b := flow.New[guest]("diary")
	b.Start(flow.Text("diary")).Do(when).To("open")
	b.In("open").Enter(tell("open")).
		On(flow.Text("language")).Do(lang).Stay().
		On(flow.Text("closed")).When("never", func(*guestTurn) bool { return false }).Stay().
		On(flow.Text("odd")).Do(func(context.Context, *guestTurn) error { return flow.Reject(text("no")) }).Stay().
		On(flow.Text("branch")).Do(tell("branch")).If("never", func(*guestTurn) bool { return false }).Stay().
		Else().Again().
		On(flow.Text("call")).Call("note").
		On(flow.Text("note")).To("note").
		After(time.Hour).Do(when).Remind("later", func(t *guestTurn) time.Time { return t.Now().Add(time.Hour) }, when).End()
	b.In("note").Enter(tell("note")).
		On(flow.Text("return")).Return().
		On(flow.Text("back")).Back().
		On(flow.Text("bye")).End().
		On(flow.Text()).Do(note).To("note")
	return b.MustBuild()
}

// Zone is that of Turn.Now, also of timers and reminders.
func TestZone(t *testing.T) {
	for name, zone := range map[string]*time.Location{"UTC": nil, "JST": time.FixedZone("JST", 9*60*60)} {
		t.Run(name, func(t *testing.T) {
			withFlows(t, []*flow.Flow{diary()}, bot.Options{Zone: zone}, func(r *rig) { // it begins at midnight, UTC
				r.say("ann", "diary")
				r.pass(3 * time.Hour)
				want := []string{"Sat 00:00 UTC", "open", "Sat 01:00 UTC", "Sat 02:00 UTC"}
				if zone != nil {
					want = []string{"Sat 09:00 JST", "open", "Sat 10:00 JST", "Sat 11:00 JST"}
				}
				require.Equal(r, want, untagged(r.channel.texts()))
			})
		})
	}
}

// Language is asked for the user whose turn it is, in that turn, and only if the flow asks.
func TestLanguage(t *testing.T) {
	var asked []string
	language := func(ctx context.Context, src transport.Source) string {
		asked = append(asked, fmt.Sprint(src.UserID, " ", ctx.Err()))
		return map[string]string{"ann": "ja"}[src.UserID]
	}
	withFlows(t, []*flow.Flow{diary()}, bot.Options{Language: language}, func(r *rig) {
		for _, user := range []string{"ann", "bob"} {
			r.say(user, "diary")
			require.Empty(r, asked)
			r.channel.take()
			r.say(user, "language")
			require.Equal(r, []string{"in " + map[string]string{"ann": "ja"}[user]}, untagged(r.channel.texts()))
			require.Equal(r, []string{user + " <nil>"}, asked)
			asked = nil
		}
	})
	withFlows(t, []*flow.Flow{diary()}, bot.Options{}, func(r *rig) {
		r.say("ann", "diary")
		r.say("ann", "language")
		require.Equal(r, "in ", untagged(r.channel.texts())[2])
	})
}

// Stepped is told of each step: which transition was taken, by which branch, and which guards failed.
func TestStepped(t *testing.T) {
	var got []string
	numbers := map[string][]string{} // by flow, its transitions in words
	told := func(s bot.Stepped) {
		line := s.Flow + ": " + string(s.From) + " > " + string(s.To)
		if n := s.Trace.Transition; n > 0 {
			line += fmt.Sprint(", ", numbers[s.Flow][n-1], " ", s.Trace.Branch)
		}
		for _, g := range s.Trace.Failed {
			line += ", not " + g.Guard
		}
		for _, n := range s.Trace.Refused {
			line += ", refused " + numbers[s.Flow][n-1]
		}
		if s.Trace.Wrong {
			line += ", wrong"
		}
		got = append(got, line)
	}
	flows := []*flow.Flow{diary(), help(new(bool)), menu()}
	for _, f := range flows {
		for _, tr := range f.Transitions() {
			numbers[f.Name()] = append(numbers[f.Name()], tr.Trigger)
		}
	}
	withFlows(t, flows, bot.Options{Stepped: told}, func(r *rig) {
		for _, words := range []string{"diary", "language", "branch", "closed", "odd", "help", "menu", "close", "diary"} {
			r.say("ann", words)
		}
		r.pass(2 * time.Hour)
		require.Equal(r, []string{
			`diary:  > open, text "diary" 0`,
			`diary: open > open, text "language" 0`,
			`diary: open > open, text "branch" 1`,
			`diary: open > open, not never, wrong`,
			`diary: open > open, refused text "odd", wrong`,
			`help:  > , text "help" 0`,
			`diary: open > open`,
			`menu:  > shown, text "menu", "own menu", "both", "bye", postback "menu", "both" 0`,
			`menu: shown > , text "close" 0`,
			`diary: open > open`,
			`diary: open > open, text "diary" 0`,
			`help:  > `,
			`diary: open > , after 1h0m0s 0`,
			`diary:  > `,
		}, got)
		require.Zero(r, r.bot.Stats().Failed)
	})
}

// Stepped is also told which guards kept a conversation or a start from taking an event: a signal that becomes a
// dead letter, and what a group says.
func TestSteppedOfWhatIsNotTaken(t *testing.T) {
	var got []string
	told := func(s bot.Stepped) {
		line := s.Flow + ": " + string(s.From) + " > " + string(s.To) + ", " + fmt.Sprint(s.Trace.Transition)
		for _, g := range s.Trace.Failed {
			line += ", not " + g.Guard
		}
		for _, in := range s.Trace.Inner {
			for _, g := range in.Failed {
				line += ", in " + in.Flow + " not " + g.Guard
			}
		}
		got = append(got, line)
	}
	never := func(*guestTurn) bool { return false }
	inner := flow.New[guest]("seat")
	inner.Start().To("row")
	inner.In("row").Enter(tell("row?")).On(flow.Signal("paid")).When("free", never).End().On(flow.Text("end")).End()
	b := flow.New[guest]("shop")
	b.Start(flow.Text("shop")).To("seat")
	b.Start(flow.Signal("paid")).When("it is late", never).End()
	b.In("seat").Run(flow.Sub(inner.MustBuild(), nil, func(*guestTurn, guest) {})).End().GivenUp().End()
	pay := flow.New[guest]("pay")
	pay.Start(flow.Text("pay")).To("pay")
	pay.In("pay").Enter(tell("pay?")).On(flow.Signal("paid")).When("mine", never).End().
		On(flow.Text("done")).When("paid", never).Stay().On(flow.Text("end")).End()
	withFlows(t, []*flow.Flow{b.MustBuild(), pay.MustBuild(), menu()}, bot.Options{Stepped: told}, func(r *rig) {
		r.say("ann", "shop")
		r.say("ann", "pay")
		got = nil
		r.signals("paid", nil, "1")
		require.Equal(r, []string{
			"pay: pay > pay, 0, not mine", "shop: seat > seat, 0, in seat not free", "shop:  > , 0, not it is late",
		}, got)
		require.Equal(r, "signal paid: nobody took it", r.letter().Why)
		r.sayIn("g", "ann", "pay")
		got = nil
		r.sayIn("g", "ann", "done")
		require.Equal(r, []string{"pay: pay > pay, 0, not paid"}, got)
		r.sayIn("g", "ann", "what?")
		require.Len(r, got, 1)
	})
}

// A Stepped that panics is logged without what the panic says, and changes nothing.
func TestSteppedPanics(t *testing.T) {
	o := bot.Options{Stepped: func(bot.Stepped) { panic(userWords) }}
	withFlows(t, []*flow.Flow{diary()}, o, func(r *rig) {
		r.say("ann", "diary")
		require.Equal(r, []string{"Sat 00:00 UTC", "open"}, untagged(r.channel.texts()))
		require.Zero(r, r.bot.Stats().Failed)
		all := strings.Join(r.log.all(), "\n")
		require.Contains(r, all, "bot: Options.Stepped panicked")
		require.NotContains(r, all, userWords)
	})
}

// Answers that Back cannot undo any more, and returns that nobody called, are counted by account.
func TestForgottenAndStray(t *testing.T) {
	withFlows(t, []*flow.Flow{diary()}, bot.Options{}, func(r *rig) {
		r.say("ann", "diary")
		r.say("ann", "note")
		r.say("ann", "return")
		require.Equal(r, "note", untagged(r.channel.texts())[3])
		require.EqualValues(r, 1, r.bot.Stats().Stray)
		require.EqualValues(r, 1, r.bot.Stats().Accounts[""].Stray)
		for _, words := range []string{"a", "b", "c"} { // the data of one entry is 1.5 kB
			r.say("ann", words)
		}
		require.Zero(r, r.bot.Stats().Forgotten)
		for _, words := range []string{"d", "e"} {
			r.say("ann", words)
		}
		forgotten := r.bot.Stats().Forgotten
		require.Positive(r, forgotten)
		require.Equal(r, forgotten, r.bot.Stats().Accounts[""].Forgotten)
		require.EqualValues(r, 1, r.bot.Stats().Stray)
		r.say("ann", "back")
		require.Equal(r, strings.Repeat("d", 1500), r.kept("", "ann").Data.(guest).Name)
	})
}

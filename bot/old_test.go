package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// lodge is the flow inn of a later build: the state day is gone, and the name may be another.
func lodge(name string) *flow.Builder[guest] {
	b := flow.New[guest](name)
	b.Start(flow.Text("inn")).To("room")
	b.In("room").Enter(tell("inn: room?")).On(flow.Text("next")).End()
	b.InAny().
		On(flow.Text("cancel")).Do(tell("cancelled")).End().
		After(15 * time.Minute).Do(tell("lapsed")).End()
	return b
}

// other is a flow of that name whose data are a number: what is stored of the flow before cannot be read.
func other(name string) *flow.Flow {
	b := flow.New[int](name)
	b.Start(flow.Text(name)).To("room")
	do := func(_ context.Context, t *flow.Turn[int]) error { t.Send(text("number: " + name)); return nil }
	b.In("room", "day").Enter(do).On(flow.Text("next")).To("day").On(flow.Text("done")).Do(do).End()
	b.InAny().After(15 * time.Minute).Do(do).End()
	return b.MustBuild()
}

// build has a bot with these flows, and with inn, spa and help where they are named, take the place of the one
// before.
func (r *rig) build(flows ...*flow.Flow) {
	r.Helper()
	r.startBot(bot.Options{Lost: bot.Always(text("lost"))}, flows...)
}

func helpFlow() *flow.Flow {
	h := flow.New[guest]("help")
	h.Start(flow.Text("help")).Do(tell("helped")).End()
	return h.MustBuild()
}

// deployed runs f with a bot of the flows inn, spa and help.
func deployed(t *testing.T, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.build(helpFlow(), stay("inn").MustBuild(), stay("spa").MustBuild())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		f(r)
	})
}

func (r *rig) noLetters() {
	r.Helper()
	letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
	require.NoError(r, err)
	require.Empty(r, letters)
}

// A state was removed. Exits and starts work, everybody is told, and nothing is lost.
func TestStateThatWasRemoved(t *testing.T) {
	deployed(t, func(r *rig) {
		for _, user := range []string{"ann", "bob", "cal"} {
			r.say(user, "inn")
			r.say(user, "next")
		}
		r.channel.take()
		r.build(helpFlow(), lodge("inn").MustBuild(), stay("spa").MustBuild())
		r.say("ann", "hm")
		r.pass(20 * time.Second)
		require.Empty(r, r.channel.texts(), "a newer process may know the state")
		require.Positive(r, r.bot.Stats().Deferred)
		r.pass(11 * time.Second)
		require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))

		r.chat("", []string{"hm", "lost"}, []string{"help", "helped", "lost"}, // at once from now on
			[]string{"spa", "spa: room?"}, []string{"next", "spa leaves", "spa: day?"}, []string{"done", "spa done", "lost"},
			[]string{"inn", "inn: room?"})
		r.say("bob", "cancel")
		require.Equal(r, []string{"cancelled"}, untagged(r.channel.texts()))
		r.say("cal", "hm")
		require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
		r.pass(16 * time.Minute)
		require.Equal(r, []string{"lapsed", "lapsed"}, untagged(r.channel.texts()), "ann and cal")
		r.noLetters()
	})
}

// A state that called another was removed meanwhile. The Return leads there all the same: the user is told, what InAny
// declares works, and the flow can be started anew.
func TestReturnToAStateThatWasRemoved(t *testing.T) {
	build := func(old bool) *flow.Flow {
		b := lodge("inn")
		if old {
			b.In("room").On(flow.Text("sum")).To("sum")
			b.In("sum").Enter(tell("inn: sum")).On(flow.Text("desk")).Call("desk")
		} else {
			b.In("room").On(flow.Text("desk")).Call("desk")
		}
		b.In("desk").Enter(tell("inn: desk")).On(flow.Text("ok")).Return()
		return b.MustBuild()
	}
	deployed(t, func(r *rig) {
		r.build(build(true))
		for _, user := range []string{"ann", "bob"} {
			for _, words := range []string{"inn", "sum", "desk"} {
				r.say(user, words)
			}
		}
		r.channel.take()
		r.build(build(false))
		r.say("ann", "ok")
		r.pass(20 * time.Second)
		require.Empty(r, r.channel.texts(), "a newer process may know the caller")
		r.pass(11 * time.Second)
		require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
		require.Equal(r, []string{"inn/sum"}, r.stack("", "ann"))
		r.say("ann", "inn")
		r.say("bob", "ok")
		r.pass(31 * time.Second)
		require.Equal(r, []string{"lost", "inn: room?"}, untagged(r.channel.texts()))
		r.say("bob", "cancel")
		require.Equal(r, []string{"cancelled"}, untagged(r.channel.texts()))
		r.noLetters()
	})
}

// A flow was renamed, while it is active in one chat and suspended in another. Its reminders are known, too.
func TestFlowThatWasRenamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inn := func(name string) *flow.Builder[guest] {
			b := stay(name)
			soon := func(t *guestTurn) time.Time { return t.Now().Add(time.Hour) }
			b.In("room").On(flow.Text("remind")).Remind("soon", soon, tell("see you")).Stay()
			return b
		}
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.build(inn("inn").MustBuild(), stay("spa").MustBuild())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.chat("", []string{"inn", "inn: room?"}, []string{"remind"}, []string{"spa", "spa: room?"})
		r.build(inn("hotel").Formerly("inn", "pension").MustBuild(), stay("spa").MustBuild())
		require.Equal(r, []string{"spa/room", "hotel/room"}, r.stack("", "ann"))
		r.chat("", []string{"next", "spa leaves", "spa: day?"}, []string{"done", "spa done", "hotel: room?"},
			[]string{"hotel", "hotel: room?"}, []string{"next", "hotel leaves", "hotel: day?"}, []string{"done", "hotel done"})
		r.pass(time.Hour)
		require.Equal(r, []string{"see you"}, untagged(r.channel.texts()))
		r.noLetters()
	})
}

// A flow was retired, or the type of a field was changed without a migration. The conversation is set aside, the
// user is told, the event may start a flow, the conversation below goes on, and a replay brings the other back.
func TestConversationThatCannotBeRead(t *testing.T) {
	for _, test := range []struct {
		name, why string
		wait      time.Duration
		flows     func() []*flow.Flow
	}{
		{"retired", "unknown flow", 31 * time.Second, func() []*flow.Flow { return []*flow.Flow{stay("spa").MustBuild()} }},
		{"other data", "data that cannot be read, of inn/day", 0,
			func() []*flow.Flow { return []*flow.Flow{stay("spa").MustBuild(), other("inn")} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			deployed(t, func(r *rig) {
				r.chat("", []string{"inn", "inn: room?"}, []string{"next", "inn leaves", "inn: day?"})
				r.say("bob", "spa")
				r.say("bob", "inn")
				r.say("bob", "next")
				r.channel.take()
				r.build(append(test.flows(), helpFlow())...)
				r.say("ann", "hm")
				r.pass(test.wait)
				require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
				require.Equal(r, test.why, r.letter().Why)
				require.Empty(r, r.stack("", "ann"))
				r.chat("", []string{"help", "helped"}, []string{"hm"}) // told once

				r.say("bob", "help")
				require.Equal(r, []string{"lost", "helped", "spa: room?"}, untagged(r.channel.texts()), "at once")
				require.Equal(r, []string{"spa/room"}, r.stack("", "bob"))

				r.build(helpFlow(), stay("inn").MustBuild(), stay("spa").MustBuild())
				letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
				require.NoError(r, err)
				require.Len(r, letters, 2)
				for _, l := range letters {
					require.NoError(r, r.bot.Replay(context.Background(), l.ID))
				}
				synctest.Wait()
				require.Empty(r, r.channel.texts())
				require.Equal(r, []string{"inn/day"}, r.stack("", "ann"))
				require.Equal(r, []string{"spa/room", "inn/day"}, r.stack("", "bob"))
				r.chat("", []string{"help", "helped", "inn: day?"}, []string{"done", "inn done"})
			})
		})
	}
}

// A conversation that comes back after days does not lapse at once, and its idle time begins anew.
func TestConversationThatComesBack(t *testing.T) {
	deployed(t, func(r *rig) {
		r.say("ann", "inn")
		r.channel.take()
		r.build(other("inn"))
		r.chat("", []string{"next", "lost"})
		r.pass(72 * time.Hour)
		r.build(stay("inn").MustBuild())
		r.replay()
		r.pass(time.Second)
		require.Equal(r, []string{"inn leaves", "inn: still free"}, untagged(r.channel.texts())[:2], "its time came meanwhile")
		r.channel.take()
		r.chat("", []string{"hm", "inn: day?"})
		r.pass(16 * time.Minute)
		require.Equal(r, []string{"inn lapsed"}, untagged(r.channel.texts()))
	})
}

// The first words after the loss may start a flow, which may be the one that was lost.
func TestStartAfterALoss(t *testing.T) {
	deployed(t, func(r *rig) {
		r.say("ann", "inn")
		r.channel.take()
		r.build(stay("spa").MustBuild())
		r.say("ann", "spa")
		r.pass(31 * time.Second)
		require.Equal(r, []string{"lost", "spa: room?"}, untagged(r.channel.texts()))
		r.build(stay("inn").MustBuild(), stay("spa").MustBuild())
		r.replay()
		require.Equal(r, []string{"spa/room", "inn/room"}, r.stack("", "ann"))
		r.build(other("inn"), stay("spa").MustBuild())
		r.chat("", []string{"inn", "lost", "number: inn"})
		require.Equal(r, []string{"inn/room", "spa/room"}, r.stack("", "ann"))
	})
}

// A conversation in the middle is not read before its turn comes: then it is set aside, and the one below goes on.
func TestLossInTheMiddle(t *testing.T) {
	deployed(t, func(r *rig) {
		r.build(stay("car").MustBuild(), stay("inn").MustBuild(), stay("spa").MustBuild())
		for _, word := range []string{"spa", "inn", "car", "next"} {
			r.say("ann", word)
		}
		r.channel.take()
		r.build(stay("car").MustBuild(), other("inn"), stay("spa").MustBuild())
		r.chat("", []string{"done", "car done"}, []string{"done", "lost", "spa: room?"})
		require.Equal(r, []string{"spa/room"}, r.stack("", "ann"))
		require.Equal(r, "data that cannot be read, of inn/room", r.letter().Why)
	})
}

// The loss is found by a timer, and the process dies. The user is told by the answer to the next message; in a group
// by that to what concerns the bot.
func TestLossIsToldLater(t *testing.T) {
	for _, group := range []string{"", "g"} {
		deployed(t, func(r *rig) {
			r.sayIn(group, "ann", "inn")
			r.channel.take()
			r.build(other("inn"), stay("spa").MustBuild())
			r.pass(16 * time.Minute)
			require.Contains(r, r.letter().Why, "timer after 15m0s of inn: data that cannot be read")
			require.Empty(r, r.channel.texts(), "a push costs quota")
			r.build(other("inn"), stay("spa").MustBuild())
			if group != "" {
				r.chat(group, []string{"hm"})
				e := said("ann", "mention", "hm")
				e.Mentions = []transport.Mention{{Self: true}}
				r.receive(inChat(group, e))
				require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
			} else {
				unsent := said("ann", "unsent", "")
				unsent.Kind = transport.KindUnsend
				r.receive(raw(unsent))
				require.Empty(r, r.channel.texts())
				r.chat(group, []string{"hm", "lost"})
			}
			r.chat(group, []string{"hm"})
		})
	}
}

// A reminder of a flow that was retired is a dead letter after a while, and goes on in a build that has the flow.
// Events do not wait for it.
func TestReminderOfARetiredFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inn := stay("inn")
		soon := func(t *guestTurn) time.Time { return t.Now().Add(time.Minute) }
		inn.In("room").On(flow.Text("remind")).Remind("soon", soon, tell("see you")).End()
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		r.build(inn.MustBuild(), helpFlow())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.chat("", []string{"inn", "inn: room?"}, []string{"remind", "inn leaves"})
		for _, flows := range [][]*flow.Flow{{helpFlow()}, {helpFlow(), stay("inn").MustBuild()}} {
			r.build(flows...)
			r.pass(time.Minute + 10*time.Second)
			r.noLetters()
			r.chat("", []string{"help", "helped"})
			r.pass(30 * time.Second)
			require.Contains(r, r.letter().Why, "timer soon of inn: unknown")
			r.build(inn.MustBuild(), helpFlow())
			r.replay()
			r.pass(5 * time.Second)
			require.Equal(r, []string{"see you"}, untagged(r.channel.texts()))
			r.say("ann", "inn")
			r.say("ann", "remind")
			r.channel.take()
		}
	})
}

// A rolling deploy: an old process leaves what it does not know to a new one, which takes it.
func TestOldProcessBesideANewOne(t *testing.T) {
	versioned := func(build int) *flow.Flow {
		b := flow.New[guest]("inn")
		if build == 2 {
			b.Migrate(flow.Migration(func(g guest) (guest, error) { return g, nil }))
		}
		b.Start(flow.Text("inn")).To("room")
		b.In("room").Enter(tell("room?")).On(flow.Text("next")).To("day").On(flow.Text("end")).End()
		if build == 2 {
			b.In("room").On(flow.Text("new")).To("fresh")
			b.In("fresh").Enter(tell("new!")).On(flow.Text("end")).End()
		}
		b.In("day").Enter(tell("day?")).On(flow.Text("more")).Do(tell("more!")).Stay().On(flow.Text("end")).End()
		return b.MustBuild()
	}
	for _, words := range [][2]string{{"new", "new!"}, {"next", "day?"}} { // an unknown state, and newer data
		deployed(t, func(r *rig) {
			r.build(versioned(2))
			r.chat("", []string{"inn", "room?"}, []string{words[0], words[1]})
			r.build(versioned(1))
			young, err := bot.New(r.channel, r.store, []*flow.Flow{versioned(2)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(r, err)
			r.say("ann", "hm") // to the old process
			r.pass(25 * time.Second)
			require.Equal(r, words[1:], untagged(r.channel.texts()), "the new process asks again")
			require.Positive(r, r.bot.Stats().Deferred)
			require.NoError(r, young.Shutdown(context.Background()))

			r.say("ann", "hm") // a rollback
			r.pass(31 * time.Second)
			require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
			require.Equal(r, "data of a newer build", r.letter().Why)
			r.build(versioned(2))
			r.replay()
			r.chat("", []string{"hm", words[1]})
		})
	}
}

// A start takes the place of all conversations, and one of them cannot be left: that one is set aside.
func TestLeavingFailsBelow(t *testing.T) {
	deployed(t, func(r *rig) {
		inn := flow.New[guest]("inn")
		inn.Start(flow.Text("inn")).To("room")
		fails := func(context.Context, *guestTurn) error { return flow.Permanent(errors.New("no key")) }
		inn.In("room").Enter(tell("inn: room?")).Exit(fails).On(flow.Text("end")).End()
		fresh := flow.New[guest]("fresh")
		fresh.Start(flow.Text("fresh")).Replace().To("a")
		fresh.In("a").Enter(tell("afresh")).On(flow.Text("end")).End()
		r.build(inn.MustBuild(), stay("spa").MustBuild(), fresh.MustBuild())
		r.chat("", []string{"inn", "inn: room?"}, []string{"spa", "spa: room?"}, []string{"fresh", "spa leaves", "afresh"})
		require.Equal(r, []string{"fresh/a"}, r.stack("", "ann"))
		require.Equal(r, "action failed in inn/room: exit", r.letter().Why)
	})
}

// Two flows must not claim one old name.
func TestOldNamesOfTwoFlows(t *testing.T) {
	for _, flows := range [][]*flow.Flow{
		{stay("inn").MustBuild(), stay("spa").Formerly("inn").MustBuild()},
		{stay("car").Formerly("inn").MustBuild(), stay("spa").Formerly("inn").MustBuild()},
	} {
		_, err := bot.New(&fakeChannel{}, memstore.New(), flows, nil)
		require.ErrorContains(t, err, `bot: "inn" is an old name of the flow "spa", but a name of `)
	}
}

// What the log and the dead letters say of a loss has no word of the user.
func TestLossIsLogged(t *testing.T) {
	deployed(t, func(r *rig) {
		r.say("ann", "inn")
		r.build(other("inn"))
		r.say("ann", "my secret")
		all := strings.Join(r.log.all(), "\n")
		require.Contains(r, all, "ERROR bot: conversation set aside")
		require.NotContains(r, all, "secret")
		require.Equal(r, session.Account(r.letter().Session), "")
	})
}

// An old process leaves an event to a new one that brings back a suspended conversation which it cannot read.
func TestOldProcessAndASuspendedConversation(t *testing.T) {
	versioned := func(build int) *flow.Flow {
		b := flow.New[guest]("inn")
		if build == 2 {
			b.Migrate(flow.Migration(func(g guest) (guest, error) { return g, nil }))
		}
		b.Start(flow.Text("inn")).To("room")
		b.In("room").Enter(tell("room?")).On(flow.Text("next")).To("day").On(flow.Text("end")).End().
			At(func(t *guestTurn) time.Time { return t.Now().Add(20 * time.Minute) }).Do(tell("late")).To("day")
		b.In("day").Enter(tell("day?")).On(flow.Text("more")).Do(tell("more!")).Stay().On(flow.Text("end")).End()
		return b.MustBuild()
	}
	for _, timer := range []bool{false, true} {
		deployed(t, func(r *rig) {
			spa := stay("spa").MustBuild()
			r.build(versioned(2), spa)
			r.chat("", []string{"inn", "room?"}, []string{"spa", "spa: room?"})
			if timer {
				r.pass(10 * time.Minute)
				r.say("ann", "spa")
				r.pass(11 * time.Minute)
				r.channel.take()
			}
			r.build(versioned(1), spa)
			young, err := bot.New(r.channel, r.store, []*flow.Flow{versioned(2), spa}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(r, err)
			r.say("ann", "inn") // to the old process
			r.pass(25 * time.Second)
			want := []string{"room?"}
			if timer {
				want = []string{"day?"}
			}
			require.Equal(r, want, untagged(r.channel.texts()), "the new process asks again")
			require.NoError(r, young.Shutdown(context.Background()))
		})
	}
}

// An old process leaves a sub-flow that it cannot read to a new one. If there is none, the sub-flow is given up after a
// while.
func TestOldProcessAndASubFlow(t *testing.T) {
	outer := func(build int) *flow.Flow {
		seats := flow.New[guest]("seats")
		seats.Start().To("row")
		seats.In("row").Enter(tell("row?")).On(flow.Text("ok")).End()
		if build == 2 {
			seats.In("row").On(flow.Text("new")).To("fresh")
			seats.In("fresh").Enter(tell("fresh?")).On(flow.Text("ok")).End()
		}
		b := flow.New[guest]("show")
		b.Start(flow.Text("show")).To("seat")
		b.In("seat").Run(flow.Sub(seats.MustBuild(), func(*guestTurn) guest { return guest{} }, nil)).To("pay").
			GivenUp().Do(tell("given up")).To("pay")
		b.In("pay").Enter(tell("pay?")).On(flow.Text("end")).End()
		return b.MustBuild()
	}
	deployed(t, func(r *rig) {
		r.build(outer(2))
		r.chat("", []string{"show", "row?"}, []string{"new", "fresh?"})
		r.build(outer(1))
		young, err := bot.New(r.channel, r.store, []*flow.Flow{outer(2)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(r, err)
		r.say("ann", "hm") // to the old process
		r.pass(25 * time.Second)
		require.Equal(r, []string{"fresh?"}, untagged(r.channel.texts()), "the new process asks again")
		require.NoError(r, young.Shutdown(context.Background()))
		r.say("ann", "hm")
		r.pass(31 * time.Second)
		require.Equal(r, []string{"given up", "pay?"}, untagged(r.channel.texts()))
	})
}

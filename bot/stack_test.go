package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// stay is a flow of a hotel: it begins with its name, asks for a room and then for a day, and tells what it does.
// Its At fires two hours after it entered the room, and its idle time is 15 minutes.
func stay(name string) *flow.Builder[guest] {
	b := flow.New[guest](name)
	b.Start(flow.Text(name), flow.Postback(name)).To("room")
	b.In("room").Enter(tell(name + ": room?")).Exit(tell(name + " leaves")).
		On(flow.Postback("next")).To("day").
		On(flow.Text("next")).To("day").
		At(func(t *guestTurn) time.Time { return t.Now().Add(2 * time.Hour) }).Do(tell(name + ": still free")).To("day")
	b.In("day").Enter(tell(name + ": day?")).
		On(flow.Text("done")).Do(tell(name + " done")).End()
	b.InAny().
		After(15 * time.Minute).Do(tell(name + " lapsed")).End()
	return b
}

// stays runs f with a bot of the flows inn, spa and car, and help, which only answers.
func stays(t *testing.T, f func(r *rig), more ...*flow.Flow) {
	t.Helper()
	h := flow.New[guest]("help")
	h.Start(flow.Text("help")).Do(tell("helped")).End()
	flows := append(more, h.MustBuild())
	for _, name := range []string{"inn", "spa", "car"} {
		flows = append(flows, stay(name).MustBuild())
	}
	withFlows(t, flows, bot.Options{}, f)
}

// stack returns where the conversations of a user are, the active one first.
func (r *rig) stack(group, user string) []string {
	r.Helper()
	s := r.kept(group, user)
	var where []string
	if s.Flow != "" {
		where = append(where, s.Flow+"/"+string(s.State))
	}
	for _, c := range s.Suspended {
		where = append(where, c.Flow+"/"+string(c.State))
	}
	return where
}

// chat says the first word of each line, and requires the rest as the answer.
func (r *rig) chat(group string, lines ...[]string) {
	r.Helper()
	for _, l := range lines {
		r.sayIn(group, "ann", l[0])
		require.Equal(r, l[1:], append([]string{}, untagged(r.channel.texts())...), l[0])
	}
}

// A start suspends what is active, which goes on when the new one ends. Nothing is left, and nothing is lost.
func TestStartSuspends(t *testing.T) {
	for _, group := range []string{"", "g"} {
		stays(t, func(r *rig) {
			r.chat(group,
				[]string{"inn", "inn: room?"},
				[]string{"next", "inn leaves", "inn: day?"},
				[]string{"spa", "spa: room?"},
				[]string{"car", "car: room?"},
			)
			require.Equal(r, []string{"car/room", "spa/room", "inn/day"}, r.stack(group, "ann"))
			r.chat(group,
				[]string{"next", "car leaves", "car: day?"},
				[]string{"done", "car done", "spa: room?"},
				[]string{"next", "spa leaves", "spa: day?"},
				[]string{"done", "spa done", "inn: day?"},
				[]string{"done", "inn done"},
			)
			require.Empty(r, r.stack(group, "ann"))
		})
	}
}

// The start of a conversation that is suspended brings it back; a start that ends answers, and the active
// question is asked again.
func TestStartOfASuspendedConversation(t *testing.T) {
	stays(t, func(r *rig) {
		r.chat("",
			[]string{"inn", "inn: room?"},
			[]string{"next", "inn leaves", "inn: day?"},
			[]string{"spa", "spa: room?"},
			[]string{"inn", "inn: day?"},
		)
		require.Equal(r, []string{"inn/day", "spa/room"}, r.stack("", "ann"))
		r.chat("", []string{"help", "helped", "inn: day?"}, []string{"inn", "inn: day?"}, []string{"what?", "inn: day?"})
		require.Equal(r, []string{"inn/day", "spa/room"}, r.stack("", "ann"))
	})
	both := flow.New[guest]("both")
	both.Start(flow.Text("both")).To("a")
	both.Start(flow.Text("hours")).Do(tell("9 to 5")).End()
	both.In("a").Enter(tell("a?")).On(flow.Text("end")).End()
	stays(t, func(r *rig) {
		r.chat("", []string{"both", "a?"}, []string{"spa", "spa: room?"}, []string{"hours", "9 to 5", "spa: room?"})
		require.Equal(r, []string{"spa/room", "both/a"}, r.stack("", "ann"), "an answer brings nothing back")
		r.chat("", []string{"both", "a?"})
	}, both.MustBuild())
}

// A button that a suspended conversation showed last brings it back, and is taken. One that it showed earlier
// is stale, and brings it back too: its question is asked again. In a group that is met with silence.
func TestTapOnASuspendedConversation(t *testing.T) {
	stays(t, func(r *rig) {
		_, room := r.lastMark(said("ann", "1", "inn"))
		_, spa := r.lastMark(said("ann", "2", "spa"))
		require.Equal(r, []string{"inn leaves", "inn: day?"}, r.tapIn("", "ann", "next", room))
		require.Equal(r, []string{"inn/day", "spa/room"}, r.stack("", "ann"))
		require.Equal(r, []string{"inn: day?"}, r.tapIn("", "ann", "next", room), "twice")
		require.Equal(r, []string{"spa leaves", "spa: day?"}, r.tapIn("", "ann", "next", spa))
		require.Equal(r, []string{"inn: day?"}, r.tapIn("", "ann", "next", room), "of an earlier step")
		require.Equal(r, []string{"inn/day", "spa/day"}, r.stack("", "ann"))
		require.Equal(r, []string{"inn: day?"}, r.tapIn("", "ann", "next", room), "twice")
		r.pass(14 * time.Minute)
		require.Equal(r, []string{"spa: day?"}, r.tapIn("", "ann", "next", spa))
		r.pass(14 * time.Minute)
		require.Empty(r, r.channel.texts(), "idle time begins anew")
		r.chat("", []string{"done", "spa done", "inn: day?"})
		require.Equal(r, []string{"inn: day?"}, r.tapIn("", "ann", "next", spa), "of one that is over")
	})
	stays(t, func(r *rig) {
		_, room := r.lastMark(inChat("g", said("ann", "1", "inn")))
		r.chat("g", []string{"next", "inn leaves", "inn: day?"}, []string{"spa", "spa: room?"})
		require.Empty(r, r.tapIn("g", "ann", "next", room))
		require.Equal(r, []string{"spa/room", "inn/day"}, r.stack("g", "ann"))
	})
}

// In an exclusive state nothing starts, and no suspended conversation comes back.
func TestExclusiveState(t *testing.T) {
	desk := flow.New[guest]("desk")
	desk.Start(flow.Text("desk")).To("talk")
	desk.In("talk").Enter(tell("the desk is here")).Exclusive().
		On(flow.Text("bye")).End().
		On(flow.Text()).Do(tell("told the desk")).Stay()
	stays(t, func(r *rig) {
		_, room := r.lastMark(said("ann", "1", "inn"))
		r.chat("",
			[]string{"desk", "the desk is here"}, []string{"spa", "told the desk"}, []string{"help", "told the desk"},
			[]string{"inn", "told the desk"},
		)
		require.Equal(r, []string{"the desk is here"}, r.tapIn("", "ann", "next", room), "asks again")
		require.Equal(r, []string{"desk/talk", "inn/room"}, r.stack("", "ann"))
		r.chat("", []string{"bye", "inn: room?"})
	}, desk.MustBuild())
}

// Signals, reminders and times of suspended conversations come in an exclusive state, too.
func TestWhatComesInAnExclusiveState(t *testing.T) {
	desk := flow.New[guest]("desk")
	desk.Start(flow.Text("desk")).To("talk")
	desk.In("talk").Enter(tell("the desk is here")).Exclusive().On(flow.Text("bye")).End()
	order := flow.New[guest]("order")
	soon := func(t *guestTurn) time.Time { return t.Now().Add(3 * time.Hour) }
	order.Start(flow.Text("order")).Remind("soon", soon, tell("it is ready")).To("pay")
	order.In("pay").Enter(tell("pay?")).On(flow.Signal("paid")).Do(tell("thanks")).To("rate")
	order.In("rate").Enter(tell("how was it?")).On(flow.Text("fine")).End()
	stays(t, func(r *rig) {
		r.chat("", []string{"order", "pay?"}, []string{"inn", "inn: room?"}, []string{"desk", "the desk is here"})
		r.signals("paid", nil, "1")
		require.Equal(r, []string{"thanks"}, untagged(r.channel.texts()))
		r.pass(2 * time.Hour)
		require.Equal(r, []string{"inn leaves", "inn: still free"}, untagged(r.channel.texts()))
		r.pass(time.Hour)
		require.Equal(r, []string{"it is ready"}, untagged(r.channel.texts()))
		require.Equal(r, []string{"desk/talk", "inn/day", "order/rate"}, r.stack("", "ann"))
		r.chat("", []string{"bye", "inn: day?"}, []string{"done", "inn done", "how was it?"}, []string{"fine"})
	}, desk.MustBuild(), order.MustBuild())
}

// A conversation that is suspended keeps its data, wrong answers, callers, history and buttons.
func TestSuspensionKeepsWhatThereIs(t *testing.T) {
	name := flow.Question(askName, func(_ context.Context, a *flow.Answer) (string, error) {
		if strings.ContainsAny(a.Text, "0123456789") {
			return "", flow.Reject()
		}
		return a.Text, nil
	}, func(g *guest) *string { return &g.Name })
	b := flow.New[guest]("form")
	b.Start(flow.Text("form")).To("name")
	b.In("name").Ask(name).ReturnOr("sum")
	b.In("sum").Enter(func(_ context.Context, t *guestTurn) error { t.Send(text("sum: " + t.Data.Name)); return nil }).
		On(flow.Text("fix")).Call("name").
		On(flow.Postback("ok")).Do(tell("sent")).End()
	b.InAny().On(flow.Text("back")).Back().
		Wrong(3).Do(tell("call us")).Again()
	for _, away := range []string{"spa", "spa, then form"} {
		stays(t, func(r *rig) {
			suspended := func(question string) {
				r.Helper()
				r.chat("", []string{"spa", "spa: room?"})
				if away == "spa" {
					r.chat("", []string{"next", "spa leaves", "spa: day?"}, []string{"done", "spa done", question})
					return
				}
				r.chat("", []string{"form", question}, []string{"spa", "spa: room?"}, []string{"next", "spa leaves", "spa: day?"},
					[]string{"done", "spa done", question})
			}
			r.chat("", []string{"form", "name? 0"})
			_, ok := r.lastMark(said("ann", "name", "Ann"))
			suspended("sum: Ann")
			r.chat("", []string{"fix", "name? 0"}, []string{"1", "name? 1"}, []string{"2", "name? 2"})
			suspended("name? 2")
			r.chat("", []string{"3", "call us", "name? 3"})
			r.chat("", []string{"Bob", "sum: Bob"}, []string{"back", "name? 0"})
			suspended("name? 0")
			r.chat("", []string{"back", "sum: Ann"})
			_, ok2 := r.lastMark(said("ann", "again", "sum?"))
			require.NotEqual(r, ok, ok2)
			r.chat("", []string{"spa", "spa: room?"})
			require.Equal(r, []string{"sent", "spa: room?"}, r.tapIn("", "ann", "ok", ok2))
		}, b.MustBuild())
	}
}

// A start may take the place of all conversations, each of which is left, or wait until there is none.
func TestStartThatReplacesOrWaits(t *testing.T) {
	over := flow.New[guest]("over")
	over.Start(flow.Text("over")).Replace().To("a")
	over.In("a").Enter(tell("over?")).Exit(tell("over leaves")).On(flow.Text("end")).End()
	idle := flow.New[guest]("idle")
	idle.Start(flow.Text("idle")).WhenIdle().Do(tell("idle")).End()
	stays(t, func(r *rig) {
		r.chat("",
			[]string{"idle", "idle"},
			[]string{"inn", "inn: room?"}, []string{"spa", "spa: room?"}, []string{"idle", "spa: room?"},
			[]string{"over", "spa leaves", "inn leaves", "over?"},
		)
		require.Equal(r, []string{"over/a"}, r.stack("", "ann"))
		r.chat("", []string{"over", "over leaves", "over?"}, []string{"end", "over leaves"}, []string{"idle", "idle"})
	}, over.MustBuild(), idle.MustBuild())
}

// A session has eight conversations at most: a ninth ends the lowest.
func TestStackIsBounded(t *testing.T) {
	var more []*flow.Flow
	for i := range 9 {
		more = append(more, stay(fmt.Sprint("f", i)).MustBuild())
	}
	stays(t, func(r *rig) {
		for i := range 8 {
			r.say("ann", fmt.Sprint("f", i))
		}
		require.Len(r, r.stack("", "ann"), 8)
		r.channel.take()
		r.chat("", []string{"f8", "f0 leaves", "f8: room?"})
		require.Equal(r, []string{
			"f8/room", "f7/room", "f6/room", "f5/room", "f4/room", "f3/room", "f2/room", "f1/room",
		}, r.stack("", "ann"))
	}, more...)
}

// A conversation that cannot be left is a dead letter, and does not hold up the one that takes its place. A
// replay brings it back.
func TestConversationThatCannotBeLeft(t *testing.T) {
	broken := true
	stuck := flow.New[guest]("stuck")
	stuck.Start(flow.Text("stuck")).To("a")
	stuck.In("a").Enter(tell("stuck?")).On(flow.Text("end")).End().Exit(func(context.Context, *guestTurn) error {
		if broken {
			return errors.New("no luck")
		}
		return nil
	})
	over := flow.New[guest]("over")
	over.Start(flow.Text("over")).Replace().To("a")
	over.In("a").Enter(tell("over?")).On(flow.Text("end")).End()
	stays(t, func(r *rig) {
		r.chat("", []string{"stuck", "stuck?"})
		r.say("ann", "over")
		r.pass(time.Minute)
		require.Equal(r, []string{"over?"}, untagged(r.channel.texts()))
		require.Equal(r, []string{"over/a"}, r.stack("", "ann"))
		require.Equal(r, "action failed in stuck/a: exit", r.letter().Why)

		broken = false
		r.replay()
		require.Equal(r, []string{"over/a", "stuck/a"}, r.stack("", "ann"))
		r.chat("", []string{"end", "stuck?"}, []string{"end"})
		require.Empty(r, r.stack("", "ann"))
	}, stuck.MustBuild(), over.MustBuild())
}

// If the question of the conversation that goes on cannot be asked, the other has ended all the same, and the
// question is asked with the next event.
func TestQuestionThatIsOwed(t *testing.T) {
	broken := false
	shaky := flow.New[guest]("shaky")
	shaky.Start(flow.Text("shaky")).To("a")
	shaky.In("a").Enter(func(_ context.Context, t *guestTurn) error {
		if broken {
			return errors.New("cannot, after done")
		}
		t.Send(text("shaky?"))
		return nil
	}).On(flow.Text("ok")).Do(tell("ok")).Stay().On(flow.Text("again")).Again().On(flow.Text("end")).Do(tell("ended")).End()
	for words, want := range map[string][]string{
		"what?": {"shaky?"}, "ok": {"ok", "shaky?"}, "end": {"ended"}, "help": {"helped", "shaky?"},
		"spa": {"spa: room?"}, "shaky": {"shaky?"}, "again": {"shaky?"},
	} {
		stays(t, func(r *rig) {
			broken = false
			r.chat("", []string{"shaky", "shaky?"}, []string{"inn", "inn: room?"}, []string{"next", "inn leaves", "inn: day?"})
			broken = true
			r.chat("", []string{"done", "inn done"})
			require.Equal(r, []string{"shaky/a"}, r.stack("", "ann"))
			require.Zero(r, r.bot.Stats().Failed)
			require.NotContains(r, fmt.Sprint(r.log.all()), "after done")
			require.Contains(r, fmt.Sprint(r.log.all()), "bot: question of a conversation not asked again")
			broken = false
			r.chat("", append([]string{words}, want...))
			r.chat("", []string{"shaky", "shaky?"})
		}, shaky.MustBuild())
	}
}

// Follow, join and the like start a flow at any time.
func TestFollowStartsAtAnyTime(t *testing.T) {
	welcome := flow.New[guest]("welcome")
	welcome.Start(flow.Follow()).Do(tell("welcome")).End()
	stays(t, func(r *rig) {
		r.chat("", []string{"inn", "inn: room?"})
		e := said("ann", "follow", "")
		e.Kind, e.Type = transport.KindFollow, "follow"
		r.receive(raw(e))
		require.Equal(r, []string{"welcome", "inn: room?"}, untagged(r.channel.texts()))
	}, welcome.MustBuild())
}

// The idle time of a suspended conversation stands still, and begins anew when it is active again. A time that is
// due there moves it: the user sees what it says at once, and its question when it goes on.
func TestTimersOfSuspendedConversations(t *testing.T) {
	stays(t, func(r *rig) {
		r.chat("", []string{"inn", "inn: room?"}, []string{"spa", "spa: room?"})
		require.Len(r, r.kept("", "ann").Suspended[0].Timers, 1)
		r.pass(14 * time.Minute)
		r.chat("", []string{"help", "helped", "spa: room?"})
		r.pass(16 * time.Minute)
		require.Equal(r, []string{"spa leaves", "spa lapsed", "inn: room?"}, untagged(r.channel.texts()))
		r.pass(13 * time.Minute)
		require.Empty(r, r.channel.texts())
		r.chat("", []string{"car", "car: room?"})
		for range 8 { // to keep car from lapsing
			r.pass(10 * time.Minute)
			r.say("ann", "help")
		}
		require.Contains(r, untagged(r.channel.texts()), "inn: still free")
		require.Equal(r, []string{"car/room", "inn/day"}, r.stack("", "ann"))
		r.chat("", []string{"next", "car leaves", "car: day?"}, []string{"done", "car done", "inn: day?"})
		r.pass(time.Hour)
		require.Equal(r, []string{"inn lapsed"}, untagged(r.channel.texts()))
	})
}

// Two conversations may have timers of one name and time: what their turns say does not pass for one message.
func TestTimersOfOneNameAndTime(t *testing.T) {
	stays(t, func(r *rig) {
		r.receive(said("ann", "1", "inn"), said("ann", "2", "spa"))
		r.channel.take()
		r.chat("", []string{"help", "helped", "spa: room?"})
		s := r.kept("", "ann")
		require.Len(r, s.Suspended[0].Timers, 1)
		require.Len(r, s.Timers, 2)
		for _, own := range s.Timers {
			require.NotEqual(r, s.Suspended[0].Timers[0], own)
		}
	})
}

// A signal goes to the active conversation, then to the suspended ones from the top down, then to starts. A
// suspended conversation that takes one stays suspended.
func TestSignalsToAStack(t *testing.T) {
	order := func(name string) *flow.Flow {
		mine := func(t *guestTurn) bool {
			var flow string
			return t.Payload(&flow) == nil && flow == name
		}
		b := flow.New[guest](name)
		b.Start(flow.Text(name)).To("pay")
		b.In("pay").Enter(tell(name+": pay")).Exit(tell(name+" leaves")).
			On(flow.Signal("paid")).When("mine", mine).Do(tell(name+" is paid")).To("thanks").
			On(flow.Signal("gone")).When("mine", mine).Do(tell(name + " is gone")).End().
			On(flow.Signal("any")).Do(tell(name + " has it")).Stay()
		b.In("thanks").Enter(tell(name + ": how was it?")).On(flow.Text("fine")).End()
		return b.MustBuild()
	}
	desk := flow.New[guest]("desk")
	desk.Start(flow.Text("desk"), flow.Signal("call")).To("talk")
	desk.In("talk").Enter(tell("the desk is here")).Exclusive().On(flow.Text("bye")).End()
	stays(t, func(r *rig) {
		n := 0
		signal := func(name, payload string, want ...string) {
			r.Helper()
			n++
			r.signals(name, payload, fmt.Sprint(n))
			require.Equal(r, want, append([]string(nil), untagged(r.channel.texts())...))
		}
		r.chat("", []string{"book1", "book1: pay"}, []string{"book2", "book2: pay"}, []string{"inn", "inn: room?"})
		signal("any", "", "book2 has it")
		signal("paid", "book1", "book1 leaves", "book1 is paid")
		require.Equal(r, []string{"inn/room", "book2/pay", "book1/thanks"}, r.stack("", "ann"))
		signal("gone", "book2", "book2 leaves", "book2 is gone")
		require.Equal(r, []string{"inn/room", "book1/thanks"}, r.stack("", "ann"))
		signal("call", "", "the desk is here")
		require.Equal(r, []string{"desk/talk", "inn/room", "book1/thanks"}, r.stack("", "ann"))
		signal("call", "")
		require.Equal(r, []string{"desk/talk", "desk/talk", "inn/room", "book1/thanks"}, r.stack("", "ann"),
			"a conversation of its own, below the exclusive one")
		r.chat("",
			[]string{"bye", "the desk is here"}, []string{"bye", "inn: room?"},
			[]string{"next", "inn leaves", "inn: day?"}, []string{"done", "inn done", "book1: how was it?"}, []string{"fine"},
		)
		signal("paid", "book1")
		require.Equal(r, "signal paid: nobody took it", r.letter().Why)
	}, order("book1"), order("book2"), desk.MustBuild())
}

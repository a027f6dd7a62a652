package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

func show(msgs ...transport.Message) flow.Action[count] {
	return func(_ context.Context, t *countTurn) error {
		t.Send(msgs...)
		return nil
	}
}

func switchTo(name string) flow.Action[count] {
	return func(_ context.Context, t *countTurn) error {
		t.SwitchMenu(name)
		return nil
	}
}

// tour is a flow that is bound to menus as bind says: state by state, "" for InAny.
func tour(bind map[flow.State]string) *flow.Flow {
	b := flow.New[count]("tour")
	b.Start(flow.Text("tour")).To("one")
	b.In("one").Enter(show(text("one"))).
		On(flow.Text("stay")).Do(show(text("stayed"))).Stay().
		On(flow.Text("again")).Again().
		On(flow.Text("anew")).To("one").
		On(flow.Text("same")).To("same").
		On(flow.Text("two")).To("two")
	b.In("same").On(flow.Text("two")).To("two")
	b.In("two").Enter(show(text("two"))).
		On(flow.Text("bare")).To("bare").
		On(flow.Text("fail")).Do(func(context.Context, *countTurn) error { return errors.New("no luck") }).To("one").
		On(flow.Text("bad")).Do(switchTo("Bad")).Stay()
	b.In("bare").On(flow.Text("one")).To("one")
	end := b.InAny().
		On(flow.Text("own")).Do(switchTo("first"), show(text("own")), switchTo("own")).Stay().
		On(flow.Text("leave")).Do(switchTo("member")).End().
		On(flow.Text("end")).Do(show(text("bye"))).End().
		After(time.Hour).End()
	for s, name := range bind {
		if s == "" {
			end.Menu(name)
		} else {
			b.In(s).Menu(name)
		}
	}
	return b.MustBuild()
}

// plain is a flow without menus.
func plain() *flow.Flow {
	b := flow.New[count]("plain")
	b.Start(flow.Text("plain")).To("here")
	b.In("here").Enter(show(text("plain"))).On(flow.Text("end")).End()
	return b.MustBuild()
}

// reminding is a flow that leaves a reminder that switches the menu.
func reminding() *flow.Flow {
	b := flow.New[count]("reminding")
	b.Start(flow.Text("remind")).To("ask")
	soon := func(t *countTurn) time.Time { return t.Now().Add(5 * time.Minute) }
	later := func(_ context.Context, t *countTurn) error {
		t.Send(text("remember"))
		t.SwitchMenu("later")
		return nil
	}
	b.In("ask").On(flow.Text("yes")).Remind("later", soon, later).End()
	return b.MustBuild()
}

var bound = map[flow.State]string{"": "main", "two": "other", "bare": ""}

// onMenus runs f with a bot that has a tour and a plain flow.
func onMenus(t *testing.T, bind map[flow.State]string, f func(r *rig, c *fakeChannel)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &fakeChannel{}
		r := &rig{T: t, channel: c, store: memstore.New(), log: &logged{}}
		r.start(c, tour(bind), plain(), reminding())
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		f(r, c)
	})
}

// start gives the rig a bot on another channel with other flows.
func (r *rig) start(c bot.Channel, flows ...*flow.Flow) {
	r.Helper()
	b, err := bot.New(c, r.store, flows, &bot.Options{Logger: slog.New(r.log)})
	require.NoError(r, err)
	r.bot = b
}

// A chat has the menu of the state that it is in, and is switched only where that is another.
func TestMenuFollowsState(t *testing.T) {
	for _, tt := range []struct {
		name string
		says [][]string // what is said, and what is shown then
	}{
		{"in and out", [][]string{{"tour", "one", "menu:main"}, {"end", "bye", "menu:"}}},
		{"no change, no call", [][]string{
			{"tour", "one", "menu:main"}, {"stay", "stayed"}, {"again", "one"}, {"anew", "one"}, {"same"}, {"nothing"},
			{"two", "two", "menu:other"}, {"bare", "menu:"}, {"end", "bye"},
		}},
		{"another flow in between", [][]string{
			{"tour", "one", "menu:main"}, {"plain", "plain", "menu:"}, {"end", "one", "menu:main"},
		}},
		{"back again", [][]string{
			{"tour", "one", "menu:main"}, {"two", "two", "menu:other"}, {"bare", "menu:"}, {"one", "one", "menu:main"},
		}},
		{"a switch of its own", [][]string{
			{"tour", "one", "menu:main"}, {"own", "own", "menu:own"}, {"again", "one"}, {"anew", "one", "menu:main"},
			{"own", "own", "menu:own"}, {"end", "bye", "menu:"},
		}},
		{"a menu that stays", [][]string{{"tour", "one", "menu:main"}, {"leave", "menu:member"}, {"plain", "plain"}, {"end"}}},
		{"a turn that fails", [][]string{{"tour", "one", "menu:main"}, {"two", "two", "menu:other"}, {"fail"}}},
		{"a menu of no such name", [][]string{{"tour", "one", "menu:main"}, {"two", "two", "menu:other"}, {"bad"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onMenus(t, bound, func(r *rig, c *fakeChannel) {
				for _, say := range tt.says {
					r.say("ann", say[0])
					require.Equal(r, say[1:], append([]string{}, untagged(c.texts())...), say[0])
				}
			})
		})
	}
}

// The switch is a delivery of its own behind the messages: no reply, no bubble, no push.
func TestMenuIsNoMessage(t *testing.T) {
	onMenus(t, bound, func(r *rig, c *fakeChannel) {
		r.say("ann", "tour")
		got := c.take()
		require.Len(r, got, 2)
		require.Equal(r, "token-event-1", got[0].Token)
		require.Equal(r, []string{"menu:main"}, untagged(got[1].Messages))
		require.Empty(r, got[1].Token)
		require.NotEqual(r, got[0].Key, got[1].Key)
	})
}

func TestMenuGoesWithTheIdleFlow(t *testing.T) {
	onMenus(t, bound, func(r *rig, c *fakeChannel) {
		r.say("ann", "tour")
		c.take()
		r.pass(time.Hour)
		require.Equal(r, []string{"menu:"}, untagged(c.texts()))
	})
}

func TestMenuIsForOneToOne(t *testing.T) {
	onMenus(t, bound, func(r *rig, c *fakeChannel) {
		for i, words := range []string{"tour", "own", "end"} {
			e := said("ann", fmt.Sprint("in-group-", i), words)
			e.Source = transport.Source{Chat: transport.ChatGroup, ChatID: "group", UserID: "ann"}
			r.receive(raw(e))
		}
		require.Equal(r, []string{"one", "own", "bye"}, untagged(c.texts()))
	})
}

// A switch that fails is tried again, in order with those that follow, and the answer before it
// is not.
func TestMenuIsRetried(t *testing.T) {
	onMenus(t, bound, func(r *rig, c *fakeChannel) {
		fails := 4
		c.fail = func(_ int, d *transport.Delivery) error {
			if d.Menu == "main" && fails > 0 {
				fails--
				return &transport.SendError{Disposition: transport.Retry, Err: errors.New("away")}
			}
			return nil
		}
		r.say("ann", "tour")
		r.say("ann", "two")
		r.pass(time.Minute)
		var got []string
		for _, m := range untagged(c.texts()) {
			if len(got) == 0 || got[len(got)-1] != m {
				got = append(got, m)
			}
		}
		require.Equal(r, []string{"one", "menu:main", "two", "menu:other"}, got)
		require.Zero(r, fails)
	})
}

// A reminder may switch the menu, whether a flow is active or not. An active flow gives its own menu
// back at the end, and so the one that a reminder put in its place.
func TestMenuOfReminder(t *testing.T) {
	for _, tt := range []struct {
		name string
		says []string // after the reminder was set
		sent []string // from the reminder on
	}{
		{"no flow", nil, []string{"remember", "menu:later"}},
		{"a flow", []string{"tour"}, []string{"remember", "menu:later", "one", "menu:main", "bye", "menu:"}},
		{"a flow that does not know menus", []string{"plain"}, []string{"remember", "menu:later", "plain", "menu:"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onMenus(t, bound, func(r *rig, c *fakeChannel) {
				r.say("ann", "remind")
				r.say("ann", "yes")
				for _, words := range tt.says {
					r.say("ann", words)
				}
				c.take()
				r.pass(10 * time.Minute)
				if len(tt.says) > 0 {
					r.say("ann", "anew")
					r.say("ann", "end")
				}
				require.Equal(r, tt.sent, untagged(c.texts()))
			})
		})
	}
}

// What the chat was switched to is stored, so that a flow whose code has changed gives it back.
func TestMenuOfOldCodeIsGivenBack(t *testing.T) {
	onMenus(t, bound, func(r *rig, c *fakeChannel) {
		r.say("ann", "tour")
		require.Equal(r, []string{"one", "menu:main"}, untagged(c.texts()))
		require.NoError(r, r.bot.Shutdown(context.Background()))
		r.start(c, tour(nil))
		r.say("ann", "end")
		require.Equal(r, []string{"bye", "menu:"}, untagged(c.texts()))
	})
}

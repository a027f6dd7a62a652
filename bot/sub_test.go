package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// askingForNames returns a flow that runs another, which lapses after an hour and sets a reminder.
func askingForNames() (outer, inner *flow.Flow) {
	b := flow.New[guest]("name")
	b.Start().To("ask")
	b.In("ask").Enter(tell("name?")).
		On(flow.Text("later")).
		Remind("again", func(t *guestTurn) time.Time { return t.Now().Add(2 * time.Hour) }, tell("did you find it?")).To("ask").
		On(flow.Text()).Do(tell("noted")).End()
	b.InAny().After(time.Hour).GiveUp()
	inner = b.MustBuild()
	o := flow.New[guest]("errands")
	o.Start(flow.Text("go")).To("who")
	o.In("who").Run(flow.Sub(inner, func(t *guestTurn) guest { return t.Data }, func(t *guestTurn, g guest) { t.Data = g })).
		Do(tell("thanks")).End().
		GivenUp().Do(tell("too late")).End()
	return o.MustBuild(), inner
}

// A sub-flow's reminder and idle time are kept and fire as those of any flow.
func TestTimersOfASubFlow(t *testing.T) {
	outer, _ := askingForNames()
	withFlows(t, []*flow.Flow{outer}, bot.Options{}, func(r *rig) {
		r.say("ann", "go")
		r.say("ann", "later")
		require.Equal(r, []string{"name?", "name?"}, untagged(r.channel.texts()))
		require.Equal(r, "name", r.kept("", "ann").Reminders[0].Flow)
		r.pass(time.Hour + time.Minute)
		require.Equal(r, []string{"too late"}, untagged(r.channel.texts()))
		r.say("ann", "go")
		r.say("ann", "Ann")
		require.Equal(r, []string{"name?", "noted", "thanks"}, untagged(r.channel.texts()))
		r.pass(time.Hour)
		require.Equal(r, []string{"did you find it?"}, untagged(r.channel.texts()))
	})
}

// Session shows the sub-flows that run, with their states and data, of suspended conversations too.
func TestSessionOfSubFlows(t *testing.T) {
	name := flow.New[guest]("name")
	name.Start().To("ask")
	name.In("ask").Enter(tell("name?")).On(flow.Text()).
		Do(func(_ context.Context, t *guestTurn) error { t.Data.Name = t.Input(); return nil }).To("sure")
	name.In("sure").Enter(tell("sure?")).On(flow.Text("yes")).End().On(flow.Text("no")).GiveUp()
	take := func(t *guestTurn, g guest) { t.Data = g }
	form := flow.New[count]("form")
	form.Start().To("who")
	form.In("who").Run(flow.Sub(name.MustBuild(), nil, func(t *countTurn, _ guest) { t.Data.N++ })).End().GivenUp().GiveUp()
	b := flow.New[guest]("visit")
	b.Start(flow.Text("visit")).To("form")
	b.In("form").Run(flow.Sub(form.MustBuild(), func(*guestTurn) count { return count{N: 7} },
		func(t *guestTurn, c count) { take(t, guest{"done"}) })).End().GivenUp().End()
	want := []bot.Conversation{
		{Flow: "form", State: "who", Data: count{7}}, {Flow: "name", State: "sure", Data: guest{"Ann"}},
	}
	stays(t, func(r *rig) {
		r.chat("", []string{"visit", "name?"}, []string{"Ann", "sure?"})
		require.Equal(r, want, r.kept("", "ann").Inner)
		r.chat("", []string{"spa", "spa: room?"})
		s := r.kept("", "ann")
		require.Empty(r, s.Inner)
		require.Equal(r, want, s.Suspended[0].Inner)

		b := flow.New[guest]("visit") // of a build that runs no other flow
		b.Start(flow.Text("visit")).To("form")
		b.In("form").Enter(tell("form?")).On(flow.Text("yes")).End()
		r.startBot(bot.Options{}, b.MustBuild(), stay("spa").MustBuild())
		s, err := r.bot.Session(context.Background(), said("ann", "", "").Source)
		require.ErrorIs(r, err, flow.ErrUnknownState)
		require.Equal(r, flow.State("form"), s.Suspended[0].State)
		require.Equal(r, flow.State("room"), s.State)
	}, b.MustBuild())
}

func TestNewRefusesSubFlows(t *testing.T) {
	outer, inner := askingForNames()
	_, err := bot.New(&fakeChannel{}, memstore.New(), []*flow.Flow{outer, starting("name", flow.Text("x"))}, nil)
	require.ErrorContains(t, err, `two flows are named "name", and another flow runs one of them`)
	b, err := bot.New(&fakeChannel{}, memstore.New(), []*flow.Flow{outer, inner}, nil)
	require.NoError(t, err, "a flow may run by itself, too")
	require.NoError(t, b.Shutdown(t.Context()))
}

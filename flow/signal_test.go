package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

func signal(name, payload string) *transport.Event {
	return &transport.Event{Kind: transport.KindSignal, Signal: name, Payload: []byte(payload)}
}

// payment is the payload of the signals in these tests.
type payment struct{ ID string }

type checkout struct {
	Payment string   `json:"payment,omitempty"`
	Said    []string `json:"said,omitempty"`
}

// paying is a dialog that waits for a payment, with catch-alls of every kind beside the signals.
func paying() *flow.Builder[checkout] {
	this := func(t *flow.Turn[checkout]) bool {
		var p payment
		return t.Payload(&p) == nil && p.ID == t.Data.Payment
	}
	note := func(_ context.Context, t *flow.Turn[checkout]) error {
		t.Data.Said = append(t.Data.Said, t.Input())
		return nil
	}
	b := flow.New[checkout]("checkout")
	b.Start(flow.Text("buy")).To("what")
	b.Start(flow.Signal("paid")).Do(tell[checkout]("You get it back.")).End()
	b.Start(flow.Signal("offer")).To("what")
	b.In("what").Enter(tell[checkout]("What?")).
		On(flow.Text("cart")).Do(note).To("cart").
		On(flow.Match("everything", func(*transport.Event) bool { return true })).Do(note).Stay().
		On(flow.Any()).Do(note).Stay()
	b.In("cart").Enter(tell[checkout]("Your cart.")).
		On(flow.Text("pay")).Do(func(_ context.Context, t *flow.Turn[checkout]) error {
		t.Data.Payment = "pay1"
		return nil
	}).To("pay").
		On(flow.Signal("more")).To("what").
		On(flow.Signal("note")).Stay()
	b.In("pay").Enter(tell[checkout]("Pay, please.")).
		On(flow.Signal("paid")).When("it is this payment", this).Do(tell[checkout]("Thank you.")).End().
		On(flow.Signal("declined")).Do(tell[checkout]("Sorry.")).To("cart").
		On(flow.Signal("checked")).Do(func(context.Context, *flow.Turn[checkout]) error {
		return flow.Reject(say("That is none."))
	}).Stay()
	b.InAny().
		On(flow.Text("back")).Back().
		After(5 * time.Minute).Do(tell[checkout]("Still there?")).Stay().
		After(time.Hour).End().
		Wrong(3).To("what")
	return b
}

// No trigger but Signal takes a signal, and Signal takes nothing else.
func TestSignalTrigger(t *testing.T) {
	t.Parallel()
	trigger := flow.Signal("paid")
	require.Equal(t, "signal paid", trigger.String())
	require.Equal(t, flow.TriggerInfo{Kinds: []transport.Kind{transport.KindSignal}, Signal: "paid"}, trigger.Info())
	require.True(t, trigger.Clashes(flow.Signal("paid")))
	require.False(t, trigger.Clashes(flow.Signal("declined")))
	require.False(t, trigger.Clashes(flow.Postback("paid")))

	all := []flow.Trigger{
		flow.Any(), flow.Text(), flow.Text("paid"), flow.Postback(), flow.Postback("paid"), flow.PostbackPrefix("p"), flow.Date(),
		flow.Match("everything", func(*transport.Event) bool { return true }), flow.Signal("other"),
	}
	for k := transport.KindUnknown; k < transport.KindTimer; k++ {
		all = append(all, flow.Kind(k))
	}
	forged := signal("paid", "{}") // as no channel makes it
	forged.Text, forged.Postback.Data = "paid", "paid"
	for _, other := range all {
		b := flow.New[log]("f")
		b.Start(other).To("a")
		b.In("a").On(other).End()
		s := newSession(t, b)
		require.Equal(t, flow.RankNone, s.f.Rank(forged), other)
		require.False(t, s.run(&flow.Input{Event: forged, State: "a"}).Handled, other)
	}

	b := flow.New[log]("f")
	b.Start(trigger).To("a")
	b.In("a").On(trigger.FromAnywhere(), flow.Signal("x")).End()
	_, err := b.Build()
	require.ErrorContains(t, err, "f: a: signal paid, signal x: signal paid is no tap: FromAnywhere and Lasting are for buttons")
	b = flow.New[log]("f")
	b.Start(trigger).To("a")
	b.In("a").On(trigger).End()
	s := newSession(t, b)
	require.Equal(t, flow.RankExact, s.f.Rank(forged))
	for k := range transport.KindSignal {
		e := &transport.Event{Kind: k, Signal: "paid", Text: "paid", Type: "signal", Payload: []byte("{}")}
		e.Postback.Data = "paid"
		require.Equal(t, flow.RankNone, s.f.Rank(e), k)
		require.False(t, s.run(&flow.Input{Event: e, State: "a"}).Trace.Matched, k)
	}
}

func TestFaultsOfSignals(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Signal("go")).To("a")
	b.Start(flow.Signal("go")).To("a")
	b.In("a").
		On(flow.Signal("Paid!")).End().
		On(flow.Kind(transport.KindSignal)).End().
		On(flow.Signal("paid"), flow.Signal("paid")).Stay()
	_, err := b.Build()
	require.EqualError(t, err, "flow: f: 4 faults in the definition\n"+
		"f: a: signal Paid!: the signal's name \"Paid!\" is not snake_case\n"+
		"f: a: signal: Kind names KindSignal: use Signal\n"+
		"f: start: signal go: is declared twice: signal go with the same guards\n"+
		"f: a: signal paid, signal paid: names the trigger signal paid twice")
}

// A signal finds its way by name and guards, and is read by the action.
func TestSignalsInAFlow(t *testing.T) {
	t.Parallel()
	s := newSession(t, paying())
	require.Equal(t, "what: What?", s.says(text("buy")))
	require.False(t, s.run(s.input(signal("paid", `{"ID":"pay1"}`))).Handled, "Any, Match and Text leave it")
	require.Equal(t, "cart: Your cart.", s.says(text("cart")))
	require.Equal(t, "pay: Pay, please.", s.says(text("pay")))
	res := s.run(s.input(signal("paid", `{"ID":"pay2"}`)))
	require.False(t, res.Handled)
	require.Equal(t, []flow.FailedGuard{{Transition: 10, Guard: "it is this payment"}}, res.Trace.Failed)
	require.False(t, s.run(s.input(signal("paid", `[]`))).Handled, "a payload of another form")
	require.Equal(t, ": Thank you.", s.says(signal("paid", `{"ID":"pay1"}`)))
	require.Equal(t, ": You get it back.", s.says(signal("paid", `{"ID":"pay1"}`)))
}

// A transition of a signal that rejects it does not take it, and says nothing.
func TestRejectedSignal(t *testing.T) {
	t.Parallel()
	s := newSession(t, paying())
	for _, word := range []string{"buy", "cart", "pay"} {
		s.step(text(word))
	}
	before := s.state
	res := s.run(s.input(signal("checked", "null")))
	require.False(t, res.Handled)
	require.Empty(t, res.Messages)
	require.Equal(t, before.State, res.State)
	require.Equal(t, before.Data, res.Data)
	require.Equal(t, []int{12}, res.Trace.Refused)

	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.Start(flow.Signal("x")).Do(func(context.Context, *flow.Turn[log]) error { return flow.Reject(say("no")) }).End()
	b.In("a").On(flow.Text("end")).End()
	s = newSession(t, b)
	require.False(t, s.run(s.input(signal("x", "null"))).Handled, "a start that rejects it")
}

// A signal is not the user's activity: idle times run on, a nudge that was given is not given again, and wrong
// answers stay counted.
func TestSignalsAreNoActivity(t *testing.T) {
	t.Parallel()
	s := newSession(t, paying())
	s.step(text("buy"))
	s.step(text("cart"))
	s.step(text("what?"))
	require.Equal(t, "cart: Your cart. #2", s.says(text("what??")))

	s.now = noon.Add(time.Minute)
	res := s.step(signal("note", "null"))
	require.Equal(t, offsets{"after 5m0s": 5 * time.Minute, "after 1h0m0s": time.Hour}, timers(res))
	s.now = noon.Add(5 * time.Minute)
	res = s.step(due("after 5m0s"))
	require.Equal(t, offsets{"after 1h0m0s": time.Hour}, timers(res))
	res = s.step(signal("note", "null"))
	require.Equal(t, offsets{"after 1h0m0s": time.Hour}, timers(res), "the nudge is the user's to arm")
	res = s.step(signal("more", "null"))
	require.Equal(t, offsets{"after 1h0m0s": time.Hour}, timers(res), "timers of InAny run on")
	require.Equal(t, "cart: Your cart.", s.says(text("cart")))

	s.step(text("what?"))
	s.step(text("what??"))
	require.Equal(t, "cart: ", s.says(signal("note", "null")))
	require.Equal(t, "what: What?", s.says(text("what???")), "the third")

	s = newSession(t, paying())
	s.now = noon.Add(time.Hour)
	res = s.step(signal("offer", "null"))
	require.Equal(t, flow.State("what"), res.State)
	require.Equal(t, offsets{"after 5m0s": 65 * time.Minute, "after 1h0m0s": 2 * time.Hour}, timers(res), "a start")
}

// A move by a signal forgets the steps back to the last time that its target was asked.
func TestBackAfterASignal(t *testing.T) {
	t.Parallel()
	s := newSession(t, paying())
	for _, word := range []string{"buy", "cart", "pay"} {
		s.step(text(word))
	}
	require.Equal(t, "cart: Sorry. | Your cart.", s.says(signal("declined", "null")))
	require.Equal(t, "what: What?", s.says(text("back")), "not the dead payment page")

	s = newSession(t, paying())
	s.step(text("buy"))
	s.step(text("cart"))
	require.Equal(t, "what: What?", s.says(signal("more", "null")))
	require.Equal(t, "what: ", s.says(text("back")), "nothing is behind: the next takes it")
}

func TestPayload(t *testing.T) {
	t.Parallel()
	type read struct {
		e    *transport.Event
		err  string
		want payment
	}
	for name, tt := range map[string]read{
		"good":     {signal("paid", `{"ID":"pay1"}`), "", payment{"pay1"}},
		"nothing":  {signal("paid", `null`), "", payment{}},
		"a list":   {signal("paid", `["secret"]`), "flow: the payload of the signal paid is not what is read: *json.UnmarshalTypeError", payment{}},
		"no JSON":  {signal("paid", `secret`), "flow: the payload of the signal paid is not what is read: *json.SyntaxError", payment{}},
		"no event": {text("secret"), "flow: the turn is for no signal", payment{}},
	} {
		t.Run(name, func(t *testing.T) {
			var p payment
			var err error
			b := flow.New[log]("f")
			b.Start(flow.Signal("paid"), flow.Text()).Do(func(_ context.Context, t *flow.Turn[log]) error {
				err = t.Payload(&p)
				return nil
			}).End()
			require.True(t, newSession(t, b).step(tt.e).Handled)
			require.Equal(t, tt.want, p)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.err)
			var permanent interface{ Permanent() bool }
			require.ErrorAs(t, err, &permanent)
		})
	}
}

// A signal has a line in the table and in the diagram.
func TestSignalsAreShown(t *testing.T) {
	t.Parallel()
	f := paying().MustBuild()
	require.Equal(t, "signal paid", f.Transitions()[1].Trigger)
	require.Contains(t, f.Diagram(), "signal paid")
	require.Contains(t, f.Diagram(), "signal declined")
}

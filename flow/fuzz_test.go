package flow_test

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// order is data with a form of its own, which reads anything but a bang.
type order struct {
	Seats int
	Note  string
}

func (o *order) AppendData(b []byte) ([]byte, error) {
	return append(strconv.AppendInt(b, int64(o.Seats), 10), ";"+o.Note...), nil
}

func (o *order) SetData(b []byte) error {
	seats, note, ok := strings.Cut(string(b), ";")
	n, err := strconv.Atoi(seats)
	if !ok || err != nil {
		return errors.New("malformed order")
	}
	*o = order{n, note}
	return nil
}

// everything is a flow with every kind of trigger and timer, whose actions refuse some input.
func everything(tb testing.TB) *flow.Flow {
	tb.Helper()
	seats := parse(strconv.Atoi, func(o *order, n int) { o.Seats = n })
	note := parse(func(s string) (string, error) {
		if s == "" {
			return "", flow.Reject()
		}
		return s, nil
	}, func(o *order, s string) { o.Note = s })
	later := func(t *flow.Turn[order]) time.Time { return t.Now().Add(time.Hour) }
	b := flow.New[order]("everything")
	b.Start(flow.Text("book", "予約"), flow.Follow()).To("ask")
	b.In("ask").
		On(flow.Postback("yes", "~x")).To("confirm").
		On(flow.PostbackPrefix("seats:")).Do(seats).Stay().
		On(flow.Date("when")).Do(note).Again().
		On(flow.TextLike(regexp.MustCompile(`(?i)^note\b`))).Do(note).Stay().
		On(flow.Text()).Do(seats).To("confirm").
		After(time.Minute).To("confirm").
		At(later).Stay()
	b.In("confirm").Enter(tell[order]("Well?")).
		On(flow.Postback("back")).Back().On(flow.Postback("ask")).Call("ask").On(flow.Postback("return")).ReturnOr("ask").
		On(flow.Match("short", func(e *transport.Event) bool { return len(e.Text) == 1 })).End().
		On(flow.Any()).Do(note).Remind("later", later, func(context.Context, *flow.Turn[order]) error { return nil }).Stay()
	b.InAny().After(2 * time.Hour).End().Wrong(3).To("ask")
	f, err := b.Build()
	require.NoError(tb, err)
	return f
}

// FuzzStep gives a flow whatever may come from a user or stand in a store. There is no panic but
// of user code; a state is one of the flow, timers are those of the state, and what is not handled
// changes nothing.
func FuzzStep(f *testing.F) {
	f.Add(uint8(1), "4", "", "", "", "", "", "", "", false)
	f.Add(uint8(transport.KindPostback), "", "seats:4", "date", "2026-01-01", "ask", "1;x", "after 1m0s", "", false)
	f.Add(uint8(transport.KindTimer), "after 1m0s", "", "", "", "ask", "1;x", "after 1m0s", "", false)
	f.Add(uint8(transport.KindTimer), "later", "", "", "", "", "1;", "", "", true)
	f.Add(uint8(transport.KindFollow), "", "", "", "", "gone", "!", "", "", false)
	f.Add(uint8(1), "4", "", "", "", "ask", "broken", "", "", false)
	f.Add(uint8(1), "4", "", "", "", "gone", "1;x", "after 2h0m0s", "\x01\x01\x03ask", false)
	f.Add(uint8(18), "other", "", "", "", "ask", "1;x", "gone", "", false)
	f.Add(uint8(1), "4", "", "", "", "ask", "1;x", "", "", true) // a reminder that is no timer
	f.Add(uint8(transport.KindTimer), "later", "", "", "", "", "broken", "", "", true)
	f.Add(uint8(transport.KindPostback), "", "return", "", "", "confirm", "1;x", "", "\x02\x01\x03ask\x07confirm\x00\x01\x00\x00", false)
	f.Add(uint8(transport.KindSignal), "", "paid", "", "{}", "confirm", "1;x", "after 1m0s", "", false)
	fl := everything(f)
	f.Fuzz(func(t *testing.T, kind uint8, text, data, param, value, state, stored, timer, trail string, reminder bool) {
		e := &transport.Event{Kind: transport.Kind(kind) % (transport.KindSignal + 1), Text: text}
		e.Signal, e.Payload = data, []byte(value)
		e.Postback = transport.Postback{Data: data, Params: map[string]string{param: value}}
		in := &flow.Input{
			Turn: "turn", Event: e, Now: noon, State: flow.State(state), Data: []byte(stored),
			Timers: []flow.Timer{{Name: timer, Due: noon}}, Trail: []byte(trail), Tap: flow.Tap(kind / 60),
			Suspended: kind > 100, Resumed: kind > 150, Gone: len(text)%2 == 1,
		}
		switch {
		case reminder:
			in.Mode = flow.ModeRemind
		case kind > 180:
			in.Mode = flow.Mode(kind-181) % flow.ModeRemind
		}
		fl.Rank(e)
		res, err := fl.Step(t.Context(), in)
		if err != nil {
			var te *flow.TurnError
			require.ErrorAs(t, err, &te)
			require.NotErrorAs(t, err, new(*flow.PanicError))
			return
		}
		if !res.Handled || reminder {
			require.Equal(t, in.State, res.State)
			require.Equal(t, in.Timers, res.Timers)
			return
		}
		if res.State == "" {
			require.Empty(t, res.Timers)
			return
		}
		if !in.Gone || res.State != in.State {
			require.Contains(t, fl.States(), res.State)
		}
		for _, tm := range res.Timers {
			require.False(t, tm.Due.Before(noon))
			require.True(t, slices.ContainsFunc(fl.Transitions(), func(tr flow.Transition) bool {
				return (tr.From == res.State || tr.From == flow.AnyState) && strings.HasPrefix(tr.Trigger, strings.Fields(tm.Name)[0])
			}), tm.Name)
		}
	})
}

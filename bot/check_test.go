package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// starting is a flow that any word ends.
func starting(name string, on ...flow.Trigger) *flow.Flow {
	b := flow.New[struct{}](name)
	b.Start(on...).To("a")
	b.In("a").On(flow.Any()).End()
	return b.MustBuild()
}

func TestNewRefuses(t *testing.T) {
	ch, store := &fakeChannel{}, memstore.New()
	book := starting("book", flow.Text("book", "予約"), flow.Postback("book"))
	tests := []struct {
		name    string
		channel bot.Channel
		store   session.Store
		flows   []*flow.Flow
		o       *bot.Options
		want    string
	}{
		{"no channel", nil, store, []*flow.Flow{book}, nil, "a channel, a store and at least one flow are needed"},
		{"no store", ch, nil, []*flow.Flow{book}, nil, "a channel, a store and at least one flow are needed"},
		{"no flow", ch, store, nil, nil, "a channel, a store and at least one flow are needed"},
		{"a nil channel", (*fakeChannel)(nil), store, []*flow.Flow{book}, nil, "a channel, a store and at least one flow are needed"},
		{"nil", ch, store, []*flow.Flow{book, nil}, nil, "flow 1 is nil"},
		{"two of a name", ch, store, []*flow.Flow{book, starting("book", flow.Text("x"))}, nil, `two flows are named "book"`},
		{
			"two of a start", ch, store, []*flow.Flow{book, starting("order", flow.Follow(), flow.Text("order", "BOOK "))}, nil,
			`the flow "order" starts on text "order", "BOOK ", but "book" does so on text "book", "予約" already`,
		},
		{"a scope", ch, store, []*flow.Flow{book}, &bot.Options{Scope: 9}, "Options.Scope makes no sense: 9"},
		{"a short keep", ch, store, []*flow.Flow{book}, &bot.Options{Keep: time.Hour}, "Options.Keep makes no sense: 1h0m0s"},
		{"a negative keep", ch, store, []*flow.Flow{book}, &bot.Options{Keep: -1}, "Options.Keep makes no sense: -1ns"},
		{"a negative time", ch, store, []*flow.Flow{book}, &bot.Options{TurnTimeout: -1}, "Options.TurnTimeout makes no sense: -1ns"},
		{"more attempts than are counted", ch, store, []*flow.Flow{book}, &bot.Options{MaxAttempts: 256}, "Options.MaxAttempts makes no sense: 256"},
		{"negative webhooks", ch, store, []*flow.Flow{book}, &bot.Options{MaxWebhooks: -1}, "Options.MaxWebhooks makes no sense: -1"},
		{"negative turns", ch, store, []*flow.Flow{book}, &bot.Options{MaxTurns: -1}, "Options.MaxTurns makes no sense: -1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bot.New(tt.channel, tt.store, tt.flows, tt.o)
			require.EqualError(t, err, "bot: "+tt.want)
		})
	}
}

func TestNewTakesWhatCanBeToldApart(t *testing.T) {
	flows := []*flow.Flow{
		starting("a", flow.Text("go"), flow.Follow()), starting("b", flow.Postback("go")), starting("c", flow.Text()),
		starting("d", flow.Any()),
	}
	b, err := bot.New(&fakeChannel{}, memstore.New(), flows, nil)
	require.NoError(t, err)
	require.NoError(t, b.Shutdown(t.Context()))
}

// A message that cannot be sent is reported with the flow and the state that it came from.
func TestBadOutputIsLocated(t *testing.T) {
	type turn = flow.Turn[struct{}]
	send := func(m transport.Message) flow.Action[struct{}] {
		return func(_ context.Context, t *turn) error { t.Send(m); return nil }
	}
	soon := func(t *turn) time.Time { return t.Now().Add(time.Minute) }
	b := flow.New[struct{}]("shop")
	b.Start(flow.Text("go")).To("a")
	b.In("a").
		On(flow.Text("1")).Do(send(text("invalid"))).End().
		On(flow.Text("2")).Do(send(nil)).Stay().
		On(flow.Text("3")).Remind("later", soon, send(nil)).Stay()
	other := flow.New[struct{}]("cafe")
	other.Start(flow.Text("4")).To("a")
	other.In("a").Enter(send(nil)).On(flow.Any()).End()
	for words, want := range map[string]string{
		"1": "shop: a: output: a bot_test.text: test: invalid message", "2": "shop: a: output: a nil message",
		"3": "shop: later: output: a nil message", "4": "cafe: start: output: a nil message",
	} {
		withFlows(t, []*flow.Flow{b.MustBuild(), other.MustBuild()}, bot.Options{MaxAttempts: 1}, func(r *rig) {
			r.say("ann", "go")
			r.say("ann", words)
			r.pass(2 * time.Minute)
			log := strings.Join(r.log.all(), "\n")
			require.Contains(r, log, "bot: "+want)
			where := strings.Split(want, ": ")
			require.Contains(r, log, "output failed in "+where[0]+"/"+where[1])
		})
	}
}

package line_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// LINE refuses one of five messages: the other four come in order, the dead letter has that one, says where
// it is wrong, and brings no other when it is replayed.
func TestOneOfFiveIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := flow.New[struct{}]("five")
		five := func(_ context.Context, t *flow.Turn[struct{}]) error {
			t.Send(line.Text("1"), line.Text("2"), line.Raw([]byte(`{"type":"hologram"}`)), line.Text("4"), line.Text("5"))
			return nil
		}
		b.Start(flow.Text("go")).To("on")
		b.In("on").Enter(five).On(flow.Text("bye")).End()
		f, err := b.Build()
		require.NoError(t, err)
		network := memnet.New(t)
		platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"Ann"}, Client: network.Client()})
		t.Cleanup(platform.Close)
		channel, err := line.New("secret", "token", &line.Options{Endpoint: network.Serve("line.test", platform)})
		require.NoError(t, err)
		channel.ConnectBy(network.Dial)
		told := &outcomes{}
		run, err := bot.New(channel, memstore.New(), []*flow.Flow{f}, &bot.Options{Sent: told.add})
		require.NoError(t, err)
		t.Cleanup(func() { _ = run.Shutdown(context.WithoutCancel(t.Context())) })
		platform.SetWebhook(network.Serve("bot.test", run))
		_, err = platform.Follow(t.Context(), "Ann")
		require.NoError(t, err)

		_, err = platform.Say(t.Context(), "Ann", "go")
		require.NoError(t, err)
		require.Equal(t, []string{"1", "2", "4", "5"}, seen(t, platform, "5"))
		synctest.Wait()
		stats := run.Stats()
		require.Equal(t, []int64{1, 1}, []int64{stats.Sent, stats.Dropped})
		for range 2 {
			letters := 0
			for letter, err := range run.DeadLetters(t.Context()) {
				require.NoError(t, err)
				letters++
				require.Contains(t, string(letter.Output.Body), `[{"type":"hologram"}]`)
				require.Contains(t, letter.Why, "line: status 400: The request body has 1 error(s): messages[")
				require.NoError(t, run.Replay(t.Context(), letter.ID))
			}
			require.Equal(t, 1, letters)
			synctest.Wait()
		}
		require.Equal(t, []string{"1", "2", "4", "5"}, seen(t, platform, "5"), "none comes twice")
		require.ErrorContains(t, told.all[0].Err, "messages[2].type")
	})
}

package sdk_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
	"github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

// The webhook's address is set and tested by the SDK; chat manners by the channel.
func TestWebhookAddress(t *testing.T) {
	platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"Ann"}})
	api := httptest.NewServer(platform)
	t.Cleanup(api.Close)
	t.Cleanup(platform.Close)
	source, err := tokens.Stateless("1234567890", "secret", &tokens.Options{Endpoint: api.URL})
	require.NoError(t, err)
	ch, err := line.New("secret", "", &line.Options{Endpoint: api.URL, Tokens: source})
	require.NoError(t, err)
	events := make(chan transport.Event, 10)
	bot := httptest.NewTLSServer(ch.Handler(func(_ context.Context, evs []transport.Event) error {
		for _, ev := range evs {
			events <- ev
		}
		return nil
	}))
	t.Cleanup(bot.Close)

	client := sdk.Client(t.Context(), ch)
	resp, _, err := client.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: bot.URL})
	require.NoError(t, sdk.Error(resp, err))
	got, err := client.GetWebhookEndpoint()
	require.NoError(t, err)
	require.Equal(t, bot.URL, got.Endpoint)
	tested, err := client.TestWebhookEndpoint(&messaging_api.TestWebhookEndpointRequest{})
	require.NoError(t, err)
	require.False(t, tested.Success, "a certificate that nobody trusts")

	plain := httptest.NewServer(bot.Config.Handler)
	t.Cleanup(plain.Close)
	platform.SetWebhook(plain.URL)
	tested, err = client.TestWebhookEndpoint(&messaging_api.TestWebhookEndpointRequest{})
	require.NoError(t, err)
	require.True(t, tested.Success, "%+v", tested)

	_, err = platform.Follow(t.Context(), "Ann")
	require.NoError(t, err)
	<-events
	_, err = platform.Say(t.Context(), "Ann", "hello")
	require.NoError(t, err)
	ev := <-events
	require.NoError(t, ch.ShowLoading(t.Context(), ev.Source, 7*time.Second))
	require.NoError(t, ch.MarkAsRead(t.Context(), &ev))
	require.NotEmpty(t, line.DetailsOf(&ev).QuoteToken)
}

package line_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

func TestCheckWebhook(t *testing.T) {
	const ours = "https://bot.example/line?k=canary"
	const other = "line: LINE has another webhook URL: "
	for _, tt := range []struct {
		name, has, asks string
		off             bool
		want            string
	}{
		{"it is", ours, ours, false, ""},
		{"capitals in the host", ours, "https://Bot.Example/line?k=canary", false, ""},
		{"no path is the root", "https://bot.example", "https://bot.example/", false, ""},
		{"none is set", "", ours, false, other + "none"},
		{"another host", "https://canary.example/line?k=canary", ours, false, other + `at "canary.example"`},
		{"another path", "https://bot.example/canary", ours, false, other + `another one at "bot.example"`},
		{"another query", "https://bot.example/line", ours, false, other + `another one at "bot.example"`},
		{"another scheme", "http://127.0.0.1/line", "https://127.0.0.1/line", false, other + `another one at "127.0.0.1"`},
		{"no address", ours, "canary\n", false, other + `at "bot.example"`},
		{"off", ours, ours, true, "line: the use of webhooks is switched off in LINE's console"},
		{"elsewhere and off", "https://bot.example/", ours, true, other + `another one at "bot.example"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			platform := emulator.New("secret", "token", &emulator.Options{Webhook: tt.has})
			t.Cleanup(platform.Close)
			platform.UseWebhook(!tt.off)
			server := httptest.NewServer(platform)
			t.Cleanup(server.Close)
			c, err := line.New("secret", "token", &line.Options{Endpoint: server.URL, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			err = c.CheckWebhook(t.Context(), tt.asks)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
			want := line.ErrWebhookElsewhere
			if tt.want == line.ErrWebhookOff.Error() {
				want = line.ErrWebhookOff
			}
			require.ErrorIs(t, err, want)

			platform.RevokeToken("token")
			var refusal *line.APIError
			require.ErrorAs(t, c.CheckWebhook(t.Context(), tt.asks), &refusal)
			require.Equal(t, 401, refusal.Status)
		})
	}
}

package line

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

func TestLoading(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{
		{0, "5"}, {5 * time.Second, "5"}, {5*time.Second + 1, "10"}, {18 * time.Second, "20"},
		{59 * time.Second, "60"}, {60 * time.Second, "60"}, {time.Hour, "60"},
	}
	for _, tt := range tests {
		t.Run(tt.d.String(), func(t *testing.T) {
			p := newPlatform(t, says(202, `{}`))
			c, err := New("secret", "token", &Options{Endpoint: p.URL})
			require.NoError(t, err)
			require.NoError(t, c.ShowLoading(t.Context(), chatWith("U1"), tt.d))
			require.Equal(t, []sent{{"/v2/bot/chat/loading/start", `{"chatId":"U1","loadingSeconds":` + tt.want + `}`, "Bearer token", "application/json", nil}}, p.got())
		})
	}
	p := newPlatform(t, says(403, `{"message":"canary"}`))
	c, err := New("secret", "token", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	for _, chat := range []transport.Source{{}, {Chat: transport.ChatUser}, {Chat: transport.ChatGroup, ChatID: "C1"}, {Chat: transport.ChatRoom, ChatID: "R1"}} {
		require.ErrorIs(t, c.ShowLoading(t.Context(), chat, time.Second), ErrOneToOne)
	}
	other := chatWith("U1")
	other.Channel = "other"
	require.ErrorIs(t, c.ShowLoading(t.Context(), other, time.Second), errElsewhere)
	require.Empty(t, p.got())
	require.EqualError(t, c.ShowLoading(t.Context(), chatWith("U1"), time.Second), "line: status 403 (request req-1)")
	p.Close()
	err = c.ShowLoading(t.Context(), chatWith("U1"), time.Second)
	require.ErrorContains(t, err, "line: call: ")
	require.NotContains(t, err.Error(), "loading")
}

func chatWith(user string) transport.Source {
	return transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user}
}

func TestLoadingEndsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network, start := memnet.New(t), time.Now()
		c, err := New("secret", "token", &Options{
			Endpoint: network.Serve("line.test", silentAfter("")), Client: network.Client(), Timeout: time.Second,
		})
		require.NoError(t, err)
		require.ErrorIs(t, c.ShowLoading(t.Context(), chatWith("U1"), time.Second), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestMarkAsRead(t *testing.T) {
	p := newPlatform(t, says(200, `{}`))
	c, err := New("secret", "token", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	require.ErrorIs(t, c.MarkAsRead(t.Context(), &transport.Event{Raw: []byte(`{}`)}), ErrNoMarkToken)
	require.NoError(t, c.MarkAsRead(t.Context(), &transport.Event{Raw: []byte(`{"message":{"markAsReadToken":"m"}}`)}))
	require.Equal(t, []sent{{"/v2/bot/chat/markAsRead", `{"markAsReadToken":"m"}`, "Bearer token", "application/json", nil}}, p.got())
}

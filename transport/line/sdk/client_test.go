package sdk_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

func channelTo(t *testing.T, h http.HandlerFunc) *line.Channel {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	ch, err := line.New("secret", "the-token", &line.Options{Endpoint: s.URL})
	require.NoError(t, err)
	return ch
}

func TestClient(t *testing.T) {
	ch := channelTo(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-token" || r.URL.Path != "/v2/bot/profile/U1" {
			http.Error(w, "{}", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"userId":"U1","displayName":"Ann"}`)
	})
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p, err := sdk.Client(ctx, ch).GetProfile("U1")
			if err != nil || p.DisplayName != "Ann" {
				t.Error(p, err)
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	resp, _, err := sdk.Client(ctx, ch).GetProfileWithHttpInfo("canary")
	err = sdk.Error(resp, err)
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, err.Error(), "canary")
}

func TestBlobClient(t *testing.T) {
	image := strings.Repeat("image", 1000)
	ch := channelTo(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			if string(body) != image || r.Header.Get("Content-Type") != "image/png" {
				w.WriteHeader(http.StatusBadRequest)
			}
			return
		}
		_, _ = io.WriteString(w, image)
	})
	c := sdk.BlobClient(t.Context(), ch)
	_, err := c.SetRichMenuImage("menu", "image/png", strings.NewReader(image))
	require.NoError(t, err)
	resp, err := c.GetMessageContent("1")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, image, string(body))
}

func TestError(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"success", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }, ""},
		{"refusal", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Line-Request-Id", "r1")
			http.Error(w, `{"message":"Not found canary"}`, http.StatusNotFound)
		}, "line: status 404: Not found (request r1)"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/canary", http.StatusFound) }, "line: status 302"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "sdk: EOF"},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `canary`) }, "sdk: malformed answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, _, err := sdk.Client(t.Context(), channelTo(t, tt.answer)).GetProfileWithHttpInfo("canary")
			err = sdk.Error(resp, err)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
			var refusal *line.APIError
			require.Equal(t, strings.HasPrefix(tt.want, "line"), asRefusal(err, &refusal))
		})
	}
}

func asRefusal(err error, target **line.APIError) bool {
	e, ok := err.(*line.APIError)
	*target = e
	return ok
}

// The SDK has the rest of the API; the channel gives it its token, time-outs and manners.
func ExampleClient() {
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("X-Line-Retry-Key"))
		_, _ = io.WriteString(w, `{}`)
	}))
	defer platform.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: platform.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, _, err := sdk.Client(context.Background(), channel).MulticastWithHttpInfo(&messaging_api.MulticastRequest{
		To:       []string{"U1", "U2"},
		Messages: []messaging_api.MessageInterface{messaging_api.TextMessage{Text: "hello"}},
	}, "123e4567-e89b-12d3-a456-426614174000")
	fmt.Println(sdk.Error(resp, err))
	// Output:
	// POST /v2/bot/message/multicast 123e4567-e89b-12d3-a456-426614174000
	// <nil>
}

package content_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/content"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// stage is a platform with a bot that gives its events to the test.
func stage(t *testing.T) (*emulator.Platform, *line.Channel, <-chan transport.Event) {
	t.Helper()
	network := memnet.New(t)
	platform := emulator.New("secret", "token", &emulator.Options{
		Users: []string{"Ann"}, JobTime: 10 * time.Second, Client: network.Client(),
	})
	t.Cleanup(platform.Close)
	ch := channelTo(t, network, platform)
	events := make(chan transport.Event, 10)
	platform.SetWebhook(network.Serve("bot.test", ch.Handler(func(_ context.Context, evs []transport.Event) error {
		for _, ev := range evs {
			events <- ev
		}
		return nil
	})))
	return platform, ch, events
}

func read(t *testing.T, f *content.File, err error) string {
	t.Helper()
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(b)
}

func TestContentOfUsers(t *testing.T) {
	tests := []struct {
		name    string
		u       emulator.Upload
		preview bool
	}{
		{"picture", emulator.Upload{Kind: "image", Type: "image/png", Data: []byte("a picture"), Preview: []byte("small")}, true},
		{"video, prepared first", emulator.Upload{Kind: "video", Type: "video/mp4", Data: []byte("a video"), Preview: []byte("small")}, true},
		{"audio, prepared first", emulator.Upload{Kind: "audio", Type: "audio/mp4", Data: []byte("an audio")}, false},
		{"file", emulator.Upload{Kind: "file", Type: "text/plain", Name: "a.txt", Data: []byte(strings.Repeat("file", 100_000))}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { openUploaded(t, tt.u, tt.preview) })
		})
	}
}

func openUploaded(t *testing.T, u emulator.Upload, preview bool) {
	t.Helper()
	platform, ch, events := stage(t)
	_, err := platform.Upload(t.Context(), "Ann", u)
	require.NoError(t, err)
	ev := <-events
	size := int64(len(u.Data))
	f, err := content.Open(t.Context(), ch, &ev, size)
	require.NoError(t, err)
	require.Equal(t, u.Type, f.Type)
	require.Equal(t, string(u.Data), read(t, f, err))
	f, err = content.Open(t.Context(), ch, &ev, size-1)
	if err == nil {
		_, err = io.ReadAll(f)
		require.NoError(t, f.Close())
	}
	require.ErrorIs(t, err, content.ErrTooLarge)
	f, err = content.Preview(t.Context(), ch, &ev, 100)
	if !preview {
		var refusal *line.APIError
		require.ErrorAs(t, err, &refusal)
		return
	}
	require.Equal(t, "small", read(t, f, err))
	_, err = platform.Unsend(t.Context(), "Ann", ev.MessageID)
	require.NoError(t, err)
	<-events
	_, err = content.Open(t.Context(), ch, &ev, 100)
	require.ErrorIs(t, err, content.ErrGone)
	_, err = content.Preview(t.Context(), ch, &ev, 100)
	require.ErrorIs(t, err, content.ErrGone)
}

func channelTo(t *testing.T, network *memnet.Net, h http.Handler) *line.Channel {
	t.Helper()
	ch, err := line.New("secret", "token", &line.Options{Endpoint: network.Serve("line.test", h), Client: network.Client()})
	require.NoError(t, err)
	return ch
}

func TestContentIsNotFetchedFromElsewhere(t *testing.T) {
	calls := 0
	ch := channelTo(t, memnet.New(t), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ }))
	tests := []struct {
		name string
		e    transport.Event
		want error
	}{
		{"external", transport.Event{Kind: transport.KindImage, MessageID: "1", Raw: []byte(`{"message":{"contentProvider":{"type":"external","originalContentUrl":"http://169.254.169.254/"}}}`)}, content.ErrExternal},
		{"no message", transport.Event{Kind: transport.KindFollow, MessageID: "1"}, content.ErrNone},
		{"a text", transport.Event{Kind: transport.KindText, MessageID: "1"}, content.ErrNone},
		{"a sticker", transport.Event{Kind: transport.KindSticker, MessageID: "1"}, content.ErrNone},
		{"no id", transport.Event{Kind: transport.KindImage}, content.ErrNone},
		{"odd id", transport.Event{Kind: transport.KindImage, MessageID: "../1"}, content.ErrNone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, open := range []func(context.Context, *line.Channel, *transport.Event, int64) (*content.File, error){content.Open, content.Preview} {
				_, err := open(t.Context(), ch, &tt.e, 100)
				require.ErrorIs(t, err, tt.want)
			}
		})
	}
	require.Zero(t, calls)
}

func TestContentThatIsNotReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		picture := transport.Event{Kind: transport.KindVideo, MessageID: "1"}
		answers := func(status string) *line.Channel {
			return channelTo(t, memnet.New(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/transcoding") {
					_, _ = fmt.Fprintf(w, `{"status":%q}`, status)
					return
				}
				w.WriteHeader(http.StatusAccepted)
			}))
		}
		_, err := content.Open(t.Context(), answers("failed"), &picture, 100)
		require.ErrorIs(t, err, content.ErrFailed)
		for _, status := range []string{"processing", "succeeded"} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			_, err := content.Open(ctx, answers(status), &picture, 100)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
	})
}

// A size that LINE does not say is no way around the bound.
func TestContentWithoutASize(t *testing.T) {
	ch := channelTo(t, memnet.New(t), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 10 {
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
			_ = http.NewResponseController(w).Flush()
		}
	}))
	e := transport.Event{Kind: transport.KindImage, MessageID: "1"}
	f, err := content.Open(t.Context(), ch, &e, 2500)
	require.NoError(t, err)
	require.Equal(t, int64(-1), f.Size)
	b, err := io.ReadAll(f)
	require.True(t, errors.Is(err, content.ErrTooLarge))
	require.Len(t, b, 2500)
	require.NoError(t, f.Close())
	for _, none := range []int64{0, -1, math.MinInt64} {
		f, err = content.Open(t.Context(), ch, &e, none)
		require.NoError(t, err)
		b, err = io.ReadAll(f)
		require.ErrorIs(t, err, content.ErrTooLarge)
		require.Empty(t, b)
		require.NoError(t, f.Close())
	}
	f, err = content.Open(t.Context(), ch, &e, math.MaxInt64)
	require.Len(t, read(t, f, err), 10_000)
	f, err = content.Open(t.Context(), ch, &e, 10_000)
	require.Len(t, read(t, f, err), 10_000)
}

func ExampleOpen() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = io.WriteString(w, "a picture")
	}))
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ev := &transport.Event{Kind: transport.KindImage, MessageID: "325708"}
	file, err := content.Open(ctx, channel, ev, 10<<20)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := io.ReadAll(file)
	fmt.Println(file.Type, string(b), err, file.Close())
	// Output: image/jpeg a picture <nil> <nil>
}

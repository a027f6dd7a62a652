package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The known answer is of LINE's documentation.
func TestSignKnownAnswer(t *testing.T) {
	t.Parallel()
	p := New(secret, token, nil)
	body := `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`
	require.Equal(t, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", p.sign([]byte(body)))
}

func TestWebhookEvent(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	d, err := s.Say(t.Context(), "User A", "hi")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, d.Status)
	h := s.hit()
	require.Equal(t, s.sign(h.body), h.header.Get("X-Line-Signature"))
	require.Equal(t, "application/json; charset=utf-8", h.header.Get("Content-Type"))
	require.Regexp(t, userID, h.destination)
	e := h.event
	require.Equal(t, "message", e.Type)
	require.Equal(t, "active", e.Mode)
	require.Equal(t, s.now.now().UnixMilli(), e.Timestamp)
	require.Equal(t, s.user(), e.Source.UserID)
	require.Equal(t, "user", e.Source.Type)
	require.Regexp(t, regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`), e.WebhookEventID)
	require.Equal(t, d.EventID, e.WebhookEventID)
	require.Equal(t, d.ReplyToken, e.ReplyToken)
	require.NotNil(t, e.DeliveryContext.IsRedelivery)
	require.False(t, *e.DeliveryContext.IsRedelivery)
	require.Equal(t, "hi", e.Message["text"])
	require.Equal(t, s.Messages("User A")[0].ID, e.Message["id"])
}

func TestULIDHoldsTheTime(t *testing.T) {
	t.Parallel()
	// The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
	id := newULID(time.UnixMilli(1469918176385))
	require.Len(t, id, 26)
	require.Equal(t, "01ARYZ6S41", id[:10])
	require.NotEqual(t, id, newULID(time.UnixMilli(1469918176385)))
}

func TestWebhookFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		bot     int
		broken  bool
		status  int
		problem string
	}{
		{"no content", 204, false, 204, ""},
		{"a redirect", 302, false, 302, "The bot answered with status 302."},
		{"an error", 503, false, 503, "The bot answered with status 503."},
		{"not there", 200, true, 0, "The bot did not answer."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			s.answers(test.bot, nil)
			if test.broken {
				s.bot.Close()
			}
			d, err := s.Say(t.Context(), s.user(), "hi")
			require.Equal(t, test.status, d.Status)
			if test.problem == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrWebhook)
			}
			change := s.page()
			require.Equal(t, test.problem, change.Problem)
			require.Len(t, s.Messages(s.user()), 1, "the user's own message stays")
			require.LessOrEqual(t, len(s.hits), 1, "a redirect is not followed")
		})
	}
}

func TestWebhookTimesOut(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{WebhookTimeout: 50 * time.Millisecond})
	release := make(chan struct{})
	t.Cleanup(func() { close(release) }) // before the server closes, which waits for its handlers
	s.answers(http.StatusOK, func(*hit) { <-release })
	d, err := s.Say(t.Context(), s.user(), "hi")
	require.ErrorIs(t, err, ErrWebhook)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Zero(t, d.Status)
}

func TestWebhookNotSet(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.SetWebhook("")
	_, err := s.Say(t.Context(), s.user(), "hi")
	require.ErrorIs(t, err, ErrWebhook)
	s.SetWebhook("://")
	_, err = s.Say(t.Context(), s.user(), "hi")
	require.ErrorIs(t, err, ErrWebhook)
	s.SetWebhook(s.bot.URL)
	_, err = s.Say(t.Context(), s.user(), "hi")
	require.NoError(t, err)
}

func TestRedeliveryUntilAccepted(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{Redeliver: []time.Duration{1, 1, 1, 1}})
	s.answers(http.StatusInternalServerError, func(h *hit) {
		if *h.event.DeliveryContext.IsRedelivery {
			s.answers(http.StatusOK, nil) // from the next one on
		}
	})
	_, err := s.Say(t.Context(), s.user(), "hi")
	require.ErrorIs(t, err, ErrWebhook)
	s.running.Wait()
	require.Len(t, s.hits, 3)
	first, second := s.hit(), s.hit()
	require.True(t, *second.event.DeliveryContext.IsRedelivery)
	second.event.DeliveryContext = first.event.DeliveryContext
	require.Equal(t, first.event, second.event, "only isRedelivery may differ")
	require.Equal(t, s.sign(second.body), second.header.Get("X-Line-Signature"))
	change := s.page()
	require.Empty(t, change.Problem)
}

func TestRedeliveryIsOffByDefault(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.answers(http.StatusInternalServerError, nil)
	_, _ = s.Say(t.Context(), s.user(), "hi")
	s.hit()
	s.Close()
	require.Empty(t, s.hits)
}

func TestRedeliveryStopsAtClose(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{Redeliver: []time.Duration{time.Hour}})
	s.answers(http.StatusInternalServerError, nil)
	_, _ = s.Say(t.Context(), s.user(), "hi")
	s.Close() // would hang
	_, _ = s.Say(t.Context(), s.user(), "hi")
	s.Close()
}

func TestRedeliverByHandRenewsTheToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	d, err := s.Say(t.Context(), s.user(), "hi")
	require.NoError(t, err)
	again := func(after time.Duration) {
		s.now.advance(after)
		got, err := s.Redeliver(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, d.EventID, got.EventID)
	}
	again(10 * time.Minute)
	s.now.advance(time.Minute)
	require.Equal(t, http.StatusOK, s.reply(d.ReplyToken, hello).status)
	again(time.Minute)
	require.Equal(t, http.StatusBadRequest, s.reply(d.ReplyToken, hello).status, "used before")

	d, err = s.Say(t.Context(), s.user(), "hi")
	require.NoError(t, err)
	again(20*time.Minute - time.Second)
	s.now.advance(2 * time.Second)
	require.Equal(t, http.StatusBadRequest, s.reply(d.ReplyToken, hello).status, "20 minutes old")

	_, err = s.Redeliver(t.Context(), Delivery{})
	require.ErrorIs(t, err, ErrNoEvent)
}

func TestEmit(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	d, err := s.Emit(t.Context(), s.user(), "beacon",
		map[string]any{"beacon": map[string]any{"hwid": "1", "type": "enter"}})
	require.NoError(t, err)
	require.NotEmpty(t, d.ReplyToken)
	require.Contains(t, string(s.hit().body), `"beacon":{"hwid":"1","type":"enter"}`)
	d, err = s.Emit(t.Context(), s.user(), "unsend",
		map[string]any{"unsend": map[string]any{"messageId": "1"}})
	require.NoError(t, err)
	require.Empty(t, d.ReplyToken)
	require.NotContains(t, string(s.hit().body), "replyToken")
	_, err = s.Emit(t.Context(), "nobody", "beacon", nil)
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.Emit(t.Context(), s.user(), "beacon", map[string]any{"beacon": func() {}})
	var unsupported *json.UnsupportedTypeError
	require.ErrorAs(t, err, &unsupported)
}

func TestOldTokensAreForgotten(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("one")
	s.now.advance(redeliveryReach + 1)
	s.says("two")
	require.Len(t, s.tokens, 1)
}

func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newStage(t, &Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	s.answers(http.StatusInternalServerError, nil)
	d, _ := s.Say(t.Context(), s.user(), "private words")
	require.Contains(t, log.String(), d.EventID)
	require.NotContains(t, log.String(), "private")
	require.NotContains(t, log.String(), d.ReplyToken)
}

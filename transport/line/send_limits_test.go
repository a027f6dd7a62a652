package line

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// TestSendWindowCloses has a reply token refused after the window closed on the way.
func TestSendWindowCloses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*transport.Delivery)
		calls  string
		want   string
	}{
		{"nobody tried", func(*transport.Delivery) {}, "reply push", ""},
		{"somebody may have", retried, "reply push", ""},
		{"nobody tried, no push", noPush, "reply", "drop"},
		{"somebody may have, no push", both(retried, noPush), "reply", "ambiguous"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t, inTurn(says(400, usedToken), says(200, `{}`)))
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			now := time.Now()
			c.now = func() time.Time {
				now = now.Add(time.Second)
				return now
			}
			d := delivery()
			d.Age = DefaultReplyWindow - time.Second
			tt.change(d)
			requireVerdict(t, failure(c.Send(t.Context(), d)), tt.want, 0)
			require.Equal(t, tt.calls, p.paths())
			require.Empty(t, p.calls[0].retryKey, "never on a reply")
			if tt.want == "" {
				require.Len(t, p.calls[1].retryKey, 1)
			}
		})
	}
}

func TestSendAPIError(t *testing.T) {
	const body = `{"message":"The request body has 1 error(s) near canary","details":[{"message":"bad canary","property":"messages[0].text"}]}`
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, says(400, body, "X-Line-Accepted-Request-Id", "req-0"))
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client()})
			require.NoError(t, err)
			_, err = c.Send(t.Context(), delivery())
			var e *APIError
			require.ErrorAs(t, err, &e)
			require.Equal(t, &APIError{
				Status: 400, Message: "The request body has 1 error(s) near canary",
				Details:   []ErrorDetail{{Message: "bad canary", Property: "messages[0].text"}},
				RequestID: "req-1", AcceptedRequestID: "req-0",
			}, e)
			require.EqualError(t, err, "transport: send: drop: line: status 400: The request body has: messages[0].text (request req-1)")
		})
	}
	require.True(t, (&APIError{Status: 429, Message: "You have reached your monthly limit."}).MonthlyLimit())
	require.False(t, (&APIError{Status: 429, Message: "Slow down"}).MonthlyLimit())
	require.False(t, (&APIError{Status: 400, Message: "You have reached your monthly limit."}).MonthlyLimit())
	require.Equal(t, "line: status 500", (&APIError{Status: 500, Message: "canary"}).Error())
}

// A refusal says what is wrong and where, in LINE's words and paths, and nothing of what was sent.
func TestAPIErrorSaysWhere(t *testing.T) {
	at := func(message string, properties ...string) *APIError {
		e := &APIError{Status: 400, Message: message}
		for _, p := range properties {
			e.Details = append(e.Details, ErrorDetail{Message: "canary", Property: p})
		}
		return e
	}
	for _, tt := range []struct {
		err  *APIError
		want string
	}{
		{at("The request body has 2 error(s)", "messages[0].text", "messages[4].template.actions[0].label"),
			"The request body has 2 error(s): messages[0].text, messages[4].template.actions[0].label"},
		{at("A message (messages[1]) in the request body is invalid", "/footer/contents/2"),
			"A message (messages[1]) in the request body is invalid: /footer/contents/2"},
		{at("A message (canary) in the request body is invalid"), "A message"},
		{at("The request body has 1 error(s)", "messages[0].text: canary", "canary canary", "", "a/"+strings.Repeat("x", 200)),
			"The request body has 1 error(s)"},
		{at("The request body has 9 error(s)", slices.Repeat([]string{"messages[0].template.actions[0].label"}, 9)...),
			"The request body has 9 error(s): messages[0].template.actions[0].label, messages[0].template.actions[0].label"},
	} {
		require.EqualError(t, tt.err, "line: status 400: "+tt.want)
	}
}

func TestSendTimesOut(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			p := newPlatform(t, func(http.ResponseWriter, int) { <-release })
			defer close(release)
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client(), Timeout: 20 * time.Millisecond})
			require.NoError(t, err)
			requireVerdict(t, failure(c.Send(t.Context(), delivery())), "retry", 0)

			c, err = New("secret", "token", &Options{Endpoint: p.URL, Client: client(), Timeout: time.Hour})
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err = c.Send(ctx, delivery())
			requireVerdict(t, err, "retry", 0)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

func TestSendStopsWithContext(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			defer close(release)
			ctx, cancel := context.WithCancel(t.Context())
			p := newPlatform(t, func(http.ResponseWriter, int) {
				cancel()
				<-release
			})
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client(), Timeout: time.Hour})
			require.NoError(t, err)
			_, err = c.Send(ctx, delivery())
			requireVerdict(t, err, "retry", 0)
			require.ErrorIs(t, err, context.Canceled)

			_, err = c.Send(ctx, delivery())
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, "reply", p.paths(), "nothing is sent with a context that has ended")
		})
	}
}

// TestSendWithEndedContext has an idle connection at hand.
func TestSendWithEndedContext(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, says(200, `{}`))
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client()})
			require.NoError(t, err)
			require.NoError(t, failure(c.Send(t.Context(), delivery())))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			requireVerdict(t, failure(c.Send(ctx, delivery())), "retry", 0)
			require.Equal(t, "reply", p.paths())
		})
	}
}

func TestSendReadsNoMoreThanItMust(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, says(400, strings.Repeat("x", 5<<20)))
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client()})
			require.NoError(t, err)
			a, err := c.api.call(t.Context(), &c.api.push, testUser, delivery())
			require.NoError(t, err)
			require.Len(t, a.body, httpcall.MaxAnswer)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 8, 9, 10, 0, 0, 0, time.UTC)
	tests := map[string]time.Duration{
		"": time.Second, "1": time.Second, "30": 30 * time.Second, " 2 ": 2 * time.Second,
		"301": 5 * time.Minute, "99999999999": 5 * time.Minute, "-5": time.Second, "1.5": time.Second,
		"Sun, 09 Aug 2026 10:00:20 GMT": 20 * time.Second, "Sun, 09 Aug 2026 09:00:00 GMT": time.Second,
		"Mon, 10 Aug 2026 10:00:00 GMT": 5 * time.Minute, "99999999999999999999999": time.Second,
	}
	for header, want := range tests {
		require.Equal(t, want, retryAfter(header, now, time.Second), header)
	}
}

func TestSendConcurrently(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, says(200, `{}`))
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client()})
			require.NoError(t, err)
			var wg sync.WaitGroup
			errs := make(chan error, 40)
			for i := range 40 {
				wg.Go(func() {
					d := delivery()
					d.ReplyToken = "token-" + strings.Repeat("x", i)
					errs <- failure(c.Send(t.Context(), d))
				})
			}
			wg.Wait()
			close(errs)
			for err := range errs {
				require.NoError(t, err)
			}
			seen := map[string]bool{}
			for _, call := range p.calls {
				require.True(t, json.Valid([]byte(call.body)))
				seen[call.body] = true
			}
			require.Len(t, seen, 40, "no call has taken over the buffer of another")
		})
	}
}

func TestSendErrorIsTyped(t *testing.T) {
	c, err := New("secret", "token", &Options{Endpoint: "http://127.0.0.1:1"})
	require.NoError(t, err)
	_, err = c.Send(t.Context(), delivery())
	requireVerdict(t, err, "retry", 0)
	require.ErrorContains(t, err, "transport: send: retry: line: reply: dial")
	var api *APIError
	require.False(t, errors.As(err, &api), "LINE did not answer")
}

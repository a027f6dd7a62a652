package emulator

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   Fault
		message string
		shown   int
	}{
		{"before", Fault{Status: 500}, "Internal server error", 0},
		{"after", Fault{Status: 500, After: true}, "Internal server error", 1},
		{"rate", Fault{Status: 429}, "The API rate limit has been exceeded. Try again later.", 0},
		{"quota", Fault{Status: 429, Message: "You have reached your monthly limit."},
			"You have reached your monthly limit.", 0},
		{"another", Fault{Status: 502}, "Bad Gateway", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			token := s.says("hi")
			s.FailNext(1, test.fault)
			r := s.reply(token, hello)
			require.Equal(t, test.fault.Status, r.status)
			require.Equal(t, test.message, r.Message)
			require.NotEmpty(t, r.header.Get("x-line-request-id"))
			require.Len(t, s.Messages(s.user()), 1+test.shown)
			want := http.StatusOK
			if test.fault.After {
				want = http.StatusBadRequest
			}
			require.Equal(t, want, s.reply(token, hello).status)
		})
	}
}

func TestFaultsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault Fault
		shown int
	}{
		{"cut before", Fault{Cut: true}, 0},
		{"cut after", Fault{Cut: true, After: true}, 1},
		{"hang before", Fault{Hang: true}, 0},
		{"hang after", Fault{Hang: true, After: true}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			reply := s.says("hi")
			s.FailNext(1, test.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "POST", s.api.URL+"/v2/bot/message/reply",
				strings.NewReader(`{"replyToken":"`+reply+`","messages":[`+hello+`]}`))
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(r)
			if err == nil {
				_ = res.Body.Close()
			}
			require.Error(t, err)
			require.Equal(t, test.fault.Hang, ctx.Err() != nil)
			require.Len(t, s.Messages(s.user()), 1+test.shown)
		})
	}
}

func TestHangEndsWithClose(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	s := newStage(t, &Options{Fault: func(*http.Request) Fault {
		close(asked)
		return Fault{Hang: true}
	}})
	done := make(chan error)
	go func() {
		res, err := http.Get(s.api.URL + "/v2/bot/info")
		if err == nil {
			err = res.Body.Close()
		}
		done <- err
	}()
	<-asked
	s.Close()
	require.Error(t, <-done)
}

func TestFaultHookReadsTheCall(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{Fault: func(r *http.Request) Fault {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == pushPath && strings.Contains(string(body), "bad") {
			return Fault{Status: 503}
		}
		return Fault{}
	}})
	require.Equal(t, 503, push(s, s.user(), textMessage("bad")).status)
	require.Equal(t, 200, push(s, s.user(), textMessage("good")).status)
	s.FailNext(2, Fault{Status: 429})
	s.FailNext(1, Fault{Status: 500})
	for _, want := range []int{429, 429, 500, 503, 503} {
		require.Equal(t, want, push(s, s.user(), textMessage("bad")).status)
	}
}

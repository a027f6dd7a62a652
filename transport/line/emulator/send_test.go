package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReplyTokenWorksOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	token := s.says("hi")
	r := s.reply(token, hello+`,{"type":"location","title":"a","address":"b","latitude":1,"longitude":2}`)
	require.Equal(t, http.StatusOK, r.status)
	require.Len(t, r.Sent, 2)
	require.NotEmpty(t, r.Sent[0].QuoteToken)
	require.Empty(t, r.Sent[1].QuoteToken, "a location cannot be quoted")
	id, err := strconv.ParseInt(r.Sent[0].ID, 10, 64)
	require.NoError(t, err)
	require.Greater(t, id, int64(1)<<53)

	r = s.reply(token, hello)
	require.Equal(t, http.StatusBadRequest, r.status)
	require.JSONEq(t, `{"message":"Invalid reply token"}`, r.raw)
	require.Len(t, s.Messages(s.user()), 3)
}

func TestReplyTokenIsNotSpentByAnError(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	token := s.says("hi")
	require.Equal(t, http.StatusBadRequest, s.reply(token, `{"type":"text"}`).status)
	require.Equal(t, http.StatusOK, s.reply(token, hello).status)
}

func TestReplyTokenExpires(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		life time.Duration
		wait time.Duration
		want int
	}{
		{"at a minute", 0, time.Minute, http.StatusOK},
		{"after a minute", 0, time.Minute + 1, http.StatusBadRequest},
		{"after a life of its own", time.Second, 2 * time.Second, http.StatusBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, &Options{ReplyTokenLife: test.life})
			token := s.says("hi")
			s.now.advance(test.wait)
			require.Equal(t, test.want, s.reply(token, hello).status)
		})
	}
}

func TestReplyOfOneTokenRacing(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	token := s.says("hi")
	status := make(chan int, 8)
	var all sync.WaitGroup
	for range cap(status) {
		all.Go(func() { status <- s.reply(token, hello).status })
	}
	all.Wait()
	close(status)
	got := map[int]int{}
	for v := range status {
		got[v]++
	}
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusBadRequest: 7}, got)
}

func TestReplyReachesAStrangerButNotABlocker(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	_, err := s.Follow(t.Context(), s.user())
	require.NoError(t, err)
	s.hit()
	token := s.says("hi")
	_, err = s.Unfollow(t.Context(), s.user())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, s.reply(token, hello).status)
	require.Len(t, s.Messages(s.user()), 1)
}

func push(s *stage, to, messages string, headers ...string) result {
	s.t.Helper()
	return s.call("POST", pushPath, `{"to":"`+to+`","messages":[`+messages+`]}`, headers...)
}

func TestPushRecipients(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	r := push(s, "U00000000000000000000000000000000", hello)
	require.Equal(t, http.StatusBadRequest, r.status)
	require.Equal(t, "Failed to send messages", r.Message)
	r = push(s, "User A", hello)
	require.Equal(t, http.StatusBadRequest, r.status)
	require.Contains(t, r.Message, "The property, 'to', in the request body is invalid")
	r = s.call("POST", pushPath, `{"messages":[`+hello+`]}`)
	require.Equal(t, "to", r.Details[0].Property)

	seen := func() int { return len(s.Messages(s.user())) }
	require.Equal(t, http.StatusOK, push(s, s.user(), hello).status)
	require.Equal(t, 0, seen(), "a stranger sees nothing")
	s.says("hi")
	push(s, s.user(), hello)
	require.Equal(t, 2, seen(), "wrote in the last 7 days")
	s.now.advance(7*24*time.Hour + 1)
	push(s, s.user(), hello)
	require.Equal(t, 2, seen(), "wrote long ago")
	_, err := s.Follow(t.Context(), s.user())
	require.NoError(t, err)
	push(s, s.user(), hello)
	require.Equal(t, 3, seen(), "a friend")
	_, err = s.Unfollow(t.Context(), s.user())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, push(s, s.user(), hello).status)
	require.Equal(t, 3, seen(), "blocked")
}

func TestPushRetryKey(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("hi")
	const header, key = "X-Line-Retry-Key", "123E4567-e89b-12d3-a456-426614174000"
	require.Equal(t, http.StatusBadRequest, push(s, s.user(), `{"type":"text"}`, header, key).status)
	first := push(s, s.user(), hello, header, key)
	require.Equal(t, http.StatusOK, first.status, "an error must not use the key up")

	second := push(s, s.user(), hello, header, key)
	require.Equal(t, http.StatusConflict, second.status)
	require.Equal(t, "The retry key is already accepted", second.Message)
	require.Equal(t, first.Sent, second.Sent)
	require.Equal(t, first.header.Get("x-line-request-id"),
		second.header.Get("x-line-accepted-request-id"))
	require.NotEqual(t, first.header.Get("x-line-request-id"), second.header.Get("x-line-request-id"))
	require.Len(t, s.Messages(s.user()), 2)

	s.now.advance(24*time.Hour - 1)
	require.Equal(t, http.StatusConflict, push(s, s.user(), hello, header, key).status)
	s.now.advance(1)
	require.Equal(t, http.StatusOK, push(s, s.user(), hello, header, key).status)
	require.Equal(t, http.StatusOK, push(s, s.user(), hello, header, "").status, "an empty key is none")
}

func TestPushProperties(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	tests := []struct{ name, more, property string }{
		{"silent", `"notificationDisabled":true`, ""},
		{"silent is no boolean", `"notificationDisabled":"yes"`, "notificationDisabled"},
		{"a unit", `"customAggregationUnits":["spring_1"]`, ""},
		{"two units", `"customAggregationUnits":["a","b"]`, "customAggregationUnits"},
		{"a bad unit", `"customAggregationUnits":["a b"]`, "customAggregationUnits[0]"},
		{"null is absent", `"customAggregationUnits":null`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call("POST", pushPath,
				`{"to":"`+s.user()+`","messages":[`+hello+`],`+test.more+`}`)
			if test.property == "" {
				require.Equal(t, http.StatusOK, r.status, r.raw)
				return
			}
			require.Equal(t, http.StatusBadRequest, r.status)
			require.Equal(t, test.property, r.Details[0].Property)
		})
	}
}

func TestValidateSendsNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, kind := range strings.Fields("reply push multicast narrowcast broadcast") {
		r := s.call("POST", "/v2/bot/message/validate/"+kind, `{"messages":[`+hello+`]}`)
		require.Equal(t, http.StatusOK, r.status)
		require.JSONEq(t, `{}`, r.raw)
		r = s.call("POST", "/v2/bot/message/validate/"+kind, `{"messages":[]}`)
		require.Equal(t, http.StatusBadRequest, r.status)
	}
	require.Empty(t, s.Messages(s.user()))
}

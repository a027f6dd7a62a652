package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const stranger = "U00000000000000000000000000000000"

func multicast(s *stage, to []string, messages string, headers ...string) result {
	s.t.Helper()
	ids, err := json.Marshal(to)
	require.NoError(s.t, err)
	return s.call("POST", "/v2/bot/message/multicast",
		`{"to":`+string(ids)+`,"messages":[`+messages+`]}`, headers...)
}

func TestMulticast(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{MonthlyLimit: 2})
	friend, err := s.AddUser(User{Name: "Friend", Friend: true})
	require.NoError(t, err)
	other := s.Users()[1].ID
	s.says("hi") // no friend, but wrote: push would reach it
	r := multicast(s, []string{friend.ID, friend.ID, stranger, s.user(), other}, hello)
	require.Equal(t, http.StatusOK, r.status)
	require.JSONEq(t, `{}`, r.raw)
	got := s.Messages("Friend")
	require.Len(t, got, 1, "once, though it is named twice")
	require.Equal(t, "multicast", got[0].Via)
	require.Len(t, s.Messages(s.user()), 1, "multicast reaches friends only")
	require.JSONEq(t, `{"totalUsage":1}`, s.call("GET", "/v2/bot/message/quota/consumption", "").raw)

	many := make([]string, 501)
	for i := range many {
		many[i] = stranger
	}
	tests := []struct {
		name     string
		to       []string
		messages string
		message  string
		property string
	}{
		{"nobody", nil, hello, "The request body has 1 error(s)", "to"},
		{"too many", many, hello, "The request body has 1 error(s)", "to"},
		{"a malformed id", []string{friend.ID, "x"}, hello,
			"The property, to[1], in the request body is invalid (line: -, column: -)", ""},
		{"a group", []string{"C00000000000000000000000000000000"}, hello,
			"The property, to[0], in the request body is invalid (line: -, column: -)", ""},
		{"no message", []string{friend.ID}, "", "The request body has 1 error(s)", "messages"},
		{"a quote", []string{friend.ID}, `{"type":"text","text":"x","quoteToken":"y"}`,
			"The request body has 1 error(s)", "messages[0].quoteToken"},
		{"a mention", []string{friend.ID}, `{"type":"textV2","text":"{m}","substitution":{"m":{
			"type":"mention","mentionee":{"type":"all"}}}}`,
			"The request body has 1 error(s)", "messages[0].substitution.m"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := multicast(s, test.to, test.messages)
			require.Equal(t, http.StatusBadRequest, r.status)
			require.Equal(t, test.message, r.Message)
			if test.property != "" {
				require.Equal(t, test.property, r.Details[0].Property)
			}
		})
	}
	require.Len(t, s.Messages("Friend"), 1, "an error sends nothing to anyone")
	require.Equal(t, 200, multicast(s, many[:500], hello).status)
	r = s.call("POST", "/v2/bot/message/multicast", `{"messages":[`+hello+`]}`)
	require.Equal(t, "to", r.Details[0].Property)
	r = s.call("POST", "/v2/bot/message/multicast", `{"to":[1],"messages":[`+hello+`]}`)
	require.Equal(t, "to[0]", r.Details[0].Property)

	_, err = s.Follow(t.Context(), "User A")
	require.NoError(t, err)
	r = multicast(s, []string{friend.ID, s.user()}, hello)
	require.Equal(t, http.StatusTooManyRequests, r.status)
	require.Equal(t, "You have reached your monthly limit.", r.Message)
	require.Len(t, s.Messages("Friend"), 1, "not even to those who would fit")
}

func TestBroadcast(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, name := range []string{"x", "y"} {
		_, err := s.AddUser(User{Name: name, Friend: true})
		require.NoError(t, err)
	}
	_, err := s.Unfollow(t.Context(), "y")
	require.NoError(t, err)
	r := s.call("POST", "/v2/bot/message/broadcast", `{"messages":[`+hello+`]}`)
	require.Equal(t, 200, r.status)
	require.JSONEq(t, `{}`, r.raw)
	require.Len(t, s.Messages("x"), 1)
	require.Empty(t, s.Messages("y"))
	require.Empty(t, s.Messages("User A"))
	require.JSONEq(t, `{"totalUsage":1}`, s.call("GET", "/v2/bot/message/quota/consumption", "").raw)
	r = s.call("POST", "/v2/bot/message/broadcast", `{"messages":[{}]}`)
	require.Equal(t, 400, r.status)
	require.Equal(t, "messages[0].type", r.Details[0].Property)
}

func TestRetryKeyOfManyRecipients(t *testing.T) {
	t.Parallel()
	const header, key = "X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174001"
	s := newStage(t, nil)
	_, err := s.AddUser(User{Name: "x", Friend: true})
	require.NoError(t, err)
	for i, path := range []string{"multicast", "broadcast"} {
		t.Run(path, func(t *testing.T) {
			body := `{"to":["` + s.find("x").ID + `"],"messages":[` + hello + `]}`
			do := func(key, body string) result {
				return s.call("POST", "/v2/bot/message/"+path, body, header, key)
			}
			key := key[:len(key)-1] + string(rune('a'+i))
			first := do(key, body)
			require.Equal(t, 200, first.status, first.raw)
			for _, again := range []string{key, strings.ToUpper(key)} {
				r := do(again, strings.Replace(body, "hello", "another", 1))
				require.Equal(t, http.StatusConflict, r.status, "with another body too")
				require.JSONEq(t, `{"message":"The retry key is already accepted"}`, r.raw)
				require.Equal(t, first.header.Get("x-line-request-id"),
					r.header.Get("x-line-accepted-request-id"))
			}
			require.Equal(t, 409, push(s, s.user(), hello, header, key).status, "nor on another endpoint")
			require.Len(t, s.Messages("x"), i+1)
		})
	}
}

func TestTenThousandRecipients(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	ids := make([]string, 10_000)
	for i := range ids {
		u, err := s.AddUser(User{Name: idOf("", time.Duration(i).String()), Friend: true})
		require.NoError(t, err)
		ids[i] = u.ID
	}
	for i := 0; i < len(ids); i += 500 {
		require.Equal(t, 200, multicast(s, ids[i:i+500], menu).status)
	}
	require.JSONEq(t, `{"totalUsage":10000}`,
		s.call("GET", "/v2/bot/message/quota/consumption", "").raw)
	require.Len(t, s.Messages(ids[9_999]), 1)
	page := s.call("GET", "/", "").raw
	require.Less(t, strings.Count(page, "<a href"), 150, "the page lists some of them")
}

package emulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPIRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	const reply = "/v2/bot/message/reply"
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		message                  string
	}{
		{"no token", "POST", reply, "{}", []string{"Authorization", ""}, 401,
			"Authentication failed due to the following reason: missing authorization header"},
		{"wrong token", "POST", reply, "{}", []string{"Authorization", "Bearer x"}, 401,
			"Authentication failed due to the following reason: invalid token"},
		{"not a bearer", "POST", reply, "{}", []string{"Authorization", "Basic " + token}, 401,
			"Authentication failed due to the following reason: invalid token"},
		{"unknown path", "POST", "/v2/bot/message/nowhere", "{}", nil, 404, "Not found"},
		{"no profile id", "GET", "/v2/bot/profile/", "", nil, 404, "Not found"},
		{"wrong method", "GET", reply, "", nil, 405, "Method not allowed"},
		{"not JSON by type", "POST", reply, "{}", []string{"Content-Type", "text/plain"}, 415,
			"The content type, text/plain, is not supported"},
		{"not JSON", "POST", reply, "{\n \"a\" 1}", nil, 400,
			"The request body could not be parsed as JSON (line: 2, column: 6)"},
		{"more than JSON", "POST", reply, "{}{}", nil, 400,
			"The request body could not be parsed as JSON (line: 1, column: 3)"},
		{"not an object", "POST", reply, "[]", nil, 400, "The request body has 1 error(s)"},
		{"retry key on reply", "POST", reply, "{}",
			[]string{"X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000"}, 400,
			"The retry key is not supported by this endpoint"},
		{"retry key is no UUID", "POST", pushPath, "{}", []string{"X-Line-Retry-Key", "1"}, 400,
			"The retry key must be a UUID"},
		{"too large", "POST", reply, strings.Repeat(" ", maxBody+1), nil, 413,
			"Request Entity Too Large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call(test.method, test.path, test.body, test.headers...)
			require.Equal(t, test.status, r.status)
			require.Contains(t, r.Message, test.message)
			require.Regexp(t, uuid, r.header.Get("x-line-request-id"))
			require.Equal(t, "application/json", r.header.Get("Content-Type"))
		})
	}
}

func TestAPIBodyAtTheLimit(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	body := `{"messages":[` + hello + `]}`
	body += strings.Repeat(" ", maxBody-len(body))
	r := s.call("POST", "/v2/bot/message/validate/push", body)
	require.Equal(t, http.StatusOK, r.status)
}

func TestInfo(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{BotName: "Tables"})
	r := s.call("GET", "/v2/bot/info", "")
	require.Equal(t, http.StatusOK, r.status)
	require.Contains(t, r.raw, `"displayName":"Tables"`)
	require.Contains(t, r.raw, `"userId":"`+s.Platform.bot.ID+`"`)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	path := "/v2/bot/profile/" + s.user()
	get := func() int { return s.call("GET", path, "").status }
	require.Equal(t, http.StatusNotFound, get(), "a stranger")
	s.says("hi")
	require.Equal(t, http.StatusOK, get(), "wrote to the bot")
	_, err := s.Follow(t.Context(), s.user())
	require.NoError(t, err)
	r := s.call("GET", path, "")
	require.JSONEq(t, `{"userId":"`+s.user()+`","displayName":"User A","language":"en"}`, r.raw)
	_, err = s.Unfollow(t.Context(), s.user())
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, get(), "blocked")
	require.Equal(t, http.StatusBadRequest, s.call("GET", "/v2/bot/profile/User+A", "").status)
	require.Equal(t, http.StatusBadRequest, s.call("GET", "/v2/bot/profile/User%20A", "").status)
}

func TestLoading(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	tests := []struct {
		name, body string
		status     int
		property   string
	}{
		{"default", `{"chatId":"` + s.user() + `"}`, 202, ""},
		{"seconds", `{"chatId":"` + s.user() + `","loadingSeconds":60}`, 202, ""},
		{"stranger", `{"chatId":"U00000000000000000000000000000000"}`, 202, ""},
		{"not a multiple of 5", `{"chatId":"` + s.user() + `","loadingSeconds":7}`, 400, "loadingSeconds"},
		{"too long", `{"chatId":"` + s.user() + `","loadingSeconds":65}`, 400, "loadingSeconds"},
		{"a string", `{"chatId":"` + s.user() + `","loadingSeconds":"5"}`, 400, "loadingSeconds"},
		{"a group", `{"chatId":"C00000000000000000000000000000000"}`, 400, "chatId"},
		{"nobody", `{}`, 400, "chatId"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call("POST", "/v2/bot/chat/loading/start", test.body)
			require.Equal(t, test.status, r.status)
			if test.property != "" {
				require.Equal(t, test.property, r.Details[0].Property)
			}
		})
	}
}

func TestLoadingEndsWithTheNextMessage(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	_, err := s.Follow(t.Context(), s.user())
	require.NoError(t, err)
	s.hit()
	token := s.says("hi")
	loading := func() int64 {
		change := s.page()
		return change.Loading
	}
	require.Zero(t, loading())
	s.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+s.user()+`"}`)
	require.EqualValues(t, 20_000, loading())
	s.reply(token, hello)
	require.Zero(t, loading())
}

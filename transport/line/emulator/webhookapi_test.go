package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	const path = "/v2/bot/channel/webhook/endpoint"
	require.JSONEq(t, `{"endpoint":"`+s.bot.URL+`","active":true}`, s.call("GET", path, "").raw)
	put := func(url string) result {
		return s.call("PUT", path, `{"endpoint":"`+url+`"}`, "Content-Type", "application/json")
	}
	for _, bad := range []string{"", "x", "http://example.com/", "ftp://127.0.0.1/",
		"https://example.com/" + strings.Repeat("x", 500)} {
		r := put(bad)
		require.Equal(t, 400, r.status)
		require.JSONEq(t, `{"message":"Invalid webhook endpoint URL"}`, r.raw)
	}
	require.JSONEq(t, `{}`, put("https://example.com/hook").raw)
	require.JSONEq(t, `{"endpoint":"https://example.com/hook","active":true}`, s.call("GET", path, "").raw)
	require.Equal(t, 200, put(s.bot.URL+"/other").status)
	s.says("hi") // arrives at the new URL
	s.UseWebhook(false)
	require.JSONEq(t, `{"endpoint":"`+s.bot.URL+`/other","active":false}`, s.call("GET", path, "").raw)
	_, err := s.Say(t.Context(), "User A", "hi")
	require.ErrorIs(t, err, ErrWebhook)
	require.ErrorIs(t, err, errNoWebhook)
	s.UseWebhook(true)
	s.says("hi")
	s.SetWebhook("")
	r := s.call("GET", path, "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"Webhook endpoint not found"}`, r.raw)
	r = s.call("POST", "/v2/bot/channel/webhook/test", "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"Webhook endpoint not found"}`, r.raw)
}

func TestWebhookTest(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{WebhookTimeout: 100 * time.Millisecond})
	test := func(body string) string {
		r := s.call("POST", "/v2/bot/channel/webhook/test", body)
		require.Equal(t, 200, r.status, r.raw)
		return r.raw
	}
	const at = `"timestamp":"2026-05-01T12:00:00.000Z"`
	require.JSONEq(t, `{"success":true,"statusCode":200,"reason":"OK","detail":"200",`+at+`}`, test(""))
	h := s.hit()
	require.JSONEq(t, `{"destination":"`+s.Platform.bot.ID+`","events":[]}`, string(h.body))
	require.Equal(t, s.sign(h.body), h.header.Get("X-Line-Signature"))
	s.answers(http.StatusTeapot, nil)
	require.JSONEq(t, `{"success":false,"statusCode":418,"reason":"ERROR_STATUS_CODE","detail":"418",`+at+`}`, test(`{}`))
	held := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-held }))
	require.JSONEq(t, `{"success":false,"statusCode":0,"reason":"REQUEST_TIMEOUT","detail":"Request timeout",`+at+`}`,
		test(`{"endpoint":"`+slow.URL+`"}`))
	close(held)
	slow.Close()
	require.JSONEq(t, `{"success":false,"statusCode":0,"reason":"COULD_NOT_CONNECT","detail":"Failure to connect",`+at+`}`,
		test(`{"endpoint":"`+slow.URL+`"}`))
	require.Equal(t, 400, s.call("POST", "/v2/bot/channel/webhook/test", `{"endpoint":"x"}`).status)
	require.Equal(t, 400, s.call("POST", "/v2/bot/channel/webhook/test", `{`).status)
}

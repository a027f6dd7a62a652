package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A user opens a ticket in the middle of which the FAQ answers; the desk asks for more, and is done. Its page is used
// as a browser does, with one form sent twice.
func TestProgram(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	address := "http://" + srv.Listener.Addr().String()
	platform, b, handler := open(address)
	srv.Config.Handler = handler
	srv.Start()
	t.Cleanup(func() {
		platform.Close()
		srv.Close()
		require.NoError(t, b.Shutdown(context.Background()))
	})
	user, seen := platform.Users()[0], 0
	hears := func(answers ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		for _, answer := range answers {
			m, err := platform.Next(ctx, user.Name, seen)
			require.NoError(t, err)
			seen = m.Seq
			require.Contains(t, m.Text, answer)
		}
	}
	says := func(text string, answers ...string) {
		t.Helper()
		_, err := platform.Say(t.Context(), user.Name, text)
		require.NoError(t, err)
		hears(answers...)
	}
	taps := func(label string, answers ...string) {
		t.Helper()
		_, err := platform.Tap(t.Context(), user.Name, label)
		require.NoError(t, err)
		hears(answers...)
	}
	desk := func(form url.Values, origin string) (int, string) {
		t.Helper()
		method, body := http.MethodGet, io.Reader(http.NoBody)
		if form != nil {
			method, body = http.MethodPost, strings.NewReader(form.Encode())
		}
		req, err := http.NewRequestWithContext(t.Context(), method, address+"/desk", body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(text)
	}
	form := func(page, text string) url.Values {
		t.Helper()
		fields := url.Values{"text": {text}}
		for _, m := range regexp.MustCompile(`name="(talk|id)" value="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			fields.Set(m[1], m[2])
		}
		require.Len(t, fields, 3)
		return fields
	}

	_, page := desk(nil, address)
	require.Contains(t, page, "Nobody needs help.")
	says("ticket", "What is it about?")
	says("are you open?", "We are here", "What is it about?")
	taps("TV", "What happens?")
	says("It is <dark>.", "Where may we call you?")
	taps("No call", "This is ticket 1.")

	_, page = desk(nil, address)
	require.Contains(t, page, user.ID)
	require.Contains(t, page, "Ticket 1, tv: It is &lt;dark&gt;. Phone: no call")
	answer := form(page, "Is the plug in? 🔌")
	status, _ := desk(answer, "https://another.example")
	require.Equal(t, http.StatusForbidden, status, "a page elsewhere cannot speak for the desk")
	for range 2 {
		_, page = desk(answer, address)
		require.Equal(t, 1, strings.Count(page, "Desk: Is the plug in? 🔌"))
	}
	hears("Is the plug in? 🔌", "say “bot”")
	says("Oh. No.")
	require.Eventually(t, func() bool {
		_, page = desk(nil, address)
		return strings.Contains(page, "Oh. No.")
	}, 20*time.Second, 10*time.Millisecond)
	done := form(page, "")
	_, page = desk(done, address)
	require.Contains(t, page, "Nobody needs help.")
	hears("You are back with the bot.", "How did we do?")
	_, page = desk(done, address) // in another window
	require.Contains(t, page, "Nobody needs help.")
	taps("Well", "Thank you.")
	says("hello", "Ask me about") // and nothing before it
}

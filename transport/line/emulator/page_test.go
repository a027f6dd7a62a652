package emulator

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const form = "application/x-www-form-urlencoded"

// acts posts to the page as its own script does, unless headers say otherwise.
func (s *stage) acts(act string, values url.Values, headers ...string) result {
	s.t.Helper()
	if !values.Has("user") {
		values.Set("user", s.user())
	}
	all := append([]string{"Content-Type", form, "Sec-Fetch-Site", "same-origin",
		"Origin", s.api.URL}, headers...)
	return s.call("POST", "/chat/"+act, values.Encode(), all...)
}

func TestPageIsLockedDown(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, path := range []string{"/", "/assets/chat.css", "/assets/chat.js"} {
		r := s.call("GET", path, "")
		require.Equal(t, http.StatusOK, r.status, path)
		csp := r.header.Get("Content-Security-Policy")
		require.Contains(t, csp, "default-src 'none'")
		require.NotContains(t, csp, "unsafe")
		require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	}
	page := s.call("GET", "/", "").raw
	require.NotRegexp(t, `\son\w+=`, page, "an inline handler")
	require.NotRegexp(t, `\sstyle=`, page, "an inline style")
	require.NotContains(t, page, "http:", "nothing is loaded from elsewhere")
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	evil := `<img src=x onerror=alert(1)>`
	s := newStage(t, &Options{Users: []string{"<b>A</b>"}, BotName: "<h6>B</h6>"})
	s.shows(textMessage(evil))
	s.shows(buttons(`"title":"`+evil+`","text":"`+evil+`"`,
		`{"type":"uri","label":"<u>x</u>","uri":"line://<script>"}`, postback(`<s>x</s>`)))
	s.shows(body(`{"type":"text","text":"` + evil + `","color":"red;x","size":"sm\" onclick=\"x"}`))
	s.shows(action(postback(`<q>x</q>`)))
	page := s.call("GET", "/", "").raw
	for _, tag := range []string{"<img", "<b>", "<h6>", "<u>", "<s>", "<q>", "<script>", "red;x"} {
		require.NotContains(t, page, tag)
	}
	require.NotContains(t, page, `onclick="x`)
	require.Contains(t, page, "&lt;q&gt;x")
}

func TestPageLinks(t *testing.T) {
	t.Parallel()
	require.Equal(t, "https://a", string(link("https://a")))
	require.Equal(t, "TEL:000", string(link("TEL:000")))
	for _, uri := range []string{"line://a", "javascript:alert(1)", "data:x", "//a"} {
		require.Empty(t, link(uri), uri)
	}
	s := newStage(t, nil)
	s.shows(buttons(`"text":"x"`, `{"type":"uri","label":"x","uri":"https://example.com/?a=1&b=2"}`))
	page := s.call("GET", "/", "").raw
	require.Contains(t, page, `href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"`)
}

func TestPageUsers(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	second := s.Users()[1].ID
	require.Contains(t, s.call("GET", "/", "").raw, `data-user="`+s.user()+`"`)
	require.Contains(t, s.call("GET", "/?user="+second, "").raw, `data-user="`+second+`"`)
	require.Equal(t, http.StatusNotFound, s.call("GET", "/?user=x", "").status)
	require.Equal(t, http.StatusNotFound, s.call("GET", "/chat/events?user=x", "").status)
	require.Equal(t, http.StatusNotFound, s.call("GET", "/nowhere", "").status)
}

func TestPageActs(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	require.Equal(t, http.StatusNoContent, s.acts("follow", url.Values{}).status)
	require.Equal(t, "follow", s.hit().event.Type)
	require.Equal(t, http.StatusNoContent, s.acts("say", url.Values{"text": {"hi"}}).status)
	require.Equal(t, "hi", s.hit().event.Message["text"])
	m := s.shows(action(`{"type":"datetimepicker","label":"x","data":"d","mode":"date"}`))
	require.Equal(t, 2, m.Seq)
	press := url.Values{"seq": {"2"}, "index": {"0"}, "value": {"2026-05-01"}}
	require.Equal(t, http.StatusNoContent, s.acts("press", press).status)
	require.Equal(t, "d", s.hit().event.Postback.Data)
	r := s.acts("press", press)
	require.Equal(t, http.StatusBadRequest, r.status)
	require.Equal(t, "This button is gone.\n", r.raw)
	require.Equal(t, "This button is gone.\n", s.acts("press", url.Values{"seq": {"2"}}).raw)
	require.Equal(t, "This cannot be sent.\n", s.acts("say", url.Values{}).raw)
	require.Equal(t, "There is no such user.\n",
		s.acts("say", url.Values{"user": {"x"}, "text": {"hi"}}).raw)
	require.Equal(t, http.StatusNoContent, s.acts("block", url.Values{}).status)
	require.Equal(t, "unfollow", s.hit().event.Type)
	require.Equal(t, "You have blocked the bot.\n", s.acts("say", url.Values{"text": {"hi"}}).raw)
	require.Equal(t, http.StatusNotFound, s.acts("dance", url.Values{}).status)
	require.Equal(t, http.StatusMethodNotAllowed, s.call("GET", "/chat/say", "").status)

	s.acts("follow", url.Values{})
	s.answers(http.StatusInternalServerError, nil)
	require.Equal(t, http.StatusNoContent, s.acts("say", url.Values{"text": {"hi"}}).status,
		"a failing bot is told by the status line")
	require.Contains(t, s.call("GET", "/", "").raw, "The bot answered with status 500.")
}

func TestOtherSitesCannotDriveThePage(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	hi := func() url.Values { return url.Values{"text": {"hi"}} }
	require.Equal(t, http.StatusForbidden, s.acts("say", hi(), "Sec-Fetch-Site", "cross-site").status)
	require.Equal(t, http.StatusForbidden, s.acts("say", hi(), "Sec-Fetch-Site", "same-site").status)
	require.Equal(t, http.StatusForbidden,
		s.acts("say", hi(), "Sec-Fetch-Site", "", "Origin", "https://example.com").status)
	require.Empty(t, s.hits)
	require.Equal(t, http.StatusNoContent, s.acts("say", hi(), "Sec-Fetch-Site", "").status)
}

func TestHostsOfThePage(t *testing.T) {
	t.Parallel()
	p := New(secret, token, &Options{Hosts: []string{"emulator.test"}})
	tests := []struct {
		host string
		want bool
	}{
		{"localhost:9000", true}, {"localhost", true}, {"127.0.0.1:9000", true}, {"[::1]:9000", true},
		{"[::1]", true}, {"192.168.1.5:80", true}, {"emulator.test:80", true},
		{"rebound.example:9000", false}, {"localhost.example", false}, {"", false},
	}
	for _, test := range tests {
		require.Equal(t, test.want, p.hostAllowed(test.host), test.host)
	}
	s := newStage(t, nil)
	r, err := http.NewRequest("GET", s.api.URL, nil)
	require.NoError(t, err)
	r.Host = "rebound.example"
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)
}

// listen opens the page's stream and returns its events one by one.
func (s *stage) listen(after, last string) func() (string, update) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	s.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET",
		s.api.URL+"/chat/events?user="+s.user()+"&after="+after, nil)
	require.NoError(s.t, err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(s.t, "text/event-stream", res.Header.Get("Content-Type"))
	lines := bufio.NewScanner(res.Body)
	return func() (id string, u update) {
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = v
			}
			if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(s.t, json.Unmarshal([]byte(v), &u))
				return id, u
			}
		}
		return "", u // the stream has ended
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("first\nline")
	next := s.listen(s.boot+"-0", "")
	id, u := next()
	require.Equal(t, s.boot+"-1", id)
	require.Contains(t, u.Items, "first\nline")
	require.False(t, u.Reset)
	require.False(t, u.Friend)

	s.shows(action(postback("tap me")))
	for !strings.Contains(u.Quick, "tap me") { // follow and push may come as one event or two
		_, u = next()
	}
	require.True(t, u.Friend)
	require.NotContains(t, u.Items, "first")
	_, err := s.Tap(t.Context(), s.user(), "tap me")
	require.NoError(t, err)
	for u.Quick != "" {
		_, u = next()
	}
	s.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+s.user()+`"}`)
	for u.Loading == 0 {
		_, u = next()
	}
	s.Close()
	id, _ = next()
	require.Empty(t, id, "Close ends the stream")
}

// A stream goes on though the server has time-outs, which end what is slow.
func TestStreamOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	srv := httptest.NewUnstartedServer(s.Platform)
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)
	s.api.URL = srv.URL
	next := s.listen(s.boot+"-0", "")
	next()
	// The server ends a connection without a request after the same time: by then, that of the stream is over.
	slow, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, slow)
	require.NoError(t, err)
	s.says("still there")
	id, u := next()
	require.NotEmpty(t, id)
	require.Contains(t, u.Items, "still there")
}

func TestStreamResumes(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("one")
	s.says("two")
	tests := []struct {
		name, after, last string
		reset, one        bool
	}{
		{"where it was", s.boot + "-1", "", false, false},
		{"after a lost connection", s.boot + "-0", s.boot + "-1", false, false},
		{"of another run", "00000000-1", "", true, true},
		{"of nonsense", s.boot + "-x", "", true, true},
		{"of a negative place", s.boot + "--1", "", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id, u := s.listen(test.after, test.last)()
			require.Equal(t, s.boot+"-2", id)
			require.Equal(t, test.reset, u.Reset)
			require.Equal(t, test.one, strings.Contains(u.Items, "one"))
			require.Contains(t, u.Items, "two")
		})
	}
	_, u := s.listen(s.boot+"-99", "")()
	require.Empty(t, u.Items)
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "?", "bot": "B", "User A": "UA", "会話 する人": "会す", "one two three": "OT",
	} {
		require.Equal(t, want, initials(name))
	}
}

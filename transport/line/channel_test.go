package line

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name, secret, token string
		o                   *Options
		want                string
	}{
		{"no secret", "", "token", nil, "line: empty channel secret"},
		{"no token", "secret", "", nil, "line: the channel access token is empty or malformed"},
		{"token with a line end", "secret", "to\r\nken", nil, "line: the channel access token is empty or malformed"},
		{"token outside ASCII", "secret", "tokén", nil, "line: the channel access token is empty or malformed"},
		{"two kinds of token", "secret", "token", &Options{Tokens: fixedToken{}}, "line: both a channel access token and a source of tokens"},
		{"empty further secret", "secret", "token", &Options{Secrets: []string{""}}, "line: empty channel secret"},
		{"no address", "secret", "token", &Options{Endpoint: "http://a b"}, "line: the endpoint is not an address"},
		{"other scheme", "secret", "token", &Options{Endpoint: "ftp://a"}, "line: the endpoint is not an http or https address"},
		{"no host", "secret", "token", &Options{Endpoint: "https:///v2"}, "line: the endpoint is not an http or https address"},
		{"negative body", "secret", "token", &Options{MaxBody: -1}, "line: Options.MaxBody is below zero"},
		{"negative timeout", "secret", "token", &Options{Timeout: -1}, "line: Options.Timeout is below zero"},
		{"negative window", "secret", "token", &Options{ReplyWindow: -1}, "line: Options.ReplyWindow is not up to 20 minutes"},
		{"window of an hour", "secret", "token", &Options{ReplyWindow: time.Hour}, "line: Options.ReplyWindow is not up to 20 minutes"},
		{"negative reserve", "secret", "token", &Options{Reserve: -1}, "line: Options.Reserve is below zero"},
		{"password", "secret", "token", &Options{Endpoint: "https://u:p@a"}, "line: the endpoint has more than a host and a path"},
		{"query", "secret", "token", &Options{Endpoint: "https://a?b=c"}, "line: the endpoint has more than a host and a path"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.secret, tt.token, tt.o)
			require.EqualError(t, err, tt.want)
			require.Nil(t, c)
		})
	}
}

func TestNewDefaults(t *testing.T) {
	c, err := New("secret", "token", nil)
	require.NoError(t, err)
	require.Equal(t, int64(DefaultMaxBody), c.entrance.maxBody)
	require.Equal(t, DefaultReplyWindow, c.window)
	require.Equal(t, "https://api.line.me/v2/bot/message/reply", c.api.reply.url.String())
	require.Equal(t, "https://api.line.me/v2/bot/message/push", c.api.push.url.String())
	require.NotNil(t, c.api.pool)

	c, err = New("secret", "token", &Options{Endpoint: "http://[::1]:8080/line/"})
	require.NoError(t, err)
	require.Equal(t, "http://[::1]:8080/line/v2/bot/message/push", c.api.push.url.String())
}

func TestProxyTakesTheStandardClient(t *testing.T) {
	base := mustURL(t, "https://api.line.me")
	none := func(*http.Request) (*url.URL, error) { return nil, nil }
	some := func(*http.Request) (*url.URL, error) { return base, nil }
	fault := func(*http.Request) (*url.URL, error) { return nil, errors.New("bad proxy") }
	require.Nil(t, httpcall.New(base, nil, time.Second, none))
	require.IsType(t, &http.Transport{}, httpcall.New(base, nil, time.Second, some).Transport)
	require.IsType(t, &http.Transport{}, httpcall.New(base, nil, time.Second, fault).Transport, "which will report it")
	require.Nil(t, httpcall.New(base, http.DefaultClient, time.Second, none).Transport, "as it was given")
}

func TestClientIsNotChanged(t *testing.T) {
	client := &http.Client{}
	_, err := New("secret", "token", &Options{Client: client})
	require.NoError(t, err)
	require.Nil(t, client.CheckRedirect)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	o := Options{Name: "shop", Secrets: []string{"canary-next"}}
	c, err := New("canary-secret", "canary-token", &o)
	require.NoError(t, err)
	type host struct{ channel Channel } // fmt looks into it without calling methods
	values := []any{c, *c, &host{*c}, host{*c}, c.api, c.api.push, c.verifier, *c.verifier, credential.New("canary"), []any{c, o}, o, &o, struct{ Line Options }{o}}
	var out bytes.Buffer
	for _, v := range values {
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
			for _, flag := range []string{"", "+", "#", "-", " ", "0", "10", ".3"} {
				if verb == 'p' && hasOptions(v) {
					continue // a mistake that go vet reports, and the one verb that asks no method
				}
				_, _ = fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", v)
			}
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	b, err := json.Marshal([]any{c, credential.New("canary"), &o})
	require.NoError(t, err)
	out.Write(b)
	require.NotContains(t, out.String(), "canary")
	require.NotContains(t, out.String(), fmt.Sprintf("%x", "canary"))
	require.NotContains(t, out.String(), fmt.Sprintf("%X", "canary"))

	require.Equal(t, "line.Channel(shop)", fmt.Sprintf("%+v", c))
	require.Equal(t, "line.Channel", fmt.Sprint((*Channel)(nil)))
	require.Equal(t, "[redacted] [redacted] [redacted]", fmt.Sprintf("%v %s %#v", credential.New("a"), credential.New("a"), credential.New("a")))
	require.Equal(t, "[redacted]", credential.New("a").String()+credential.New("").GoString()[10:])
	require.Equal(t, `[{},"[redacted]","line.Options(shop)"]`, string(b))
	require.Equal(t, "line.Options", fmt.Sprintf("%#v", &Options{}))
}

func hasOptions(v any) bool {
	switch v.(type) {
	case Options, []any, struct{ Line Options }:
		return true
	}
	return false
}

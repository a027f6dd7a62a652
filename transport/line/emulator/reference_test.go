package emulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// source reads one of LINE's own files, which are not part of this repository.
func source(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(raw)
}

var (
	pathLine   = regexp.MustCompile(`^  ["']?(/[^"':]+)["']?:\s*$`)
	methodLine = regexp.MustCompile(`^    (get|post|put|delete):\s*$`)
	parameter  = regexp.MustCompile(`\{[^}]+\}`)
)

// Whatever LINE's OpenAPI files name is there.
func TestEndpointsOfTheSpecification(t *testing.T) {
	t.Parallel()
	left := map[string]bool{ // see "What is not here" in the package's documentation
		"/bot/pnp/push": true,
		"/v2/bot/audienceGroup/shared/{audienceGroupId}": true,
		"/v2/bot/audienceGroup/shared/list":              true,
	}
	dir := needs.Folder(t, "LINE_OPENAPI", "the folder of https://github.com/line/line-openapi")
	p := New(secret, token, nil)
	for _, name := range []string{"messaging-api.yml", "channel-access-token.yml", "insight.yml", "manage-audience.yml"} {
		found, path := 0, ""
		for line := range strings.Lines(source(t, dir, name)) {
			line = strings.TrimRight(line, "\n")
			if m := pathLine.FindStringSubmatch(line); m != nil {
				path = m[1]
			}
			m := methodLine.FindStringSubmatch(line)
			if m == nil || left[path] {
				continue
			}
			found++
			e, _, _ := p.routes.match(strings.ToUpper(m[1]), parameter.ReplaceAllString(path, "x"))
			require.NotNil(t, e, m[1]+" "+path)
		}
		require.Greater(t, found, 5, name)
	}
}

var comment = regexp.MustCompile(`(?m)^\s*//.*$`)

// samples are all JSON values in the examples of LINE's reference.
func samples(t *testing.T) map[string]bool {
	t.Helper()
	root := os.Getenv("LINE_DOCS")
	if root == "" {
		t.Skip("set LINE_DOCS to docs/en of https://github.com/line/line-developers-docs-source")
	}
	text := source(t, root, "reference/messaging-api/index.html.md")
	found := map[string]bool{}
	for _, block := range strings.Split(text, "```json")[1:] {
		block, _, _ = strings.Cut(block, "```")
		d := json.NewDecoder(strings.NewReader(comment.ReplaceAllString(block, "")))
		for {
			var v any
			if d.Decode(&v) != nil {
				break
			}
			raw, err := json.Marshal(v)
			require.NoError(t, err)
			found[string(raw)] = true
		}
	}
	require.Greater(t, len(found), 100)
	return found
}

// What the emulator refuses, it refuses word for word as the reference shows.
func TestErrorsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	known := samples(t)
	s := newStage(t, nil)
	menu := s.readyMenu("")
	g := s.friends().ID
	loading := func(body string) result { return s.call("POST", "/v2/bot/chat/loading/start", body) }
	read := func(path string) result { return s.call("GET", path, "") }
	text := s.uploads(Upload{Kind: "file", Name: "x"})
	gone := s.uploads(Upload{Kind: "image", Data: pixel})
	_, err := s.Unsend(t.Context(), "User A", gone["id"].(string))
	require.NoError(t, err)
	keys := s.signer(0)
	tests := []struct {
		name   string
		status int
		got    result
	}{
		{"reply token", 400, s.reply("x", hello)},
		{"push to nobody", 400, push(s, stranger, hello)},
		{"broadcast without a type", 400, s.call("POST", "/v2/bot/message/broadcast", `{"messages":[{"text":"x"}]}`)},
		{"forbidPartialDelivery alone", 400, s.narrowcasts(`,"limit":{"forbidPartialDelivery":true}`)},
		{"too few friends", 403, s.narrowcasts(`,"filter":{"demographic":{"type":"gender","oneOf":["male"]}}`)},
		{"narrowcast progress", 404, read(progressPath + newUUID())},
		{"read token", 400, s.call("POST", "/v2/bot/chat/markAsRead", `{"markAsReadToken":"x"}`)},
		{"loading for 3 seconds", 400, loading(`{"chatId":"` + s.user() + `","loadingSeconds":3}`)},
		{"loading in a group", 400, loading(`{"chatId":"` + g + `"}`)},
		{"delivery date", 400, read("/v2/bot/message/delivery/push?date=x")},
		{"continuation", 400, read("/v2/bot/followers/ids?start=x")},
		{"unknown profile", 404, read("/v2/bot/profile/" + stranger)},
		{"malformed group", 400, read("/v2/bot/group/x/summary")},
		{"malformed room", 400, read("/v2/bot/room/x/members/count")},
		{"no such content", 404, read("/v2/bot/message/1/content")},
		{"unsent content", 410, read(contentPath(gone))},
		{"preview of a file", 400, read(contentPath(text) + "/preview")},
		{"transcoding of a file", 400, read(contentPath(text) + "/transcoding")},
		{"menu without a name", 400, s.call("POST", "/v2/bot/richmenu",
			strings.Replace(menuOf(""), `"name":"Nice",`, "", 1))},
		{"menu with a bad link", 400, s.call("POST", "/v2/bot/richmenu", menuOf(anArea(`{"type":"uri","uri":"x://"}`)))},
		{"image of a menu", 400, s.uploadsImage(s.makesMenu(""), "image/png", pixel)},
		{"image of a menu again", 400, s.uploadsImage(menu, "image/png", pixel)},
		{"default without an image", 400, s.call("POST", "/v2/bot/user/all/richmenu/"+s.makesMenu(""), "")},
		{"no default menu", 404, read("/v2/bot/user/all/richmenu")},
		{"no menu of a user", 404, read("/v2/bot/user/" + s.user() + "/richmenu")},
		{"link to a malformed user", 400, s.call("POST", "/v2/bot/user/x/richmenu/"+menu, "")},
		{"bulk link to a malformed user", 400, s.call("POST", "/v2/bot/richmenu/bulk/link",
			`{"richMenuId":"`+menu+`","userIds":["x"]}`)},
		{"bulk link of a malformed menu", 400, s.call("POST", "/v2/bot/richmenu/bulk/link",
			`{"richMenuId":"x","userIds":["`+s.user()+`"]}`)},
		{"batch of a malformed menu", 400, s.call("POST", "/v2/bot/richmenu/batch",
			`{"operations":[{"type":"unlink","from":"x"}]}`)},
		{"batch of all and more", 400, s.call("POST", "/v2/bot/richmenu/batch",
			`{"operations":[{"type":"unlinkAll"},{"type":"unlink","from":"`+menu+`"}]}`)},
		{"alias of an unknown menu", 400, s.call("POST", "/v2/bot/richmenu/alias",
			`{"richMenuAliasId":"a","richMenuId":"richmenu-`+strings.Repeat("0", 32)+`"}`)},
		{"unknown alias", 404, read("/v2/bot/richmenu/alias/a")},
		{"webhook URL", 400, s.call("POST", "/v2/bot/channel/webhook/test", `{"endpoint":"x"}`)},
		{"no plans", 404, read("/v2/bot/membership/list")},
		{"unknown plan", 404, read("/v2/bot/membership/1/users/ids")},
		{"coupon", 404, read("/v2/bot/coupon/x")},
		{"coupons", 400, read("/v2/bot/coupon?limit=101")},
		{"coupon status", 400, read("/v2/bot/coupon?status=x")},
		{"coupon reward", 400, s.call("POST", "/v2/bot/coupon", strings.Replace(aCoupon, `"discount"`, `"x"`, 1))},
		{"followers of no day", 400, read("/v2/bot/insight/followers")},
		{"menu insight of no day", 400, read("/v2/bot/insight/richmenu/" + menu + "/summary")},
		{"audience's name", 400, s.call("POST", groups+"upload", `{"description":"`+strings.Repeat("x", 121)+`"}`)},
		{"audience's id", 400, s.call("POST", groups+"upload", `{"description":"x","audiences":[{"id":"x"}]}`)},
		{"audience", 400, read(groups + "7")},
		{"audiences", 400, read(groups + "list?page=1&size=41")},
		{"demographics", 200, read("/v2/bot/insight/demographic")},
		{"delivery insight", 400, read("/v2/bot/insight/message/delivery?date=x")},
		{"unit insight", 400, read("/v2/bot/insight/message/event/aggregation")},
		{"channel id", 400, s.posts("/v2/oauth/accessToken", map[string][]string{"grant_type": {"client_credentials"}})},
		{"channel secret", 400, s.posts("/v2/oauth/accessToken", credentials("x"))},
		{"stateless", 400, s.posts("/oauth2/v3/token", credentials("x"))},
		{"issuer", 400, s.posts("/oauth2/v2.1/token", asserted(keys.sign(nil, map[string]any{"iss": "1"})))},
		{"assertion's end", 400, read("/oauth2/v2.1/tokens/kid?" + asserted(keys.sign(nil, map[string]any{"exp": 1})).Encode())},
		{"assertion's key", 404, s.posts("/oauth2/v2.1/token", asserted(keys.sign(map[string]any{"kid": "x"}, nil)))},
		{"verify", 400, s.posts("/v2/oauth/verify", map[string][]string{"access_token": {"x"}})},
		{"verify nothing", 400, s.posts("/v2/oauth/verify", nil)},
		{"verify v2.1", 400, read("/oauth2/v2.1/verify?access_token=x")},
		{"revoke", 400, s.posts("/v2/oauth/revoke", nil)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.status, test.got.status, test.got.raw)
			var v any
			decode(t, test.got.raw, &v)
			raw, err := json.Marshal(v)
			require.NoError(t, err)
			require.True(t, known[string(raw)], test.got.raw)
		})
	}
}

// Every endpoint can fail: before it has done anything, after it, and without an answer.
func TestEveryEndpointCanFail(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, e := range s.endpoints() {
		path := parameter.ReplaceAllString(e.path, "x")
		for _, f := range []Fault{{Status: 500}, {Status: 429, After: true}} {
			s.FailNext(1, f)
			r := s.call(e.method, path, "{}")
			require.Equal(t, f.Status, r.status, e.method+" "+e.path)
			require.NotEmpty(t, r.header.Get("x-line-request-id"))
		}
		s.FailNext(1, Fault{Cut: true})
		r, err := http.NewRequestWithContext(t.Context(), e.method, s.api.URL+path, bytes.NewReader(nil))
		require.NoError(t, err)
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r) // it tries nothing again
		if err == nil {
			_ = res.Body.Close()
		}
		require.Error(t, err, e.method+" "+e.path)
	}
}

package line_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/people"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
	"github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

// held holds each request that reaches the emulator to LINE's OpenAPI files.
type held struct {
	*emulator.Platform
	t   *testing.T
	api line.OpenAPI
	mu  sync.Mutex
	got map[string]bool // by method and path
}

func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.mu.Lock()
	path, wrong := h.api.Wrong(h.t, r, body)
	h.got[r.Method+" "+path] = true
	h.mu.Unlock()
	if len(wrong) > 0 {
		h.t.Errorf("%s %s: %v: %q", r.Method, r.URL.Path, wrong, body)
	}
	h.Platform.ServeHTTP(w, r)
}

// TestOpenAPIOfAllCalls holds what each package below this one calls to LINE's own description,
// while the emulator carries it out.
func TestOpenAPIOfAllCalls(t *testing.T) {
	api := line.ReadOpenAPI(t, "messaging-api.yml", "channel-access-token.yml")
	h := &held{Platform: emulator.New("secret", "token", &emulator.Options{JobTime: time.Millisecond}), t: t, api: api, got: map[string]bool{}}
	t.Cleanup(h.Close)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c := signedIn(t, h, server.URL)
	ann, err := h.AddUser(emulator.User{Name: "Ann", Friend: true})
	require.NoError(t, err)
	callMenus(t, c, ann.ID)
	callCampaigns(t, c, h)
	callPeople(t, c, ann.ID)
	for _, call := range []string{
		"POST /oauth2/v3/token", "POST /oauth2/v2.1/token", "POST /oauth2/v2.1/revoke", "GET /v2/bot/message/quota",
		"POST /v2/bot/richmenu", "POST /v2/bot/richmenu/{richMenuId}/content", "POST /v2/bot/richmenu/alias",
		"POST /v2/bot/richmenu/alias/{richMenuAliasId}", "POST /v2/bot/richmenu/batch", "POST /v2/bot/richmenu/bulk/link",
		"POST /v2/bot/richmenu/bulk/unlink", "POST /v2/bot/richmenu/validate/batch", "GET /v2/bot/channel/webhook/endpoint", "POST /v2/bot/user/all/richmenu/{richMenuId}",
		"POST /v2/bot/user/{userId}/richmenu/{richMenuId}", "DELETE /v2/bot/user/{userId}/richmenu", "DELETE /v2/bot/richmenu/{richMenuId}",
		"POST /v2/bot/message/multicast", "POST /v2/bot/message/broadcast", "POST /v2/bot/message/narrowcast",
		"POST /v2/bot/user/{userId}/linkToken", "GET /v2/bot/profile/{userId}", "POST /v2/bot/chat/loading/start",
	} {
		require.True(t, h.got[call], "not called: %s: %v", call, h.got)
	}
}

// signedIn returns a channel with stateless tokens, after another was asked for with a signature.
func signedIn(t *testing.T, h *held, address string) *line.Channel {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	kid, err := h.RegisterKey(&key.PublicKey)
	require.NoError(t, err)
	o := &tokens.Options{Endpoint: address}
	signed, err := tokens.Signed("1234567890", kid, key, o)
	require.NoError(t, err)
	_, err = signed.Token(t.Context())
	require.NoError(t, err)
	require.NoError(t, signed.Close(t.Context(), "secret"))
	signedStateless, err := tokens.SignedStateless("1234567890", kid, key, o)
	require.NoError(t, err)
	_, err = signedStateless.Token(t.Context())
	require.NoError(t, err)
	source, err := tokens.Stateless("1234567890", "secret", o)
	require.NoError(t, err)
	c, err := line.New("secret", "", &line.Options{Endpoint: address, Tokens: source})
	require.NoError(t, err)
	_, err = c.Quota(t.Context())
	require.NoError(t, err)
	return c
}

func callMenus(t *testing.T, c *line.Channel, user string) {
	t.Helper()
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 400))))
	menu := func(text string) []richmenu.Menu {
		return []richmenu.Menu{{Alias: "home", Default: true, Image: picture.Bytes(), RichMenu: line.RichMenu{
			ChatBarText: text, Selected: true, Areas: []line.RichMenuArea{
				{Area: line.Area{Width: 400, Height: 400}, Action: line.Postback("Book", "book")},
				{Area: line.Area{X: 400, Width: 400, Height: 400}, Action: line.RichMenuSwitch("home", "tab")},
			},
		}}}
	}
	show := func(name string) {
		d := &transport.Delivery{Source: transport.Source{Chat: transport.ChatUser, ChatID: user}}
		d.SwitchMenu, d.Menu = true, name
		_, err := c.Send(t.Context(), d)
		require.NoError(t, err)
	}
	_, err := richmenu.Apply(t.Context(), c, menu("Menu"), nil)
	require.NoError(t, err)
	show("home")
	_, err = richmenu.Apply(t.Context(), c, menu("More"), nil) // moves the user
	require.NoError(t, err)
	_, err = richmenu.Link(t.Context(), c, "home", []string{user})
	require.NoError(t, err)
	_, err = richmenu.Unlink(t.Context(), c, []string{user})
	require.NoError(t, err)
	for _, dry := range []bool{true, false} {
		require.NoError(t, richmenu.Replace(t.Context(), c, "key", map[string]string{"home": ""}, &richmenu.Options{DryRun: dry}))
	}
	require.ErrorIs(t, c.CheckWebhook(t.Context(), "https://bot.example/"), line.ErrWebhookElsewhere)
	show("")
	_, err = richmenu.Apply(t.Context(), c, nil, nil)
	require.NoError(t, err)
	require.NoError(t, c.ShowLoading(t.Context(), transport.Source{Chat: transport.ChatUser, ChatID: user}, 7*time.Second))
}

func callCampaigns(t *testing.T, c *line.Channel, h *held) {
	t.Helper()
	var ids []string
	for i := range 60 {
		u, err := h.AddUser(emulator.User{Name: string(rune('a'+i%26)) + string(rune('a'+i/26)), Friend: true})
		require.NoError(t, err)
		ids = append(ids, u.ID)
	}
	audience, err := h.AddAudience(ids...)
	require.NoError(t, err)
	ledger, o := campaign.NewFileLedger(t.TempDir()), &campaign.Options{Unit: "spring", NotificationDisabled: true}
	messages := []transport.Message{line.Text("Spring is here")}
	rep, err := campaign.Multicast(t.Context(), c, ledger, "list", campaign.IDs(ids), messages, o)
	require.NoError(t, err)
	require.Equal(t, 60, rep.Recipients)
	_, err = campaign.Broadcast(t.Context(), c, ledger, "all", messages, &campaign.Options{NotificationDisabled: true})
	require.NoError(t, err)
	target := campaign.Target{Recipient: &messaging_api.AudienceRecipient{AudienceGroupId: audience}, Max: 50}
	_, err = campaign.Narrowcast(t.Context(), c, ledger, "some", target, messages, nil)
	require.NoError(t, err)
	for _, id := range ids {
		require.GreaterOrEqual(t, len(h.Messages(id)), 2)
	}
}

func callPeople(t *testing.T, c *line.Channel, user string) {
	t.Helper()
	p := people.New(c, nil)
	_, err := p.Profile(t.Context(), transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user})
	require.NoError(t, err)
	_, err = p.LinkToken(t.Context(), user)
	require.NoError(t, err)
	for _, err := range p.Followers(t.Context()) {
		require.NoError(t, err)
	}
}

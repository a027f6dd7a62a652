package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// A bot that is written with LINE's own SDK talks to the emulator as it does to LINE.
func TestBotOfTheSDK(t *testing.T) {
	t.Parallel()
	const secret, token = "secret", "token"
	platform := emulator.New(secret, token, nil)
	t.Cleanup(platform.Close)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	api, err := messaging_api.NewMessagingApiAPI(token, messaging_api.WithEndpoint(server.URL))
	require.NoError(t, err)
	bot := httptest.NewServer(sdkBot(t, api, secret))
	t.Cleanup(bot.Close)
	platform.SetWebhook(bot.URL)
	user, ctx := platform.Users()[0], t.Context()

	_, err = platform.Follow(ctx, user.Name)
	require.NoError(t, err)
	_, err = platform.Say(ctx, user.Name, "menu")
	require.NoError(t, err)
	menu, err := platform.Next(ctx, user.Name, 1)
	require.NoError(t, err)
	require.Equal(t, "a menu for User A", menu.Text)
	_, err = platform.Tap(ctx, user.Name, "Go on")
	require.NoError(t, err)
	_, err = platform.Pick(ctx, user.Name, "When?", "2026-05-01")
	require.NoError(t, err)
	all := platform.Messages(user.ID)
	require.Equal(t, "picked 2026-05-01", all[len(all)-1].Text)

	require.Equal(t, "reply", menu.Via)
	key := "123e4567-e89b-12d3-a456-426614174000"
	push := &messaging_api.PushMessageRequest{
		To:       user.ID,
		Messages: []messaging_api.MessageInterface{messaging_api.TextMessage{Text: "pushed"}},
	}
	_, err = api.PushMessage(push, "")
	require.NoError(t, err, "the SDK sends an empty retry key for none")
	res, sent, err := api.PushMessageWithHttpInfo(push, key)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Len(t, sent.SentMessages, 1)
	res, _, err = api.PushMessageWithHttpInfo(push, key)
	require.Error(t, err)
	require.Equal(t, http.StatusConflict, res.StatusCode)
	require.NotEmpty(t, res.Header.Get("X-Line-Accepted-Request-Id"))
	_, err = api.ValidatePush(&messaging_api.ValidateMessageRequest{Messages: push.Messages})
	require.NoError(t, err)
	_, err = api.ShowLoadingAnimation(
		&messaging_api.ShowLoadingAnimationRequest{ChatId: user.ID, LoadingSeconds: 5})
	require.NoError(t, err)
	info, err := api.GetBotInfo()
	require.NoError(t, err)
	require.Equal(t, "Bot", info.DisplayName)
	sdkMany(t, platform, api, user)
	sdkMenu(t, platform, api, server.URL, token, user)
	sdkContent(t, platform, server.URL, token, user)
}

// sdkMany sends to many people, and asks who is in a group.
func sdkMany(t *testing.T, platform *emulator.Platform, api *messaging_api.MessagingApiAPI,
	user emulator.User) {
	_, err := platform.AddGroup(emulator.Group{Name: "Friends"}, user.Name)
	require.NoError(t, err)
	_, err = platform.Invite(t.Context(), "Friends")
	require.NoError(t, err)
	hello := []messaging_api.MessageInterface{messaging_api.TextMessage{Text: "hello all"}}
	_, err = api.Multicast(&messaging_api.MulticastRequest{To: []string{user.ID}, Messages: hello}, "")
	require.NoError(t, err)
	_, err = api.Broadcast(&messaging_api.BroadcastRequest{Messages: hello}, "")
	require.NoError(t, err)
	res, _, err := api.NarrowcastWithHttpInfo(&messaging_api.NarrowcastRequest{Messages: hello}, "")
	require.NoError(t, err)
	progress, err := api.GetNarrowcastProgress(res.Header.Get("X-Line-Request-Id"))
	require.NoError(t, err)
	require.NotEmpty(t, progress.Phase)
	var via []string
	for _, m := range platform.Messages(user.ID)[len(platform.Messages(user.ID))-3:] {
		via = append(via, m.Via)
	}
	require.Equal(t, []string{"multicast", "broadcast", "narrowcast"}, via)
	usage, err := api.GetMessageQuotaConsumption()
	require.NoError(t, err)
	require.EqualValues(t, 5, usage.TotalUsage)
	group := platform.Messages("Friends")
	require.Empty(t, group)
	ids, err := api.GetFollowers("", 10)
	require.NoError(t, err)
	require.Equal(t, []string{user.ID}, ids.UserIds)
}

// sdkMenu makes a rich menu and links it.
func sdkMenu(t *testing.T, platform *emulator.Platform, api *messaging_api.MessagingApiAPI,
	url, token string, user emulator.User) {
	menu, err := api.CreateRichMenu(&messaging_api.RichMenuRequest{
		Size: &messaging_api.RichMenuSize{Width: 800, Height: 540}, Selected: true, Name: "menu",
		ChatBarText: "Menu", Areas: []messaging_api.RichMenuArea{{
			Bounds: &messaging_api.RichMenuBounds{Width: 800, Height: 540},
			Action: &messaging_api.PostbackAction{Label: "Buy", Data: "buy"},
		}},
	})
	require.NoError(t, err)
	blob, err := messaging_api.NewMessagingApiBlobAPI(token, messaging_api.WithBlobEndpoint(url))
	require.NoError(t, err)
	_, err = blob.SetRichMenuImage(menu.RichMenuId, "image/png", bytes.NewReader(menuImage()))
	require.NoError(t, err)
	_, err = api.LinkRichMenuIdToUser(user.ID, menu.RichMenuId)
	require.NoError(t, err)
	require.Equal(t, menu.RichMenuId, platform.Menu(user.Name))
	list, err := api.GetRichMenuList()
	require.NoError(t, err)
	require.Equal(t, "menu", list.Richmenus[0].Name)
}

// sdkContent gets what a user sent.
func sdkContent(t *testing.T, platform *emulator.Platform, url, token string, user emulator.User) {
	_, err := platform.Upload(t.Context(), user.Name, emulator.Upload{Kind: "image", Data: menuImage()})
	require.NoError(t, err)
	blob, err := messaging_api.NewMessagingApiBlobAPI(token, messaging_api.WithBlobEndpoint(url))
	require.NoError(t, err)
	var id string
	for _, m := range platform.Messages(user.Name) {
		if m.Type == "image" {
			id = m.ID
		}
	}
	res, err := blob.GetMessageContent(id)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, sizeOf(menuImage()), sizeOf(data))
}

func sizeOf(data []byte) string { return fmt.Sprintf("%d bytes", len(data)) }

func sdkBot(t *testing.T, api *messaging_api.MessagingApiAPI, secret string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		call, err := webhook.ParseRequest(secret, r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, e := range call.Events {
			switch e := e.(type) {
			case webhook.MessageEvent:
				profile, err := api.GetProfile(e.Source.(webhook.UserSource).UserId)
				if err != nil {
					t.Error(err)
					return
				}
				sdkReply(t, api, e.ReplyToken, messaging_api.TemplateMessage{
					AltText: "a menu for " + profile.DisplayName,
					Template: &messaging_api.ButtonsTemplate{
						Text: "What next?",
						Actions: []messaging_api.ActionInterface{
							&messaging_api.PostbackAction{Label: "Go on", Data: "go"},
						},
					},
				})
			case webhook.PostbackEvent:
				answer := messaging_api.TextMessage{Text: "picked " + e.Postback.Params["date"]}
				if e.Postback.Data == "go" {
					answer = messaging_api.TextMessage{Text: "Well?", QuickReply: quickPicker()}
				}
				sdkReply(t, api, e.ReplyToken, answer)
			}
		}
	}
}

func quickPicker() *messaging_api.QuickReply {
	return &messaging_api.QuickReply{Items: []messaging_api.QuickReplyItem{{
		Type: "action",
		Action: &messaging_api.DatetimePickerAction{
			Label: "When?", Data: "when", Mode: messaging_api.DatetimePickerActionMODE_DATE,
		},
	}}}
}

func sdkReply(t *testing.T, api *messaging_api.MessagingApiAPI, token string,
	m messaging_api.MessageInterface) {
	_, err := api.ReplyMessage(&messaging_api.ReplyMessageRequest{
		ReplyToken: token, Messages: []messaging_api.MessageInterface{m},
	})
	if err != nil {
		t.Error(err)
	}
}

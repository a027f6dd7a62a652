package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// A bot in a few lines of net/http says hello to everyone who writes, and a test talks to it.
func Example() {
	platform := emulator.New("channel secret", "channel token", nil)
	defer platform.Close()
	line := httptest.NewServer(platform)
	defer line.Close()

	bot := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var webhook struct {
			Events []struct{ ReplyToken string }
		}
		_ = json.NewDecoder(r.Body).Decode(&webhook) // a real bot checks the signature first
		answer, _ := json.Marshal(map[string]any{
			"replyToken": webhook.Events[0].ReplyToken,
			"messages":   []any{map[string]string{"type": "text", "text": "Hello!"}},
		})
		call, _ := http.NewRequest("POST", line.URL+"/v2/bot/message/reply", bytes.NewReader(answer))
		call.Header.Set("Authorization", "Bearer channel token")
		call.Header.Set("Content-Type", "application/json")
		if res, err := http.DefaultClient.Do(call); err == nil {
			_ = res.Body.Close()
		}
	}))
	defer bot.Close()
	platform.SetWebhook(bot.URL)

	ctx := context.Background()
	if _, err := platform.Say(ctx, "User A", "Good morning"); err != nil {
		fmt.Println(err)
	}
	if _, err := platform.Next(ctx, "User A", 0); err != nil {
		fmt.Println(err)
	}
	for _, m := range platform.Messages("User A") {
		fmt.Printf("%s: %s\n", m.From, m.Text)
	}
	// Output:
	// user: Good morning
	// bot: Hello!
}

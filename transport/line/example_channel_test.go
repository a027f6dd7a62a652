package line_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// A channel without a flow: it answers each text with the same text. Package bot does this with
// flows, sessions and a store.
func Example_echo() {
	platform := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Println(r.URL.Path, string(body))
	}))
	defer platform.Close()

	channel, err := line.New("secret", "token", &line.Options{Endpoint: platform.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	webhook := channel.Handler(func(ctx context.Context, events []transport.Event) error {
		for _, ev := range events {
			messages, err := line.Text(ev.Text).AppendJSON([]byte("["), "")
			if err != nil {
				return err
			}
			d := &transport.Delivery{
				Source: ev.Source, ReplyToken: ev.ReplyToken, Messages: append(messages, ']'),
			}
			if _, err := channel.Send(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})

	body := `{"events":[{"type":"message","message":{"id":"1","type":"text","text":"hello"},"replyToken":"r1"}]}`
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(body))
	post := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	post.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	answer := httptest.NewRecorder()
	webhook.ServeHTTP(answer, post)
	fmt.Println(answer.Code)
	// Output:
	// /v2/bot/message/reply {"replyToken":"r1","messages":[{"type":"text","text":"hello"}]}
	// 200
}

package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	loadingStep = 5 * time.Second
	maxLoading  = 60 * time.Second
)

var (
	// ErrOneToOne says that LINE has this in one-to-one chats only.
	ErrOneToOne = errors.New("line: in one-to-one chats only")
	// ErrNoMarkToken says that an event has no token to mark messages as read with.
	ErrNoMarkToken = errors.New("line: the event has no token to mark it as read")
)

// ShowLoading shows a loading animation in the one-to-one chat of src until the next message of the bot
// or for d, whichever is first. LINE has 5 to 60 seconds in steps of 5: d is rounded up, and cut.
// It does not lengthen the time of a reply token. Groups and rooms are refused with ErrOneToOne.
// Other errors: a *APIError, that of the token source, of the network, or of ctx.
// https://developers.line.biz/en/docs/messaging-api/use-loading-indicator/
func (c *Channel) ShowLoading(ctx context.Context, src transport.Source, d time.Duration) error {
	switch {
	case src.Channel != c.name:
		return errElsewhere
	case src.Chat != transport.ChatUser || src.ChatID == "":
		return ErrOneToOne
	}
	steps := (min(max(d, loadingStep), maxLoading) + loadingStep - 1) / loadingStep
	return c.post(ctx, "v2/bot/chat/loading/start", struct {
		ChatID  string `json:"chatId"`
		Seconds int    `json:"loadingSeconds"`
	}{src.ChatID, int(steps * loadingStep / time.Second)})
}

// MarkAsRead marks the message of an event, and those before it, as read by the bot. It matters
// where the chat of the account is switched on. Errors: ErrNoMarkToken, and those of ShowLoading.
// https://developers.line.biz/en/reference/messaging-api/#mark-as-read
func (c *Channel) MarkAsRead(ctx context.Context, e *transport.Event) error {
	token := DetailsOf(e).MarkAsReadToken
	if token == "" {
		return ErrNoMarkToken
	}
	return c.post(ctx, "v2/bot/chat/markAsRead", struct {
		Token string `json:"markAsReadToken"`
	}{token})
}

// post makes a small call that is not on the path of a turn.
func (c *Channel) post(ctx context.Context, path string, body any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := c.request(ctx, http.MethodPost, path, text)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	return nil
}

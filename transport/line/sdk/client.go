package sdk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// noToken is what the SDK wants to have. The channel's client puts the current token there.
const noToken = "-"

// Client returns the SDK's client of the Messaging API, which makes its calls by
// line.Channel.HTTPClient: with the channel's current token, with time-outs, and with repetition
// where that is safe. All its calls end with ctx.
//
// It costs next to nothing: make one where it is needed. Do not call WithContext on one that
// goroutines share.
func Client(ctx context.Context, ch *line.Channel) *messaging_api.MessagingApiAPI {
	c, err := messaging_api.NewMessagingApiAPI(noToken,
		messaging_api.WithHTTPClient(ch.HTTPClient()), messaging_api.WithEndpoint(ch.Endpoint()))
	if err != nil {
		panic(err) // the channel has checked the address
	}
	return c.WithContext(ctx)
}

// BlobClient returns the SDK's client for content and the images of rich menus. See Client.
func BlobClient(ctx context.Context, ch *line.Channel) *messaging_api.MessagingApiBlobAPI {
	c, err := messaging_api.NewMessagingApiBlobAPI(noToken,
		messaging_api.WithBlobHTTPClient(ch.HTTPClient()), messaging_api.WithBlobEndpoint(ch.DataEndpoint()))
	if err != nil {
		panic(err) // the channel has checked the address
	}
	return c.WithContext(ctx)
}

// Error returns the error of a call of the SDK in a form that can be told apart and logged. It
// takes the first and the last result of one of the SDK's WithHttpInfo methods, and returns a
// *line.APIError if LINE refused the call, nil if it succeeded. The SDK's own errors are texts,
// with what LINE said and the address in them.
func Error(resp *http.Response, err error) error {
	var u *url.Error
	switch {
	case err == nil:
		return nil
	case resp != nil && line.ErrorOf(resp) != nil:
		return line.ErrorOf(resp)
	case errors.As(err, &u):
		return fmt.Errorf("sdk: %w", u.Err)
	default:
		return errors.New("sdk: malformed answer")
	}
}

package line

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

var (
	// ErrWebhookElsewhere says that LINE sends webhooks to another address, or has none.
	ErrWebhookElsewhere = errors.New("line: LINE has another webhook URL")
	// ErrWebhookOff says that LINE has the address, but that the use of webhooks is switched off.
	ErrWebhookOff = errors.New("line: the use of webhooks is switched off in LINE's console")
)

// CheckWebhook asks LINE whether the account's webhooks come to this address: one that is not reached
// makes no other error. It does not tell if LINE can reach the address, nor change anything: for
// that, the clients of package transport/line/sdk have TestWebhookEndpoint and SetWebhookEndpoint.
// Errors: ErrWebhookElsewhere, with the host that LINE has; ErrWebhookOff; a *APIError; that of the
// token source, of the network, or of ctx.
// https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information
func (c *Channel) CheckWebhook(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var has struct {
		Endpoint string `json:"endpoint"`
		Active   bool   `json:"active"`
	}
	err := c.get(ctx, "v2/bot/channel/webhook/endpoint", &has)
	switch {
	case isNotFound(err):
		return fmt.Errorf("%w: none", ErrWebhookElsewhere)
	case err != nil:
		return err
	}
	want, got := webhookURL(address), webhookURL(has.Endpoint)
	switch {
	case got.Host != want.Host:
		return fmt.Errorf("%w: at %q", ErrWebhookElsewhere, got.Host)
	case *got != *want: // what is in a path or query may be secret
		return fmt.Errorf("%w: another one at %q", ErrWebhookElsewhere, got.Host)
	case !has.Active:
		return ErrWebhookOff
	}
	return nil
}

// webhookURL returns the parts of an address in which two that lead to the same are equal.
func webhookURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		return &url.URL{Opaque: s}
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: path, RawQuery: u.RawQuery}
}

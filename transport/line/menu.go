package line

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

var (
	errNoAlias  = errors.New("line: no rich menu has this alias")
	errMenuGone = errors.New("line: the rich menu of the alias is gone")
	errAlias    = errors.New("line: the answer names no rich menu")
)

// switchMenu links the rich menu with the alias m.Name to the user, or unlinks what is linked. To
// do so twice does no harm. The alias is looked up each time, as a set-up may have moved it.
// https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-user
func (c *Channel) switchMenu(ctx context.Context, d *transport.Delivery, m transport.Menu) error {
	if d.Source.Chat != transport.ChatUser || !isID(d.Source.ChatID) {
		return &transport.SendError{Verdict: transport.Drop, Err: ErrOneToOne}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	path := "v2/bot/user/" + d.Source.ChatID + "/richmenu"
	if m.Name == "" {
		_, err := c.menuCall(ctx, http.MethodDelete, path)
		return unlessMissing(err, nil)
	}
	body, err := c.menuCall(ctx, http.MethodGet, "v2/bot/richmenu/alias/"+m.Name)
	if err != nil {
		return unlessMissing(err, &transport.SendError{Verdict: transport.Drop, Err: errNoAlias})
	}
	var alias struct {
		RichMenuID string `json:"richMenuId"`
	}
	if json.Unmarshal(body, &alias) != nil || !isID(alias.RichMenuID) {
		return &transport.SendError{Verdict: transport.Retry, Err: errAlias}
	}
	_, err = c.menuCall(ctx, http.MethodPost, path+"/"+alias.RichMenuID)
	// Not there means that a set-up has moved the alias since it was looked up.
	return unlessMissing(err, &transport.SendError{Verdict: transport.Retry, Err: errMenuGone})
}

// menuCall makes one call and returns the body of the answer. The error is a *transport.SendError.
func (c *Channel) menuCall(ctx context.Context, method, path string) ([]byte, error) {
	resp, err := c.request(ctx, method, path, nil)
	var refusal *APIError
	switch {
	case errors.As(err, &refusal):
		return nil, c.refused(&answer{}, refusal)
	case err != nil:
		return nil, failed(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &transport.SendError{Verdict: transport.Retry, Err: errBodyCut}
	}
	return body, nil
}

// isID reports whether s can be part of a path without leading to another one.
func isID(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// unlessMissing puts another result in place of a 404.
func unlessMissing(err error, missing *transport.SendError) error {
	var refusal *APIError
	switch {
	case !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound:
		return err
	case missing == nil:
		return nil
	default:
		return missing
	}
}

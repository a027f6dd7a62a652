package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
)

var (
	errNoAlias  = errors.New("line: no rich menu has this alias")
	errMenuGone = errors.New("line: the rich menu of the alias is gone")
	errAlias    = errors.New("line: the answer names no rich menu")
)

// switchMenu links the rich menu whose alias the delivery names to the user, or unlinks what is linked. To
// do so twice does no harm.
// https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-user
func (c *attempt) switchMenu(ctx context.Context) error {
	d := c.d
	if d.Source.Chat != transport.ChatUser || !id.Valid(d.Source.ChatID) {
		return &transport.SendError{Disposition: transport.Drop, Err: ErrOneToOne}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	path := "v2/bot/user/" + d.Source.ChatID + "/richmenu"
	if d.Menu == "" {
		if _, err := c.menuCall(ctx, http.MethodDelete, path); !isNotFound(err) {
			return err
		}
		return nil
	}
	return c.linkMenu(ctx, path, d.Menu)
}

// linkMenu links the menu that the alias leads to. A set-up may move the alias and delete the menu
// meanwhile, so that a menu that is not there is looked up once more.
func (c *attempt) linkMenu(ctx context.Context, path, alias string) error {
	last := ""
	for range 2 {
		id, err := c.menuOf(ctx, alias)
		if err != nil {
			return err
		}
		if id == last { // to try again would hold up all that comes behind it
			return &transport.SendError{Disposition: transport.Drop, Err: errMenuGone}
		}
		if _, err = c.menuCall(ctx, http.MethodPost, path+"/"+id); !isNotFound(err) {
			return err
		}
		last = id
	}
	return &transport.SendError{Disposition: transport.Retry, Err: errMenuGone}
}

// menuOf looks an alias up. The error is a *transport.SendError.
func (c *attempt) menuOf(ctx context.Context, alias string) (string, error) {
	body, err := c.menuCall(ctx, http.MethodGet, "v2/bot/richmenu/alias/"+alias)
	switch {
	case isNotFound(err):
		return "", &transport.SendError{Disposition: transport.Drop, Err: errNoAlias}
	case err != nil:
		return "", err
	}
	var answer struct {
		RichMenuID string `json:"richMenuId"`
	}
	if json.Unmarshal(body, &answer) != nil || !id.Valid(answer.RichMenuID) {
		return "", &transport.SendError{Disposition: transport.Retry, Err: errAlias}
	}
	return answer.RichMenuID, nil
}

// menuCall makes one call and returns the body of the answer. The error is a *transport.SendError.
func (c *attempt) menuCall(ctx context.Context, method, path string) ([]byte, error) {
	resp, err := c.request(ctx, method, path, nil)
	var refusal *APIError
	switch {
	case errors.As(err, &refusal):
		c.receipt.RequestID = refusal.RequestID
		return nil, c.refused(&answer{}, refusal)
	case err != nil:
		return nil, failed(err)
	}
	c.receipt.RequestID = resp.Header.Get("X-Line-Request-Id")
	body, err := httpcall.Body(resp)
	if err != nil {
		return nil, &transport.SendError{Disposition: transport.Retry, Err: err}
	}
	return body, nil
}

// isNotFound reports whether LINE answered that it does not know what a call was for.
func isNotFound(err error) bool {
	var refusal *APIError
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound
}

// DeclareMenus says that the account has, or will have, rich menus with these aliases: those that
// flows may name. What was declared before stays. richmenu.Apply declares what it sets up. Call it
// yourself, before the bot is made, where the menus are set up by another program.
func (c *Channel) DeclareMenus(aliases ...string) {
	for _, a := range aliases {
		c.menus.Store(a, struct{}{})
	}
}

// HasMenu reports whether the account is this one, and a menu of this name was declared. It makes no call:
// LINE may not have the menu yet. A bot asks it for each menu that its flows name.
func (c *Channel) HasMenu(account, alias string) bool {
	_, ok := c.menus.Load(alias)
	return ok && account == c.name
}

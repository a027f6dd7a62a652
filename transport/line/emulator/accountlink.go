package emulator

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const linkTokenLife = 10 * time.Minute

// linkToken is the right to link a user's account once.
type linkToken struct {
	user *user
	born time.Time
}

func (p *Platform) linkEndpoints() []endpoint {
	return []endpoint{act(http.MethodPost, "/v2/bot/user/{userId}/linkToken", about(p, p.userNamed, p.issueLinkToken))}
}

func (p *Platform) issueLinkToken(_ *call, u *user) answer {
	if u == nil {
		return notFound
	}
	token := randomHex(16)
	p.linkTokens[token] = linkToken{u, p.opt.Now()}
	return accept(http.StatusOK, map[string]string{"linkToken": token})
}

// LinkAccount does what a user's browser does when the bot's site sends it on to LINE's account link
// dialog, with the link token and the site's nonce: the accountLink event, whose result is failed
// if the token was issued for someone else. The page has the dialog at /dialog/bot/accountLink.
// Errors: ErrUnknownUser, ErrBadInput for a token that is unknown, used or older than 10 minutes or
// a nonce that does not have 10 to 255 characters, when no event is sent; ErrWebhook.
func (p *Platform) LinkAccount(ctx context.Context, user, token, nonce string) (Delivery, error) {
	u := p.find(user)
	if u == nil {
		return Delivery{}, ErrUnknownUser
	}
	if n := utf16Length(nonce); n < 10 || n > 255 {
		return Delivery{}, fmt.Errorf("%w: a nonce of length %d", ErrBadInput, n)
	}
	p.mu.Lock()
	t, known := p.linkTokens[token]
	delete(p.linkTokens, token)
	expired := p.opt.Now().Sub(t.born) >= linkTokenLife
	p.mu.Unlock()
	switch {
	case !known || expired:
		return Delivery{}, fmt.Errorf("%w: the link token does not work", ErrBadInput)
	case t.user != u:
		return p.emit(ctx, u.chat, u, linkFailed, map[string]any{
			"link": map[string]any{"result": "failed", "nonce": nonce},
		})
	}
	return p.emit(ctx, u.chat, u, "accountLink", map[string]any{
		"link": map[string]any{"result": "ok", "nonce": nonce},
	})
}

// linkFailed is an accountLink event without a source and a reply token.
const linkFailed = "accountLink failed"

// linkView is the account link dialog.
type linkView struct {
	Bot          User
	Users        []User
	Token, Nonce string
}

// showLink asks which of the users comes from the bot's site: on a phone, LINE knows.
func (p *Platform) showLink(w http.ResponseWriter, r *http.Request) {
	users := p.Users()
	v := linkView{p.bot, users[:min(len(users), shownPeople)], r.FormValue("linkToken"), r.FormValue("nonce")}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := p.pages.ExecuteTemplate(w, "link.html", v); err != nil {
		p.log.Debug("emulator: page not sent", "error", err)
	}
}

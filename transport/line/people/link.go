package people

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

const (
	linkPage = "https://access.line.me/dialog/bot/accountLink"
	// nonceLife is as long as that of the link token, and some.
	nonceLife = 15 * time.Minute
	maxNonces = 100_000
)

// LinkToken returns a token with which a user can be linked to an account, once and within ten
// minutes. Give it only to that user. Errors: ErrNobody, a *line.APIError, or that of ctx.
// https://developers.line.biz/en/reference/messaging-api/#issue-link-token
func (p *People) LinkToken(ctx context.Context, userID string) (string, error) {
	if !id.Valid(userID) {
		return "", ErrNobody
	}
	resp, token, err := sdk.Client(ctx, p.channel).IssueLinkTokenWithHttpInfo(userID)
	if err != nil {
		return "", refused(resp, err)
	}
	return token.LinkToken, nil
}

// LinkURL returns the page of LINE to which a site redirects a user who has logged in.
func LinkURL(linkToken, nonce string) string {
	return linkPage + "?" + url.Values{"linkToken": {linkToken}, "nonce": {nonce}}.Encode()
}

// Nonces remembers which account of the site a nonce stands for, for 15 minutes. It is in
// memory: where the login page and the webhook may be served by different processes, keep
// NewNonce's values in what they share instead, such as Redis (SET NX EX, then GETDEL). The zero
// value is ready for use.
type Nonces struct {
	mu    sync.Mutex
	known map[string]account
}

type account struct {
	name  string
	until time.Time
}

// NewNonce returns 256 random bits in base64, of characters that need no escape in a URL.
func NewNonce() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// New returns a nonce for an account of the site, whose user has just logged in.
func (n *Nonces) New(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if n.known == nil {
		n.known = map[string]account{}
	}
	makeRoom(n.known, maxNonces, func(a account) bool { return !now.Before(a.until) })
	nonce := NewNonce()
	n.known[nonce] = account{name, now.Add(nonceLife)}
	return nonce
}

// Take returns the account that a nonce was made for. It knows each nonce once.
func (n *Nonces) Take(nonce string) (name string, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.known[nonce]
	delete(n.known, nonce)
	if !ok || !time.Now().Before(a.until) {
		return "", false
	}
	return a.name, true
}

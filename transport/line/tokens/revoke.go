package tokens

import (
	"context"
	"errors"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

const revokePath = "oauth2/v2.1/revoke"

// V21 is the source of channel access tokens v2.1 that Signed returns.
type V21 struct {
	renewer
	issuer    *issuer
	channelID string

	closed atomic.Bool
	turn   chan struct{}        // holds one item while good is in use, and while a token is issued
	good   map[string]time.Time // until when each token is, that was issued
}

func newV21(channelID string, is *issuer) *V21 {
	t := &V21{channelID: channelID, issuer: is, turn: make(chan struct{}, 1), good: map[string]time.Time{}}
	t.renewer.issue, t.renewer.log = t.issueOne, is.log
	return t
}

// Token implements line.TokenSource.
func (t *V21) Token(ctx context.Context) (string, error) {
	if t.closed.Load() {
		return "", credential.ErrRevoked
	}
	return t.renewer.Token(ctx)
}

// issueOne remembers what it issues.
func (t *V21) issueOne(ctx context.Context) (string, time.Duration, error) {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	if t.closed.Load() {
		return "", 0, credential.ErrRevoked
	}
	now := time.Now()
	for token, end := range t.good {
		if !now.Before(end) {
			delete(t.good, token)
		}
	}
	token, life, err := t.issuer.issue(ctx)
	if err == nil && credential.CheckToken(token) == nil {
		t.good[token] = now.Add(life)
	}
	return token, life, err
}

// Close revokes the tokens of the source that are still good, so that they do not count among the 30
// that LINE allows: call it when all calls have ended, as after bot.Shutdown. LINE asks for the
// secret of the channel. From then on Token returns an error. If Close returns one, that of ctx, of
// the network or a *line.APIError, it may be called again.
func (t *V21) Close(ctx context.Context, channelSecret string) error {
	t.closed.Store(true)
	select {
	case t.turn <- struct{}{}: // a renewal has ended
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.turn }()
	var errs []error
	for token, end := range t.good {
		if time.Now().Before(end) {
			if err := t.issuer.revoke(ctx, t.channelID, channelSecret, token); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		delete(t.good, token)
	}
	return errors.Join(errs...)
}

// Revoke makes LINE take a channel access token v2.1 no more, such as one that has leaked. A
// token that LINE does not know is no error. Those of Stateless cannot be revoked. Errors: that
// of ctx, of the network, or a *line.APIError. o may be nil.
// https://developers.line.biz/en/reference/messaging-api/#revoke-channel-access-token-v2-1
func Revoke(ctx context.Context, channelID, channelSecret, token string, o *Options) error {
	if channelID == "" || channelSecret == "" || token == "" {
		return errors.New("line: empty channel id, secret or token")
	}
	is, err := newIssuer("", o)
	if err != nil {
		return err
	}
	return is.revoke(ctx, channelID, channelSecret, token)
}

func (is *issuer) revoke(ctx context.Context, channelID, channelSecret, token string) error {
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	_, err := is.post(ctx, revokePath,
		url.Values{"client_id": {channelID}, "client_secret": {channelSecret}, "access_token": {token}})
	return err
}

package line

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// TokenSource gives the channel access tokens that API calls are made with. StatelessTokens and
// SignedTokens return one that renews its tokens. Its methods are called concurrently.
type TokenSource interface {
	// Token returns the token to use now. It is called for each API call, and so must be quick
	// where it has a token that is good, and give up within a few seconds where it has none.
	Token(ctx context.Context) (string, error)
	// Refused says that LINE answered 401 to a call with this token. If Token returns another
	// one from then on, the call is repeated with it, once.
	Refused(token string)
}

// fixedToken is a token that never changes.
type fixedToken struct{ token secret }

func (t fixedToken) Token(context.Context) (string, error) { return t.token.reveal(), nil }
func (t fixedToken) Refused(string)                        {}

var errToken = errors.New("line: the channel access token is empty or malformed")

// checkToken reports a token that cannot stand in a header.
func checkToken(token string) error {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errToken
	}
	return nil
}

// tokenError says that there is no token to make a call with. Nothing was sent.
type tokenError struct{ err error }

func (e *tokenError) Error() string { return fmt.Sprintf("line: no channel access token: %v", e.err) }
func (e *tokenError) Unwrap() error { return e.err }

// lasting reports whether a later attempt will fail as well, until somebody mends it.
func (e *tokenError) lasting() bool {
	var refusal *APIError
	return errors.Is(e.err, errToken) || errors.Is(e.err, errRevoked) ||
		errors.As(e.err, &refusal) && refusal.Status >= 400 && refusal.Status < 500 &&
			refusal.Status != 408 && refusal.Status != 429
}

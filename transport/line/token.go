package line

import (
	"context"
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

// TokenSource gives the channel access tokens that API calls are made with. Those of package
// tokens renew their tokens. Its methods are called concurrently.
type TokenSource interface {
	// Token returns the token to use now. It is called for each API call, and so must be quick
	// where it has a token that is good, and give up within a few seconds where it has none.
	Token(ctx context.Context) (string, error)
	// Refused says that LINE answered 401 to a call with this token. If Token returns another
	// one from then on, the call is repeated with it, once.
	Refused(token string)
}

// fixedToken is a token that never changes.
type fixedToken struct{ token credential.Secret }

func (t fixedToken) Token(context.Context) (string, error) { return t.token.Reveal(), nil }
func (t fixedToken) Refused(string)                        {}

// tokenError says that there is no token to make a call with. Nothing was sent.
type tokenError struct{ err error }

func (e *tokenError) Error() string { return fmt.Sprintf("line: no channel access token: %v", e.err) }
func (e *tokenError) Unwrap() error { return e.err }

// lasting reports whether a later attempt will fail as well, until somebody mends it.
func (e *tokenError) lasting() bool {
	var refusal *APIError
	return errors.Is(e.err, credential.ErrToken) || errors.Is(e.err, credential.ErrRevoked) ||
		errors.As(e.err, &refusal) && refusal.Status >= 400 && refusal.Status < 500 &&
			refusal.Status != 408 && refusal.Status != 429
}

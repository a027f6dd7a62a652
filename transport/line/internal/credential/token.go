// Package credential keeps channel secrets and channel access tokens out of sight, and says what is wrong
// with a token.
package credential

import (
	"errors"
	"strings"
)

var (
	// ErrToken says that a token cannot stand in a header.
	ErrToken = errors.New("line: the channel access token is empty or malformed")
	// ErrRevoked says that a source gives no more tokens.
	ErrRevoked = errors.New("line: the source of tokens has been closed")
)

// CheckToken returns ErrToken for a token that cannot stand in a header.
func CheckToken(token string) error {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ErrToken
	}
	return nil
}

package line

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

// script is a TokenSource that a test writes.
type script struct {
	mu      sync.Mutex
	tokens  []string // the first is the current one
	err     error
	refused []string
}

func (s *script) Token(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[0], s.err
}

func (s *script) Refused(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, token)
	if len(s.tokens) > 1 && s.tokens[0] == token {
		s.tokens = s.tokens[1:]
	}
}

func TestUnauthorizedRenewsOnce(t *testing.T) {
	tests := []struct {
		name   string
		tokens []string
		answer func(http.ResponseWriter, int)
		push   bool
		want   string // the verdict
		auths  []string
	}{
		{"reply", []string{"a", "b"}, inTurn(says(401, `{}`), says(200, `{}`)), false, "", []string{"a", "b"}},
		{"push", []string{"a", "b"}, inTurn(says(401, `{}`), says(200, `{}`)), true, "", []string{"a", "b"}},
		{"no other token", []string{"a"}, says(401, `{}`), false, "hold", []string{"a"}},
		{"the other is refused too", []string{"a", "b", "c"}, says(401, `{}`), false, "hold", []string{"a", "b"}},
		{"the other meets an error", []string{"a", "b"}, inTurn(says(401, `{}`), hangUp), true, "retry", []string{"a", "b"}},
		{"no 401", []string{"a", "b"}, says(403, `{}`), false, "drop", []string{"a"}},
	}
	for _, tt := range tests {
		for name, client := range clients {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				p := newPlatform(t, tt.answer)
				s := &script{tokens: tt.tokens}
				c, err := New("secret", "", &Options{Endpoint: p.URL, Client: client(), Tokens: s})
				require.NoError(t, err)
				d := delivery()
				if tt.push {
					d.ReplyToken = ""
				}
				require.Equal(t, tt.want, verdictOf(failure(c.Send(t.Context(), d))))
				var auths []string
				calls := p.got()
				for _, call := range calls {
					auths = append(auths, call.auth[len("Bearer "):])
					require.Equal(t, calls[0].body, call.body)
					require.Equal(t, calls[0].retryKey, call.retryKey)
				}
				require.Equal(t, tt.auths, auths)
			})
		}
	}
}

func verdictOf(err error) string {
	var se *transport.SendError
	if errors.As(err, &se) {
		return se.Disposition.String()
	}
	return ""
}

func TestSendWithoutToken(t *testing.T) {
	tests := []struct {
		name, token string
		err         error
		want        string
	}{
		{"the source is out of order", "", errors.New("x"), "retry"},
		{"LINE is out of order", "", &APIError{Status: 500}, "retry"},
		{"too many calls", "", &APIError{Status: 429}, "retry"},
		{"wrong secret", "", &APIError{Status: 400}, "hold"},
		{"unknown key", "", &APIError{Status: 404}, "hold"},
		{"a source that was closed", "", credential.ErrRevoked, "hold"},
		{"no token", "", nil, "hold"},
		{"line end", "a\r\nb", nil, "hold"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t, says(200, `{}`))
			s := &script{tokens: []string{tt.token}, err: tt.err}
			c, err := New("secret", "", &Options{Endpoint: p.URL, Tokens: s})
			require.NoError(t, err)
			_, err = c.Send(t.Context(), delivery())
			require.Equal(t, tt.want, verdictOf(err))
			require.Contains(t, err.Error(), "line: no channel access token: ")
			require.Empty(t, p.got())
		})
	}
}

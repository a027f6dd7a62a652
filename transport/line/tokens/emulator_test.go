package tokens_test

import (
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

// TestSignedTokensOfLINE asks for tokens as LINE describes it, uses them, and revokes them.
func TestSignedTokensOfLINE(t *testing.T) {
	platform := emulator.New("secret", "token", &emulator.Options{NoRateLimits: true})
	t.Cleanup(platform.Close)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	kid, err := platform.RegisterKey(&key.PublicKey)
	require.NoError(t, err)
	const id = "1234567890"
	quiet := slog.New(slog.DiscardHandler)
	o := &tokens.Options{Endpoint: server.URL, Logger: quiet}
	works := func(o line.Options, token string) bool {
		o.Endpoint, o.Logger = server.URL, quiet
		c, err := line.New("secret", token, &o)
		require.NoError(t, err)
		_, err = c.Quota(t.Context())
		return err == nil
	}

	stateless, err := tokens.SignedStateless(id, kid, key, o)
	require.NoError(t, err)
	require.True(t, works(line.Options{Tokens: stateless}, ""))
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	stateless, err = tokens.SignedStateless(id, kid, other, o)
	require.NoError(t, err)
	require.False(t, works(line.Options{Tokens: stateless}, ""), "signed with another key")

	for range 31 { // LINE allows 30 at a time
		source, err := tokens.Signed(id, kid, key, o)
		require.NoError(t, err)
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		require.True(t, works(line.Options{}, token))
		require.Error(t, source.Close(t.Context(), "another secret"))
		require.True(t, works(line.Options{}, token))
		require.NoError(t, source.Close(t.Context(), "secret"))
		require.False(t, works(line.Options{}, token))
		require.False(t, works(line.Options{Tokens: source}, ""))
	}

	source, err := tokens.Signed(id, kid, key, o)
	require.NoError(t, err)
	leaked, err := source.Token(t.Context())
	require.NoError(t, err)
	require.NoError(t, tokens.Revoke(t.Context(), id, "secret", leaked, o))
	require.False(t, works(line.Options{}, leaked))
	require.True(t, works(line.Options{Tokens: source}, ""), "the source asks for another")
	require.NoError(t, tokens.Revoke(t.Context(), id, "secret", leaked, o), "an unknown one is no error")
}

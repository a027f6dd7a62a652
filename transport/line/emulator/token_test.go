package emulator

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const channel = "1234567890"

// testKeys are made once: that takes a while.
var testKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 2)
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

// signer makes assertions of a key that is registered with the stage.
type signer struct {
	key *rsa.PrivateKey
	kid string
	now func() time.Time
}

func (s *stage) signer(n int) *signer {
	s.t.Helper()
	key := testKeys()[n]
	kid, err := s.RegisterKey(&key.PublicKey)
	require.NoError(s.t, err)
	return &signer{key, kid, s.now.now}
}

// sign makes an assertion, with changes to its header and claims.
func (g *signer) sign(header, claims map[string]any) string {
	h := map[string]any{"alg": "RS256", "typ": "JWT", "kid": g.kid}
	c := map[string]any{"iss": channel, "sub": channel, "aud": "https://api.line.me/",
		"exp": g.now().Add(30 * time.Minute).Unix(), "token_exp": 3600}
	maps.Copy(h, header)
	maps.Copy(c, claims)
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(h) + "." + part(c)
	sum := sha256.Sum256([]byte(text))
	signature, _ := rsa.SignPKCS1v15(nil, g.key, crypto.SHA256, sum[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func asserted(assertion string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {assertionType},
		"client_assertion": {assertion}}
}

func credentials(secret string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {channel}, "client_secret": {secret}}
}

// posts calls a token endpoint, which needs no token.
func (s *stage) posts(path string, v url.Values) result {
	s.t.Helper()
	return s.call("POST", path, v.Encode(), "Content-Type", form, "Authorization", "")
}

func issued(t *testing.T, r result) tokenBody {
	t.Helper()
	require.Equal(t, http.StatusOK, r.status, r.raw)
	var body tokenBody
	decode(t, r.raw, &body)
	require.Equal(t, "Bearer", body.Type)
	return body
}

// works says whether the API takes a token.
func (s *stage) works(token string) bool {
	s.t.Helper()
	r := s.call("GET", "/v2/bot/info", "", "Authorization", "Bearer "+token)
	if r.status == http.StatusUnauthorized {
		require.Contains(s.t, r.Message, "Authentication failed due to the following reason: ")
	}
	return r.status == http.StatusOK
}

func TestShortLivedTokens(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	first := issued(t, s.posts("/v2/oauth/accessToken", credentials(secret)))
	require.Equal(t, 2592000, first.Expires)
	require.Empty(t, first.ID)
	require.True(t, s.works(first.Token))
	require.JSONEq(t, `{"client_id":"1234567890","expires_in":2592000,"scope":"P CM"}`,
		s.posts("/v2/oauth/verify", url.Values{"access_token": {first.Token}}).raw)
	var second tokenBody
	for range 29 {
		second = issued(t, s.posts("/v2/oauth/accessToken", credentials(secret)))
	}
	require.True(t, s.works(first.Token))
	last := issued(t, s.posts("/v2/oauth/accessToken", credentials(secret)))
	require.False(t, s.works(first.Token), "the 31st revokes the oldest")
	require.True(t, s.works(last.Token))
	require.True(t, s.works(token), "the token of New is another kind")

	r := s.posts("/v2/oauth/revoke", url.Values{"access_token": {last.Token}})
	require.Equal(t, 200, r.status)
	require.Empty(t, r.raw)
	require.False(t, s.works(last.Token))
	require.Equal(t, 200, s.posts("/v2/oauth/revoke", url.Values{"access_token": {last.Token}}).status)
	require.JSONEq(t, `{"error":"invalid_request"}`, s.posts("/v2/oauth/revoke", nil).raw)

	s.now.advance(30*24*time.Hour - 1)
	require.True(t, s.works(second.Token))
	s.now.advance(1)
	require.False(t, s.works(second.Token), "after 30 days")
	require.True(t, s.works(token), "a long-lived token stays")
	require.Contains(t, s.posts("/v2/oauth/verify", url.Values{"access_token": {token}}).raw, `"P CM"`)
}

func TestTokensVersion21(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.signer(0)
	got := issued(t, s.posts("/oauth2/v2.1/token", asserted(g.sign(nil, nil))))
	require.Equal(t, 3600, got.Expires)
	require.NotEmpty(t, got.ID)
	require.True(t, s.works(got.Token))
	verify := func() result {
		return s.call("GET", "/oauth2/v2.1/verify?access_token="+got.Token, "", "Authorization", "")
	}
	require.JSONEq(t, `{"client_id":"1234567890","expires_in":3600,"scope":"profile chat_message.write"}`,
		verify().raw)
	kids := func() result {
		v := asserted(g.sign(nil, nil))
		return s.call("GET", "/oauth2/v2.1/tokens/kid?"+v.Encode(), "", "Authorization", "")
	}
	require.JSONEq(t, `{"kids":["`+got.ID+`"]}`, kids().raw)
	s.now.advance(time.Hour)
	require.False(t, s.works(got.Token))
	require.JSONEq(t, `{"error":"invalid_request","error_description":"The access token expired"}`, verify().raw)
	require.JSONEq(t, `{"kids":[]}`, kids().raw)

	for range 30 {
		got = issued(t, s.posts("/oauth2/v2.1/token", asserted(g.sign(nil, nil))))
	}
	r := s.posts("/oauth2/v2.1/token", asserted(g.sign(nil, nil)))
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"The maximum number of access tokens has already been issued"}`, r.raw)
	v := credentials(secret)
	v.Set("access_token", got.Token)
	require.Equal(t, 200, s.posts("/oauth2/v2.1/revoke", v).status)
	require.False(t, s.works(got.Token))
	issued(t, s.posts("/oauth2/v2.1/token", asserted(g.sign(nil, nil))))
}

func TestStatelessTokens(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, v := range []url.Values{credentials(secret), asserted(s.signer(0).sign(nil, nil))} {
		got := issued(t, s.posts("/oauth2/v3/token", v))
		require.Equal(t, 900, got.Expires)
		require.True(t, s.works(got.Token))
		s.now.advance(15*time.Minute - 1)
		require.True(t, s.works(got.Token))
		revoke := credentials(secret)
		revoke.Set("access_token", got.Token)
		require.Equal(t, 200, s.posts("/oauth2/v2.1/revoke", revoke).status)
		require.True(t, s.works(got.Token), "it cannot be revoked")
		s.now.advance(1)
		require.False(t, s.works(got.Token))
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g, other := s.signer(0), s.signer(1)
	other.kid = g.kid
	ago := func(d time.Duration) map[string]any { return map[string]any{"exp": s.now.now().Add(d).Unix()} }
	const v21, v3, short = "/oauth2/v2.1/token", "/oauth2/v3/token", "/v2/oauth/accessToken"
	client := func(description string) string {
		return `{"error":"invalid_client","error_description":"` + description + `"}`
	}
	tests := []struct {
		name, path string
		values     url.Values
		status     int
		body       string
	}{
		{"no grant type", v21, url.Values{}, 400,
			`{"error":"invalid_request","error_description":"some parameters missed or invalid"}`},
		{"a wrong channel", short, url.Values{"grant_type": {"client_credentials"}, "client_id": {"1"}}, 400,
			client("invalid client_id")},
		{"a wrong secret", short, credentials("x"), 400, client("invalid client_secret")},
		{"a wrong secret, stateless", v3, credentials("x"), 400,
			`{"error":"invalid_request","error_description":"Invalid 'client_credentials'."}`},
		{"no assertion", v21, credentials(secret), 400, client("Invalid client_assertion_type")},
		{"not a JWT", v21, asserted("x"), 400, client("Invalid client_assertion")},
		{"not JSON", v21, asserted("x.y.z"), 400, client("Invalid client_assertion")},
		{"not RS256", v21, asserted(g.sign(map[string]any{"alg": "none"}, nil)), 400, client("Invalid alg")},
		{"not typ JWT", v21, asserted(g.sign(map[string]any{"typ": "x"}, nil)), 400, client("Invalid typ")},
		{"an unknown key", v21, asserted(g.sign(map[string]any{"kid": "x"}, nil)), 404,
			`{"message":"Cannot find channel key that satisfies the conditions"}`},
		{"an unknown key, stateless", v3, asserted(g.sign(map[string]any{"kid": "x"}, nil)), 404,
			`{"message":"Cannot find channel key that satisfies the conditions"}`},
		{"signed by another key", v21, asserted(other.sign(nil, nil)), 400, client("Invalid signature")},
		{"another issuer", v21, asserted(g.sign(nil, map[string]any{"iss": "1"})), 400,
			client("iss and clientId of key do not match")},
		{"another subject", v21, asserted(g.sign(nil, map[string]any{"sub": "1"})), 400, client("Invalid sub")},
		{"another audience", v21, asserted(g.sign(nil, map[string]any{"aud": "https://api.line.me"})), 400,
			client("Invalid aud")},
		{"expired", v21, asserted(g.sign(nil, ago(0))), 400, client("Invalid exp")},
		{"lives too long", v21, asserted(g.sign(nil, ago(30*time.Minute+time.Second))), 400, client("Invalid exp")},
		{"no life for the token", v21, asserted(g.sign(nil, map[string]any{"token_exp": 0})), 400,
			client("Invalid token_exp")},
		{"too long a life for the token", v21, asserted(g.sign(nil, map[string]any{"token_exp": 2592001})), 400,
			client("Invalid token_exp")},
		{"revoke without a secret", "/oauth2/v2.1/revoke", url.Values{"client_id": {channel}}, 400,
			client("invalid client_secret")},
		{"revoke for another channel", "/oauth2/v2.1/revoke", url.Values{}, 400, client("invalid client_id")},
		{"verify nothing", "/v2/oauth/verify", url.Values{}, 400,
			`{"error":"invalid_request","error_description":"access_token in invalid format"}`},
		{"verify an unknown token", "/v2/oauth/verify", url.Values{"access_token": {"x"}}, 400,
			`{"error":"invalid_request","error_description":"access_token invalid"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.posts(test.path, test.values)
			require.Equal(t, test.status, r.status)
			require.JSONEq(t, test.body, r.raw)
		})
	}
	v := credentials(secret)
	v.Set("access_token", "x")
	require.Contains(t, s.posts("/oauth2/v2.1/revoke", v).raw, "The access token not JWS")
	require.Contains(t, s.call("GET", "/oauth2/v2.1/verify?access_token=x", "").raw, "The access token not JWS")
	require.Contains(t, s.call("GET", "/oauth2/v2.1/verify?access_token=x.y.z", "").raw,
		"The access token malformed")
	require.Equal(t, 404, s.call("GET", "/oauth2/v2.1/tokens/kid?"+
		asserted(g.sign(map[string]any{"kid": "x"}, nil)).Encode(), "").status)
	require.Equal(t, 415, s.call("POST", v3, "{}").status)
	require.Equal(t, 400, s.call("POST", v3, "%zz", "Content-Type", form).status)
	_, err := s.RegisterKey(nil)
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.RegisterKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 3071), E: 65537})
	require.ErrorIs(t, err, ErrBadInput)
}

func TestAddAndRevokeToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.AddToken("second", time.Hour)
	require.True(t, s.works("second"))
	require.True(t, s.works(token))
	s.now.advance(time.Hour)
	require.False(t, s.works("second"))
	s.RevokeToken(token)
	s.RevokeToken("unknown")
	require.False(t, s.works(token))
}

func TestTokensAreNotLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newStage(t, &Options{Logger: slog.New(slog.NewTextHandler(&log,
		&slog.HandlerOptions{Level: slog.LevelDebug}))})
	g := s.signer(0)
	assertion := g.sign(nil, nil)
	got := issued(t, s.posts("/oauth2/v2.1/token", asserted(assertion)))
	short := issued(t, s.posts("/v2/oauth/accessToken", credentials(secret)))
	s.call("GET", "/oauth2/v2.1/verify?access_token="+got.Token, "")
	s.call("GET", "/oauth2/v2.1/tokens/kid?"+asserted(assertion).Encode(), "")
	require.True(t, s.works(short.Token))
	s.api.Close()
	require.Contains(t, log.String(), "/oauth2/v2.1/verify")
	for _, word := range []string{got.Token, short.Token, token, secret, assertion} {
		require.NotContains(t, log.String(), word)
	}
}

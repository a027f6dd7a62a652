package tokens

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var testKey = func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}()

const goodToken = `{"token_type":"Bearer","access_token":"stateless-1","expires_in":900}`

func TestStatelessTokens(t *testing.T) {
	p := newPlatform(t, says(200, goodToken))
	s, err := Stateless("1234", "canary&secret", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	require.Equal(t, "stateless-1", tokenOf(t, s))
	require.Equal(t, "stateless-1", tokenOf(t, s))
	require.Equal(t, []sent{{
		"/oauth2/v3/token", "client_id=1234&client_secret=canary%26secret&grant_type=client_credentials",
		"", "application/x-www-form-urlencoded",
	}}, p.got())
	end := s.(*renewer).current.Load().end
	require.WithinDuration(t, time.Now().Add(15*time.Minute), end, 10*time.Second)
}

func TestSignedTokens(t *testing.T) {
	p := newPlatform(t, says(200, `{"access_token":"v21","token_type":"Bearer","expires_in":86400,"key_id":"x"}`))
	s, err := Signed("1234", "kid-1", testKey, &Options{Endpoint: p.URL, Life: 24 * time.Hour})
	require.NoError(t, err)
	require.Equal(t, "v21", tokenOf(t, s))
	require.Equal(t, "/oauth2/v2.1/token", p.got()[0].path)
	form, err := url.ParseQuery(p.got()[0].body)
	require.NoError(t, err)
	require.Equal(t, "client_credentials", form.Get("grant_type"))
	require.Equal(t, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form.Get("client_assertion_type"))
	require.Len(t, form, 3)

	parts := strings.Split(form.Get("client_assertion"), ".")
	require.Len(t, parts, 3)
	var raw [3][]byte
	for i, part := range parts {
		raw[i], err = base64.RawURLEncoding.DecodeString(part)
		require.NoError(t, err)
	}
	require.JSONEq(t, `{"alg":"RS256","typ":"JWT","kid":"kid-1"}`, string(raw[0]))
	var claims struct {
		Iss, Sub, Aud string
		Exp           int64
		TokenExp      int64 `json:"token_exp"`
	}
	require.NoError(t, json.Unmarshal(raw[1], &claims))
	require.WithinDuration(t, time.Now().Add(assertionLife), time.Unix(claims.Exp, 0), 10*time.Second)
	require.Equal(t, [...]any{"1234", "1234", "https://api.line.me/", int64(86400)},
		[...]any{claims.Iss, claims.Sub, claims.Aud, claims.TokenExp})
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	require.NoError(t, rsa.VerifyPKCS1v15(&testKey.PublicKey, crypto.SHA256, sum[:], raw[2]))

	cur := s.current.Load()
	require.Equal(t, maxMargin, cur.end.Sub(cur.renew), "a long life does not end days before it has to")
}

func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, int)
		want   string
	}{
		{"wrong secret", says(400, `{"error":"invalid_request","error_description":"Invalid 'canary'."}`), "line: status 400: invalid_request (request req-1)"},
		{"unknown key", says(404, `{"message":"Cannot find channel key that satisfies the conditions"}`), "line: status 404: Cannot find channel key (request req-1)"},
		{"too many tokens", says(400, `{"message":"The maximum number of access tokens has already been issued"}`), "line: status 400: The maximum number of access tokens has already been issued (request req-1)"},
		{"redirect", says(302, ``, "Location", "http://127.0.0.1:1/canary"), "line: status 302 (request req-1)"},
		{"no JSON", says(200, `<html>canary`), "line: malformed answer to a request for a token"},
		{"no life", says(200, `{"access_token":"canary"}`), "line: malformed answer to a request for a token"},
		{"no token", says(200, `{"expires_in":900}`), "line: the channel access token is empty or malformed"},
		{"odd token", says(200, `{"expires_in":900,"access_token":"canary\n"}`), "line: the channel access token is empty or malformed"},
		{"breaks off", breaksOff, "line: the answer broke off"},
		{"hangs up", hangUp, "EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t, tt.answer)
			var log bytes.Buffer
			s, err := Stateless("1234", "canary", &Options{
				Endpoint: p.URL, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			})
			require.NoError(t, err)
			_, err = s.Token(t.Context())
			require.EqualError(t, err, tt.want)
			require.Contains(t, log.String(), "line: channel access token not renewed")
			require.NotContains(t, log.String()+fmt.Sprintf("%+v %#v", s, s), "canary")
		})
	}
}

func TestTokenSourcesRefuse(t *testing.T) {
	small := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: testKey.Primes[0]}}
	stateless := func(id, secret string, o *Options) error {
		_, err := Stateless(id, secret, o)
		return err
	}
	signed := func(id, kid string, key *rsa.PrivateKey, o *Options) error {
		_, err := Signed(id, kid, key, o)
		return err
	}
	signedStateless := func(id, kid string, key *rsa.PrivateKey, o *Options) error {
		_, err := SignedStateless(id, kid, key, o)
		return err
	}
	revoke := func(id, secret, token string, o *Options) error {
		return Revoke(t.Context(), id, secret, token, o)
	}
	const life = "line: the life of tokens is not from a minute to 30 days"
	require.EqualError(t, stateless("", "s", nil), "line: empty channel id or secret")
	require.EqualError(t, stateless("1", "", nil), "line: empty channel id or secret")
	require.EqualError(t, stateless("1", "s", &Options{Endpoint: "ftp://a"}), "line: the endpoint is not an http or https address")
	require.EqualError(t, signed("", "k", testKey, nil), "line: empty channel id or key id")
	require.EqualError(t, signed("1", "", testKey, nil), "line: empty channel id or key id")
	require.EqualError(t, signed("1", "k", nil, nil), "line: the signing key is not an RSA key of 2048 bits")
	require.EqualError(t, signed("1", "k", small, nil), "line: the signing key is not an RSA key of 2048 bits")
	require.EqualError(t, signed("1", "k", testKey, &Options{Life: time.Second}), life)
	require.EqualError(t, signed("1", "k", testKey, &Options{Life: -time.Hour}), life)
	require.EqualError(t, signed("1", "k", testKey, &Options{Life: mostLife + 1}), life)
	require.EqualError(t, signed("1", "k", testKey, &Options{Endpoint: "ftp://a"}), "line: the endpoint is not an http or https address")
	require.EqualError(t, signedStateless("", "k", testKey, nil), "line: empty channel id or key id")
	require.EqualError(t, signedStateless("1", "k", small, nil), "line: the signing key is not an RSA key of 2048 bits")
	require.NoError(t, signedStateless("1", "k", testKey, nil))
	const empty = "line: empty channel id, secret or token"
	require.EqualError(t, revoke("", "s", "t", nil), empty)
	require.EqualError(t, revoke("1", "", "t", nil), empty)
	require.EqualError(t, revoke("1", "s", "", nil), empty)
	require.EqualError(t, revoke("1", "s", "t", &Options{Endpoint: "ftp://a"}), "line: the endpoint is not an http or https address")
	require.NoError(t, signed("1", "k", testKey, &Options{Life: mostLife}))
	require.NoError(t, stateless("1", "s", nil))
	require.NoError(t, signed("1", "k", testKey, nil))
}

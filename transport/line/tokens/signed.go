package tokens

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

const (
	// assertionLife is how long a signed request for a token is good. LINE allows 30 minutes;
	// clocks may differ.
	assertionLife = 10 * time.Minute
	defaultLife   = time.Hour
	leastLife     = time.Minute
	mostLife      = 30 * 24 * time.Hour
	statelessLife = 15 * time.Minute

	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// SignedStateless returns a source like that of Stateless which asks for its tokens with
// an assertion, as Signed does: the channel secret is not sent.
//
// It reports an empty id, a key of less than 2048 bits, and an endpoint that is no address. o may be
// nil.
func SignedStateless(channelID, keyID string, key *rsa.PrivateKey, o *Options) (line.TokenSource, error) {
	// LINE describes one form of assertion, which has a life of the token in it.
	is, err := newSigner("oauth2/v3/token", channelID, keyID, key, statelessLife, o)
	if err != nil {
		return nil, err
	}
	return is.source(), nil
}

// Signed returns a source of channel access tokens v2.1. It asks for them with an
// assertion (a JWT) that is signed with the private part of an assertion signing key, whose
// public part LINE knows by keyID. They are renewed as those of Stateless are.
// https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/
//
// It reports an empty id, a key of less than 2048 bits, a life that LINE does not allow and an
// endpoint that is no address. o may be nil.
func Signed(channelID, keyID string, key *rsa.PrivateKey, o *Options) (*V21, error) {
	life := defaultLife
	if o != nil && o.Life != 0 {
		life = o.Life
	}
	if life < leastLife || life > mostLife {
		return nil, errors.New("line: the life of tokens is not from a minute to 30 days")
	}
	is, err := newSigner("oauth2/v2.1/token", channelID, keyID, key, life, o)
	if err != nil {
		return nil, err
	}
	return newV21(channelID, is), nil
}

// newSigner returns an issuer whose requests are signed.
func newSigner(
	path, channelID, keyID string, key *rsa.PrivateKey, life time.Duration, o *Options,
) (*issuer, error) {
	if channelID == "" || keyID == "" {
		return nil, errors.New("line: empty channel id or key id")
	}
	if key == nil || key.N == nil || key.N.BitLen() < 2048 {
		return nil, errors.New("line: the signing key is not an RSA key of 2048 bits")
	}
	is, err := newIssuer(path, o)
	if err != nil {
		return nil, err
	}
	is.form = func(now time.Time) (url.Values, error) {
		jwt, err := assertion(channelID, keyID, key, now, life)
		return url.Values{"client_assertion_type": {assertionType}, "client_assertion": {jwt}}, err
	}
	return is, nil
}

type assertionHead struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
	Kid string `json:"kid"`
}

type assertionClaims struct {
	Iss      string `json:"iss"`
	Sub      string `json:"sub"`
	Aud      string `json:"aud"`
	Exp      int64  `json:"exp"`
	TokenExp int64  `json:"token_exp"`
}

// assertion returns a JWT, signed with RS256.
func assertion(channelID, keyID string, key *rsa.PrivateKey, now time.Time, life time.Duration) (string, error) {
	head, err := json.Marshal(assertionHead{Alg: "RS256", Typ: "JWT", Kid: keyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(assertionClaims{
		Iss: channelID, Sub: channelID, Aud: "https://api.line.me/",
		Exp: now.Add(assertionLife).Unix(), TokenExp: int64(life / time.Second),
	})
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	text := enc.EncodeToString(head) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("line: the assertion could not be signed")
	}
	return text + "." + enc.EncodeToString(sig), nil
}

package emulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// assertionType is the only kind of assertion that LINE takes.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// maxAssertionLife is how far ahead the end of an assertion may be.
const maxAssertionLife = 30 * time.Minute

// claims are what an assertion says.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	TokenExp int64  `json:"token_exp"`
}

// RegisterKey registers the public half of an assertion signing key, as LINE's console does, and
// returns the kid to put into the header of assertions. The error wraps ErrBadInput if the key is
// not one of 2048 bits.
func (p *Platform) RegisterKey(key *rsa.PublicKey) (string, error) {
	if key == nil || key.N == nil || key.N.BitLen() != 2048 {
		return "", fmt.Errorf("%w: not an RSA key of 2048 bits", ErrBadInput)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	kid := newUUID()
	p.keys[kid] = key
	return kid, nil
}

// assertion reads the assertion of a call, and checks that it is signed by a registered key and
// says what LINE asks for. The caller holds p.mu.
func (p *Platform) assertion(v url.Values) (claims, *answer) {
	refused := func(description string) (claims, *answer) {
		a := oauthRefusal("invalid_client", description)
		return claims{}, &a
	}
	if v.Get("client_assertion_type") != assertionType {
		return refused("Invalid client_assertion_type")
	}
	parts := strings.Split(v.Get("client_assertion"), ".")
	if len(parts) != 3 {
		return refused("Invalid client_assertion")
	}
	var header struct{ Alg, Typ, Kid string }
	var said claims
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &said) {
		return refused("Invalid client_assertion")
	}
	if header.Alg != "RS256" {
		return refused("Invalid alg")
	}
	if header.Typ != "JWT" {
		return refused("Invalid typ")
	}
	key := p.keys[header.Kid]
	if key == nil {
		a := refuse(http.StatusNotFound, "Cannot find channel key that satisfies the conditions")
		return claims{}, &a
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return refused("Invalid signature")
	}
	if problem := said.problem(p.opt.ChannelID, p.opt.Now()); problem != "" {
		return refused(problem)
	}
	return said, nil
}

// problem says what is wrong with the claims, or nothing.
func (s claims) problem(channel string, now time.Time) string {
	end := time.Unix(s.Expires, 0)
	switch {
	case s.Issuer != channel:
		return "iss and clientId of key do not match"
	case s.Subject != s.Issuer:
		return "Invalid sub"
	case s.Audience != "https://api.line.me/":
		return "Invalid aud"
	case !now.Before(end) || end.Sub(now) > maxAssertionLife:
		return "Invalid exp"
	}
	return ""
}

func decodePart(part string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, v) == nil
}

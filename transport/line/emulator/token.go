package emulator

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// The kinds of channel access tokens: see "Channel access token" in LINE's documentation.
const (
	longLived  = "long-lived"
	shortLived = "short-lived"
	version21  = "v2.1"
	stateless  = "stateless"
)

const (
	day           = 24 * time.Hour
	maxTokenLife  = 30 * day
	statelessLife = 15 * time.Minute
	maxTokens     = 30 // of short-lived ones, and of v2.1
)

// accessToken is a token that the channel was given.
type accessToken struct {
	kind    string
	id      string // key_id, of v2.1
	number  int    // in the order of issue
	expires time.Time
}

// AddToken makes one more access token work, beside the one of New, as LINE's console does. It works
// for the given time, or for ever if that is zero.
func (p *Platform) AddToken(token string, life time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep(token, longLived, life)
}

// RevokeToken makes an access token of any kind work no more. An unknown one is no error.
func (p *Platform) RevokeToken(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.access, token)
}

// keep makes a token work. The caller holds p.mu.
func (p *Platform) keep(token, kind string, life time.Duration) *accessToken {
	p.issued++
	t := &accessToken{kind: kind, number: p.issued}
	if life > 0 {
		t.expires = p.opt.Now().Add(life)
	}
	p.access[token] = t
	return t
}

func (t *accessToken) expired(now time.Time) bool {
	return !t.expires.IsZero() && !now.Before(t.expires)
}

// valid lists the tokens of a kind that work, and drops those that have expired: they do not count
// as issued. The caller holds p.mu.
func (p *Platform) valid(kind string) map[string]*accessToken {
	now, valid := p.opt.Now(), map[string]*accessToken{}
	for token, t := range p.access {
		switch {
		case t.kind != kind:
		case t.expired(now):
			delete(p.access, token)
		default:
			valid[token] = t
		}
	}
	return valid
}

// unauthorised returns why the call may not proceed, or an empty string.
func (p *Platform) unauthorised(header string) string {
	kind, token, _ := strings.Cut(header, " ")
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.access[token]
	switch {
	case header == "":
		return "missing authorization header"
	case !strings.EqualFold(kind, "Bearer") || t == nil:
		return "invalid token"
	case t.expired(p.opt.Now()):
		return "the access token expired"
	default:
		return ""
	}
}

// same compares a secret in a time that does not depend on where it differs.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// newJWS makes a token that looks like LINE's: three parts with dots between.
func newJWS() string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256"}`)) + "." + encode(randomBytes(48)) + "." + encode(randomBytes(32))
}

// oauthRefusal refuses a call of the token endpoints, which have a form of errors of their own.
func oauthRefusal(code, description string) answer {
	return answer{status: http.StatusBadRequest, body: struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
	}{code, description}}
}

package emulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

var formBody = []string{"application/x-www-form-urlencoded"}

func (p *Platform) tokenEndpoints() []endpoint {
	form := func(path string, handle func(url.Values) answer, r rate) endpoint {
		return endpoint{method: http.MethodPost, path: path, open: true, media: formBody, rate: r,
			handle: func(c *call) answer {
				values, err := url.ParseQuery(string(c.body))
				if err != nil {
					return oauthRefusal("invalid_request", "")
				}
				return handle(values)
			}}
	}
	query := func(path string, handle func(url.Values) answer) endpoint {
		return endpoint{method: http.MethodGet, path: path, open: true,
			handle: func(c *call) answer { return handle(c.URL.Query()) }}
	}
	return []endpoint{
		form("/v2/oauth/accessToken", p.issueShort, rate{370, time.Second}),
		form("/v2/oauth/verify", p.verifyOld, rate{}),
		form("/v2/oauth/revoke", p.revokeOld, rate{}),
		form("/oauth2/v2.1/token", p.issue21, rate{}),
		form("/oauth2/v2.1/revoke", p.revoke21, rate{}),
		query("/oauth2/v2.1/verify", p.verify21),
		query("/oauth2/v2.1/tokens/kid", p.tokenIDs),
		form("/oauth2/v3/token", p.issueStateless, rate{}),
	}
}

// tokenBody is a token that was issued.
type tokenBody struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	ID      string `json:"key_id,omitempty"`
}

func wantsCredentials(v url.Values) *answer {
	if v.Get("grant_type") == "client_credentials" {
		return nil
	}
	a := oauthRefusal("invalid_request", "some parameters missed or invalid")
	return &a
}

// issueShort issues a short-lived token. One too many revokes the oldest.
func (p *Platform) issueShort(v url.Values) answer {
	if bad := wantsCredentials(v); bad != nil {
		return *bad
	}
	switch {
	case v.Get("client_id") != p.opt.ChannelID:
		return oauthRefusal("invalid_client", "invalid client_id")
	case !same(v.Get("client_secret"), p.secret):
		return oauthRefusal("invalid_client", "invalid client_secret")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	oldest, first := "", p.issued+1
	issued := p.valid(shortLived)
	for token, t := range issued {
		if t.number < first {
			oldest, first = token, t.number
		}
	}
	if len(issued) >= maxTokens {
		delete(p.access, oldest)
	}
	token := base64.StdEncoding.EncodeToString(randomBytes(96))
	p.keep(token, shortLived, maxTokenLife)
	return accept(http.StatusOK, tokenBody{token, "Bearer", int(maxTokenLife / time.Second), ""})
}

func (p *Platform) issue21(v url.Values) answer {
	if bad := wantsCredentials(v); bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	claims, bad := p.assertion(v)
	if bad != nil {
		return *bad
	}
	life := time.Duration(claims.TokenExp) * time.Second
	switch {
	case claims.TokenExp <= 0 || claims.TokenExp > int64(maxTokenLife/time.Second):
		return oauthRefusal("invalid_client", "Invalid token_exp")
	case len(p.valid(version21)) >= maxTokens:
		return refuse(http.StatusBadRequest, "The maximum number of access tokens has already been issued")
	}
	token := newJWS()
	t := p.keep(token, version21, life)
	t.id = base64.RawURLEncoding.EncodeToString(randomBytes(16))
	return accept(http.StatusOK, tokenBody{token, "Bearer", int(claims.TokenExp), t.id})
}

// issueStateless issues a token for 15 minutes, for a secret or an assertion.
func (p *Platform) issueStateless(v url.Values) answer {
	if bad := wantsCredentials(v); bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.Has("client_assertion") || v.Has("client_assertion_type") {
		if _, bad := p.assertion(v); bad != nil {
			return *bad
		}
	} else if v.Get("client_id") != p.opt.ChannelID || !same(v.Get("client_secret"), p.secret) {
		return oauthRefusal("invalid_request", "Invalid 'client_credentials'.")
	}
	token := newJWS()
	p.keep(token, stateless, statelessLife)
	p.valid(stateless) // drops those that have expired: there is no limit to their number
	return accept(http.StatusOK, tokenBody{token, "Bearer", int(statelessLife / time.Second), ""})
}

// verifyBody tells about a token that works.
type verifyBody struct {
	Channel string `json:"client_id"`
	Expires int64  `json:"expires_in"`
	Scope   string `json:"scope"`
}

// forEver is what LINE tells of a token that does not expire: about a century.
const forEver = 100 * 365 * day

func (p *Platform) verifyOld(v url.Values) answer {
	token := v.Get("access_token")
	p.mu.Lock()
	defer p.mu.Unlock()
	t, now := p.access[token], p.opt.Now()
	switch {
	case token == "" || strings.ContainsAny(token, " \t\r\n"):
		return oauthRefusal("invalid_request", "access_token in invalid format")
	case t == nil || t.expired(now) || t.kind != shortLived && t.kind != longLived:
		return oauthRefusal("invalid_request", "access_token invalid")
	}
	left := forEver
	if !t.expires.IsZero() {
		left = t.expires.Sub(now)
	}
	return accept(http.StatusOK, verifyBody{p.opt.ChannelID, int64(left / time.Second), "P CM"})
}

func (p *Platform) verify21(v url.Values) answer {
	token := v.Get("access_token")
	p.mu.Lock()
	defer p.mu.Unlock()
	t, now := p.access[token], p.opt.Now()
	switch {
	case strings.Count(token, ".") != 2:
		return oauthRefusal("invalid_request", "The access token not JWS")
	case t == nil || t.kind != version21 && t.kind != stateless:
		return oauthRefusal("invalid_request", "The access token malformed")
	case t.expired(now):
		return oauthRefusal("invalid_request", "The access token expired")
	}
	return accept(http.StatusOK, verifyBody{p.opt.ChannelID, int64(t.expires.Sub(now) / time.Second),
		"profile chat_message.write"})
}

func (p *Platform) tokenIDs(v url.Values) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, bad := p.assertion(v); bad != nil {
		return *bad
	}
	ids := []string{}
	for _, t := range p.valid(version21) {
		ids = append(ids, t.id)
	}
	slices.Sort(ids)
	return accept(http.StatusOK, map[string][]string{"kids": ids})
}

// revokeOld revokes a short-lived or long-lived token; LINE does not mind an unknown one.
func (p *Platform) revokeOld(v url.Values) answer {
	return p.revoke(v, shortLived, longLived)
}

func (p *Platform) revoke21(v url.Values) answer {
	switch {
	case v.Get("client_id") != p.opt.ChannelID:
		return oauthRefusal("invalid_client", "invalid client_id")
	case !same(v.Get("client_secret"), p.secret):
		return oauthRefusal("invalid_client", "invalid client_secret")
	case v.Get("access_token") != "" && strings.Count(v.Get("access_token"), ".") != 2:
		return oauthRefusal("invalid_request", "The access token not JWS")
	}
	return p.revoke(v, version21)
}

func (p *Platform) revoke(v url.Values, kinds ...string) answer {
	token := v.Get("access_token")
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return oauthRefusal("invalid_request", "")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.access[token]; t != nil && slices.Contains(kinds, t.kind) {
		delete(p.access, token)
	}
	return accept(http.StatusOK, []byte{})
}

package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const maxAliases = 1000

func (p *Platform) aliasEndpoints() []endpoint {
	const one = "/v2/bot/richmenu/alias/{richMenuAliasId}"
	return []endpoint{
		send("/v2/bot/richmenu/alias", p.bodied(p.createAlias)),
		get("/v2/bot/richmenu/alias/list", p.locked(p.listAliases)),
		get(one, about(p, p.aliasNamed, p.getAlias)),
		send(one, p.bodied(p.updateAlias)),
		{method: http.MethodDelete, path: one, handle: about(p, p.aliasNamed, p.deleteAlias), rate: rate{100, time.Hour}},
	}
}

// aliasBody is an alias as the API tells it.
type aliasBody struct {
	Alias string `json:"richMenuAliasId"`
	Menu  string `json:"richMenuId"`
}

var noAlias = refuseBare(http.StatusNotFound, "richmenu alias not found")

// aliasNamed is the alias of a call's path, if there is one. The caller holds p.mu.
func (p *Platform) aliasNamed(c *call) (aliasBody, *answer) {
	alias := c.values["richMenuAliasId"]
	if !aliasID.MatchString(alias) {
		return aliasBody{}, new(invalid("richMenuAliasId"))
	}
	menu, known := p.aliases[alias]
	if !known {
		return aliasBody{}, &noAlias
	}
	return aliasBody{alias, menu}, nil
}

// target reads the menu that an alias shall stand for. The caller holds p.mu.
func (p *Platform) target(k *checker, o object) string {
	id := k.str(o, "", "richMenuId", needID)
	m := p.menus[id]
	switch {
	case id != "" && !menuID.MatchString(id):
		k.fail("richMenuId", "invalid richMenuId")
	case m == nil || m.image == nil:
		k.refuse(refuseBare(http.StatusBadRequest, "richmenu not found"))
	}
	return id
}

func (p *Platform) createAlias(_ *call, o object) answer {
	var k checker
	alias := k.str(o, "", "richMenuAliasId", needID)
	if alias != "" && !aliasID.MatchString(alias) {
		k.fail("richMenuAliasId", "invalid richMenuAliasId")
	}
	menu := p.target(&k, o)
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	if _, taken := p.aliases[alias]; taken {
		return refuseBare(http.StatusBadRequest, "conflict richmenu alias id")
	}
	if k.other != nil {
		return *k.other
	}
	if len(p.aliases) >= maxAliases {
		return refuseBare(http.StatusBadRequest, "The maximum number of rich menu aliases has been reached")
	}
	p.aliases[alias] = menu
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) updateAlias(c *call, o object) answer {
	alias, bad := p.aliasNamed(c)
	if bad != nil {
		return *bad
	}
	var k checker
	menu := p.target(&k, o)
	if bad := k.refusal(); bad != nil {
		return *bad
	}
	p.aliases[alias.Alias] = menu
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) getAlias(_ *call, alias aliasBody) answer {
	return accept(http.StatusOK, alias)
}

func (p *Platform) deleteAlias(_ *call, alias aliasBody) answer {
	delete(p.aliases, alias.Alias)
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) listAliases(*call) answer {
	list := make([]aliasBody, 0, len(p.aliases))
	for alias, menu := range p.aliases {
		list = append(list, aliasBody{alias, menu})
	}
	slices.SortFunc(list, func(a, b aliasBody) int { return strings.Compare(a.Alias, b.Alias) })
	return accept(http.StatusOK, map[string]any{"aliases": list})
}

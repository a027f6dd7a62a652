package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

func (p *Platform) menuEndpoints() []endpoint {
	few := rate{100, time.Hour}
	const one, all, user = "/v2/bot/richmenu/{richMenuId}", "/v2/bot/user/all/richmenu",
		"/v2/bot/user/{userId}/richmenu"
	return []endpoint{
		{method: http.MethodPost, path: "/v2/bot/richmenu", handle: p.bodied(p.createMenu), rate: few},
		send("/v2/bot/richmenu/validate", parsed(p.validateMenu)),
		{method: http.MethodPost, path: one + "/content", handle: about(p, p.menuNamed, p.uploadMenuImage), data: true,
			media: []string{"image/jpeg", "image/png"}},
		{method: http.MethodGet, path: one + "/content", handle: about(p, p.menuNamed, p.menuImage), data: true},
		{method: http.MethodGet, path: "/v2/bot/richmenu/list", handle: p.locked(p.listMenus),
			rate: rate{10, time.Second}},
		get(one, about(p, p.menuNamed, p.getMenu)),
		{method: http.MethodDelete, path: one, handle: about(p, p.menuNamed, p.deleteMenu), rate: few},
		act(http.MethodPost, all+"/{richMenuId}", about(p, p.shownMenu, p.setDefaultMenu)),
		get(all, p.locked(p.getDefaultMenu)),
		act(http.MethodDelete, all, p.locked(p.clearDefaultMenu)),
		act(http.MethodPost, user+"/{richMenuId}", about(p, p.userNamed, p.linkMenu)),
		get(user, about(p, p.userNamed, p.linkedMenu)),
		act(http.MethodDelete, user, about(p, p.userNamed, p.unlinkMenu)),
	}
}

// refuseBare is the form of many errors about rich menus: with a list of details that is empty.
func refuseBare(status int, message string) answer {
	return answer{status: status, body: map[string]any{"message": message, "details": []any{}}}
}

func (p *Platform) validateMenu(_ *call, o object) answer {
	if _, details := checkMenu(o); len(details) > 0 {
		return refuseDetails(details)
	}
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) createMenu(_ *call, o object) answer {
	m, details := checkMenu(o)
	if len(details) > 0 {
		return refuseDetails(details)
	}
	if len(p.menus) >= maxMenus {
		return refuseBare(http.StatusBadRequest, "The maximum number of rich menus has been reached")
	}
	m.id = "richmenu-" + randomHex(16)
	o["richMenuId"] = m.id
	p.menus[m.id] = m
	p.menuOrder = append(p.menuOrder, m.id)
	return accept(http.StatusOK, map[string]string{"richMenuId": m.id})
}

// menuNamed is the menu of a call's path. The caller holds p.mu.
func (p *Platform) menuNamed(c *call) (*richMenu, *answer) {
	m := p.menus[c.values["richMenuId"]]
	if m == nil {
		return nil, &notFound
	}
	return m, nil
}

// shownMenu is menuNamed for a menu that is to be shown.
func (p *Platform) shownMenu(c *call) (*richMenu, *answer) {
	m, bad := p.menuNamed(c)
	if bad == nil && m.image == nil {
		bad = &noImage
	}
	return m, bad
}

func (p *Platform) uploadMenuImage(c *call, m *richMenu) answer {
	media := c.mediaType()
	switch {
	case m.image != nil:
		return refuse(http.StatusBadRequest, "An image has already been uploaded to the richmenu")
	case !fitsMenu(c.body, media):
		return refuse(http.StatusBadRequest, "The image size is not allowed for richmenu")
	}
	m.image, m.media = c.body, media
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) menuImage(_ *call, m *richMenu) answer {
	if m.image == nil {
		return notFound
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": m.media}, body: m.image}
}

func (p *Platform) listMenus(*call) answer {
	list := make([]json.RawMessage, len(p.menuOrder))
	for i, id := range p.menuOrder {
		list[i] = p.menus[id].body()
	}
	return accept(http.StatusOK, map[string]any{"richmenus": list})
}

func (p *Platform) getMenu(_ *call, m *richMenu) answer {
	return accept(http.StatusOK, m.body())
}

// deleteMenu deletes a menu. Whoever had it has none of its own any more.
func (p *Platform) deleteMenu(_ *call, m *richMenu) answer {
	delete(p.menus, m.id)
	p.menuOrder = slices.DeleteFunc(p.menuOrder, func(id string) bool { return id == m.id })
	if p.defaultMenu == m.id {
		p.defaultMenu = ""
	}
	p.eachUser(func(u *user) {
		if u.menu == m.id {
			u.menu = ""
		}
		u.touch()
	})
	return accept(http.StatusOK, struct{}{})
}

// eachUser calls f for everyone. The caller holds p.mu.
func (p *Platform) eachUser(f func(*user)) {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	for _, u := range p.people.users {
		f(u)
	}
}

// noImage refuses to show a menu that has no image.
var noImage = refuseBare(http.StatusBadRequest, "must upload richmenu image before applying it to user")

func (p *Platform) setDefaultMenu(_ *call, m *richMenu) answer {
	p.defaultMenu = m.id
	p.eachUser(func(u *user) { u.touch() })
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) getDefaultMenu(*call) answer {
	if p.defaultMenu == "" {
		return refuseBare(http.StatusNotFound, "no default richmenu")
	}
	return accept(http.StatusOK, map[string]string{"richMenuId": p.defaultMenu})
}

func (p *Platform) clearDefaultMenu(*call) answer {
	p.defaultMenu = ""
	p.eachUser(func(u *user) { u.touch() })
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) linkMenu(c *call, u *user) answer {
	m, bad := p.shownMenu(c)
	if bad != nil {
		return *bad
	}
	p.link(u, m.id)
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) linkedMenu(_ *call, u *user) answer {
	if u == nil || !u.Friend || u.menu == "" {
		return refuseBare(http.StatusNotFound, "the user has no richmenu")
	}
	return accept(http.StatusOK, map[string]string{"richMenuId": u.menu})
}

func (p *Platform) unlinkMenu(_ *call, u *user) answer {
	p.link(u, "")
	return accept(http.StatusOK, struct{}{})
}

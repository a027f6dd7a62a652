package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	_ "image/jpeg" // the two formats that LINE takes
	_ "image/png"
	"regexp"
	"time"
)

// The limits of rich menus: see "Rich menu" in LINE's reference.
const (
	maxMenus     = 1000
	maxMenuImage = 1 << 20
	minRatio     = 1.45
)

var (
	menuID  = regexp.MustCompile(`^richmenu-[0-9a-f]{32}$`)
	aliasID = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
)

// richMenu is a rich menu.
type richMenu struct {
	id            string
	object        object // as it was sent, with its id
	width, height int
	bar           string
	selected      bool
	areas         []area
	image         []byte
	media         string
}

// area is a part of a rich menu that can be tapped.
type area struct {
	x, y, width, height int
	button              Button
}

// checkMenu reads a rich menu and checks it.
func checkMenu(o object) (*richMenu, []detail) {
	k := checker{rich: true}
	m := &richMenu{object: o}
	if size := k.object(o, "", "size", true); size != nil {
		m.width = k.whole(size, "size", "width", 800, 2500)
		m.height = k.whole(size, "size", "height", 250, 1<<31-1)
		if m.width > 0 && m.height > 0 && float64(m.width)/float64(m.height) < minRatio {
			k.fail("size", "The aspect ratio must be at least %v", minRatio)
		}
	}
	if _, there := o["selected"]; !there {
		k.fail("selected", "must be specified")
	}
	k.boolean(o, "", "selected")
	m.selected = o["selected"] == true
	k.str(o, "", "name", length{1, 300, graphemes})
	m.bar = k.str(o, "", "chatBarText", length{1, 14, graphemes})
	if _, there := o["areas"]; !there {
		k.fail("areas", "must be specified")
	}
	var r renderer
	for i, a := range k.list(o, "", "areas", 0, 20) {
		where := at("areas", i)
		found := k.bounds(a, where, m)
		k.action(a, where, "action", inRichMenu)
		found.button = *r.button(a["action"], false)
		m.areas = append(m.areas, found)
	}
	return m, k.details
}

// bounds reads where an area is. That it must lie within the menu is not LINE's word, but what lies
// outside can never be tapped.
func (k *checker) bounds(o object, path string, m *richMenu) area {
	b := k.object(o, path, "bounds", true)
	if b == nil {
		return area{}
	}
	path = under(path, "bounds")
	const most = 1<<31 - 1
	a := area{
		x: k.whole(b, path, "x", 0, most), y: k.whole(b, path, "y", 0, most),
		width: k.whole(b, path, "width", 1, most), height: k.whole(b, path, "height", 1, most),
	}
	if m.width > 0 && m.height > 0 && (a.x+a.width > m.width || a.y+a.height > m.height) {
		k.fail(path, "Must be within the rich menu")
	}
	return a
}

// whole reads a required whole number, 0 if it is wrong.
func (k *checker) whole(o object, path, key string, least, most int) int {
	v, there := o[key]
	n := number(v)
	switch {
	case !there:
		k.fail(under(path, key), "must be specified")
	case n < least || n > most:
		k.fail(under(path, key), "must be between %d and %d", least, most)
	default:
		return n
	}
	return 0
}

// fitsMenu says whether an image is one that a rich menu can have.
func fitsMenu(data []byte, media string) bool {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	return err == nil && "image/"+format == media && len(data) <= maxMenuImage &&
		config.Width >= 800 && config.Width <= 2500 && config.Height >= 250 &&
		float64(config.Width)/float64(config.Height) >= minRatio
}

// Menu returns the id of the rich menu that the user's chat shows: its own, which only friends have
// (see [Platform.Follow]), or the default one. It is empty if there is none. [Platform.Buttons]
// lists its areas.
func (p *Platform) Menu(user string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.find(user)
	if u == nil {
		return ""
	}
	p.settle()
	if m := p.menuOf(u.chat); m != nil {
		return m.id
	}
	return ""
}

// menuOf is the menu that a chat shows, or nil. The caller holds p.mu.
func (p *Platform) menuOf(c *chat) *richMenu {
	if c.person == nil {
		return nil
	}
	if m := p.menus[c.person.menu]; m != nil && c.person.Friend {
		return m
	}
	return p.menus[p.defaultMenu]
}

// switchMenu carries a tap on a switch action out, and tells the bot how it went. The caller does
// not hold p.mu.
func (p *Platform) switchMenu(ctx context.Context, c *chat, u *user, b Button) (Delivery, error) {
	params := map[string]any{"status": "SUCCESS", "newRichMenuAliasId": b.alias}
	p.mu.Lock()
	id, known := p.aliases[b.alias]
	switch {
	case !known:
		params = map[string]any{"status": "RICHMENU_ALIAS_ID_NOTFOUND"}
	case p.menus[id] == nil:
		params = map[string]any{"status": "RICHMENU_NOTFOUND"}
	case !u.Friend:
		params = map[string]any{"status": "FAILED"}
	default:
		u.menu = id
		c.touch()
	}
	p.mu.Unlock()
	return p.tell(ctx, c, u, "postback", map[string]any{
		"postback": map[string]any{"data": b.Data, "params": params},
	})
}

// link gives a user a menu of its own; an empty id takes it away. LINE lets friends have one only,
// and says nothing about others. The caller holds p.mu.
func (p *Platform) link(u *user, id string) {
	if u != nil && u.Friend {
		u.menu = id
		u.touch()
	}
}

// pending is something that LINE does a while after it has said yes.
type pending struct {
	at time.Time
	do func()
}

// afterJob does something when Options.JobTime has passed. The caller holds p.mu; do is called with
// p.mu held.
func (p *Platform) afterJob(do func()) {
	p.pending = append(p.pending, pending{p.opt.Now().Add(p.opt.JobTime), do})
	p.later(func(ctx context.Context) { // for pages that are open: calls of the API settle too
		select {
		case <-time.After(p.opt.JobTime):
		case <-ctx.Done():
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.settle()
	})
}

// settle does what is due. The caller holds p.mu.
func (p *Platform) settle() {
	now := p.opt.Now()
	for len(p.pending) > 0 && !now.Before(p.pending[0].at) {
		do := p.pending[0].do
		p.pending = p.pending[1:]
		do()
	}
}

// body is the menu as the API tells it.
func (m *richMenu) body() json.RawMessage {
	raw, _ := json.Marshal(m.object) // came from JSON, so it goes back
	return raw
}

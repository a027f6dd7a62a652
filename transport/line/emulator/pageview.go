package emulator

import (
	"net/http"
	"slices"
)

// chatView is what the page's template gets.
type chatView struct {
	Bot     User
	Me      string // what the page calls itself by: a user, or a group and its member
	Title   string
	Detail  string // of a group: how many are in it
	Group   bool
	Friend  bool // the bot is a friend, or in the group
	Users   []choice
	Chats   []choice
	Shown   string // see Platform.shown
	Rows    []row
	Quick   []tap
	Menu    *menuView
	Problem string
}

// choice is a link to another user or chat.
type choice struct {
	To, Name string
	Here     bool
}

// row is a bubble as one of the people sees it.
type row struct {
	*item
	Class string // of the side: bot, user for the viewer's own, or other
	Who   string // who wrote it, in words
	Named bool   // the name is shown: there are several people
	Seen  bool   // it is read, and that is worth telling
}

// Item is the bubble, for the page's template.
func (r row) Item() *item { return r.item }

func (p *Platform) showChat(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("user")
	p.mu.Lock()
	if name == "" {
		name = p.everyone()[0].ID
	}
	c, u := p.place(name)
	var view chatView
	if u != nil {
		view = p.view(c, u)
	}
	p.mu.Unlock()
	if u == nil {
		http.Error(w, "There is no such user.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := p.pages.ExecuteTemplate(w, "chat.html", view); err != nil {
		p.log.Debug("emulator: page not sent", "error", err)
	}
}

// view gathers the page of a chat as the user sees it. The caller holds p.mu.
func (p *Platform) view(c *chat, u *user) chatView {
	v := chatView{
		Bot: p.bot, Me: u.ID, Title: p.bot.Name, Friend: c.friend(), Shown: p.shown(len(c.items), c.epoch),
		Rows: p.rows(c, u, c.items), Quick: c.quick(), Menu: p.menuView(c), Problem: c.problem,
	}
	if c.person == nil {
		v.Me, v.Title, v.Group = c.id+"/"+u.ID, c.name, true
		v.Detail = c.size()
	}
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	for _, other := range p.people.users[:min(len(p.people.users), shownPeople)] {
		to := other.ID
		if c.person == nil && slices.Contains(c.members, other) {
			to = c.id + "/" + other.ID
		}
		v.Users = append(v.Users, choice{to, other.Name, other == u})
	}
	v.Chats = []choice{{u.ID, p.bot.Name, c.person != nil}}
	for _, other := range p.people.chats {
		if slices.Contains(other.members, u) {
			v.Chats = append(v.Chats, choice{other.id + "/" + u.ID, other.name, other == c})
		}
	}
	return v
}

// shownPeople is how many users the page lists: a test may add many thousands.
const shownPeople = 100

// friend says whether the bot is the user's friend, or in the group.
func (c *chat) friend() bool {
	if c.person != nil {
		return c.person.Friend
	}
	return c.joined
}

// rows are bubbles as the viewer sees them, which is noted. The caller holds p.mu.
func (p *Platform) rows(c *chat, viewer *user, items []*item) []row {
	c.opens(viewer, p.opt.Now())
	rows := make([]row, len(items))
	for i, it := range items {
		rows[i] = row{item: it, Class: "other", Who: p.bot.Name, Named: c.person == nil,
			Seen: p.opt.ManualRead && it.Read}
		switch {
		case it.From == FromBot:
			rows[i].Class = "bot"
		case it.Author == viewer.ID:
			rows[i].Class, rows[i].Who, rows[i].Named = "user", "You", false
		default:
			if u := p.find(it.Author); u != nil {
				rows[i].Who = u.Name
			}
		}
	}
	return rows
}

// quick lists the quick replies that can be tapped now. Platform.mu is held.
func (c *chat) quick() []tap {
	var taps []tap
	if len(c.items) == 0 {
		return nil
	}
	last := c.items[len(c.items)-1]
	for i := range last.buttons {
		if b := last.buttons[i]; b.Quick && c.offers(b, last.Seq) {
			taps = append(taps, tap{Seq: last.Seq, Button: b, node: &node{Text: b.caption()}})
		}
	}
	return taps
}

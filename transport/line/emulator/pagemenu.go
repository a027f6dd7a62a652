package emulator

import (
	"fmt"
	"net/http"
)

// menuView is the rich menu as the page shows it.
type menuView struct {
	ID, Bar       string
	Open          bool
	Width, Height int
	Areas         []tap
}

// menuView is what the page shows of the chat's rich menu, or nil. The caller holds p.mu.
func (p *Platform) menuView(c *chat) *menuView {
	p.settle()
	m := p.menuOf(c)
	if m == nil {
		return nil
	}
	v := &menuView{ID: m.id, Bar: m.bar, Open: m.selected, Width: m.width, Height: m.height}
	for _, a := range m.areas {
		percent := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
		v.Areas = append(v.Areas, tap{
			Button: a.button, node: &node{Kind: "area", Text: a.button.caption()},
			Place: fmt.Sprintf("%.3f %.3f %.3f %.3f", percent(a.x, m.width), percent(a.y, m.height),
				percent(a.width, m.width), percent(a.height, m.height)),
		})
	}
	return v
}

// menuPicture shows the page the image of a rich menu.
func (p *Platform) menuPicture(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	m := p.menus[r.FormValue("id")]
	p.mu.Unlock()
	if m == nil || m.image == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.media) // JPEG or PNG: see fitsMenu
	_, _ = w.Write(m.image)                 // the page is gone: nobody is left to tell
}

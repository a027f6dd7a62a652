package richmenu

import (
	"net/http"

	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// made is a menu at LINE that the owner made.
type made struct {
	id, alias, hash string
	image           bool // it is known to have its image
}

// state is what LINE has.
type state struct {
	ours    []made
	exists  map[string]bool   // ids of all menus
	aliases map[string]string // ids by alias
	def     string            // id of the default menu; empty for none
}

// read asks LINE for all there is. LINE does not say that its lists are up to date at once, so what
// this call has made and deleted counts as done.
func (s *setup) read() (*state, error) {
	resp, menus, err := s.api().GetRichMenuListWithHttpInfo()
	if err := sdk.Error(resp, err); err != nil {
		return nil, failed("list the menus", err)
	}
	st := &state{exists: map[string]bool{}, aliases: map[string]string{}}
	for _, m := range menus.Richmenus {
		if s.gone[m.RichMenuId] {
			continue
		}
		st.exists[m.RichMenuId] = true
		if alias, hash, ok := parseName(m.Name, s.owner); ok {
			st.ours = append(st.ours, made{id: m.RichMenuId, alias: alias, hash: hash})
		}
	}
	for _, m := range s.made {
		if !st.exists[m.id] && !s.gone[m.id] {
			st.exists[m.id] = true
			st.ours = append(st.ours, m)
		}
	}
	resp, aliases, err := s.api().GetRichMenuAliasListWithHttpInfo()
	if err := sdk.Error(resp, err); err != nil {
		return nil, failed("list the aliases", err)
	}
	for _, a := range aliases.Aliases {
		st.aliases[a.RichMenuAliasId] = a.RichMenuId
	}
	resp, def, err := s.api().GetDefaultRichMenuIdWithHttpInfo()
	switch err := sdk.Error(resp, err); {
	case err == nil:
		st.def = def.RichMenuId
	case !hasStatus(err, http.StatusNotFound):
		return nil, failed("get the default menu", err)
	}
	return st, s.readImages(st)
}

// readImages finds out which of the menus that are to get an alias have their image: a set-up may
// have ended before it was there. A menu that has its alias has an image.
func (s *setup) readImages(st *state) error {
	pointed := map[string]bool{}
	for _, id := range st.aliases {
		pointed[id] = true
	}
	for i := range st.ours {
		m := &st.ours[i]
		if m.image = m.image || pointed[m.id]; m.image || !s.wants(m) {
			continue
		}
		resp, _, err := s.blob().GetRichMenuImageWithHttpInfo(m.id)
		switch err := sdk.Error(resp, err); {
		case err == nil:
			_ = resp.Body.Close()
			m.image = true
		case !hasStatus(err, http.StatusNotFound):
			return failed("get the image of "+m.alias, err)
		}
	}
	return nil
}

// wants reports whether a menu is as one that was declared.
func (s *setup) wants(m *made) bool {
	for i := range s.menus {
		if s.menus[i].Alias == m.alias && s.menus[i].hash == m.hash {
			return true
		}
	}
	return false
}

package bot

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// checkMenus reports each menu of the flows that the channel does not have, if it knows its menus.
func checkMenus(channel Channel, flows []*flow.Flow) error {
	holder, ok := channel.(transport.MenuHolder)
	if !ok {
		return nil
	}
	var errs []error
	for _, f := range flows {
		for state, name := range f.Menus() {
			if !holder.HasMenu(name) {
				errs = append(errs, fmt.Errorf(
					"bot: flow %q binds state %q to the menu %q, which was not declared for the channel",
					f.Name(), state, name))
			}
		}
	}
	return errors.Join(errs...)
}

// followMenu gives a one-to-one chat the menu of the state that a turn entered, or the one that
// everybody has if the turn ended the flow. Nothing is sent if the chat has that menu. A switch
// that an action asked for stands; it is what the next state is compared with.
func followMenu(rec *session.Record, e *transport.Event, res *flow.Result) {
	if e.Source.Chat != transport.ChatUser {
		return
	}
	if res.MenuSwitched {
		res.Outputs = append(res.Outputs, transport.Menu{Name: res.Menu})
	}
	if i := lastMenu(res.Outputs); i >= 0 {
		rec.Menu = ""
		if rec.Flow != "" {
			m, _ := menuOf(res.Outputs[i])
			rec.Menu = m.Name
		}
		return
	}
	if rec.Flow != "" && !res.Entered || res.Menu == rec.Menu {
		return
	}
	rec.Menu = res.Menu
	res.Outputs = append(res.Outputs, transport.Menu{Name: res.Menu})
}

func menuOf(m transport.Message) (transport.Menu, bool) {
	switch m := m.(type) {
	case transport.Menu:
		return m, true
	case *transport.Menu:
		if m != nil {
			return *m, true
		}
	}
	return transport.Menu{}, false
}

// lastMenu returns the index of the last switch of a menu, or -1.
func lastMenu(msgs []transport.Message) int {
	for i := len(msgs) - 1; i >= 0; i-- {
		if _, ok := menuOf(msgs[i]); ok {
			return i
		}
	}
	return -1
}

// splitMenu parts bubbles from switches of a menu, and returns the switch that counts as the
// body of a delivery; nil if there is none.
func splitMenu(msgs []transport.Message) (bubbles []transport.Message, body []byte, err error) {
	i := lastMenu(msgs)
	if i < 0 {
		return msgs, nil, nil
	}
	m, _ := menuOf(msgs[i])
	if err := m.Validate(); err != nil {
		return nil, nil, err
	}
	body, err = m.AppendJSON(nil, "")
	return slices.DeleteFunc(slices.Clone(msgs), func(m transport.Message) bool {
		_, ok := menuOf(m)
		return ok
	}), body, err
}

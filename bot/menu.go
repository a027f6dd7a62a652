package bot

import (
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// checkMenus reports each menu of the flows that the channel does not have.
func checkMenus(channel Channel, flows []*flow.Flow) error {
	var errs []error
	for _, f := range flows {
		for state, name := range f.Menus() {
			if !channel.HasMenu(name) {
				errs = append(errs, fmt.Errorf(
					"bot: flow %q binds state %q to the menu %q, which was not declared for the channel",
					f.Name(), state, name))
			}
		}
	}
	return errors.Join(errs...)
}

// menuSwitch is what a turn does to the menu of its chat: nothing, if on is false.
type menuSwitch struct {
	on   bool
	name string
}

// followMenu gives a one-to-one chat the menu of the state that a turn entered, or the one that
// everybody has if the turn ended the flow. Nothing is sent if the chat has that menu. A switch
// that an action asked for stands; the record keeps its menu, to compare with that of the next state.
func followMenu(rec record, e *transport.Event, res *flow.Result) (record, menuSwitch) {
	switch {
	case e.Source.Chat != transport.ChatUser:
		return rec, menuSwitch{}
	case res.MenuSwitched:
		rec.menu = ""
		if rec.flow != "" {
			rec.menu = res.Menu
		}
	case rec.flow != "" && !res.Entered, res.Menu == rec.menu:
		return rec, menuSwitch{}
	default:
		rec.menu = res.Menu
	}
	return rec, menuSwitch{true, res.Menu}
}

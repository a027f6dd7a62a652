package bot

import (
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// checkMenus reports each menu of the flows that one of the accounts does not have.
func checkMenus(channel Channel, accounts []string, flows []*flow.Flow) error {
	var errs []error
	for _, f := range flows {
		for state, name := range f.Menus() {
			for _, account := range accounts {
				if !channel.HasMenu(account, name) {
					errs = append(errs, fmt.Errorf(
						"bot: flow %q binds state %q to the menu %q, which was not declared for the account %q",
						f.Name(), state, name, account))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// menuSwitch is what a turn does to the menu of its chat.
type menuSwitch struct {
	on   bool   // the menu is switched
	name string // to which one; empty for the menu that everybody has
}

// followMenu decides what a turn does to the menu of a one-to-one chat, and notes the menu in the record,
// to compare it with that of the next state. Entered says that a state was entered, or that its conversation is
// active again. The chat of a group has no menu. By example, with the menu
// "days" bound to ask_day, "yes_no" bound to confirm, and none to ask_party:
//
//	a turn enters ask_day                    the switch to "days" is sent
//	a turn stays in ask_day                  nothing
//	a turn enters ask_day again              nothing, as the chat has that menu
//	a turn enters ask_party                  the switch to the menu that everybody has
//	an action calls SwitchMenu("help")       the switch to "help", whatever state is entered
//	a turn ends the flow                     the switch to the menu that everybody has, if the flow
//	                                         had given the chat another
func followMenu(rec record, e *transport.Event, res *flow.Result, entered bool) (record, menuSwitch) {
	switch {
	case e.Source.Chat != transport.ChatUser:
		return rec, menuSwitch{}
	case res.MenuSwitched:
		rec.menu = ""
		if rec.flow != "" {
			rec.menu = res.Menu
		}
	case rec.flow != "" && !entered, res.Menu == rec.menu:
		return rec, menuSwitch{}
	default:
		rec.menu = res.Menu
	}
	return rec, menuSwitch{true, res.Menu}
}

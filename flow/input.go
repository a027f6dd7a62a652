package flow

import (
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Input is what Step takes. It is not changed, and nothing of it is kept but what the Result
// refers to.
type Input struct {
	// Turn is the id of the turn. It stays the same when the turn is run again.
	Turn string
	// Event is what happened. A KindTimer event has the name of the timer or reminder as Text.
	Event *transport.Event
	// Now is the time of the turn.
	Now time.Time
	// State is the stored state; empty starts the flow.
	State State
	// Data is the stored data; empty for the zero value.
	Data []byte
	// Timers are the flow's own timers that are set. Whether the one that fired is among them
	// makes no difference.
	Timers []Timer
	// Show asks the question of the current state again instead of handling the event, because
	// the button that was tapped belongs to a passed step. It counts as a handled event.
	Show bool
	// Reminder says that Event is a reminder of the flow that is due, and Data its snapshot.
	// State and Timers are ignored.
	Reminder bool
}

// Timer is a transition that waits for its time.
type Timer struct {
	Name string
	Due  time.Time
}

// Reminder is an action that waits for its time, with the data it will see.
type Reminder struct {
	Name string
	Due  time.Time
	Data []byte
}

// Result is what a step leaves to be stored and sent. The caller owns it; Data and Timers may
// be those of the Input.
type Result struct {
	// Handled is false if no transition took the event. Nothing has changed then: State, Data
	// and Timers are those of the Input.
	Handled bool
	// State is the new state; empty if the flow is not running after the turn.
	State State
	// Entered says that a state was entered: at the start, by To and by Reenter.
	Entered bool
	// MenuSwitched says that an action asked for the Menu below: see Turn.SwitchMenu.
	MenuSwitched bool
	// Data is the new data; nil when the flow ended.
	Data []byte
	// Menu is the name of the menu that the chat is to show: the one that an action switched to,
	// else the one that State is bound to (see StateBuilder.Menu). The empty name is the menu that
	// everybody has. If no action switched, Menu says nothing about an event that was not handled,
	// nor about a reminder.
	Menu string
	// Outputs are the messages to send, in order.
	Messages []transport.Message
	// Timers is the full set after the turn.
	Timers []Timer
	// Reminders are those that this turn set. They outlive the flow.
	Reminders []Reminder
}

package flow

import (
	"context"
	"strings"
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
	// Tap says which button the event is a tap on.
	Tap Tap
	// Now is the time of the turn, in the bot's zone.
	Now time.Time
	// Language returns the user's language, and may be nil. It is called only if the user's code asks.
	Language func(context.Context) string
	// State is the stored state; empty starts the flow.
	State State
	// Gone says what to do if the flow does not know State. With false, Step fails with ErrUnknownState. With true
	// no other process can be waited for: what InAny and InAnyBut declare works there. The state has no question
	// of its own, and no exit action; a start of the flow leads on with the data that the conversation has.
	// The same goes for what State runs as a sub-flow: if it cannot be read, Step fails, or it is given up. And for
	// a Return to a state that the flow does not know: Step fails, or leads there.
	Gone bool
	// Data is the stored data; empty for the zero value.
	Data []byte
	// Trail is what Result.Trail was; empty for none.
	Trail []byte
	// Timers are the flow's own timers that are set. Whether the one that fired is among them
	// makes no difference.
	Timers []Timer
	// Least is the lowest rank that is tried: RankExact, for example, looks only for transitions that name
	// the very words. An event that none of them takes is not handled then. With RankNone all are tried, and
	// what none takes may be a wrong answer.
	Least Rank
	// Mode says what the step does; the zero Mode handles the event.
	Mode Mode
	// Busy says that some conversation is active, of this flow or another: no start with WhenIdle is taken.
	Busy bool
	// Suspended says that the conversation is suspended, and that a timer or a signal takes it: it is left and
	// the actions run, but nothing is entered and no question is asked. See Result.Owes.
	Suspended bool
	// Resumed says that the conversation was suspended until now: its idle timers begin anew.
	Resumed bool
}

// Mode is what a step does with its event.
type Mode uint8

const (
	// ModeEvent looks for the transition that takes the event. If State is empty, that is a start.
	ModeEvent Mode = iota
	// ModeStart tries the starts of the flow, though State is set: one that ends answers, and then, in a
	// one-to-one chat, the present question is asked; any other asks the present question. If the conversation
	// is Suspended, no question is asked. For a start with Replace, nothing is done but to set Result.Replaces.
	ModeStart
	// ModeShow asks the question of the present state again, because the button that was tapped belongs to a
	// passed step, or because the conversation is no longer suspended.
	ModeShow
	// ModeEnter enters the present state: what a step of the suspended conversation left to be done.
	ModeEnter
	// ModeLeave runs the Exit action of the present state and ends the conversation, because another replaces
	// it.
	ModeLeave
	// ModeRemind says that Event is a reminder of the flow that is due, and Data its snapshot. State and Timers
	// are ignored.
	ModeRemind
)

// Timer is a transition that waits for its time.
type Timer struct {
	Name string
	Due  time.Time
}

// Idle reports whether the timer counts idle time: it is one of StateBuilder.After.
func (t Timer) Idle() bool { return strings.HasPrefix(t.Name, idlePrefix) }

// Reminder says when the action of a reminder runs, and with which data. It takes the place of an earlier one
// of the same name and key.
type Reminder struct {
	// Flow is the name of the sub-flow that set it; empty if the stepped flow itself did.
	Flow string
	Name string
	// Key is what RemindKey gave; empty for the one reminder of that name that the conversation has.
	Key string
	// Due is when the action runs. The zero time takes the reminder back, if there is one.
	Due  time.Time
	Data []byte
}

// Result is what a step leaves to be stored and sent. The caller owns it; Data, Trail and Timers may
// be those of the Input.
type Result struct {
	// Handled is false if no transition took the event. Nothing has changed then: State, Data, Trail
	// and Timers are those of the Input.
	Handled bool
	// State is the new state; empty if the flow is not running after the turn.
	State State
	// Entered says that a state was entered, perhaps the same one.
	Entered bool
	// NewStep says that the buttons which earlier turns showed are stale from now on: a state was entered,
	// or its question was asked again over other data.
	NewStep bool
	// Asked says that the question of the new state was asked.
	Asked bool
	// Owes says that a state was entered while the conversation was suspended: ModeEnter is due when it is
	// active again.
	Owes bool
	// Beside says that a start answered in ModeStart, because it ends the flow.
	Beside bool
	// Replaces says that the start which was taken takes the place of all conversations: see
	// TransitionBuilder.Replace.
	Replaces bool
	// Gone says that the question was to be asked of a state that the flow does not know (see Input.Gone), so
	// that nothing was asked.
	Gone bool
	// MenuSwitched says that an action asked for the Menu below: see Turn.SwitchMenu.
	MenuSwitched bool
	// Data is the new data; nil when the flow ended.
	Data []byte
	// Trail is what the conversation keeps besides: wrong answers, calls and history, in a form of this
	// package's own. It is nil if there is none.
	Trail []byte
	// Menu is the name of the menu that the chat is to show: the one that an action switched to,
	// else the one that State is bound to (see StateBuilder.Menu). The empty name is the menu that
	// everybody has. If no action switched, Menu says nothing about an event that was not handled,
	// nor about a reminder.
	Menu string
	// Messages are to be sent, in order.
	Messages []transport.Message
	// Aside is how many of Messages, from the first one on, belong to no step: a start said them while the
	// conversation was active.
	Aside int
	// Timers is the full set after the turn.
	Timers []Timer
	// Reminders are those that this turn set, moved or took back, in this order. They outlive the flow.
	Reminders []Reminder
	// Trace says how the event was handled.
	Trace Trace
}

// Trace says which transitions a step tried and took, for metrics, coverage and explorers. Transitions are
// named by their place in Flow.Transitions, counted from 1; 0 is none.
type Trace struct {
	// Transition was taken, and of its Branches the one with the index Branch.
	Transition, Branch int
	// Refused are the transitions that the answer was good for but for a parser, a check or Reject.
	Refused []int
	// Failed are those whose triggers answered to the event, and whose guards did not pass.
	Failed []FailedGuard
	// Skipped are the transitions of Ask that were taken because the value was known, and those of Run and
	// GivenUp that came of it.
	Skipped []int
	// Matched says that the triggers of some transition answered to the event. If none did, a tap on a
	// button of this step shows a mistake: nothing takes its data.
	Matched bool
	// Wrong says that the event was a wrong answer.
	Wrong bool
	// Forgotten is how many entries of the history were left out because it was full, and Stray how many
	// calls were not made and returns not taken: too many calls waited, or none.
	Forgotten, Stray int
	// Inner are the traces of the sub-flows that took part, in the order in which they began to. What they say of
	// transitions is not in this one, but Matched and Stray count them too.
	Inner []InnerTrace
}

// FailedGuard is a guard that did not pass.
type FailedGuard struct {
	Transition int
	Guard      string // the label
}

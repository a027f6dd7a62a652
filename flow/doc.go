// Package flow is the language that a conversation is declared in, and the engine that steps it.
//
// A flow is a state machine over typed data: one statement per state, one line per transition,
// the destination last.
//
//	b := flow.New[Booking]("booking")
//	b.StartOn(flow.Text("book"))
//	b.In(AskDate).Enter(askDate).
//		On(flow.Date()).When("is in the future", inFuture).Do(setDate).To(Confirm).
//		On(flow.Any()).Again()
//	b.In(Confirm).Enter(summarise).
//		On(flow.Postback("yes")).Do(reserve).End()
//	b.InAny().
//		On(flow.Text("cancel")).Do(apologise).End().
//		After(15 * time.Minute).Do(lapse).End()
//	return b.Build()
//
// The package does no I/O and has no clock: Step takes an event, the stored state and the time,
// and returns what is to be stored and sent. So a flow can be stepped in a plain unit test.
//
// # States
//
// Names of flows, states and reminders are stored with each conversation. They are snake_case,
// begin with a letter and have up to 64 bytes. If you rename or remove a state, say so with
// Builder.Renamed: conversations that are stored in the old state go on in the new one. If a
// conversation is stored in a state that the flow does not know, Step fails with ErrUnknownState.
// A bot then keeps the event as a dead letter, and a build that knows the state can replay it.
//
// # Transitions
//
// A state's transitions are tried in this order (see Rank): exact triggers (Text("book")), then
// kinds and patterns (Text(), TextLike), then Any. Within one rank, the state's own transitions come
// before those of InAny, and then the order of declaration decides. The first transition whose
// trigger matches and whose guards all pass is taken. If no transition takes the event, nothing
// changes and nothing is sent. To ask the question again then, end the state's transitions with
// On(Any()).Again().
//
// A transition that is taken runs the exit action of the state (not for Stay), its Do actions,
// then the enter action of the state it leads to (not for Stay and End). The start of a flow
// runs the enter action of the initial state.
//
// An action refuses what the user sent by returning Reject: all that the step did is discarded,
// the state stays, and the messages of Reject are sent or the question is asked again.
//
// # Menus
//
// A state, or with InAny the whole flow, may be bound to a menu: In(Confirm).Menu("confirm"). The
// menu follows the state: when a state with another menu is entered, the chat gets that menu, and
// when the flow ends, it gets the menu that everybody has. For a menu that does not follow a state,
// or that stays when the flow has ended, an action calls Turn.SwitchMenu.
//
// # Timers
//
// After is idle time. It counts from the moment the state was entered (for InAny: the flow was
// started). Every event from outside that the flow handles starts it anew, also one that an action
// rejects. So After(15 * time.Minute) fires when the flow has handled nothing from the user for 15
// minutes.
//
// A timer that fires is not the user's activity, so the other timers of the state go on counting.
// If the firing enters a state by Reenter or To, the idle timers of that state begin to count, and
// the idle timer of InAny that fired begins again.
//
// At is a point in time. It is computed when the state is entered (for InAny: when the flow starts).
// Leaving a state clears its timers. A reminder (see TransitionBuilder.Remind) outlives the flow.
//
// A timer is stored under a name that says what it is: "after 15m0s" or "at". If a state has two
// timers of one name, the second is "at 2"; timers of InAny are counted first.
//
// If the code of a state was changed, a timer that is stored may not exist any more. When it fires,
// it only starts the idle timers that the state has now.
//
// # Data
//
// The data of a conversation is stored by encoding/json, or in a form of its own if it is
// TypedData. Fields may be added and removed while conversations are stored. Data without any
// content, such as struct{}, takes no bytes. Build refuses data of which JSON would lose a part:
// unexported fields (unless their tag is json:"-"), interfaces with methods, functions, channels.
//
// # Concurrency
//
// A Flow is immutable and safe for concurrent use. A Builder is not.
//
// # Errors
//
// Build reports every fault of a definition at once in a *DefinitionError. Step fails with a
// *TurnError if user code fails or panics; nothing of the step is kept then. Errors of this
// package contain no text of the user; the text of an error that an action returned is in them.
package flow

// Package flow is the language that a conversation is declared in, and the engine that steps it.
//
// A flow is a state machine over typed data: one statement per state, one line per transition,
// the destination last.
//
//	b := flow.New[Booking]("booking", AskDate)
//	b.StartOn(flow.Text("book"))
//	b.In(AskDate).Enter(askDate).
//		On(flow.Date()).When("is in the future", inFuture).Do(setDate).To(Confirm).
//		On(flow.Any()).Reenter()
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
// begin with a letter and have up to 64 bytes. Builder.Renamed keeps old conversations going
// after a state got a new name, or was taken out: it then names the state in which they go on. In a
// state that the flow does not know, nothing is guessed: Step fails with ErrUnknownState, and a bot
// keeps the event as a dead letter, to be replayed by a build that knows the state.
//
// # Transitions
//
// A state's transitions are tried in this order: exact triggers (Text("book")), then kinds and
// patterns (Text(), TextLike), then Any. Within one rank the state's own come before those of
// InAny, then the order of declaration decides. The first one whose trigger matches and whose
// guards all pass is taken. An event that none takes changes nothing, and nothing is said: end a
// state's transitions with On(Any()).Reenter() to have its question asked again.
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
// menu follows the state: it is switched where a state is entered whose menu is another, in the
// commit that enters the state, and given back when the flow ends. For a menu that does not
// follow a state, or that stays when the flow has ended, an action calls Turn.SwitchMenu.
//
// # Timers
//
// After is idle time. It counts from the moment the state was entered (for InAny: the flow), and
// starts anew with every event from outside that the flow handles, refused ones included. What
// a timer does is not the user's activity: it starts no idle time anew, but for the state it
// enters and, with Reenter or To, for itself. At is a point in time, computed when the state is
// entered (for InAny: when the flow starts). Leaving a state clears its timers. A reminder (see
// TransitionBuilder.Remind) outlives the flow.
//
// Timers are stored by what they are: "after 15m0s", "at". Where a state has several of a name,
// those of InAny come first and the order of declaration counts: "at 2".
//
// A stored timer that the state no longer has, because its code was changed, does nothing when
// it fires but to arm the idle timers that the state has now.
//
// # Data
//
// The data of a conversation is stored by encoding/json, or in a form of its own if it is
// TypedData. New fields and removed fields do no harm. Data without any content, such as
// struct{}, is stored as no bytes. Build refuses data of which JSON would lose a part: fields that
// are not exported, unless their tag is json:"-", interfaces with methods, functions, channels.
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

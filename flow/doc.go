// Package flow is the language that a conversation is declared in, and the engine that steps it.
//
// A flow is a state machine over typed data: one statement for each state, one line for each transition,
// the destination last.
//
//	type Booking struct {
//		Day   string `json:"day,omitempty"` // as 2026-12-05
//		Party int    `json:"party,omitempty"`
//	}
//
//	day := flow.Question(askDay, answer.Day(1, 60), func(b *Booking) *string { return &b.Day })
//	party := flow.Question(askParty, answer.Int(1, 8), func(b *Booking) *int { return &b.Party })
//
//	b := flow.New[Booking]("booking")
//	b.Start(flow.Text("book")).To("ask_day")
//	b.In("ask_day").Ask(day).ReturnOr("ask_party")
//	b.In("ask_party").Ask(party).ReturnOr("confirm")
//	b.In("confirm").Enter(summarise).
//		On(flow.Postback("yes")).Do(reserve).End().
//		On(flow.Postback("day")).Call("ask_day").
//		On(flow.Postback("party")).Call("ask_party")
//	b.InAny().
//		On(flow.Text("back")).Back().
//		On(flow.Text("cancel")).Do(apologise).End().
//		Wrong(3).Do(tellPhone).End().
//		After(15 * time.Minute).Do(lapse).End()
//	return b.Build()
//
// Here askDay, askParty, summarise, reserve, apologise, tellPhone and lapse are actions: functions that take
// a context and a *flow.Turn[Booking]. The parsers Day and Int are in package flow/answer.
//
// The package does no I/O and has no clock: Step takes an event, the stored state and the time,
// and returns what is to be stored and sent. So a flow can be stepped in a plain unit test.
//
// # States
//
// Names of flows, states and reminders are stored with each conversation. They are snake_case,
// begin with a letter and have up to 64 bytes. See "Changes" for what happens to conversations whose state
// was renamed or removed.
//
// # Transitions
//
// A transition says what it answers to, when it may be taken, what it does, and where it leads:
//
//	On(flow.PostbackPrefix("add ")).When("the kitchen is open", open).
//		Do(pick).If("has options", hasOptions).To("choose").
//		Else().To("quantity")
//
// When is a guard before the actions: if it does not pass, the next transition that fits is tried. If is a
// branch after them: it decides by what the actions found. A transition with If ends with Else.
//
// The transitions of a state are tried in the order of their ranks (see Rank):
//
//	RankExact      certain words or data: Text("book"), Postback("yes")
//	RankPattern    TextLike, PostbackPrefix, Match
//	RankKind       a kind of event: Text(), Image(); and the question of Ask
//	RankAny        Any
//
// Within a rank, the state's own transitions come before those of InAny and InAnyBut, and then the order of
// declaration decides. The first transition whose trigger answers to the event and whose guards pass is
// taken. So On(Text("cancel")) of InAny is taken before the question of a state, wherever it is declared.
//
// Words are compared as Fold returns them: Text("cancel") answers to "Cancel!" and to "ｃａｎｃｅｌ".
//
// A transition has one of these outcomes; with If, each branch has one:
//
//	Stay          stays, and says nothing more
//	Again         stays, and asks the question again
//	To(s)         leads to a state, which may be the present one
//	Call(s)       leads to a state, and waits for its Return
//	Return        leads back to the state that called
//	ReturnOr(s)   Return if a state called, else To(s)
//	Back          leads to the question before, with the data of then
//	Restart(s)    begins anew in a state, with fresh data
//	End           ends the flow
//	GiveUp        ends the flow without a result: see sub-flows
//
// What is left runs first: the exit action of the state (not for Stay and Again), then the actions of Do,
// then the enter action and the question of the state that is entered. If there are branches, nobody knows
// whether the state is left before one is chosen. So the actions before If run first, then the exit action,
// then the actions of the branch.
//
// # Questions and wrong answers
//
// The question of a state is that of Ask, else its Enter action. With Ask, Enter runs once when the state is
// entered, and the question's prompt whenever the question is asked.
//
// A wrong answer is a message or a tap on a button of the present question that no transition takes, or that
// a parser, a check or an action refuses by Reject. All that the step did is undone then, and the question is
// asked again, with its buttons. In a group only a tap, and a text that mentions the bot, can be wrong
// answers: people there talk to each other. What a question refuses goes to the next transition that fits first:
// an On(Any()) behind it takes that, without the words of the refusal, and it is no wrong answer.
//
//   - Reject without messages asks the question again. Turn.Tries tells the prompt how often the answer was
//     wrong, so that it can word itself: "Sorry, I did not get that. How many?"
//   - Reject with messages sends them, and then the question as it was asked first: Tries is 0 there.
//   - Wrong(n) is taken from the nth wrong answer in a row on, instead of asking again. If it leads to
//     another state, the words of the refusal are left out.
//
// The count begins anew when a state is entered, and when an answer is taken with Stay. Again, timers and
// signals leave it as it is. Taps on old buttons, words that start this flow and what Again takes, such as "help",
// are no wrong answers.
//
// An error that is no Reject, of a parser too, is a failure. Nothing of the turn is kept, and a bot tries it
// again later: a service that is away is not told to the user as "I did not get that".
//
// # Calls and Back
//
// Call leads to a state that is used by several others, and Return leads back: to correct one field of a
// summary, to ask "Really?", to talk to a person. The data is shared. Calls may call: up to 16 states wait.
// A To keeps the callers waiting. A To into a state that waits itself ends its call and those after it.
//
// Back leads to the state before the last answer that led on, with the data and the calls of then, as often
// as there were answers. A call that came to nothing is forgotten: right after a Return that changed no data,
// Back leads to the step before the call. What was sent and done outside stays done. If nothing is behind, the transition of Back is not taken, and the next that fits is:
//
//	On(flow.Text("back")).Back().
//	On(flow.Text("back")).Do(say("This is the first step.")).Again()
//
// If a timer or a signal leads to another state, the answers given since that state was asked last are forgotten:
// after a payment that was declined, Back does not show the dead payment page. The
// history takes up to 4 KiB; the oldest answers are left out then. It is kept only in flows that have Back.
//
// # Sub-flows
//
// A flow may be used by others as if it were one question. Its data is its own, and it has a result:
//
//	seat := flow.Sub(seats, func(t *flow.Turn[Order]) Seat { return Seat{Hall: t.Data.Hall} },
//		func(t *flow.Turn[Order], s Seat) { t.Data.Row, t.Data.No = s.Row, s.No })
//	b.In("seat").Run(seat).To("pay").
//		GivenUp().Do(sorry).To("menu")
//
// The state seat is the flow seats, for as long as that runs. It begins at the first Start that leads to a state; a
// flow that nobody starts by a word has Start() without triggers. Its own starts are not looked up meanwhile. If
// it Ends, it is done: the second function gets its data, and the transition of Run is taken. If it was given up,
// that of GivenUp is: by GiveUp, as for "cancel", or because new code cannot read what is stored of it. So say
// GiveUp, not End, where a flow lapses or wrong answers are used up: Build finds those.
//
// Both flows listen. The transitions are tried in the order of their ranks, and within a rank those of the
// innermost flow come first: "cancel" of the outer flow is an exact word, and so comes before an On(Text()) inside.
// Of several Wrong of all flows the highest number that fits is taken; of equal ones the innermost.
//
//	Stay, Again     of the outer flow keep the sub-flow; Again asks its question
//	To, End, ...    of the outer flow leave it: the innermost exit action runs first
//	Call            out of it keeps it with its data. Return enters it again. Its timers rest meanwhile
//	Restart         inside it takes the first function's data anew
//	Back            leads from step to step of the whole conversation, into a sub-flow and out of it
//
// A flow that runs others may be run itself, up to eight in each other. The menu is that of the innermost state
// that is bound to one. Timers of a sub-flow are stored under names such as "after 15m0s·seats".
//
// # Starts
//
// Start is a transition from nowhere. It sees fresh data, and leads To any state, or Ends: then the flow only
// answers. A guard of a start that panics does not pass.
//
// A start may be taken while a conversation is active. One that Ends answers, and then the present question is
// asked again, in a one-to-one chat. One that leads to a state suspends the active conversation. That is no
// leaving: no exit action runs, and state, data, calls, history and buttons stay. When the new conversation ends,
// the other is active again and asks its question. A start of a conversation that is active or suspended brings
// that one back, and asks its question. A start with Replace ends all conversations first; one with WhenIdle is
// not looked up while there are any. In an Exclusive state there are no starts. Buttons of what a start says
// meanwhile belong to no step.
//
// # Signals
//
// A signal is an event of the program's own, from outside of the chat: a payment came in, the people at the desk
// answered. The program gives it by bot.Bot.Signal, with a payload:
//
//	b.In("pay").Enter(askPay).
//		On(flow.Signal("paid")).When("it is this payment", thisPayment).Do(finish).End().
//		On(flow.Signal("declined")).Do(apologise).To("summary")
//	b.Start(flow.Signal("paid")).Do(refund).End()
//
// Turn.Payload reads the payload, in guards too. No button, no text, no Any and no Match can make or take a
// signal, so what a user sends is never taken for a payment. A signal that nothing takes is a dead letter, which
// an operator sees. It is never a wrong answer, and an action that rejects it does not take it.
//
// # Buttons
//
// A bot marks each button with the step that showed it. A tap on a button of the present step is taken like
// any event. Other taps are not, unless a trigger says so:
//
//   - Lasting: the trigger also answers to buttons of earlier steps of the same conversation, such as those
//     of a menu of dishes to which the user scrolls back. Without it such a tap asks the present question
//     again, and in a group does nothing.
//   - FromAnywhere: the trigger also answers to buttons that belong to no step: those of rich menus, of
//     reminders, of the last message of a flow, of other programs. Without it such a tap only starts flows.
//     So "Coming" under the reminder of yesterday's booking never confirms the booking of today.
//
// Again leaves the earlier copies of the question alive, unless the data has changed.
//
// # Menus
//
// A state, or with InAny the whole flow, may be bound to a menu: In("confirm").Menu("confirm"). The
// menu follows the state: when a state with another menu is entered, the chat gets that menu, and
// when the flow ends, it gets the menu that everybody has. For a menu that does not follow a state,
// or that stays when the flow has ended, an action calls Turn.SwitchMenu.
//
// # Timers
//
// After is idle time. It counts from the moment the state was entered (for InAny: the flow was started), and
// begins anew with whatever the user does that the flow handles, wrong answers too. So
// After(15 * time.Minute) fires when the user was idle for 15 minutes.
//
// A timer that fires is not the user's activity, nor is a signal: the other timers go on counting. The timer that fired is
// armed again by the user alone. For example, After(5 * time.Minute).Do(nudge).Again() and
// After(30 * time.Minute).Do(lapse).End() nudge once, 5 minutes after the user's last word, and end the flow
// 25 minutes later. If a timer leads to another state, that state's own timers begin to count, and those of
// InAny run on. A timer of InAnyBut begins when a state that has it is entered from one that has not.
//
// At is a point in time. It is computed when the state is entered. Leaving a state clears its own timers. In
// InAny it is computed when the flow starts, and again after each turn that changed the data: if the data now
// gives another time, the timer moves. For example, At(pickUp) fires at the new time when the user changes the
// time of a pick-up, at once if that has passed, and goes on as it was when the user changes the name alone. A
// time that fired does not fire again; nor does one that has passed when Back leads to data that gives it.
//
// A reminder (see TransitionBuilder.Remind) outlives the flow.
//
// While a conversation is suspended, its idle time stands still, and begins anew when it is active again. A time
// of At that is due moves it: it is left, the actions run and what they send is sent; the state that it leads to
// is entered when the conversation is active again.
//
// A timer is stored under a name that says what it is: "after 15m0s" or "at". If a state has two
// timers of one name, the second is "at 2"; timers of InAny are counted first.
//
// If the code of a state was changed, a timer that is stored may not exist any more. When it fires,
// it only starts the idle timers that the state has now.
//
// # Data
//
// The data of a conversation is stored as encoding/json writes it, or in a form of its own if it is TypedData. Build
// makes a plan of the type, so that a step does not pay for encoding/json: structs, pointers, slices, numbers, strings,
// bools and times are read and written by the plan, and anything else in them by encoding/json. Fields may be added and removed while conversations are stored. Data without any content, such as struct{}, takes
// no bytes. Build refuses data of which JSON would lose a part: fields that are not exported (unless their
// tag is json:"-"), two fields of one name, interfaces and any, types that can be written and not read back,
// functions, channels.
//
// Wrong answers, calls, sub-flows and history are stored beside the data, in a form of this package's own: see
// Result.Trail. A conversation that uses none of them stores nothing more.
//
// # Changes
//
// Conversations go on when the flow is changed while they are stored. If a change is more than new states and
// new words, say what became of the old ones:
//
//	a state or a flow is renamed       Formerly, of the state or the flow
//	a state is removed                 Formerly, of the state that does its work now. Without it, what InAny and
//	                                   InAnyBut declare works in the old state, and the flow can be started anew
//	                                   there, with the data that the conversation has: see Input.Gone
//	a question is added                it is asked of those who have not passed its place. If all must answer,
//	                                   On(Always()).When("no phone yet", ...).Call("ask_phone") in the states
//	                                   behind it catches the others
//	a field is added or removed        nothing: the field is zero, or left out
//	a field has another type or        Builder.Migrate. Without it the data cannot be read, and a bot sets the
//	meaning                            conversation aside
//
// # How do I
//
// Package [github.com/kaiwa-go/kaiwa/flow/howto] has executed examples: going back any number of steps, correcting
// one field from a summary, the same questions from several states, help in every state, handing over to a person,
// choosing by what a service said, photos that are sent together, buttons of a menu that stay good, rich menus,
// a reminder that moves.
// The example of this package steps a flow by hand, as in a unit test.
//
// # Concurrency
//
// A Flow is immutable and safe for concurrent use. A Builder is not.
//
// # Errors
//
// Build reports every fault of a definition at once in a *DefinitionError: what is missing or said twice, and
// what can never happen, such as a state that nothing leads to, a transition whose events another takes, a
// Return that nobody calls, or a timer that another keeps from firing. Step fails with a *TurnError if user
// code fails or panics; nothing of the step is kept then. Errors of this package contain no text of the user;
// the text of an error that an action returned is in them.
package flow

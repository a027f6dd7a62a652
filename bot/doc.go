// Package bot joins a channel, flows and a store into a bot, which is an http.Handler.
//
//	channel, err := line.New(secret, token, nil)
//	...
//	b, err := bot.New(channel, memstore.New(), []*flow.Flow{booking}, nil)
//	...
//	http.Handle("/webhook", b)
//	...
//	defer b.Shutdown(ctx)
//
// # Words
//
//	session         what is kept of one conversation: of a user, a group, a room, or a member of these
//	event           one thing that arrived; mailbox: the events of a session that wait
//	turn            the handling of one event, or of one timer that is due
//	lease           the right of one process to run the turns of a session, for 10 s at a time
//	lease token     a random name of one acquisition of a lease
//	head            the event that the present turn is for; it stays first until it is done
//	output          what a turn leaves to be sent: up to five messages, or the switch of a menu
//	outbox          the outputs of a session that wait to be sent, in order
//	delivery lease  the right of one process to send the outputs of a session, for 4 s at a time
//	acknowledgement the note to the store that outputs were sent
//	dead letter     an event or output that was set aside for a person to look at
//	mark            what a button carries in its data to name the step that showed it
//
// # The turn
//
// One event becomes one turn. Begin makes the event durable and takes the lease of its session;
// then the webhook is answered. The flow is stepped, which collects outputs and timers and sends
// nothing. Commit writes the new state, the outputs and the timers at once, and hands over the
// next event of the session. Then the outputs are sent, and acknowledged with the session's next
// call. That is two calls of the store that somebody waits for, whatever the turn does.
//
// Four workers do it, each in files of its name:
//
//	webhook                                            store
//	   |                                                 |
//	   v                                                 |
//	intake     which events are let in                   |
//	   |       (intake.go, admission.go)                 |
//	   v                                                 |
//	runner     begins a turn (runner.go) -- Begin -----> |
//	   |                                                 |
//	   +-> holder    has the lease of one session, and runs its turns
//	   |     |       (holder.go, turn.go)                |
//	   |     +-> planner  steps the flow: which one      |
//	   |     |            answers, what is stored, what  |
//	   |     |            is sent                        |
//	   |     |            (plan.go, answer.go, render.go)|
//	   |     +-> watch    keeps the lease, ends what     |
//	   |     |            takes too long                 |
//	   |     |            (watch.go, hang.go)            |
//	   |     +------------------------- Commit --------> |
//	   |     +-> what fails is tried again or set aside  |
//	   |         (failure.go, failedtimer.go, suspect.go)|
//	   v                                                 |
//	courier    sends outputs, again if it must -- Ack -> |
//	   |       (courier.go, attempt.go, acks.go)         |
//	   v                                                 |
//	channel                                              |
//	                                                     |
//	sweeper    asks what is due, and has the             |
//	           runner begin it (sweeper.go) <-- Due ---- +
//
// # Promises
//
// Each event that Receive accepted has one turn that counts, and what that turn sends arrives
// once. It holds as long as the store keeps what it acknowledged: see the documentation of the
// store. Work that an action does outside may be repeated, with the same Turn.ID. The exceptions
// are counted in Stats:
//
//	Ambiguous            nobody lived between sending a reply and noting it until it was too late
//	                     to ask: it is pushed, or in a group perhaps given up. A push that may be
//	                     a repetition is counted in Sent
//	Stale                the event is older than 24 h, or a redelivery older than what the store
//	                     remembers (24 h and the last 128 events of a session)
//	Limited, Refused     too many of one user, or 200 of the session wait already
//	Dead                 its actions failed every time, or hung: it is a dead letter, as is such a reminder
//	Dropped              the platform refused the output, or did not take it for 23 h: a dead letter
//
// # Which flow answers
//
// The flow that is active answers first. An event that it does not handle, and that another
// flow names exactly as its start, starts that flow in its place. With no flow active, the event
// starts the flow whose trigger names it best. A tap on a button of a step that has passed is
// recognised by the mark in its data, and is answered by showing the present step again, or with
// Options.Expired if the conversation is over.
//
// # Menus
//
// Where a flow binds its states to menus, or an action calls flow.Turn.SwitchMenu, the switch is an
// output of the turn: it is committed with the state, sent behind the messages of the turn, and tried
// again in order with what comes after it. The session keeps the name of the menu it has switched to,
// so that a switch is sent only where the menu changes, and that a menu is given back though the code
// of its flow has changed. New refuses a flow that is bound to a menu which the channel does not have
// (Channel.HasMenu); what an action asks for is not known before. Two things stay open. A
// conversation that is forgotten (Options.Keep) leaves its menu behind: end such flows by an After.
// And a process that is frozen for seconds in the middle of a switch may put an older menu in place
// of a newer one, until the next switch.
//
// # When a process dies
//
//	it dies                       what is left              who goes on
//	before Begin                  nothing, no answer        the platform delivers again, if it does
//	after Begin                   the event                 the sweep of any process, after the lease
//	in an action                  the event                 the same; actions run again, with the same Turn.ID
//	after Commit                  state and outputs         the sweep of any process, after the delivery lease
//	after sending                 outputs not acknowledged  the same; the platform refuses the repetition
//
// # Errors
//
// An action that fails is tried again after 0.2 s, 1 s, 5 s and 15 s, with the state as it was;
// the session's other events wait. Then the event is set aside as a dead letter, and its user
// gets Options.Failed. So is the event of an action that
//
//	panics              like an error; the log has the stack
//	calls Goexit        like an error
//	ignores its context its session is taken away after six times Options.TurnTimeout, and the
//	                    event is set aside at once; the goroutine is left behind (Stats.Stuck)
//	kills the process   the lease runs out; it is tried again alone, so that it takes no others with it
//
// A timer or reminder that fails holds up nobody: it is put off by those times, events go first
// meanwhile, and its attempts are its own. Then a reminder is a dead letter: Replay has it tried once
// more, with the data that it had, by this build or by a later one that knows its flow, its name and its
// data again. A timer of the conversation (After, At) is tried again after 1 min, 2 min, 4 min and so on
// up to 24 h, for as long as Options.Keep: the conversation lapses as soon as the fault is mended, and an
// event that is handled moves an After as always. Then, or at once if the timer hangs or kills the process,
// the conversation ends without it. That is a dead letter too: Replay brings the conversation back, if no
// other is active, and its timer is due. Where a process died twice of a timer, events go before it.
//
// Logs name sessions by their hashed id. They carry no text of users, no token and no id of a
// user: what the event brought is blanked in the text of an action's error. Do not put other
// data of users into errors.
//
// # Load
//
// What is too much is refused in this order, the cheapest first:
//
//	webhooks             more than Options.MaxWebhooks, or 64 MiB with 4 KiB for each event, wait
//	                     for the store: ErrBusy, and the platform delivers again
//	old events           older than 24 h: left out, Stats.Stale
//	events of one user   more than Options.UserRate: left out, Stats.Limited; redeliveries pass
//	events of a session  200 wait in the store already: left out, Stats.Refused
//	turns                seven eighths of Options.MaxTurns run: the event is safe and runs later
//	the sweep            takes the room that is left, an eighth at least
//
// What is left out is answered with success: it would be as much the next time, and an error
// would count against all users. A session has one turn at a time and fifty in a row, then
// others come first. A turn sends up to 100 messages, a session has up to 100 timers and 64 KiB.
//
// # When Redis is away
//
// The webhook answers 503 within 1.9 s, whether Redis refuses, is slow, full or silent, and at
// once when too many wait for it. The platform delivers again if that is switched on. Turns that
// run try to commit for as long as their lease; then their events run again. What is sent goes
// out, and is acknowledged afterwards: this process does not send it again. The sweep asks once
// a second. When Redis is back, it goes on with what was left, the oldest first.
//
// Bot.Ready is a handler for readiness probes, Bot.Check has the whole error, and Stats.Behind
// and Stats.Held say since when things are not as they should be.
//
// # Concurrency
//
// Events of one session never run at once, in this process or another. Any number of processes
// may share a store.
package bot

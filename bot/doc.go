// Package bot joins a channel, flows and a store into a bot, which is an http.Handler.
//
//	channel, err := line.New(secret, token, nil)
//	...
//	b, err := bot.New(channel, memstore.New(), []*flow.Flow{booking}, nil)
//	...
//	http.Handle("/webhook", b)
//	...
//	defer b.Shutdown(ctx) // behind a load balancer, after b.Drain and the server's Shutdown
//
// # Words
//
//	account         what the users chat with: an official account of LINE. A channel has one or several
//	session         what is kept of the conversations with one account: of a user, a group, a room, or a
//	                member of these
//	conversation    a flow that was started. One of a session is active, the others are suspended
//	signal          an event of the program's own, such as a payment that came in: see Bot.Signal
//	event           one thing that arrived; mailbox: the events of a session that wait
//	turn            the handling of one event, or of one timer that is due
//	lease           the right of one process to run the turns of a session, for 3.5 s at a time
//	lease token     a random name of one acquisition of a lease
//	head            the event that the present turn is for; it stays first until it is done
//	output          what a turn leaves to be sent: up to five messages, or the switch of a menu
//	outbox          the outputs of a session that wait to be sent, in order
//	delivery lease  the right of one process to send the outputs of a session, for 3.3 s at a time
//	acknowledgement the note to the store that outputs were sent
//	suspect         an event whose process died in its turn, so that the event may be the reason
//	dead letter     an event or output that was set aside for a person to look at
//	mark            what a button carries in its data to name the step that showed it
//
// # The turn
//
// One event becomes one turn:
//
//	begin         the store makes the event durable and gives this process the lease of its session.
//	              The webhook is answered with 200 now
//	step          the flow's actions run. Outputs and timers are collected; nothing is sent
//	commit        the store writes the new state, the outputs and the timers in one step, and hands
//	              over the next event of the session, if one waits
//	deliver       the outputs are sent
//	acknowledge   the store is told that they were sent. The session's next call carries this, or a
//	              call after 100 ms
//
// So somebody waits for two calls of the store, whatever the turn does.
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
//	   |     |            (plan.go, answer.go, ...)       |
//	   |     +-> watch    keeps the lease, ends what     |
//	   |     |            takes too long                 |
//	   |     |            (watch.go, hang.go)            |
//	   |     +------------------------- Commit --------> |
//	   |     +-> what fails is tried again or set aside  |
//	   |         (failure.go, failedtimer.go, suspect.go)|
//	   v                                                 |
//	courier    sends outputs, again if it must -- Ack -> |
//	   |       (courier.go, attempt.go, acks.go,         |
//	   |       deliveries.go)                            |
//	   v                                                 |
//	channel                                              |
//	                                                     |
//	sweeper    asks what is due, and has the             |
//	           runner begin it (sweeper.go,              |
//	           pending.go) <-------------------- Due --- +
//
// Where to look:
//
//	what happens when an action hangs     watch.go, then hang.go
//	what happens when an action fails     failure.go; of a timer, failedtimer.go; then setaside.go
//	what happens to old sessions          stranger.go and lost.go
//	what happens when a process died      sweeper.go, then suspect.go
//	what a call left that had no answer   stray.go
//	what a store lost                     rollback.go
//	when an output is sent again          courier.go and attempt.go
//	how long something waits for that     backoff.go
//	why an event was not taken            intake.go, admission.go and badevent.go
//	how a signal comes in                 signal.go
//	which flow answers an event           answer.go; what its steps leave, progress.go
//	what is suspended and goes on         stack.go
//	what is stored of a session           record.go and source.go; of an output, delivery.go
//	whose a session or an output is       account.go
//	what Replay does with a dead letter   setaside.go and deadoutput.go
//	what New refuses                      definition.go and menu.go
//	what Shutdown waits for               crew.go; what a webhook may wait for, settle.go
//	what an operator may ask or do        operate.go, session.go, health.go, stats.go and backlog.go
//
// # Promises
//
// Each event that Receive accepted has one turn that counts, and what that turn sends arrives once.
// This holds as long as the store keeps what it acknowledged: see the documentation of the store. Work
// that an action does outside of the bot may be done more than once, with the same Turn.ID. The
// exceptions are counted in Stats:
//
//	Ambiguous   a reply may have arrived, and until its token's window was over nobody could tell: the
//	            platform gave no clear answer, or no process lived. It is pushed, and the user may see it
//	            twice (counted in Sent too), or in a group it is given up. transport/line/TOKENS.md has
//	            each case
//	Stale       the event is older than 24 h, or it is delivered again and older than what the store
//	            remembers (24 h and the last 255 events of a session)
//	Limited     the user sends too many events
//	Refused     200 events of the session wait already
//	Dead        the actions failed every time, or hung: the event is a dead letter, as is such a reminder, a
//	            conversation that cannot be read (see "Old sessions"), an event whose session a newer build
//	            wrote, if none took it for 30 s, and a signal that nothing took
//	Rollbacks   the store lost turns that it had acknowledged, and a session began at an earlier revision
//	Dropped     the platform refused the output, or did not take it for 23 h: it is a dead letter, which
//	            Bot.Replay sends again
//
// # Accounts
//
// A session belongs to one account, and its id begins with the account's name. The sweep asks the store for
// the sessions of the channel's accounts alone, all of them in one call, so that a bot never runs a turn of
// another account or sends an output of it. Builds up to November 2026 wrote ids without the account. What
// is left of those is looked at before anything is done: if it is another account's, or if nobody can tell,
// it is given back, untouched, for a second or two, and counted (Stats.Elsewhere). Log lines and Sent name
// the account, and Stats.Accounts has the numbers of each.
//
// # Which flow answers
//
// The flow that is active answers first. If another flow starts on the event, the active conversation is
// suspended: nothing of it is lost, its buttons stay good, and its question is asked again when the other
// ends. A tap on a button that it showed brings it back too, and so does a word that starts it: the button that
// it showed last is taken, and after an earlier one it asks its question again. A start that only answers
// suspends nothing. A session has eight conversations at most; one more ends the lowest.
// With no flow active, the event starts the flow whose trigger names it best. A tap on a button of an earlier
// step is recognised by the mark in its data: the bot shows the present step again, or sends Options.Expired
// if the conversation is over. See answer.go for the order in which transitions and starts are tried, and
// package flow (Exclusive, Replace, WhenIdle) for what an author may change.
//
// If the question of a conversation that goes on cannot be asked, because a service is away, the end of the
// other is committed all the same, and the question is asked with the next event.
//
// # Old sessions
//
// Flows change while conversations are stored: see "Changes" in package flow for what to declare. What a build does
// not know all the same may be of a newer build, which runs beside it in a rolling deploy. So the event is left to
// other processes for 30 s, counted from the moment when this process first met that flow or state. After that it is
// final, for all sessions at once:
//
//	the state is gone         what InAny declares works, and the flow can be started anew with the old data. Where the
//	                          question would be asked, the user gets Options.Lost
//	the flow is gone, or the  the conversation is a dead letter. The user gets Options.Lost; the event may start a
//	data cannot be read       flow; and the conversation below asks its question. Replay brings the conversation
//	                          back, if another build can read it: it is active if no other is, and else the lowest
//	a reminder is gone        it is a dead letter
//
// Data that no build can read, because it does not decode, is final at once. A conversation is read when it is needed:
// words that start another flow suspend it as it is.
//
// # Menus
//
// A flow may bind its states to menus, and an action may call flow.Turn.SwitchMenu. The switch is an
// output of the turn: it is committed with the state, sent behind the messages of the turn, and tried
// again in order with the outputs that come after it. The session keeps the name of the menu that it has
// switched to. So a switch is sent only if the menu changes, and the chat gets back the menu that
// everybody has at the end, even if the flow has another menu in a newer build. New refuses a flow that
// is bound to a menu which the channel does not have (Channel.HasMenu); the menus that actions ask for
// are not known then.
//
// Two cases are left. A conversation that is forgotten after Options.Keep leaves its menu behind: end
// such flows by an After. And a process that is frozen for seconds in the middle of a switch may put an
// older menu in the place of a newer one, until the next switch.
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
// A sweep claims what is due before it begins it. If its process dies in between, others begin it 1 s later.
//
// # Errors
//
// An event whose action fails is tried again after 0.2 s, 1 s, 5 s and 15 s, with the state as it was;
// the session's other events wait. After the fifth failure the event is set aside as a dead letter, and
// its user gets Options.Failed. Other ways in which an action may end:
//
//	it breaks a limit        set aside at once, as its message would break it again; so is the event of an
//	                         action that fails with flow.Permanent
//	it panics                like an error; the log has the stack
//	it calls Goexit          like an error
//	it ignores its context   after six times Options.TurnTimeout, the event is set aside and the session
//	                         goes on without the action, which keeps its goroutine (Stats.Stuck)
//	it kills the process     the lease runs out, and the event is tried again; after a second death it
//	                         runs alone, so that it takes no other events with it
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
// Logs name sessions by their hashed id. They carry no text of users, no token and no id of a user: in
// the text of an action's error, what the event brought, and parts of it, are replaced. Do not put other
// data of users into errors.
//
// # Load
//
// The bot refuses what is too much, in this order:
//
//	webhooks             more than Options.MaxWebhooks wait for the store, or they weigh more than
//	                     64 MiB, at 4 KiB for each event besides its bytes: ErrBusy, and the platform
//	                     delivers again
//	old events           older than 24 h: left out, Stats.Stale
//	events of one user   more than Options.UserRate: left out, Stats.Limited. Redelivered events and
//	                     unsent messages are never left out here
//	events of a session  200 wait in the store already: left out, Stats.Refused
//	turns                seven eighths of Options.MaxTurns run: the event is durable and runs later.
//	                     The last eighth is for what the sweep finds
//
// Signals pass all of these but the last two: 200 events that wait are an error, which the caller sees.
//
// A webhook whose events are left out is answered with success: if they came again, they would be too
// many again, and an error would count against the bot and so against all users. A session has one turn
// at a time, and after fifty in a row other sessions come first. A turn sends up to 100 messages. A
// session has up to 100 timers and 64 KiB of state.
//
// # Hosts that freeze a process
//
// Some hosts freeze or stop a process when no request is under way, such as Cloud Run billed by request. Then
// nothing runs in the background: no turn after its webhook was answered, no timer, no second attempt. For
// such hosts there are two things:
//
//	Options.ProcessBeforeResponse   a webhook is answered when the turns of its events are over and their
//	                                outputs sent and acknowledged, but after 1.5 s at the latest
//	Bot.RunPending                  a handler for a scheduler: it does all that is due, and answers then
//
// For example: a turn takes 0.4 s and LINE 0.1 s, so the webhook is answered after 0.5 s, and the process may
// freeze. A turn takes 3 s: the webhook is answered after 1.5 s, and the turn goes on with the next request, of
// LINE or of the scheduler. If it fails meanwhile, or another process takes the session over, it runs again. By
// then its reply token may be over, and the answer is a push. So keep actions short there.
//
// # When Redis is away
//
// The webhook answers 503 within 1.9 s, whether Redis refuses, is slow, full or silent; and at once if
// too many webhooks wait. The platform delivers again if that is switched on. Turns that run try to
// commit for 10 s; after that their events run again. Outputs that were committed are sent, and
// acknowledged when Redis is back. This process does not send them twice; other processes wait for 4 s
// after the outage before they send outputs that another process may have sent. The sweep asks Redis once
// a second. When Redis is back, the sweep begins what is due, the most overdue first.
//
// Bot.Ready is a handler for readiness probes, Bot.Check has the whole error, and Stats.Behind and
// Stats.Held say for how long things have not been as they should be. Stats.WaitingOutputs and
// Stats.OldestOutput say that the platform is away.
//
// # Concurrency
//
// Events of one session never run at once, in this process or another. Any number of processes
// may share a store.
package bot

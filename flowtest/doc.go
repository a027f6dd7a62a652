// Package flowtest tests flows by talking to them.
//
// It drives a real bot on a memory store with a channel that records what is sent, on virtual
// time: waiting fifteen minutes, or until the day before, takes no time. There is no network,
// no LINE and no Redis.
//
// # Transcripts
//
// A transcript is a text file that is both the test and its result. Run plays the lines of the
// user and compares what the bot does with the rest; with Options.Update it writes the file
// again instead. A line begins with a sign and a space:
//
//	# a comment
//	> book                      the user says "book"
//	> [Yes]                     the user taps the button with this label
//	> [Add] #2                  the user taps the second button with this label
//	> [Pick a day] 2026-12-05   the user picks a date, a time or both (2026-12-05T19:00)
//	> [Pick] #2 2026-12-05      the user picks a date with the second picker with this label
//	> {book}                    the user taps a postback with this data in a menu
//	> (location)                the user sends something else, or does: see Content
//	> (again)                   the platform delivers the last event of the user again
//	< Which day?                the bot sends a message; further lines of it are indented by two
//	  [Pick a day] [Cancel]     spaces, and its buttons stand on the last
//	< (menu main)               the chat is switched to a menu; "(default menu)" if it is given back
//	= booking/ask_date          the flow and state reached; "= end" if none is active
//	= tickets/seat/seats/row    the state runs a sub-flow: its flow and state stand behind
//	= faq/topic; booking/ask_date waits         the same, and a conversation that is suspended
//	~ 15m                       time passes, as time.ParseDuration or in days: 3d
//	~ 2026-12-04 10:00          time passes until then
//	+ build v2                  other flows take the place of those that run: see Builds
//	@ 2026-12-01 10:00          the time at the start, in UTC; it stands before all else
//	@ 2026-12-04 01:00          below ~: when the next messages of the bot came
//	! paid {"id": "pay1"}       the program gives a signal with this payload, which may be left out
//	! paid {"id": "pay1"} #cb-1 the same with an id: signals of one name and id happen once
//	* till: refund pay1         a service was told something: see Services
//	! turn failed: ...          the bot met an error
//
// Every line of a user, and every signal, is followed by all that the bot did, and by the state where it changed.
// A line with "!" is a signal if it has one word, and JSON behind it, if anything; what the bot met has more words.
//
// # Buttons
//
// A tap finds the newest message with a button of that label, however old: that is how a stale button is
// tested. Where that message has several, such as a carousel with an [Add] for each dish, a number says
// which; without one it is the first. A picker takes only what it offers. A button of the present question
// that no transition takes fails the test: its data is misspelt, or the transition is.
//
// Quick replies are there as on LINE: below the last message of the chat, until one of them is tapped or
// the bot or the user sends a message. So a transcript does not show the quick replies of a message that
// is followed by another at once, and a tap on those that are gone fails the test.
//
// # Content
//
//	> (location)                                shares a place: Tokyo City Hall
//	> (location 1-2-3 Shibuya, Tokyo)           shares a place with this address
//	> (sticker)                                 sends the sticker 1988 of the package 446
//	> (sticker 11537/52002734)                  sends the sticker 52002734 of the package 11537
//	> (file)                                    sends a file: document.pdf
//	> (file menu.pdf)                           sends a file with this name
//	> (image)                                   sends a photo
//	> (3 images)                                sends three photos together: three events of one set
//	> (mention) lunch                           says "@bot lunch", which mentions the bot
//	> (quote) this one                          says "this one", and quotes the bot's last message
//	> (follow)                                  any kind of event of package transport, by its name
//
// The events hold what transport.Event says of them. There are no bytes behind a photo or a file: test a
// flow that reads them with a fake in the place of the reader, as examples/lunch does.
//
// # Services
//
// What a dialog does outside of the chat is shown too, if the fakes of the services say so:
//
//	var services flowtest.Services
//	world := World{Payments: noted{&Till{}, &services}} // whose Refund calls services.Told("till", "refund "+id)
//	flowtest.Run(t, "testdata/*.txt", flows, &flowtest.Options{Services: &services})
//
// It stands before what the bot said in the same line. A service that is told twice shows twice.
//
// # Builds
//
// A deploy changes the flows while conversations are stored. "+ build v2" shows what becomes of them: it stops
// the bot, and starts one with the flows of Options.Builds["v2"] on the same store. "+ build" goes back to the
// flows of Run. So a transcript may begin with "+ build v1", have a conversation with that earlier build, and
// go on with the present one:
//
//	# of last week
//	+ build v1
//	> book
//	< Which day?
//	  [Today] [Tomorrow]
//	= booking/ask_day
//	+ build
//	> [Today]
//
// A conversation whose flow or state the build does not have is left to a newer process for 30 s, as in a
// rolling deploy. So let that pass ("~ 31s") before you look for the answer.
//
// # Go
//
// Talk runs a function with a Chat, for what a transcript cannot say. Chat.Send makes any event happen:
//
//	c.Send(transport.Event{Kind: transport.KindBeacon})
//	c.Tap("Add", 2) // as > [Add] #2
//
// Both know one-to-one chats alone. What a group does is tested on transport/line/emulator: see
// examples/lunch.
//
// # Time
//
// The test runs in a bubble of testing/synctest: time.Now in actions and guards is virtual too.
// While an action waits, as for a timer, virtual time passes. A turn that failed is tried again
// only when the test lets time pass. Code that waits for the real world, such as a network, holds
// the virtual clock up until it returns.
//
// In a wait of an hour or more, a line with "@" says when a message came, so that a reminder on the wrong
// day does not pass. Messages of one time share the line. A message that came at the very end of the wait
// has none, unless another one came before it: "~ 3d" and a message without "@" means after three days.
// Seconds are shown where they are not zero. These times, and the time until which "~" waits, are in
// Options.Bot.Zone.
package flowtest

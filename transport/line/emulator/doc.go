// Package emulator is a stand-in for the LINE platform, with a chat page for people.
//
// A [Platform] speaks LINE's HTTP protocol from the other side: it sends signed webhooks to a bot
// and serves the API that the bot answers through. It knows nothing of the library that the bot is
// written with, and serves a bot in any language. Point the bot's API endpoint at it, and tell it
// the bot's webhook URL.
//
//	platform := emulator.New(secret, token, &emulator.Options{Webhook: "http://127.0.0.1:8080/webhook"})
//	http.ListenAndServe("127.0.0.1:9000", platform)
//
// The secret and the token may be any words. A bot of kaiwa has its channel's endpoint there:
//
//	line.New(secret, token, &line.Options{Endpoint: "http://127.0.0.1:9000", Processes: -1})
//
// Whoever reaches a Platform may write as any user and read every chat. Keep it on a loopback address.
//
// Paths that begin with /v2/ or /oauth2/ are the API; everything else is the page. LINE serves its
// API under two host names: [Platform.API] and [Platform.Data] are one each.
//
// # Driving it
//
// A person opens the page and chats as one of the users. A test calls [Platform.Say],
// [Platform.Tap] and [Platform.Pick] to the same end, and reads the chat with [Platform.Messages]
// and [Platform.Next]. Users are named by their id or by their name. They send the rest of what people
// send by [Platform.Quote], [Platform.Location], [Platform.Sticker], [Platform.Upload] and, for several
// photos at once, [Platform.Album].
//
// [Platform.AddUser] adds people with profiles, [Platform.AddGroup] groups and rooms, into which
// [Platform.Invite] brings the bot. A member who acts in a group is named by both: Say(ctx,
// "Friends/User A", "hi"). The page shows groups too, and lets a person be any of the members.
//
// # What is enforced
//
// Bearer token, JSON shape, one to five messages, the documented limits of text, sticker, image,
// template and flex messages, of actions, of quick replies and of rich menus. Other message types of
// LINE are accepted when their required fields are there. Lengths in user-perceived characters are
// estimated: see graphemes. Errors have LINE's status codes and JSON bodies.
//
// Reply tokens work once and for a limited time. A retry key is accepted once in 24 hours by the
// calls that take one, and refused by all others. [Options.MonthlyLimit] sets the month's quota; each
// endpoint has LINE's rate limit, which [Options.NoRateLimits] switches off.
//
// # Access tokens
//
// The token of New works for good. [Platform.AddToken] and LINE's token endpoints (short-lived, v2.1
// and stateless, the latter two for a JWT that is signed with a key of [Platform.RegisterKey]) give
// more, which expire by [Options.Now].
//
// # Audiences and insights
//
// Audiences are made over the API or by [Platform.AddAudience]. An upload takes [Options.JobTime].
//
// Insights are computed from what was sent and from what people did since. Who acts in a chat, or has it
// open in the page, has seen what is in it; who presses a button with a URL by [Platform.Press] or
// [Platform.Tap] has opened it, which the page does not tell. LINE hides numbers about fewer than 20
// people, and so does the platform. Deliveries and followers of a day are there when it is over,
// demographics at once.
//
// # What is not here
//
// LINE notification messages to phone numbers, audiences that other accounts share, LIFF and module
// channels. They answer 404. Insights tell nothing of rich menus and of videos, as LINE does when few
// people have used them.
//
// # Faults
//
// [Options.Fault] and [Platform.FailNext] make API calls fail, before or after the platform has
// carried them out. [Platform.FailBatch] makes a change of rich menus fail for some users only, and
// [Platform.DropContent] makes LINE forget a file before its time. A bot that fails its webhook gets the
// event again if [Options.Redeliver] says so.
//
// # Concurrency
//
// All methods are safe for concurrent use. Everything is kept in memory and lost on exit.
package emulator

// Package line speaks the LINE Messaging API: it receives webhooks, sends messages, and has a
// type for every message and action of LINE.
//
// # Webhooks
//
// Channel.Handler returns an http.Handler for the webhook of one official account. It reads a
// bounded body, checks the signature over its bytes against all secrets in constant time, and
// only then looks into it. An event of a type that is not known arrives as
// transport.KindUnknown. One that is malformed is dropped with a warning in the log, and costs
// none of its neighbours.
//
// A place, a sticker, a file, an image set, mentions and a quote are in the fields of the event that are
// called so. Location, Sticker and File are never nil in an event of their kind; a part of them that is
// not as LINE documents it is zero, and costs nothing else of the event. A mention whose Index and Length
// lead out of the text has neither. Photos that were sent together come as an event each, in no order.
//
// Set ReadHeaderTimeout, MaxHeaderBytes and IdleTimeout on the server that the handler is mounted in:
// these are of what comes before the handler, and after it.
//
// A signature has no expiry: whoever got hold of a signed webhook can post it again. Recognise
// events by their ID, as package bot does.
//
// CheckWebhook asks LINE at the start whether webhooks come here.
//
// # Sending
//
// Channel.Send makes one attempt to deliver. It replies while the reply token is fresh, as
// replies are free, and pushes where that is too late and allowed. Each push carries a retry
// key from its first attempt on, so that LINE takes it once. A reply cannot carry one: TOKENS.md
// has what that leaves open, and what becomes of a reply token that was used or came late.
//
// LINE takes all messages of a call or none. Where it refuses some of them for good and says which, Send
// sends the others in order, and those alone become a dead letter.
//
// What becomes of a delivery that failed is in transport.SendError, and LINE's own words are in
// the APIError inside. A 401 that no new token mends is transport.Hold. The monthly limit stops
// only pushes (APIError.MonthlyLimit): a late answer that meets it is replied after all, if LINE
// still takes its reply token; what can only be pushed is dropped, so that free replies are not kept
// back behind it, and is a dead letter that the bot can replay. FAULTS.md is the table of what becomes
// of an answer, as a bot on the emulator has shown it.
//
// Calls go over a pool of HTTP/1.1 connections of the Channel's own. It costs half the CPU of
// net/http and never sends a request twice. Options.Client replaces it, for instance for
// certificates of your own; with a proxy in the environment net/http is used as well.
//
// # Channel access tokens
//
// New takes a token that does not change. Options.Tokens takes a TokenSource instead: those of package
// tokens renew their tokens before they end. A call that LINE answers with a 401 is repeated once, if
// the source then has another token: LINE has done nothing for it.
//
// # Rates and quota
//
// Calls by HTTPClient wait for milliseconds rather than exceed LINE's rates per second.
// Processes that share a Redis divide these between them, and have replies and pushes keep to them
// too: the bot counts them every 10 s, or Options.Processes says how many there are. There is no
// bucket in Redis, which each send would have to ask: LINE refuses a call above its rates without
// acting on it, and the call is made again when it is time.
// Options.Reserve keeps the last messages of the month for what can only be pushed, and
// Options.RepliesOnly never pushes. What LINE does not allow to an account of this kind is a
// *APIError of status 403.
//
// # Messages
//
// The message and action types are values: they can be shared between goroutines and used
// again. Their limits are in LIMITS.md. Validate reports every limit of LINE that one breaks, in
// LINE's own units: UTF-16 code units here, grapheme clusters there. Package flex has the parts of Flex
// messages.
//
// # Rich menus
//
// RichMenu is a menu with its limits, and package transport/line/richmenu sets menus up. Send
// carries out the switch of a menu: it looks up the alias and links the rich menu to the user, or
// unlinks what is linked. A tap on an area with RichMenuSwitch is a postback with the data of the
// action, and so can be a trigger. What the user switches to in that way stays until the bot
// switches again.
//
// # The rest of the API
//
// Channel.ShowLoading and Channel.MarkAsRead are chat manners; DetailsOf gives the token to quote a
// message with, and what else an event of LINE says. The packages below this one:
//
//   - flex: the parts of Flex messages
//   - tokens: channel access tokens that renew themselves
//   - people: profiles, groups, friends, memberships and account links
//   - content: what users send
//   - richmenu: rich menus from a declaration
//   - campaign: messages to many, with a ledger of who has got them
//   - sdk: all the rest, in the words of LINE's SDK
//   - emulator: a stand-in for LINE, for tests and for trying a bot
//
// # Several accounts
//
// Give each account a Channel with an Options.Name of its own. The name is in the id of each session, so
// that sessions, timers, outputs and dead letters of the accounts never meet, also in one store.
//
//	same flows     a Mux of the channels is a channel too. One bot.Bot serves all accounts, at one URL
//	               for all webhooks, and asks the store once for what is due, not once for each account
//	other flows    a bot.Bot for each channel, or for a Mux of some of them, each at a path of its own. They
//	               may use one store, in one process or in several
//
// Logs name the account, Bot.Stats has numbers by account, and session.Account reads it from the id of a
// session, as in a dead letter. Calls besides a turn, such as those of package people, are made with the
// Channel of the account, which Source.Channel of the event names.
//
// # Why not the SDK
//
// The rule is that LINE's Go SDK does what is not on the path of every turn. Package
// transport/line/sdk has its clients, on top of Channel.HTTPClient. Receiving and sending is our
// own, for these reasons, all measured or tried:
//
//   - Decoding costs 40 times as much as here, and one bad event fails the whole webhook.
//   - Nested message values are sent with an empty type, and encoding writes through pointers
//     that goroutines share.
//   - WithContext changes the shared client, errors are strings, and there is no time-out.
//
// # Concurrency
//
// A Channel serves any number of goroutines.
package line

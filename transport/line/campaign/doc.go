// Package campaign sends messages to many users at once, each of them once: multicasts to a list
// of recipients of any length, broadcasts to all friends, and narrowcasts to some of them.
//
//	ledger := campaign.NewFileLedger("/var/lib/shop/campaigns")
//	report, err := campaign.Multicast(ctx, channel, ledger, "spring-2027", recipients,
//		[]transport.Message{line.Text("Spring is here")}, nil)
//
// # Once, whatever dies
//
// A campaign has a name. What was done under it stands in a ledger, and a campaign that is run
// again goes on where it stopped: after a crash, a restart, a lost connection, a used-up quota. It
// works like this. The ids of a chunk of up to 500 are written to the ledger, then the chunk is
// sent with a retry key that follows from the name, the number of the chunk and what is sent, then
// the ledger is told that LINE accepted it. A run that finds a chunk without such a note sends the
// very same chunk with the same key, whatever the list of recipients is by then, and LINE answers
// whether it had it.
//
// LINE remembers a key for 24 hours. Of a chunk without a note that is older, nobody can tell any
// more whether it was accepted. By default it is passed over, all others are sent, and the
// campaign ends with ErrInDoubt; Options.ResendInDoubt decides otherwise.
//
// Each name is for one account: let it have the account's in it where there are several.
//
// # Recipients
//
// Who stands in the list twice gets the messages once. A list that has changed is fine: those who
// had the messages do not get them again, those who are new do. To know this, a run keeps 16 bytes
// for each recipient of all runs in memory, which a map makes about 40: 40 MB for a million. The
// list itself is read as it is needed, and may come from a database.
//
// # Failures
//
// Time-outs, lost connections and 5xx are tried again with the same key, at growing distances with
// a random part, and so are calls that come too fast (429), until ctx ends. All else that LINE
// refuses ends the run with a *ChunkError, which has the number of the chunk: nobody in it got the
// messages. The monthly limit is among these (line.APIError.MonthlyLimit). What LINE refused for
// certain is not in doubt, however late the campaign is run again; its recipients are taken from
// the list anew, so that one whom LINE does not accept can be left out.
//
// A send that LINE answers with a 401 is made once more, with another token if the channel has one
// by then. One that is refused still was not sent: the next run sends it.
//
// Messages, settings and the name are checked before anything is sent; recipients when it is
// their turn.
//
// # Concurrency
//
// A ledger lets one process, and one goroutine of it, run a campaign at a time. Several campaigns
// may be run at once. Chunks go out one after the other, which is far below LINE's 200 a second.
//
// # Ledgers
//
// FileLedger needs a local disk; package redisledger keeps ledgers in Redis.
//
// # Privacy
//
// A ledger holds user ids. Errors and lines of the log hold none; ChunkError has them in a field.
package campaign

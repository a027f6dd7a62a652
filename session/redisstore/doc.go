// Package redisstore keeps sessions in Redis, shared by any number of processes.
//
// A turn takes two round trips, whatever is in it: Begin and Commit are one Lua script each, and
// calls that are made at the same time travel together. If an event comes while a turn of its session runs, Begin of
// that event takes one more, and so does the commit of that turn (see "The short way"). It runs on Redis 7.0 or newer and on
// Valkey: standalone, behind Sentinel, or as a Cluster.
//
// # Words
//
//	session         what is kept of one conversation: one string in Redis
//	lease           the right to run the session's turns. One process holds it, until a time
//	token           8 random bytes that name who holds a lease
//	head            the event whose turn runs, or that comes next
//	mailbox         the events that wait behind the head
//	outbox          the outputs of turns that are not yet known to be delivered
//	delivery lease  the right to deliver the outbox, until a time. One process may hold it while
//	                another holds the lease
//	revision        how often the session was committed. A commit names the one it began with
//	tombstone       what is left of a forgotten session, so that its events are refused for 25 hours
//	floor           a time. The store does not remember all events from before it, and so refuses
//	                those that LINE delivers once more
//
// A partition is a share of the sessions, in one hash slot. In it, each account has a watch index, which
// says when somebody must look at which session: a lease ended, a timer is due, outputs wait. A session that
// Due claimed is in it with a later time. And each account has a bound, a time before which nothing in that
// index is due. So a process with 200 accounts asks 64 partitions for the bounds that have come, not 12,800
// indexes, and what is overdue in accounts that are not its own costs it no more than their names.
//
// # Keys
//
// Sessions are spread over partitions, 64 by default. All keys of a partition have one hash tag
// and so live in one slot, which is what lets one script write all that a turn changes. With an
// empty Namespace, partition p3f has these:
//
//	kaiwa:meta           layout and number of partitions, written once
//	kaiwa:{processes}:<account>  the processes that serve an account, to divide LINE's rates (sorted set)
//	kaiwa:{p3f}:<hash>   a session: one packed string, drawn in lua/load.lua. The hash is the end of its id
//	kaiwa:{p3f}:q:<hash> its mailbox (sorted set)
//	kaiwa:{p3f}:w:<account>   the watch index of an account (sorted set of hashes)
//	kaiwa:{p3f}:a        the bounds of the accounts (sorted set)
//	kaiwa:{p3f}:f        empty: written before each wait for replicas or the disk
//	kaiwa:{p3f}:dl:<account>  dead letters of an account (stream of about 10,000); fields sid (the hash),
//	                     why, body; of an event also id, time, accepted, attempts, message; of an output seq
//
// An account is session.Key.Channel; its name may be empty. Earlier builds kept the index of all sessions in
// kaiwa:{p3f}:w and all dead letters in kaiwa:{p3f}:dl. What is left there is listed to whoever asks, and goes
// as it is handled. A session belongs to its account's index from the first event on.
//
// By MEMORY USAGE, a session in the middle of a dialog with an idle timer takes under 400 bytes, its
// place in the index included. Sessions, mailboxes, processes and what is empty expire; the others do not.
//
// # The short way
//
// Most turns are alike: a new event comes to a session in which nothing runs or waits, whose outputs are delivered or being
// delivered, and nothing comes until the turn is committed. For these there are two short scripts, which cost Redis about half:
//
//	Begin     shortbegin appends a tail to the value: the event, and the lease. begin would write the value anew
//	Commit    shortcommit sees by the end of the value that nothing was written to it since, and sets what the
//	          caller made of it. commit would read the value, take it apart and put it together again
//	Ack       shortack cuts the outbox off, if all that is in it was delivered
//
// A session in any other case is left alone by a short script, and the same call goes again by the full one, with
// the same token. What a session is stored as, and what the caller is told, is the same by both: a test drives random
// calls through both and compares. Commit goes the short way if it gets the Memo of its BeginResult. Short
// calls that travel together are one script call, but not in a Cluster, where their keys are in several slots. What begins
// without an event, such as the turn of a timer, goes the full way.
//
// # What Redis must be
//
// New refuses a server that is older than 7.0, that is a replica, or that may evict keys
// (maxmemory-policy other than noeviction). A Redis that is full refuses new events but lets
// turns end. New logs what is unwise: no append-only file, no replica.
//
// Set appendonly yes. Without it, a restart of Redis loses every session. With appendfsync
// everysec, Redis' default, a loss of power takes the last second or so with it; with always it
// takes nothing, and each write waits for the disk.
//
// A failover lasts as long as Sentinel's down-after-milliseconds, or the Cluster's
// cluster-node-timeout, and then the election. Meanwhile calls end with session.ErrUnavailable
// after Options.Timeout, no event is accepted, and LINE delivers again if Webhook redelivery is
// on. Redis' defaults are 30 s and 15 s: lower them as far as your network allows. Set
// ContextTimeoutEnabled in the client: without it, the connection of a call that was given up is
// kept until the client's ReadTimeout.
//
// In a Cluster, a node that dies is the trouble of its own sessions: calls for each node have a pipeline of
// their own, Due lists what is due on the others, and Check says that a part is away (session.ErrPartly). For
// that, set cluster-require-full-coverage no. With yes, Redis' default, all nodes refuse all calls from the
// moment when the node is found dead until a replica has taken its place, a second or so. A call that is
// refused because of that, or because its slot is on its way to another node, is made again until
// Options.Timeout is over.
//
// # Durability
//
// What was acknowledged is as durable as Options ask for:
//
//	default      the master has it. Replication is asynchronous: a failover loses what the replica had not
//	             got, milliseconds if it was in step
//	Replicas: n  n replicas have it too: each batch of calls ends with a write and WAIT. A loss is
//	             unlikely and not impossible, as Redis may promote a replica that was not among them
//	Fsync        the master's disk has it, and with Replicas theirs: each batch ends with WAITAOF,
//	             of Redis 7.2 and Valkey; before that Redis must run with appendfsync always, which
//	             New and Check ask
//
// This holds for Begin, Commit, Ack, Discard, Forget, Unsend, Replay and DeleteDeadLetter: nothing is
// sent that a failover could take back. The other calls promise nothing. A call whose wait was not over in time
// (Options.Wait) took effect on the master and ends with session.ErrUnavailable: LINE is told that
// the event was not taken, and when it comes again, as a duplicate, that answer waits as well. A
// Begin that ends so gives back the lease that it took, so that the event has its turn at once. So
// a master without its replicas takes no events: run one replica more than Replicas, and set
// min-replicas-to-write too, so that a master that was cut off stops by itself. The wait comes on
// top of each call's round trip; calls that are made at the same time share one.
//
// # Failovers
//
// A planned failover by SENTINEL FAILOVER promotes a replica, and the old master takes writes for a second or more
// before it, and clients, are told. Behind each batch of calls the store asks ROLE: a replica that is missing is
// asked what it is. If it is the master now, nothing that the old master took is acknowledged: calls go again, and
// wait about a second for the client to follow. What may be lost is what the replica had not got when it was
// promoted: milliseconds. For that, the bot must reach replicas at the addresses that ROLE names. To lose nothing,
// pause the writes of the old master first. Calls wait as long, and nothing is refused if it takes less than
// Options.Timeout:
//
//	redis-cli -h OLD CLIENT PAUSE 10000 WRITE
//	redis-cli -h SENTINEL -p 26379 SENTINEL FAILOVER mymaster
//	redis-cli -h SENTINEL -p 26379 SENTINEL GET-MASTER-ADDR-BY-NAME mymaster    until it names another: NEW
//	redis-cli -h OLD REPLICAOF NEW 6379
//	redis-cli -h OLD CLIENT UNPAUSE
//
// The fourth line is needed: while writes are paused, the sentinels take the old master for dead, and make it a
// replica only some ten seconds after the pause. In a Cluster, CLUSTER FAILOVER does all of this itself.
//
// A master that is cut off from its replicas and from the sentinels, but not from some bots, goes on as well,
// while the others have a new one. All that it takes is lost when it comes back. With Replicas it acknowledges
// nothing; without, set min-replicas-to-write 1 and min-replicas-max-lag 2: then it takes writes for 2 to 4 s
// more. New warns if that is not set. A node of a Cluster that is cut off stops after cluster-node-timeout.
//
// What was taken back is noticed by the bot, which remembers the revisions of sessions: a warning and
// bot.Stats.Rollbacks.
//
// # TLS and access
//
// TLS (TLSConfig), the user's name and its password are settings of the client. The user needs
// this and no more:
//
//	ACL SETUSER kaiwa on >password ~kaiwa:* +evalsha +eval +script|load +info +role +wait
//	    +time +get +getrange +set +append +del +pexpire +zadd +zrem +zrange +zpopmin
//	    +xadd +xrange +xrevrange +xdel +xlen
//
// The command wait is for Replicas alone. A Cluster takes +cluster|slots and +command besides, and Fsync +waitaof
// or, before Redis 7.2, +config|get. With a Namespace, ~kaiwa:<namespace>:* will do. Give all of
// them: a script that is stopped in its middle leaves half of a change behind.
//
// # Operators
//
// Check runs a script that Redis refuses whenever it would refuse an event, and asks again what
// New asked. Forget leaves a tombstone of 33 bytes for 25 h; it, DeleteDeadLetter and the end of turns
// work though Redis is full, Replay does not.
//
// Describe says in words what Redis holds of a session, and so does a command:
//
//	go run github.com/kaiwa-go/kaiwa/session/redisstore/cmd/kaiwa-key -addr localhost:6379 shop/VG6d19s771pssf9E
//
// # Concurrency
//
// A Store is safe for concurrent use. It starts goroutines only while calls are under way and
// holds nothing that needs closing. The client belongs to whoever made it.
//
// # Errors
//
// Every call ends when its context does, and at the latest after Options.Timeout (Forget and
// DeadLetters, which may take many steps, after 5 s), with an error that wraps
// session.ErrUnavailable; so do answers such as OOM, LOADING, READONLY, CLUSTERDOWN and TRYAGAIN.
// Such a call may have happened, and may be repeated. Texts of errors carry the class of Redis'
// answer, never the answer.
package redisstore

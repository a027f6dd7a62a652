package redisstore

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// The constants that Go and Lua share are declared here, in session.Store or nowhere. A script
// names them in capital letters, and makeScripts writes their values in: see luaConstants.

// What the stored value of a session looks like: see lua/load.lua, which draws it.
const (
	// layout is the version of a session's value, and earlierLayout is one that can still be read. A build that
	// knows neither answers with an error.
	layout        = 2
	earlierLayout = 1
	keysLayout    = 1 // the version of the keys' names and numbers, in kaiwa:meta

	// The formats are those of struct.pack in Redis' Lua: ">" is big-endian, B a number of 1 byte,
	// I3 a number of 3 bytes, c8 a string of 8 bytes. The header's numbers add up to 27 bytes:
	// 1+1+4+6+4+3+4+1+3.
	headerFormat = ">BBI4I6I4I3c4BI3"
	headerBytes  = 27
	floorAt      = 12 // where the floor is in the header, and the expiry
	expiryAt     = 16
	seenCountAt  = 23 // and the number of seen events
	leaseFormat  = ">c8I6B"
	outboxFormat = ">I6c8BI3"
	tailFormat   = ">c8BI6I6I6"
	tailBytes    = 8 + 1 + 6 + 6 // of a tail before the event's time
	outputFormat = ">I5I4"
	outputBytes  = 9               // of an output before its body
	outboxBytes  = 18              // of an outbox before its outputs
	seenBytes    = 10              // of one seen event
	headTimes    = 12              // bytes of the two times before the id of an event
	hashLength   = session.HashLen // of the hash in a session's id, which its key ends with
)

// The flags of a stored value say which sections it has, and what is true of the lease. Example: 37
// is hasLease, hasHead and hasTombstone (1 + 4 + 32): a turn runs in a session that was forgotten
// some hours ago. leaseFree is set together with hasLease and means that the lease rests: the section
// has the token of whoever gave the lease up. The Lua local of that name is also true where there is
// no lease at all: see lua/load.lua.
const (
	hasLease     = 1
	leaseFree    = 2
	hasHead      = 4
	hasMailbox   = 8
	hasOutbox    = 16
	hasTombstone = 32
	leaseCrashed = 64  // an attempt for the event ended without a commit and without a release
	byAccount    = 128 // the watch index of the account has the session: see lua/save.lua
)

// Limits. What the contract leaves to a store is decided here.
const (
	maxSeen        = 255    // events of a session that are recognised when they come again: the count is one byte
	maxAttempts    = 255    // attempts are counted up to this, as they are one byte
	maxDeadLetters = 10_000 // of an account and partition, about: Redis may keep up to a hundred more
	placesPerMs    = 1024   // events of one session and one ms that wait in the order in which they came
)

// How long things are kept.
const (
	// boundAhead is how far ahead the bound of an account is at most. Both leases are longer by default, so that
	// a turn need not touch the bound; and Due looks at an index in which nothing is due every 2.75 to 3 s.
	boundAhead = 3 * time.Second

	// boundStep has the bounds of indexes in which nothing is due soon end together, four times a second at most.
	boundStep = 250 * time.Millisecond

	// keepAtLeast is how long a session is kept after its last turn. It is more than keepWaiting, so that
	// shortbegin need not lengthen it when the next event comes soon.
	keepAtLeast = 27 * time.Hour
	// keepWaiting is how long an event or an output is kept that nobody comes for.
	keepWaiting = 25 * time.Hour
	// keepForgotten is how long a tombstone is kept.
	keepForgotten = 25 * time.Hour
	// keepSeen is how long an event is recognised when it comes again.
	keepSeen = 24 * time.Hour

	// When an event was seen is kept in 2 bytes: in units of 4 s, modulo 2^16, that is three days.
	seenUnit   = 4 * time.Second
	seenModulo = 1 << 16
)

// What begin adds to its status: a status of its own, and flags that are added up. Example: the
// answer 1, 3 is session.Run with answerRetried and answerOwnEvent.
const (
	statusFull = 201 // beside the values of session.Status: the mailbox is full

	answerRetried  = 1 // the outputs may have been sent by an earlier holder of the delivery lease
	answerOwnEvent = 2 // the turn is for the event that the caller brought, which is not repeated
	answerCrashed  = 4 // an earlier attempt crashed
)

// Of Due.
const (
	noWait    = 1<<32 - 1 // ms: nothing is to come
	claimArgs = 2000      // how many arguments one ZADD has at most; Lua's stack has room for 8,000
)

// What the other scripts answer.
const (
	commitDone   = 1
	commitFenced = 2
	commitFull   = 3

	leaseLost = 0 // release and extend
	leaseHeld = 1

	replayNoLetter = 0
	replayDone     = 1
	replayFull     = 2
)

var constantName = regexp.MustCompile(`\b[A-Z][A-Z_]+\b`)

// writeConstants puts the values of constants in the place of their names. Other words in capital
// letters, such as KEYS and 'SET', stay. Example: "mailCount >= MAX_MAILBOX" becomes
// "mailCount >= 200". Values are written into the text, and not sent as arguments, because a script
// that has them in its text costs nothing more when it is called.
func writeConstants(lua string) string {
	values := luaConstants()
	return constantName.ReplaceAllStringFunc(lua, func(name string) string {
		if v, ok := values[name]; ok {
			return v
		}
		return name
	})
}

// luaConstants returns the constants by their names in Lua, as Lua writes their values. Times are
// in milliseconds.
func luaConstants() map[string]string {
	all := map[string]string{
		"HEADER": quote(headerFormat), "LEASE": quote(leaseFormat),
		"OUTBOX": quote(outboxFormat), "EARLIER_OUTBOX": `'>I6c8B'`, "OUTPUT": quote(outputFormat),
		"TAIL": quote(tailFormat), "NEW_SESSION": quote(`\2` + strings.Repeat(`\0`, headerBytes-1)),
		"NOBODY":  `'\0\0\0\0\0\0\0\0'`, // the token of nobody
		"NO_MARK": `'\0\0\0\0'`,
	}
	for name, n := range map[string]int{
		"PROCESS_BYTES": len(session.LeaseToken{}.Process()), // of a token: they name the process
		"TOKEN_BYTES":   len(session.LeaseToken{}),
		"LAYOUT":        layout, "EARLIER_LAYOUT": earlierLayout, "HEADER_BYTES": headerBytes, "OUTPUT_BYTES": outputBytes,
		"SEEN_BYTES": seenBytes, "HEAD_TIMES": headTimes, "HASH_LENGTH": hashLength,
		// An output's number is the revision of its commit, times this, and its place in it.
		"SEQS_PER_COMMIT": int(session.MakeSeq(1, 0)),

		"HAS_LEASE": hasLease, "LEASE_FREE": leaseFree, "HAS_HEAD": hasHead, "HAS_MAILBOX": hasMailbox,
		"HAS_OUTBOX": hasOutbox, "HAS_TOMBSTONE": hasTombstone, "LEASE_CRASHED": leaseCrashed,
		"BY_ACCOUNT": byAccount,

		"MAX_MAILBOX": session.MaxMailbox, "MAX_OUTPUTS": session.MaxOutputs, "MAX_SEEN": maxSeen,
		"MAX_ATTEMPTS": maxAttempts, "MAX_DEAD_LETTERS": maxDeadLetters,
		"PLACES_PER_MS": placesPerMs, "NO_WAIT": noWait, "CLAIM_ARGS": claimArgs,

		"STATUS_RUN": int(session.Run), "STATUS_QUEUED": int(session.Queued),
		"STATUS_DUPLICATE": int(session.Duplicate), "STATUS_STALE": int(session.Stale),
		"STATUS_IDLE": int(session.Idle), "STATUS_FULL": statusFull,
		"ANSWER_RETRIED": answerRetried, "ANSWER_OWN_EVENT": answerOwnEvent, "ANSWER_CRASHED": answerCrashed,
		"COMMIT_DONE": commitDone, "COMMIT_FENCED": commitFenced, "COMMIT_FULL": commitFull,
		"LEASE_LOST": leaseLost, "LEASE_HELD": leaseHeld,
		"REPLAY_NO_LETTER": replayNoLetter, "REPLAY_DONE": replayDone, "REPLAY_FULL": replayFull,

		"SEEN_TERM": int(keepSeen / seenUnit), "SEEN_MODULO": seenModulo, // in units
		"MICROSECONDS": int(time.Millisecond.Microseconds()), // of a millisecond
	} {
		all[name] = strconv.Itoa(n)
	}
	for name, d := range map[string]time.Duration{
		"SECOND": time.Second, "HOUR": time.Hour, "SEEN_UNIT": seenUnit,
		"KEEP_AT_LEAST": keepAtLeast, "KEEP_WAITING": keepWaiting, "KEEP_FORGOTTEN": keepForgotten, "BOUND_AHEAD": boundAhead, "BOUND_STEP": boundStep,
	} {
		all[name] = strconv.FormatInt(d.Milliseconds(), 10)
	}
	return all
}

// quote makes a Lua string of a format, which has no quotes of its own.
func quote(s string) string { return "'" + s + "'" }

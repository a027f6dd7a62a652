#!lua flags=allow-oom
-- forget deletes all of a session but a tombstone: see session.Admin.Forget. Its dead letters are deleted
-- by purge, which is called next.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 and perhaps 5 dead letters (streams), the last account bounds
-- ARGV: none
-- Returns: for each of the streams B length and id of its last dead letter; empty if there is none.
-- May run twice: it forgets up to the later time.
--include load
local changed = true
timerAt, floor, commitMark, seenCount, stateLength, newStateAndSeen = 0, 0, NO_MARK, 0, 0, ''
leaseOwner, leaseFree, leaseUntil, attempts, headLength, mailCount = NOBODY, true, 0, 0, 0, 0
outputAt = #stored + 1
-- The revision stays. It numbers the outputs: an ack from before the forget must not drop outputs of the
-- session that begins next.
forgottenAt, expiresAt, indexedAt = now, now, -1
--include save
call('DEL', KEYS[3])
--include last
return last

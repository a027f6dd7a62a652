#!lua flags=allow-oom
-- forget leaves a tombstone of a session: see session.Admin.Forget. Its dead letters are up to
-- purge.
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream)
-- ARGV: none
-- Returns the id of the last dead letter of the partition; empty if there is none.
-- May run twice: it forgets up to the later time.
--include load
local dirty = true
due, floor, mark, nseen, nstate, kept = 0, 0, '\0\0\0\0', 0, 0, ''
owner, free, till, tries, head, mail = NOBODY, true, 0, 0, 0, 0
outAt = #stored + 1
-- The revision stays: an ack from before must not drop outputs of the session that comes.
forgot, ends, looked = now, now, -1
--include save
call('DEL', KEYS[3])
--include last
return last

-- enqueue puts an event into the mailbox (KEYS[3]): the sorted set of the events that wait behind the
-- head, by the events' own time. If nothing else waits or runs, the session is due at once.
--
-- The event is "mailText" (B length and id, B length and id of the message, body), "eventTime" and
-- "accepted", in ms. What is stored is: id, a zero byte, c6 accepted, mailText, B length of the id. The id comes
-- first so that events of one time are in the order of their ids; its length comes last, so that pop finds
-- where the id ends. For the event e7 with message m1 and body "hi", accepted at T:
--
--   e7 \0 TTTTTT \2e7 \2m1 hi \2
local idLength = string.byte(mailText)
call('ZADD', KEYS[3], eventTime,
  sub(mailText, 2, idLength + 1) .. '\0' .. pack('>I6', accepted) .. mailText .. string.char(idLength))
call('PEXPIRE', KEYS[3], KEEP_WAITING)
if leaseFree and leaseUntil <= now and headLength == 0 and mailCount == 0 then leaseUntil = now end
mailCount = mailCount + 1

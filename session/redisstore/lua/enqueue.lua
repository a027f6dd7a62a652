-- enqueue puts an event into the mailbox (KEYS[3]): the sorted set of the events that wait behind the
-- head, by the events' own time. If nothing else waits or runs, the session is due at once.
--
-- Events of one time are in the order in which they came: the score of the first is its time in ms, and each
-- one behind it gets 1/PLACES_PER_MS more than the one before, such as 1700000000000, 1700000000000.0009765625 and
-- so on. So the score without its fraction is the time. A double has the bits for both until the year
-- 2248. Events beyond PLACES_PER_MS share the last score, and are in the order of their ids.
--
-- The event is "mailText" (B length and id, B length and id of the message, body), "eventTime" and
-- "accepted", in ms. What is stored is: id, a zero byte, c6 accepted, mailText, B length of the id, by which pop
-- finds where the id ends. For the event e7 with message m1 and body "hi", accepted at T:
--
--   e7 \0 TTTTTT \2e7 \2m1 hi \2
local idLength, score = string.byte(mailText), eventTime
if mailCount > 0 then
  local last = tonumber(call('ZRANGE', KEYS[3], format('(%d', eventTime + 1), eventTime,
    'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')[2])
  if last then score = last + 1 / PLACES_PER_MS end
  if score >= eventTime + 1 then score = last end
end
call('ZADD', KEYS[3], score,
  sub(mailText, 2, idLength + 1) .. '\0' .. pack('>I6', accepted) .. mailText .. string.char(idLength))
call('PEXPIRE', KEYS[3], KEEP_WAITING)
if leaseFree and leaseUntil <= now and headLength == 0 and mailCount == 0 then leaseUntil = now end
mailCount = mailCount + 1

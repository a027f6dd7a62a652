#!lua flags=allow-oom
-- unsend takes a message out of the events that wait or run: see session.Admin.Unsend. Such an event keeps its
-- place and loses its body. Dead letters are deleted by purge, which is called next.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 and perhaps 5 dead letters (streams), the last account bounds
-- ARGV: 1 id of the message
-- Returns: for each of the streams B length and id of its last dead letter; empty if there is none.
-- May run twice: then there is nothing left to take out.
local message = string.char(#ARGV[1]) .. ARGV[1]
local changed = false
--include load
-- bodyOf returns where the body of an event begins, if the event brought the message; otherwise false.
-- "at" is where the event's id begins, with its length.
local function bodyOf(event, at)
  at = at + string.byte(event, at) + 1
  return sub(event, at, at + #message - 1) == message and at + #message
end
-- First the head: it is cut off behind the message's id.
local bodyAt = headLength > 0 and bodyOf(stored, headAt + HEAD_TIMES)
if bodyAt and bodyAt < headAt + headLength then
  headLength, changed = bodyAt - headAt, true
  newHead = pack('>I3', headLength) .. sub(stored, headAt, bodyAt - 1)
end
-- Then each event of the mailbox, by its place. An event that loses its body is written anew with the same score; its
-- new member is shorter, and sorts where the old one did, as both begin with the id.
for i = 0, mailCount - 1 do
  local found = call('ZRANGE', KEYS[3], i, i, 'WITHSCORES')
  local mail = found[1]
  local idLength = mail and string.byte(mail, -1)
  -- Before the length of the id come the id itself, a zero byte and 6 bytes: see enqueue.
  local mailBodyAt = idLength and bodyOf(mail, idLength + 8)
  if mailBodyAt and mailBodyAt < #mail then
    -- In this order: a mailbox of one event would be deleted by ZREM, and its expiry with it.
    call('ZADD', KEYS[3], found[2], sub(mail, 1, mailBodyAt - 1) .. string.char(idLength))
    call('ZREM', KEYS[3], mail)
  end
end
--include save
--include last
return last

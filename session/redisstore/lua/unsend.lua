#!lua flags=allow-oom
-- unsend drops the bodies of events that wait: see session.Admin.Unsend. Dead letters are up to
-- purge.
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream)
-- ARGV: 1 id of the message
-- Returns the id of the last dead letter of the partition; empty if there is none.
-- May run twice: then there is nothing left to drop.
local message = string.char(#ARGV[1]) .. ARGV[1]
local dirty = false
--include load
-- bare returns where the body begins in an event that has the message, and whose length of the
-- id is at that place.
local function bare(event, at)
  at = at + string.byte(event, at) + 1
  if sub(event, at, at + #message - 1) == message then return at + #message end
end
local body = head > 0 and bare(stored, headAt + 12)
if body and body < headAt + head then
  head, dirty = body - headAt, true
  headA = pack('>I3', head) .. sub(stored, headAt, body - 1)
end
for i = 0, mail - 1 do
  local found = call('ZRANGE', KEYS[3], i, i, 'WITHSCORES')
  local member = found[1]
  local n = member and string.byte(member, -1)
  local at = n and bare(member, n + 8)
  if at and at < #member then
    -- In this order, or a mailbox of one event would go, and its expiry with it.
    call('ZADD', KEYS[3], found[2], sub(member, 1, at - 1) .. string.char(n))
    call('ZREM', KEYS[3], member)
  end
end
--include save
--include last
return last

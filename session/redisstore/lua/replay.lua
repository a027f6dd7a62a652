#!lua
-- replay makes a dead letter an event again: see session.Admin.Replay.
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream)
-- ARGV: 1 id of the letter in the stream, 2 hash of the new event's id, 3 that id
-- Returns 1 done, 0 no such letter, 2 the mailbox is full.
-- May run twice: the event's hash tells that the letter is gone because it was replayed.
local place, hash, id = ARGV[1], ARGV[2], ARGV[3]
local dirty = true
--include load
--include fields
local letter = call('XRANGE', KEYS[4], place, place)[1]
if not letter then
--include seen
  return known and 1 or 0
end
local f = fields(letter)
local time, accepted = tonumber(f.time), tonumber(f.accepted)
-- A forget that has not come to its letters yet: they are gone all the same.
if forgot > 0 and (time <= forgot or accepted < forgot) then return 0 end
if mail >= 200 then return 2 end
local body = string.char(#id) .. id .. string.char(#f.message) .. f.message .. f.body
--include enqueue
--include remember
--include save
call('XDEL', KEYS[4], place)
return 1

#!lua
-- replay makes an event out of a dead letter: see session.Admin.Replay.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream), 5 account bounds
-- ARGV: 1 id of the letter in the stream, 2 hash of the new event's id, 3 that id
-- Returns: REPLAY_DONE, REPLAY_NO_LETTER, or REPLAY_FULL (the mailbox).
-- May run twice: the hash of the new event tells that the letter is gone because it was replayed.
local place, eventHash, id = ARGV[1], ARGV[2], ARGV[3]
local changed = true
--include load
--include fields
local letter = call('XRANGE', KEYS[4], place, place)[1]
if not letter then
--include seen
  return known and REPLAY_DONE or REPLAY_NO_LETTER
end
local f = fields(letter)
-- An output has no times of its own: they are that of its letter, with which the letter's id begins.
local since = string.match(place, '^%d+')
local eventTime, accepted, message = tonumber(f.time or since), tonumber(f.accepted or since), f.message or ''
-- A forget deletes the session first and its letters afterwards: such a letter is as good as gone.
if forgottenAt > 0 and (f.time and eventTime <= forgottenAt or accepted < forgottenAt) then return REPLAY_NO_LETTER end
if mailCount >= MAX_MAILBOX then return REPLAY_FULL end
local mailText = string.char(#id) .. id .. string.char(#message) .. message .. f.body
--include enqueue
--include remember
--include save
call('XDEL', KEYS[4], place)
return REPLAY_DONE

-- load reads the session at KEYS[1] into locals, most of it as places in the string: Redis' Lua
-- hashes every byte of every string it makes, about a microsecond for each kilobyte.
--
-- The value, big-endian:
--   header   B layout, B flags, I4 revision, I6 next timer (ms), I4 floor (s), I3 expiry (h),
--            c4 mark of the last commit, B number of seen events, I3 length of the state
--   state
--   seen     each c8 hash of an event's id, I2 when it was accepted (4 s units), oldest first
--   lease    flag 1:  c8 token, I6 until (ms), B attempts. Flag 2: the lease is free, nothing
--            runs before "until", and the token is that of whoever gave it up. Flag 64: the lease
--            of one of the attempts ran out
--   head     flag 4:  I3 length; I6 time, I6 accepted (ms), B length and id, B length and id of
--            the message, body
--   mailbox  flag 8:  B number of events in the mailbox
--   tombstone flag 32: I6 when the session was forgotten (ms), for 25 h
--   outbox   flag 16: I6 lane until (ms), c8 token, B retried; then to the end of the value
--            outputs, each I5 seq, I4 length, body
local call, pack, unpack, sub = redis.call, struct.pack, struct.unpack, string.sub
local format = string.format -- for numbers: Redis would write them as floats, at a cost
local NOBODY, HOUR, STATE = '\0\0\0\0\0\0\0\0', 3600000, 27
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rev, due, floor, expiry, mark, nseen, nstate = 0, 0, 0, 0, '\0\0\0\0', 0, 0
local owner, free, till, tries, crashed = NOBODY, true, 0, 0, false
local head, headAt, mail = 0, 0, 0 -- the head's length and place
local lane, carrier, retried = 0, NOBODY, 0
local forgot = 0
local stored = call('GET', KEYS[1]) or ''
local seenAt, tailAt, outAt = STATE, STATE, #stored + 1
if stored ~= '' then
  local layout, flags, at
  layout, flags, rev, due, floor, expiry, mark, nseen, nstate, at = unpack('>BBI4I6I4I3c4BI3', stored)
  if layout ~= 1 then return redis.error_reply('KAIWALAYOUT unknown layout of a session') end
  seenAt = at + nstate
  at = seenAt + 10 * nseen
  tailAt = at
  if flags % 2 == 1 then
    free, crashed = flags % 4 >= 2, flags >= 64
    owner, till, tries, at = unpack('>c8I6B', stored, at)
  end
  if flags % 8 >= 4 then
    head, headAt = unpack('>I3', stored, at)
    at = headAt + head
  end
  if flags % 16 >= 8 then mail, at = unpack('B', stored, at) end
  if flags % 64 >= 32 then
    forgot, at = unpack('>I6', stored, at)
    if forgot + 25 * HOUR <= now then forgot = 0 end
  end
  if flags % 32 >= 16 then lane, carrier, retried, outAt = unpack('>I6c8B', stored, at) end
end

-- What a script may change besides:
local kept, added -- state and seen events, where they are not those stored; one more seen
local headA, headB -- the head with its length, in two parts, where it is not the stored one
local more = '' -- outputs behind those stored
local ends -- when the session expires, in ms, where it is not as before

local look -- when somebody must look at the session (see look), and when it was as stored
--include look
local looked = look

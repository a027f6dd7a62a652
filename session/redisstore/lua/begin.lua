#!lua
-- begin accepts an event, or looks after a session that is due: see session.Store.Begin.
-- KEYS: 1 session, 2 watch index, 3 mailbox
-- ARGV: 1 request: c8 token, B redelivered, B hold, I4 lease (ms), I4 lane (ms), I5 done,
--         I6 time of the event (ms), c8 hash of its id
--       2 event: B length and its id, B length and its message's id, body; or empty
-- Returns B status, B flags (1 outputs may have been sent, 2 the turn is for the event that was
--   brought, 4 an earlier attempt crashed), I6 now (ms); for status 1 (run): B attempt, I4 revision, I6 next timer (ms),
--   I3 length and state, I3 length and head unless flag 2 is set; then the outputs that were
--   handed out, to the end (head and outputs: see load). Status 201: the mailbox is full.
-- May run twice: the token finds its own lease and lane, the event's hash its event.
local token, redelivered, hold, lease, term, done, time, hash = struct.unpack('>c8BBI4I4I5I6c8', ARGV[1])
local event, dirty = ARGV[2] ~= '', false
--include load

-- 0 undecided; else the values of session.Status: 1 run, 2 queued, 3 duplicate, 4 stale, 5 idle.
local status, own = 5, false
local again = not free and owner == token
if again then
  status = 1
elseif event and forgot > 0 and time <= forgot then
  status = 4
elseif event then
--include seen
  -- waits says if the event is the head or in the mailbox. A full list of seen events may have
  -- dropped one that is.
  local waits = false
  if known or nseen == 128 then
    local n = string.byte(ARGV[2])
    local id = sub(ARGV[2], 2, n + 1)
    waits = head > 0 and sub(stored, headAt + 12, headAt + 12 + n) == sub(ARGV[2], 1, n + 1)
    if not waits and mail > 0 then
      for _, member in ipairs(call('ZRANGE', KEYS[3], time, time, 'BYSCORE')) do
        waits = waits or string.byte(member, -1) == n and sub(member, 1, n) == id
      end
    end
  end
  if known or waits then
    status = 0
    if hold == 1 or till > now or (head == 0 and mail == 0) then status = waits and 2 or 3 end
  elseif redelivered == 1 and floor > 0 and time <= floor * 1000 then
    status = 4
  else
    status, dirty = 2, true
    if till > now or hold == 1 or head > 0 or mail > 0 then
      if mail >= 200 then return pack('>BBI6', 201, 0, now) end
      local body, accepted = ARGV[2], now
--include enqueue
    else
      head, tries, own = 12 + #ARGV[2], 0, true
      headA, headB = pack('>I3I6I6', head, time, now), ARGV[2]
    end
--include remember
  end
end

-- Take the lease if it is free and something is to be done.
if not again and hold == 0 and till <= now and (status == 5 or status == 2 or status == 0) then
  if head == 0 and mail > 0 then
--include pop
  end
  if head > 0 or (due > 0 and due <= now) then
    crashed = tries > 0 and (crashed or not free)
    status, tries = 1, math.min(tries + 1, 255)
  elseif status == 0 then
    status = 3
  end
end
if status == 1 then
  owner, free, till, dirty = token, false, now + lease, true
elseif till > 0 and till <= now and head == 0 and mail == 0 and (due == 0 or due > now) then
  owner, free, till, tries, dirty = NOBODY, true, 0, 0, true
end

-- Hand out outputs.
if done > 0 then
--include drop
end
local give = false
if outAt <= #stored then
  give = carrier == token
  if not give and (done > 0 or (lane <= now and hold == 0)) then
    carrier, retried, give = token, done > 0 and 0 or 1, true
  end
  -- Also if it is the same call again: the caller counts from the answer that it gets.
  if give then lane, dirty = now + term, true end
end

-- A look that finds nothing mends an index that disagrees with the session.
if status == 5 and not dirty then looked = -1 end
--include save

local answer = pack('>BBI6', status, (give and retried or 0) + (own and 2 or 0)
  + (status == 1 and crashed and 4 or 0), now)
if not give then outText = '' end
if status ~= 1 then return answer .. outText end
if own then
  headText, headB = '', ''
elseif head == 0 then
  headText = '\0\0\0'
end
return answer .. pack('>BI4I6I3', tries, rev, due, nstate) .. sub(stored, STATE + 1, seenAt - 1)
  .. headText .. (headB or '') .. outText

#!lua
-- begin accepts an event, or looks after a session that is due: see session.Store.Begin.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 account bounds
-- ARGV: 1 request: c8 lease token, B redelivered, B hold, I4 term of the lease (ms), I4 term of the
--         delivery lease (ms), I5 number of the last output that was delivered (0 for none),
--         c8 hash of the event's id, I6 its time (ms)
--       2 event: B length and its id, B length and its message's id, body; or empty for none
-- Returns: B status, B flags, I6 now (ms).
--          Only if the status is STATUS_RUN: B attempts, I4 revision, I6 time of the next timer (ms), I3 length and
--          state, I3 length and head (left out with ANSWER_OWN_EVENT: the caller has that event).
--          Then, to the end, the outputs that are handed out. Head and outputs are as they are stored: see load.
-- May run twice: the lease token finds the lease and the delivery lease that it took the first time, the hash
-- of the event finds the event.
local token, redelivered, hold, leaseTerm, deliveryTerm, doneSeq, eventHash, eventTime =
  struct.unpack('>c8BBI4I4I5c8I6', ARGV[1])
local brought, changed = ARGV[2] ~= '', false
--include load

-- Accept the event. "status" is what is answered, unless the lease is taken further down. The first line
-- that holds decides:
--
--   the caller holds the lease              STATUS_RUN: the call is repeated
--   there is no event                       STATUS_IDLE
--   it is from before the last forget       STATUS_STALE
--   it was seen before, or it waits:
--     and the lease can be taken below      nil: decided there
--     and it waits                          STATUS_QUEUED
--     and it is done                        STATUS_DUPLICATE
--   it is redelivered, and from before
--   the floor                               STATUS_STALE
--   otherwise it is new                     STATUS_QUEUED: it becomes the head, or goes into the mailbox
local status, ownEvent = STATUS_IDLE, false
local repeated = not leaseFree and leaseOwner == token
if repeated then
  status = STATUS_RUN
elseif brought and forgottenAt > 0 and eventTime <= forgottenAt then
  status = STATUS_STALE
elseif brought then
--include seen
  -- Does it wait, as the head or in the mailbox? An event that waits may have been dropped from a full list
  -- of seen events.
  local waits = false
  if known or seenCount == MAX_SEEN then
    local n = string.byte(ARGV[2])
    local id = sub(ARGV[2], 2, n + 1)
    waits = headLength > 0
      and sub(stored, headAt + HEAD_TIMES, headAt + HEAD_TIMES + n) == sub(ARGV[2], 1, n + 1)
    if not waits and mailCount > 0 then
      for _, mail in ipairs(call('ZRANGE', KEYS[3], eventTime, format('(%d', eventTime + 1), 'BYSCORE')) do
        waits = waits or string.byte(mail, -1) == n and sub(mail, 1, n) == id
      end
    end
  end
  if known or waits then
    status = nil
    if hold == 1 or leaseUntil > now or (headLength == 0 and mailCount == 0) then
      status = waits and STATUS_QUEUED or STATUS_DUPLICATE
    end
  elseif redelivered == 1 and floor > 0 and eventTime <= floor * SECOND then
    status = STATUS_STALE
  else
    status, changed = STATUS_QUEUED, true
    if leaseUntil > now or hold == 1 or headLength > 0 or mailCount > 0 then
      if mailCount >= MAX_MAILBOX then return pack('>BBI6', STATUS_FULL, 0, now) end
      local mailText, accepted = ARGV[2], now
--include enqueue
    else
      headLength, attempts, ownEvent = HEAD_TIMES + #ARGV[2], 0, true
      newHead, newHeadRest = pack('>I3I6I6', headLength, eventTime, now), ARGV[2]
    end
--include remember
  end
end

-- Take the lease if leaseUntil has passed, which is the end of a lease that is held, or of the delay of one that
-- rests, and if something is to be done.
if not repeated and hold == 0 and leaseUntil <= now
  and (status == STATUS_IDLE or status == STATUS_QUEUED or status == nil) then
  if headLength == 0 and mailCount > 0 then
--include pop
  end
  if headLength > 0 or (timerAt > 0 and timerAt <= now) then
    -- An attempt that was not released, and did not commit, crashed.
    crashed = attempts > 0 and (crashed or not leaseFree)
    status, attempts = STATUS_RUN, math.min(attempts + 1, MAX_ATTEMPTS)
  elseif status == nil then
    status = STATUS_DUPLICATE
  end
end
if status == STATUS_RUN then
  leaseOwner, leaseFree, leaseUntil, changed = token, false, now + leaseTerm, true
-- Nothing is left to do, though a lease or a delay is over: for example, the mailbox was lost with the event that
-- the session was due for. Without this, the session would stay in the watch index.
elseif leaseUntil > 0 and leaseUntil <= now and headLength == 0 and mailCount == 0
  and (timerAt == 0 or timerAt > now) then
  leaseOwner, leaseFree, leaseUntil, attempts, changed = NOBODY, true, 0, 0, true
end

-- Hand out outputs, and the delivery lease with them: those behind the ones that the caller
-- delivered, if the caller's process has that lease; or those whose delivery lease ran out: its holder may have
-- sent some of them.
if doneSeq > 0 then
--include drop
end
local handOut = false
if outputAt <= #stored then
  handOut = deliveryOwner == token
  if not handOut then
    handOut = doneSeq > 0 and sub(deliveryOwner, 1, PROCESS_BYTES) == sub(token, 1, PROCESS_BYTES)
    if not handOut and deliveryUntil <= now and hold == 0 then handOut, retried = true, 1 end
    if handOut then deliveryOwner = token end
  end
  -- A call that is repeated has a fresh term too: the caller counts from the answer that it gets.
  if handOut then deliveryUntil, changed = now + deliveryTerm, true end
end

-- If there was nothing to do, the watch index may disagree with the session: -1 has it written again.
if status == STATUS_IDLE and not changed then indexedAt = -1 end
--include save

local answer = pack('>BBI6', status, (handOut and retried == 1 and ANSWER_RETRIED or 0)
  + (ownEvent and ANSWER_OWN_EVENT or 0) + (status == STATUS_RUN and crashed and ANSWER_CRASHED or 0), now)
if not handOut then outputText = '' end
if status ~= STATUS_RUN then return answer .. outputText end
if ownEvent then
  headText, newHeadRest = '', ''
elseif headLength == 0 then
  headText = '\0\0\0' -- the turn is for a timer
end
return answer .. pack('>BI4I6I3', attempts, revision, timerAt, stateLength)
  .. sub(stored, HEADER_BYTES + 1, seenAt - 1) .. headText .. (newHeadRest or '') .. outputText

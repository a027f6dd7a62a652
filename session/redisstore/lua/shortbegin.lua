#!lua
-- shortbegin is begin for the most common case, and for several sessions at once: an event that is new comes to a
-- session in which nothing runs or waits, and whose outputs are delivered, or are being delivered. What begin would write, shortbegin appends to the value
-- as a tail: see tail. A session in any other case is left alone: then the caller calls begin.
--
-- KEYS: for each session three: session, watch index, account bounds
-- ARGV: for each session two: 1 I4 term of the lease (ms), I4 term of the delivery lease (ms), I5 number of the last
--         output that was delivered (0 for none), c8 hash of the event's id
--       2 the tail from the event's time on
-- Returns: I6 now (ms); then for each session its value without the tail, or nothing if it was left alone.
-- May run twice: it leaves a session with a tail alone, and begin finds the lease of the caller's token in the tail.
local call, pack, unpack, sub, find = redis.call, struct.pack, struct.unpack, string.sub, string.find
local format = string.format
--include clock
local answers, unit = { pack('>I6', now) }, math.floor(now / SEEN_UNIT)
for n = 1, #ARGV / 2 do
  local key, event = KEYS[3 * n - 2], ARGV[2 * n]
  local leaseTerm, deliveryTerm, doneSeq, eventHash = unpack('>I4I4I5c8', ARGV[2 * n - 1])
  local value, stored = call('GET', key), ''
  if value then stored = value else value = NEW_SESSION end
  local layout, flags, _, _, _, expiryHours, _, seenCount, stateLength, at = unpack(HEADER, value)
  local seenAt, isNew, endsAt, keeps, deliveryUntil = at + stateLength, false, 0, 0, 0
  at = seenAt + SEEN_BYTES * seenCount
  if layout == LAYOUT and flags % BY_ACCOUNT == HAS_OUTBOX then
--include delivered
    isNew = delivered
    -- The user was quick: the answer is seen, and its delivery is not yet noted.
    if not isNew and doneSeq == 0 and deliveryUntil > now and flags >= BY_ACCOUNT then isNew, keeps = true, 1 end
  elseif layout == LAYOUT and flags % BY_ACCOUNT == 0 then
    isNew, endsAt = true, at
  end
  -- Begin forgets what was seen long ago, or too much of it: that is left to begin.
  if isNew and endsAt > #value and seenCount < MAX_SEEN
    and (seenCount == 0 or (unit - unpack('>I2', value, seenAt + SEEN_BYTES - 2)) % SEEN_MODULO <= SEEN_TERM)
    and not find(value, eventHash, seenAt, true) then
    local tail = pack('>c8BI6I6', eventHash, keeps, now, now + leaseTerm) .. event
    if stored == '' then
      call('SET', key, value .. tail, 'PX', KEEP_WAITING)
    else
      call('APPEND', key, tail)
      -- The header says when the value expires, in hours rounded up.
      if expiryHours * HOUR - HOUR < now + KEEP_WAITING then
        call('PEXPIRE', key, KEEP_WAITING, 'GT')
      end
    end
    -- The earlier of the two leases: then shortcommit need not bring the entry down for the outputs that it leaves.
    -- While outputs wait, the index has the session by the end of their delivery lease at the latest.
    local dueAt = now + math.min(leaseTerm, deliveryTerm)
    if keeps == 0 or dueAt < deliveryUntil then
      call('ZADD', KEYS[3 * n - 1], format('%d', dueAt), sub(key, -HASH_LENGTH))
      if flags < BY_ACCOUNT or dueAt < now + BOUND_AHEAD then
        call('ZADD', KEYS[3 * n], 'LT', format('%d', math.min(dueAt, now + BOUND_AHEAD)), sub(KEYS[3 * n - 1], #KEYS[3 * n] + 2))
      end
    end
    answers[n + 1] = value
  else
    answers[n + 1] = ''
  end
end
return answers

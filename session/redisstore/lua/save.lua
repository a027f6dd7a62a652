-- save writes the session back if "changed", and its time in the watch index (KEYS[2]) if that changed.
--
-- The value expires at "expiresAt" or, if the script did not set that, when it would have expired
-- before. But it is kept for KEEP_WAITING at least while there is a lease or anything waits, and for
-- KEEP_FORGOTTEN after a forget. For example, a commit keeps a session for 72 hours. A begin one hour
-- later leaves it at the 71 hours that are left; a begin 60 hours later keeps it for 25 hours more.
-- When a value expires is stored in whole hours, rounded up.
--
-- After save, "headText" is the head with its length and "outputText" the outputs that were stored, as a
-- script answers with them.
local headText, outputText = '', ''
if headLength > 0 then
  newHead = newHead or sub(stored, headAt - 3, headAt + headLength - 1) -- 3 bytes of length before it
  headText = newHead
end
if outputAt <= #stored then outputText = sub(stored, outputAt) end
if changed then
  local flags, lease, mailbox, tombstone, outbox = 0, '', '', '', ''
  if not leaseFree or leaseUntil > 0 then
    flags = (leaseFree and HAS_LEASE + LEASE_FREE or HAS_LEASE) + (crashed and attempts > 0 and LEASE_CRASHED or 0)
    lease = pack(LEASE, leaseOwner, leaseUntil, attempts)
  end
  if headLength > 0 then flags = flags + HAS_HEAD end
  if mailCount > 0 then
    flags = flags + HAS_MAILBOX
    mailbox = string.char(mailCount)
  end
  if outputText ~= '' or newOutputs ~= '' then
    flags = flags + HAS_OUTBOX
    outbox = pack(OUTBOX, deliveryUntil, deliveryOwner, retried)
  end
  -- flags is more than 0 if there is a lease or anything waits. A tombstone is added to the flags after that: it alone
  -- does not keep the session for KEEP_WAITING.
  expiresAt = expiresAt or expiryHours * HOUR
  if flags > 0 then expiresAt = math.max(expiresAt, now + KEEP_WAITING) end
  if forgottenAt > 0 then
    flags, tombstone = flags + HAS_TOMBSTONE, pack('>I6', forgottenAt)
    expiresAt = math.max(expiresAt, forgottenAt + KEEP_FORGOTTEN)
  end
  expiryHours = math.ceil(expiresAt / HOUR)
  call('SET', KEYS[1],
    pack(HEADER, LAYOUT, flags, revision, timerAt, floor, expiryHours, commitMark, seenCount, stateLength)
    .. (newStateAndSeen or sub(stored, HEADER_BYTES + 1, seenEnd - 1)) .. (newSeen or '') .. lease
    .. headText .. (newHeadRest or '') .. mailbox .. tombstone .. outbox .. outputText .. newOutputs,
    'PX', format('%d', math.max(expiresAt - now, SECOND)))
end
--include watch
if dueAt ~= indexedAt then
  local id = sub(KEYS[1], #KEYS[2]) -- KEYS[2] is the prefix that both keys share, and one byte
  if dueAt > 0 then call('ZADD', KEYS[2], format('%d', dueAt), id) else call('ZREM', KEYS[2], id) end
end

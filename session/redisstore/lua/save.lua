-- save writes the session back if "changed", and its time in the watch index (KEYS[2]) if that changed.
--
-- The value expires at "expiresAt", or, if the script did not set that, when it would have expired
-- before. It is kept for KEEP_WAITING at least while a lease is held or anything waits, and for
-- KEEP_FORGOTTEN after a forget. For example: a commit at noon asks for 72 hours; a begin at one
-- o'clock changes nothing of that; the begin would only lengthen what expires within 25 hours.
--
-- After save, headText and outputText are the head (with its length) and the outputs that were stored,
-- as a script answers with them.
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

-- save writes the session back if "changed", and its time in the watch index (KEYS[2]) if that changed.
--
-- The index is that of the account, or that of earlier builds if the session was named by its hash alone. Each
-- account has a bound (in the last of KEYS). None of its sessions in the partition is due before it, and it is
-- at most BOUND_AHEAD from now: Due looks at the index when the bound has come. BY_ACCOUNT says that the index of
-- the account has the session: if it has, an entry in that of earlier builds is of no use any more.
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
--include watch
local bounds = KEYS[#KEYS] -- its name is as long as that of the index of earlier builds
local ofAccount, wasByAccount, reindex = #KEYS[2] > #bounds, byAccount, dueAt ~= indexedAt
if changed and reindex then byAccount = ofAccount end
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
    outbox = pack(OUTBOX, deliveryUntil, deliveryOwner, retried, #outputText + #newOutputs)
  end
  -- flags is more than 0 if there is a lease or anything waits. A tombstone is added to the flags after that: it alone
  -- does not keep the session for KEEP_WAITING.
  expiresAt = expiresAt or expiryHours * HOUR
  if flags > 0 then expiresAt = math.max(expiresAt, now + KEEP_WAITING) end
  if forgottenAt > 0 then
    flags, tombstone = flags + HAS_TOMBSTONE, pack('>I6', forgottenAt)
    expiresAt = math.max(expiresAt, forgottenAt + KEEP_FORGOTTEN)
  end
  if byAccount and dueAt > 0 then flags = flags + BY_ACCOUNT end
  expiryHours = math.ceil(expiresAt / HOUR)
  call('SET', KEYS[1],
    pack(HEADER, LAYOUT, flags, revision, timerAt, floor, expiryHours, commitMark, seenCount, stateLength)
    .. (newStateAndSeen or sub(stored, HEADER_BYTES + 1, seenEnd - 1)) .. (newSeen or '') .. lease
    .. headText .. (newHeadRest or '') .. mailbox .. tombstone .. outbox .. outputText .. newOutputs,
    'PX', format('%d', math.max(expiresAt - now, SECOND)))
end
if reindex and dueAt > 0 and (ofAccount or not byAccount) then
  call('ZADD', KEYS[2], format('%d', dueAt), sub(KEYS[1], -HASH_LENGTH))
  -- The bound need not come down if the session was in the index of the account, so that the bound is at most
  -- BOUND_AHEAD from now, and no later than the session was due: most turns end here.
  if ofAccount and (indexedAt < 0 or not wasByAccount or (dueAt < indexedAt and dueAt < now + BOUND_AHEAD)) then
    call('ZADD', bounds, 'LT', format('%d', math.min(dueAt, now + BOUND_AHEAD)), sub(KEYS[2], #bounds + 2))
  end
elseif reindex then
  call('ZREM', KEYS[2], sub(KEYS[1], -HASH_LENGTH))
end

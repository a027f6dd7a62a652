-- load reads the session at KEYS[1] into locals. save writes it back.
--
-- The stored value, numbers big-endian. Its sections follow each other in this order:
--   header     HEADER: B layout, B flags, I4 revision, I6 time of the next timer (ms; 0 for none), I4 floor (s),
--              I3 when the value expires (hours since 1970), c4 mark of the last
--              commit, B number of seen events, I3 length of the state
--              (the flag BY_ACCOUNT is about the watch index: see save)
--   state      bytes that only the bot understands
--   seen       for each event that is remembered, oldest first: c8 hash of its id, I2 when it was
--              accepted (in units of SEEN_UNIT, modulo SEEN_MODULO)
--   lease      if HAS_LEASE. LEASE: c8 token of the owner, I6 until when (ms), B attempts
--   head       if HAS_HEAD: I3 length; then the event: I6 its time (ms), I6 when it was accepted
--              (ms), B length and its id, B length and its message's id, body
--   mailbox    if HAS_MAILBOX: B number of events in the mailbox, which is a key of its own
--   tombstone  if HAS_TOMBSTONE: I6 when the session was forgotten (ms)
--   outbox     if HAS_OUTBOX. OUTBOX: I6 until when the delivery lease lasts (ms), c8 token of its
--              owner, B 1 if an earlier owner may have sent outputs, I3 length of the outputs; then the
--              outputs, each OUTPUT (I5 its number, I4 length) and its body
--   tail       only while the turn runs that shortbegin began: see tail
-- In EARLIER_LAYOUT the outbox has no length: its outputs go up to the end of the value.
--
-- The lease is in one of three states. leaseFree is true for the first and the last:
--
--   none      no section                Nobody runs a turn, and no event waits.
--   held      HAS_LEASE                 leaseOwner runs a turn. After leaseUntil others may take the lease;
--                                       until one does, leaseOwner may still commit.
--   resting   HAS_LEASE + LEASE_FREE    Nobody runs a turn, and none begins before leaseUntil: the delay of
--                                       a release (leaseOwner is who released), or since when an event
--                                       waits that nobody took (leaseOwner is NOBODY).
--
--   none -----> held        begin
--   none -----> resting     begin with hold: its event waits
--   held -----> none        commit, and nothing waits
--   held -----> held        commit, and the next event is handed over to the same owner
--   held -----> held        leaseUntil passes, and another's begin takes the lease: "crashed" is true
--   held -----> resting     release, or a commit that releases while events wait
--   resting --> held        leaseUntil passes, and a begin takes the lease
--
-- A script works with places in "stored" and cuts strings out of it only where it must: Redis' Lua
-- hashes every byte of every string that it makes, about a microsecond for each kilobyte.
local call, pack, unpack, sub = redis.call, struct.pack, struct.unpack, string.sub
local format = string.format -- for numbers: Redis would write them as floats, which costs more
--include clock
local revision, timerAt, floor, expiryHours, commitMark, seenCount, stateLength = 0, 0, 0, 0, NO_MARK, 0, 0
local leaseOwner, leaseFree, leaseUntil, attempts, crashed = NOBODY, true, 0, 0, false
local byAccount = false -- the index of the account has the session
local headLength, headAt, mailCount = 0, 0, 0 -- headAt is where the head's event begins
local deliveryUntil, deliveryOwner, retried = 0, NOBODY, 0
local forgottenAt = 0
local stored = call('GET', KEYS[1]) or ''
-- Where the seen events begin, where they end, and where the first output begins.
local seenAt, seenEnd, outputAt = HEADER_BYTES, HEADER_BYTES, #stored + 1
if stored ~= '' then
  local layout, flags, at
  layout, flags, revision, timerAt, floor, expiryHours, commitMark, seenCount, stateLength, at =
    unpack(HEADER, stored)
  if layout ~= LAYOUT and layout ~= EARLIER_LAYOUT then
    return redis.error_reply('KAIWALAYOUT unknown layout of a session')
  end
  seenAt = at + stateLength
  at = seenAt + SEEN_BYTES * seenCount
  seenEnd, byAccount = at, flags >= BY_ACCOUNT
  if flags % (2 * HAS_LEASE) >= HAS_LEASE then
    leaseFree, crashed = flags % (2 * LEASE_FREE) >= LEASE_FREE, flags % (2 * LEASE_CRASHED) >= LEASE_CRASHED
    leaseOwner, leaseUntil, attempts, at = unpack(LEASE, stored, at)
  end
  if flags % (2 * HAS_HEAD) >= HAS_HEAD then
    headLength, headAt = unpack('>I3', stored, at)
    at = headAt + headLength
  end
  if flags % (2 * HAS_MAILBOX) >= HAS_MAILBOX then mailCount, at = unpack('B', stored, at) end
  if flags % (2 * HAS_TOMBSTONE) >= HAS_TOMBSTONE then
    forgottenAt, at = unpack('>I6', stored, at)
    if forgottenAt + KEEP_FORGOTTEN <= now then forgottenAt = 0 end
  end
  if flags % (2 * HAS_OUTBOX) >= HAS_OUTBOX then
    if layout == LAYOUT then
      local length
      deliveryUntil, deliveryOwner, retried, length, outputAt = unpack(OUTBOX, stored, at)
      at = outputAt + length
    else
      deliveryUntil, deliveryOwner, retried, outputAt = unpack(EARLIER_OUTBOX, stored, at)
      at = #stored + 1
    end
  end
--include tail
end

-- What a script changes besides those above. Nil or empty means: as it is stored.
local newStateAndSeen, newSeen -- all of state and seen events; one more seen event
local newHead, newHeadRest -- the head with its length, in two parts
local newOutputs = '' -- outputs behind those that are stored
local expiresAt -- when the value expires, in ms

local dueAt -- when somebody must look at the session (see watch): as it is now,
--include watch
local indexedAt = dueAt -- and as the watch index has it

#!lua flags=allow-oom
-- shortack is ack for the most common case, and for several sessions at once: all outputs were delivered, and nothing
-- else waits or runs. A session in any other case is left alone: then the caller calls ack.
--
-- KEYS: for each session two: session, watch index
-- ARGV: for each session I5 number of the last output that was delivered
-- Returns: nothing; then for each session 1, or nothing if it was left alone.
-- May run twice: the second time the outbox is gone, and ack finds nothing to do.
local call, pack, unpack, sub = redis.call, struct.pack, struct.unpack, string.sub
local answers = { '' }
for n = 1, #ARGV do
  local key, doneSeq = KEYS[2 * n - 1], unpack('>I5', ARGV[n])
  local value, answer = call('GET', key) or NEW_SESSION, ''
  local layout, flags, revision, timerAt, floor, expiryHours, commitMark, seenCount, stateLength, at = unpack(HEADER, value)
  if layout == LAYOUT and flags == HAS_OUTBOX + BY_ACCOUNT then
    at = at + stateLength + SEEN_BYTES * seenCount
    local deliveryUntil, endsAt
--include delivered
    -- A tail behind the outbox is a turn that runs.
    if delivered and endsAt > #value then
      call('SET', key, pack(HEADER, LAYOUT, timerAt > 0 and BY_ACCOUNT or 0, revision, timerAt, floor, expiryHours,
        commitMark, seenCount, stateLength) .. sub(value, HEADER_BYTES + 1, at - 1), 'KEEPTTL')
      if timerAt > 0 then
        call('ZADD', KEYS[2 * n], string.format('%d', timerAt), sub(key, -HASH_LENGTH))
      else
        call('ZREM', KEYS[2 * n], sub(key, -HASH_LENGTH))
      end
      answer = '1'
    end
  end
  answers[n + 1] = answer
end
return answers

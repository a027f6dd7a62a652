-- tail reads the tail of the value, if it has one: it begins at "at".
--
-- shortbegin leaves the value of a session as it is, with no lease and no event in it, and appends a tail. The tail means
-- what begin would have written in its place: the event is seen and is the head, the token has the lease, this is
-- the first attempt, and the outputs are delivered or still wait. It is TAIL (c8 hash of the event's id, B 1 if the
-- outputs wait, I6 when the event was accepted (ms), I6 until when the lease lasts (ms), I6 the event's time (ms)), then
-- B length and the event's id, B length and its message's id, its body, and c8 token of the owner.
--
-- A script that writes a session writes it without a tail. So a value that ends with the token has not been written to
-- since shortbegin: by that, shortcommit knows that nothing came meanwhile.
if at <= #stored then
  local eventHash, keeps, accepted, eventTime, idAt
  eventHash, keeps, accepted, leaseUntil, eventTime, idAt = unpack(TAIL, stored, at)
  local event, outputs = sub(stored, idAt, -TOKEN_BYTES - 1), keeps == 1 and sub(stored, outputAt, at - 1) or ''
  leaseOwner, leaseFree, attempts, byAccount = sub(stored, -TOKEN_BYTES), false, 1, true
  expiryHours = math.ceil(math.max(expiryHours * HOUR, accepted + KEEP_WAITING) / HOUR)
  stored = sub(stored, 1, seenEnd - 1) .. eventHash .. pack('>I2', math.floor(accepted / SEEN_UNIT) % SEEN_MODULO)
    .. pack('>I3I6I6', HEAD_TIMES + #event, eventTime, accepted) .. event .. outputs
  seenCount, seenEnd = seenCount + 1, seenEnd + SEEN_BYTES
  headLength, headAt, outputAt = HEAD_TIMES + #event, seenEnd + 3, #stored + 1 - #outputs -- 3 bytes of length before the head
end

-- remember adds "eventHash" to the seen events, and forgets those that are older than SEEN_TERM or
-- more than MAX_SEEN. What is forgotten raises the floor: a redelivery of an event from before the
-- floor cannot be told from an event that never came, and is refused.
--
-- Each seen event has the time at which it was accepted, in units of 4 s modulo 65536, so that it fits into 2
-- bytes. "age" is how many units ago that was, also if the count went over 65535 since: with now at unit 5 and an
-- event at 65530, age is (5 - 65530) % 65536 = 11, which is 44 s. The floor is in seconds, and is the end of
-- the unit in which the youngest forgotten event was accepted: it is up to 4 s late, and never early.
local unit, forgotten = math.floor(now / SEEN_UNIT), 0
while forgotten < seenCount do
  local age = (unit - unpack('>I2', stored, seenAt + SEEN_BYTES * forgotten + SEEN_BYTES - 2)) % SEEN_MODULO
  if age <= SEEN_TERM and seenCount - forgotten < MAX_SEEN then break end
  floor = math.max(floor, (unit - age + 1) * (SEEN_UNIT / SECOND))
  forgotten = forgotten + 1
end
if forgotten > 0 then
  newStateAndSeen = sub(stored, HEADER_BYTES + 1, seenAt - 1)
    .. sub(stored, seenAt + SEEN_BYTES * forgotten, seenEnd - 1)
end
seenCount, newSeen = seenCount - forgotten + 1, eventHash .. pack('>I2', unit % SEEN_MODULO)

-- seen looks for "eventHash" among the seen events, and sets "known" to true if it is there. A seen event is
-- SEEN_BYTES long and the search looks at every byte, so a hash that is found across two of them is
-- no hit.
local found = seenCount > 0 and string.find(stored, eventHash, seenAt, true)
while found and found < seenEnd and (found - seenAt) % SEEN_BYTES ~= 0 do
  found = string.find(stored, eventHash, found + 1, true)
end
local known = found and found < seenEnd
